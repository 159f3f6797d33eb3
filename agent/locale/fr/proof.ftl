# Preuve : relire un disque depuis son rapport (regain verify --disk), état du disque, second contrôle.

reverify-record = Rapport n° { $number }, du { $when }.
reverify-signature-valid = Signature valable, clé { $kid }.
reverify-signature-unknown-key = Signature non contrôlée : la clé { $kid } n’est pas connue ici. Ce qui suit montre ce que le disque contient, pas qui a écrit le rapport.
reverify-signature-none = Rapport sans signature. Ce qui suit montre ce que le disque contient, pas qui a écrit le rapport.
reverify-disk = Disque { $path }, identité { $identity } : celle du rapport.
reverify-as = { $path } est lu comme une copie du disque { $identity }, à votre demande.
reverify-installed = Un système a été installé après cet effacement. Des différences sont alors attendues.
reverify-staged = L’installateur de Microsoft a été copié après cet effacement. Des différences sont alors attendues.
reverify-stream = Attendu : le flux de la passe { $number } ({ $cipher }), refait depuis sa clé.
reverify-zeros = Attendu : des zéros (passe { $number }).
reverify-left-out = Laissé de côté, non couvert selon le rapport : { $count ->
    [one] 1 zone
   *[other] { $count } zones
}, { $bytes } octets.
reverify-not-listed = Le rapport compte { $count ->
    [one] 1 autre zone non couverte
   *[other] { $count } autres zones non couvertes
} sans dire où : une différence peut en venir.
reverify-progress = RELECTURE { $percent } %, { $rate } Mo/s, reste { $left }.
reverify-same-full = CONFORME : { $bytes } octets relus en { $time }, tous sont ce que le rapport dit.
reverify-same-sample = CONFORME, par échantillon : { $bytes } octets relus en { $time }, tous sont ce que le rapport dit.
reverify-different-full = DIFFÉRENT : { $n ->
    [one] 1 secteur n’est pas ce que le rapport dit
   *[other] { $n } secteurs ne sont pas ce que le rapport dit
} ({ $bytes } octets relus en { $time }).
reverify-different-sample = DIFFÉRENT, par échantillon : { $n ->
    [one] 1 secteur n’est pas ce que le rapport dit
   *[other] { $n } secteurs ne sont pas ce que le rapport dit
} ({ $bytes } octets relus en { $time }).
reverify-incomplete-full = INCOMPLET : ce qui a pu être lu est ce que le rapport dit ({ $bytes } octets en { $time }), le reste n’a pas pu être lu.
reverify-incomplete-sample = INCOMPLET, par échantillon : ce qui a pu être lu est ce que le rapport dit ({ $bytes } octets en { $time }), le reste n’a pas pu être lu.
reverify-mismatch = { $count ->
    [one] Secteur { $first } (octet { $offset })
   *[other] Secteurs { $first } à { $last } (à partir de l’octet { $offset })
} : autre chose que le flux.
reverify-unread = Illisibles : { $bytes } octets.
reverify-unread-range = { $count ->
    [one] Secteur { $first } (octet { $offset })
   *[other] Secteurs { $first } à { $last } (à partir de l’octet { $offset })
} : illisible.
reverify-more = { $count ->
    [one] Et 1 autre zone.
   *[other] Et { $count } autres zones.
}
reverify-gave-up = Trop de secteurs illisibles : la relecture a été abandonnée.
reverify-traces-same = Aucun des { $looked } témoins du rapport n’est encore là. Lu à leurs places : { $content }.
reverify-traces-different = TRACES : { $alive ->
    [0] aucun témoin
    [one] 1 témoin
   *[other] { $alive } témoins
} sur { $looked } encore là. Lu à leurs places : { $content }.
reverify-traces-incomplete = Trop de places illisibles pour conclure. Témoins retrouvés : { $alive } sur { $looked }.
reverify-traces-unreadable = Places illisibles : { $unreadable } sur { $looked }.
reverify-signatures = Tables ou systèmes de fichiers en tête du disque : { $found }.
reverify-traces-limit = Ce contrôle regarde les places des témoins et la tête du disque, pas chaque octet.

err-reverify-other-disk = Ce n’est pas le disque du rapport : { $disk }
    .why = Il montre l’identité { $found }. Le rapport parle de : { $known }.
    .todo = Vérifiez le disque branché. Si c’est une copie (image, autre adaptateur), ajoutez --as et l’identité du rapport.
err-reverify-not-in-record = Le rapport ne connaît pas ce disque : { $identity }
    .why = Il parle de : { $known }.
    .todo = Donnez une de ces identités après --as, ou ses quatre derniers caractères.
err-reverify-size = La taille ne correspond pas : { $disk }
    .why = Le rapport parle de { $wanted } octets, il y en a { $size } ici.
    .todo = Vérifiez que la copie est entière et qu’aucune zone du disque n’est cachée.
err-reverify-no-stream = Rien ne peut être refait depuis ce rapport.
    .why = { $part ->
        [firmware] Le disque s’est effacé par sa propre commande : aucun flux de Regain n’est sur le disque.
        [unfinished] La dernière passe n’a pas été terminée : personne ne sait ce qui doit être sur le disque.
       *[no-canaries] Le rapport n’a ni flux ni témoins posés avant l’effacement.
    }
    .todo = { $part ->
        [firmware] Ajoutez --canaries : les témoins du rapport ne doivent plus être là, ni rien qui ressemble à des données.
       *[other] Recommencez l’effacement de ce disque.
    }
