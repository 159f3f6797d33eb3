# La clé : où sont les résultats, et comment les garder.

# --- pour l'écran et la sortie texte ---
stick-place = Résultats
stick-on-stick = sur la clé, { $free } libres
stick-on-stick-created = sur la clé, dans une partition créée à ce démarrage ({ $free } libres)
stick-on-stick-late = sur la clé branchée après le démarrage, { $free } libres
stick-in-memory = Les résultats sont en mémoire seulement : branchez une clé Regain, puis F5, avant d’éteindre.
stick-in-memory-plain = Les résultats sont en mémoire seulement : ils seront perdus à l’extinction de ce poste.
stick-away = La clé ne répond plus : remettez-la, puis F5. D’ici là, ce qui arrive n’est qu’en mémoire.
stick-away-plain = La clé ne répond plus : remettez-la. D’ici là, ce qui arrive n’est qu’en mémoire.
stick-clock-floor = L’horloge de ce poste était fausse (pile) : elle a été mise à la date de la clé, non garantie.
do-keep = Garder
stick-ask-save = Branchez une clé Regain, puis Entrée. Pour continuer sans elle, tapez SANS : à l’extinction, tout sera perdu.
stick-without-word = SANS
result-number-memory = { $number }, enregistré EN MÉMOIRE SEULEMENT.
todo-save-results = AVANT D’ÉTEINDRE : branchez une clé Regain, puis F5 pour y copier le rapport.
power-memory = Éteindre ce poste ? Les résultats ne sont qu’en mémoire et seront PERDUS. Pour les garder : N, branchez une clé Regain, puis F5.

# --- pourquoi, en une phrase ---
stick-why-ok = La clé { $model } garde les résultats.
stick-why-created = La partition de données de la clé { $model } vient d’être créée.
stick-why-late = La clé { $model } a été trouvée, les résultats y sont.
stick-why-full = La clé { $model } est pleine ({ $free_mb } Mo libres). Rien n’y a été effacé.
stick-why-repaired = La clé { $model } avait été retirée trop tôt : sa partition de données a été réparée.
stick-why-none = Aucune partition de données.
stick-why-unknown = La clé n’a pas été préparée au démarrage.
stick-why-no-medium = Le support de démarrage n’est plus branché, et aucune autre clé Regain ne l’est.
stick-why-optical = Ce poste a démarré sur un DVD, où rien ne s’écrit.
stick-why-write-protected = La clé { $model } est protégée en écriture.
stick-why-read-only = La partition de données de la clé { $model } ne peut être que lue.
stick-why-not-removable = { $model } n’est pas une clé amovible : rien n’y est créé.
stick-why-not-our-image = La clé { $model } contient autre chose que notre image : rien n’y est créé.
stick-why-no-room = La clé n’a pas assez de place derrière notre image ({ $free_mb } Mo).
stick-why-no-slot = La table de partitions de la clé est complète.
stick-why-no-marker = { $device } porte notre nom mais n’est pas une partition de Regain : elle n’est pas utilisée.
stick-why-several = Plusieurs clés Regain sont branchées : laissez-en une seule.
stick-why-corrupt = La partition de données { $device } est abîmée et n’a pas pu être réparée. Rien n’y a été effacé.
stick-why-not-mounted = La partition de données { $device } n’a pas pu être ouverte : { $detail }
stick-why-station = La station de la clé ne s’ouvre pas (code { $code }) : elle est laissée telle quelle.
stick-why-failed = La clé n’a pas pu être préparée. { $detail }
stick-why-not-written = La clé n’a pas gardé ce qui y était écrit.

stick-already = déjà fait, les résultats sont en mémoire : F5 à l’écran cherche une clé de nouveau
stick-not-live = ce poste n’a pas démarré sur la clé Regain

# --- erreurs ---
err-stick-not-made = La partition de données n’a pas pu être créée.
    .why = « { $step } » a échoué : { $detail }
    .todo = Le travail continue, les résultats sont en mémoire. Essayez une autre clé, puis F5.
err-stick-missing = Aucune clé où garder les résultats.
    .why = { $reason ->
        [stick-why-several] Plusieurs clés Regain sont branchées.
        [stick-why-read-only] La clé branchée ne peut être que lue.
        [stick-why-write-protected] La clé branchée est protégée en écriture.
        [stick-why-full] La clé branchée est pleine.
        [stick-why-corrupt] La partition de données de la clé est abîmée.
        [stick-why-no-room] La clé n’a pas assez de place libre.
        [stick-why-no-marker] La clé branchée n’a pas été préparée par Regain.
        [stick-why-not-written] La clé n’a pas gardé ce qui y était écrit.
       *[stick-why-no-medium] Aucune clé préparée par Regain n’est branchée.
    }
    .todo = Branchez une clé qui a déjà démarré un poste avec Regain, attendez cinq secondes, puis F5. Rien n’est perdu tant que ce poste reste allumé.
err-settings-bad = Les réglages de la clé ont une faute : { $file }.
    .why = { $problems }
    .todo = Corrigez ce fichier sur un autre poste. Ici, le travail continue sans ces réglages.