err-reverify-unreadable = Le disque ne peut plus être lu : { $disk }
    .why = { $why }
    .todo = Rebranchez-le et recommencez. Rien n’a été écrit.

# --- le disque vaut-il d’être gardé ? (règles : agent/erasure/data/health.yaml) ---
health-keep = Disque à garder.
health-keep-with-notes = Disque à garder, avec des remarques.
health-reject = DISQUE À ÉCARTER : trop usé ou défaillant pour un second usage.
health-destroy = DISQUE À DÉTRUIRE : des secteurs ne se lisent plus et aucun effacement renforcé ne les a atteints.
health-status = Le disque se déclare lui-même en panne (état SMART).
health-critical-warning = Le disque NVMe signale un avertissement critique ({ $value }).
health-spare = Réserve du disque : { $value } %, sous son propre seuil de { $limit } %.
health-hours = En marche depuis { $value } heures (limite : { $limit }).
health-pending = { $counter } : { $value } après l’effacement.
health-reallocated = { $counter } : { $value } (seuil : { $limit }).
health-wear = Usure annoncée : { $value } % (seuil : { $limit } %).
health-emmc-life = { $counter } : { $value } sur 11 (seuil : { $limit }).
health-emmc-eol = Fin de vie de la mémoire eMMC annoncée : urgente.
health-growth = { $counter } : de { $before } à { $after } pendant l’effacement.
health-cable = { $counter } : de { $before } à { $after } pendant l’effacement. Changez le câble.
health-rate = { $way ->
    [write] Écriture lente
   *[read] Lecture lente
} : { $percent } % du débit habituel de ce type de disque (seuil : { $limit } %).
health-not-told = Le disque ne dit rien de son état.
health-not-read-after = L’état du disque n’a pas pu être lu après l’effacement.
health-not-read-before = L’état du disque n’a pas pu être lu avant l’effacement : rien à comparer.
counter-reallocated-sectors = Secteurs réalloués
counter-reallocation-events = Réallocations
counter-pending-sectors = Secteurs en attente
counter-offline-uncorrectable = Secteurs non corrigibles
counter-crc-errors = Erreurs de transmission
counter-media-errors = Erreurs du support
counter-grown-defects = Défauts apparus
counter-uncorrected-errors = Erreurs non corrigées
counter-emmc-life-a = Vie de la mémoire eMMC, zone A
counter-emmc-life-b = Vie de la mémoire eMMC, zone B
paper-health = État du disque
paper-health-said = { $verdict ->
    [keep] à garder
    [keep_with_notes] à garder, avec des remarques
    [reject] à écarter
   *[destroy] à détruire
} (règles { $version })
paper-health-none = non examiné
paper-health-reject-beside = Ce disque est à écarter : trop usé ou défaillant pour un second usage.
paper-health-destroy-beside = Ce disque est à détruire : des secteurs ne se lisent plus et aucun effacement renforcé ne les a atteints.
todo-destroy-disk = Sortez le disque du poste et mettez-le à détruire.
todo-reject-disk = Sortez le disque du poste : il ne doit pas servir à nouveau.
wall-why-health = Un disque ne vaut pas d’être gardé.

# --- passe de zéros, second contrôle ---
phase-zero = zéros
phase-second = second contrôle
wall-phase-zero = zéros { $percent }
wall-phase-second = second contrôle { $percent }
plain-zero = { $disk } : ZÉROS, dernière passe.
plain-second = { $disk } : SECOND CONTRÔLE par { $tool }.
plain-second-finished = { $disk } : second contrôle par { $tool } : { $agrees ->
    [yes] même résultat.
    [no] résultat différent, à l’octet { $at }.
   *[unknown] il n’a pas pu conclure ({ $detail }).
}
proof-second = second contrôle par { $tool } : { $agrees ->
    [yes] même résultat
    [no] résultat différent
   *[unknown] sans réponse
}
paper-areas = Autres zones de l’eMMC
paper-area-said = { $area } ({ $bytes }) : { $outcome ->
    [cleared] écrasée et relue en entier
    [locked] non effacée, la carte y refuse toute écriture
   *[left] non effacée
}
paper-second = Second contrôle
paper-second-said = { $tool ->
    [regain] zéros relus par échantillon
   *[other] par { $tool }
} : { $bytes }, { $agrees ->
    [yes] même résultat
    [no] résultat différent
   *[unknown] sans réponse
}
reason-second-check-differs = Le second contrôle a lu autre chose que ce qui a été écrit.
reason-zero-pass-differs = La dernière passe devait laisser des zéros : il y a autre chose.
reason-zero-pass-missing = La dernière passe, de zéros, n’a pas été terminée.
exception-second-check-not-done = Le second contrôle demandé ({ $tool }) n’a pas pu conclure.

# --- température ---
temperature-now = { $n } °C
wall-too-warm = trop chaud, en pause
plain-heat-paused = { $disk } : { $n } °C, limite { $limit } °C. En pause jusqu’à ce qu’il refroidisse.
plain-heat-resumed = { $disk } : assez froid, l’effacement continue.
paper-heat = Température
paper-heat-said = { $n } °C au plus pendant l’effacement
