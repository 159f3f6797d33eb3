# Registre de référence : pages, problèmes, commandes. Français d’abord ; mêmes identifiants en anglais.

## Erreurs

err-enrol-code-bad = Ce code d’enrôlement n’est pas accepté.
    .why = Le code est inconnu, déjà utilisé ou périmé.
    .todo = Demandez un nouveau code au registre : regain registry enrol-code.
err-audit-failed = Le contrôle du registre a trouvé { $count ->
        [one] un écart.
       *[other] { $count } écarts.
    }
    .why = Une signature, un reçu, la chaîne du journal ou une vue ne correspond plus à ce qui a été reçu.
    .todo = Gardez une copie de la base. Lisez la liste des écarts, puis comparez avec une sauvegarde.
err-registry-extra-missing = Le registre n’est pas installé sur ce poste.
    .why = Il manque : { $modules }.
    .todo = Installez le complément : pip install "regain[registry]".

## Problèmes (RFC 9457)

problem-not-found = Introuvable
    .detail = Rien n’existe à cette adresse.
problem-method-not-allowed = Méthode refusée
    .detail = Cette adresse n’accepte pas cette méthode.
problem-bad-request = Demande illisible
    .detail = La demande n’a pas la forme attendue.
problem-bad-token = Enveloppe signée illisible
    .detail = Le corps n’est pas une enveloppe signée du type attendu.
problem-bad-signature = Signature fausse
    .detail = La signature ne correspond pas au contenu : il a été modifié.
problem-bad-json = Contenu ambigu
    .detail = Le contenu signé n’est pas du JSON strict : clé en double, NaN ou texte mal formé.
problem-unknown-key = Clé inconnue
    .detail = Cette clé n’est pas enrôlée ici. Enrôlez la clé USB avec un code.
problem-login-needed = Accès réservé
    .detail = Cette page se lit depuis une clé enrôlée ou après connexion.
problem-bad-call = Appel signé refusé
    .detail = L’appel est périmé, ou il est signé pour un autre registre, une autre méthode ou une autre adresse.
problem-revoked-key = Clé révoquée
    .detail = Cette clé a été révoquée. Réenrôlez la clé USB avec un nouveau code.
problem-wrong-stick = Autre clé
    .detail = Une clé parle seulement pour elle-même.
problem-bad-code = Code refusé
    .detail = Le code d’enrôlement est inconnu, déjà utilisé ou périmé.
problem-key-enrolled = Clé déjà enrôlée
    .detail = Cette clé est déjà enrôlée ici. Le code n’a pas été dépensé.
problem-workshop-full = Atelier complet
    .detail = Cet atelier a déjà 99 clés : le numéro de certificat n’a que deux chiffres pour elles.
problem-other-bytes = Même numéro, autre contenu
    .detail = Un rapport avec cet identifiant est déjà reçu, avec un autre contenu. Rien n’a été remplacé.
problem-already-decided = Déjà décidé
    .detail = Quelqu’un a déjà décidé de ce rapprochement.
problem-too-large = Trop grand
    .detail = Un rapport ne dépasse pas 256 kio.
problem-wrong-media-type = Type refusé
    .detail = Un rapport s’envoie en application/jose.
problem-invalid = Contenu non conforme
    .detail = Le contenu ne respecte pas le contrat. Les endroits en cause sont dans « errors ».
problem-wrong-id = Autre identifiant
    .detail = L’identifiant de l’adresse n’est pas celui du rapport.
problem-wrong-kid = Autre clé dans le rapport
    .detail = Le rapport nomme une autre clé que celle qui l’a signé.
problem-wrong-workshop = Autre atelier
    .detail = Le rapport nomme un autre atelier que celui de sa clé.
problem-exercise-refused = Exercice refusé
    .detail = Ce rapport est un exercice. Un vrai registre n’en reçoit pas.
problem-exercise-only = Exercices seulement
    .detail = Ce registre est celui du banc d’exercice. Il ne reçoit que des exercices.
problem-bad-decision = Décision impossible
    .detail = Nommez le poste pour « même poste », et aucun pour « autre poste ».
problem-too-many = Trop de demandes
    .detail = Attendez le délai indiqué, puis recommencez.
problem-busy = Registre occupé
    .detail = La base ne répond pas à temps. Recommencez dans quelques secondes : rien n’est perdu.
problem-http = Erreur
    .detail = Le registre n’a pas pu répondre.

## Cadre des pages

registry-exercise-word = EXERCICE
registry-exercise-sentence = Rien de ce qui est montré ici n’est réel. Aucune de ces pages ne vaut preuve.
registry-exercise-footer = EXERCICE, SPÉCIMEN
registry-nav = Menu
registry-nav-machines = Postes
registry-nav-board = Tableau
registry-nav-reconciliations = Rapprochements
registry-nav-export = Exporter (CSV)
registry-footer = Regain, registre des postes donnés

registry-month-1 = janv.
registry-month-2 = févr.
registry-month-3 = mars
registry-month-4 = avr.
registry-month-5 = mai
registry-month-6 = juin
registry-month-7 = juil.
registry-month-8 = août
registry-month-9 = sept.
registry-month-10 = oct.
registry-month-11 = nov.
registry-month-12 = déc.

## Liste des postes

registry-machines-title = Postes
registry-search-label = Chercher un poste
registry-search-hint = Étiquette, n° de série, modèle, certificat
registry-search-button = Chercher
registry-filters = États
registry-filter-all = Tous
registry-pages = Pages
registry-page-before = Plus récents
registry-page-after = Plus anciens
registry-page-of = Page { $page } sur { $pages }
registry-machines-none-found = Aucun poste ne correspond.
registry-machines-none-yet = Aucun poste n’est encore enregistré.
registry-no-name = Modèle inconnu
registry-no-tag = sans étiquette
registry-no-erasure = aucun effacement reçu
registry-left-alone-short = un disque non effacé

registry-state-done = TERMINÉ
registry-state-failed = ÉCHEC
registry-state-unknown = INCONNU
registry-state-attention = À VOUS
registry-state-seen = INVENTORIÉ
registry-state-done-means = Chaque disque signalé a un effacement prouvé.
registry-state-failed-means = Un effacement a échoué. Ne remettez pas ce poste.
registry-state-unknown-means = État inconnu : ne remettez pas ce poste.
registry-state-attention-means = Une personne doit regarder avant de remettre ce poste.
registry-state-seen-means = Aucun effacement n’est enregistré pour ce poste.

registry-column-state = État
registry-column-tag = Étiquette
registry-column-device-id = Identifiant
registry-column-machine = Poste
registry-column-manufacturer = Marque
registry-column-product = Modèle
registry-column-form = Forme
registry-column-serial = N° de série
registry-column-cpu = Processeur
registry-column-memory-gib = Mémoire (Gio)
registry-column-disks = Disques
registry-column-outcomes = Effacements
registry-column-windows11 = Windows 11
registry-column-linux = Linux
registry-column-system = Système
registry-column-number = Certificat
registry-column-workshop = Atelier
registry-column-lot = Lot
registry-column-first-at = Première réception
registry-column-last-at = Dernière réception
registry-column-last = Dernier rapport

## Un poste

registry-workshop = atelier { $letters }
registry-alarm-tag-twice = Cette étiquette est vue sur deux postes différents. Collez une nouvelle étiquette sur l’un des deux.
registry-doubt-open = Un rapport de ce poste attend la décision d’une personne :
registry-left-alone = Le disque { $model } (…{ $suffix }) n’a pas été effacé.
registry-section-facts = Matériel
registry-section-verdicts = Systèmes
registry-section-disks = Disques et effacements
registry-section-certificates = Certificats
registry-section-events = Histoire du poste
registry-section-proofs = Rapports signés
registry-fact-cpu = Processeur
registry-fact-cores = { $count ->
        [one] 1 cœur
       *[other] { $count } cœurs
    }
registry-fact-memory = Mémoire
registry-fact-firmware = Démarrage
registry-fact-tpm = Module TPM
registry-fact-form = Forme
registry-fact-grade = État esthétique et fonctionnel
registry-fact-grades = esthétique { $cosmetic }, fonctionnel { $functional }
registry-fact-lot = Lot
registry-firmware-uefi = UEFI
registry-firmware-bios = BIOS
registry-identifier-system-serial = N° de série du poste
registry-identifier-chassis-serial = N° de série du châssis
registry-identifier-board-serial = N° de série de la carte mère
registry-identifier-uuid = UUID
registry-identifier-mac = Adresse réseau
registry-not-told = non dit
registry-installed = Installé
registry-prepared = Préparé
registry-not-installed = rien n’est installé
registry-disposition = Suite donnée
registry-disk-no-model = Disque
registry-disk-method = Technique
registry-disk-covered = Octets couverts
registry-disk-exceptions = { $bytes } octets non couverts
registry-disk-check = Relecture
registry-disk-checked = { $bytes } relus, écarts : { $mismatches }
registry-disk-not-checked = pas de relecture
registry-disk-time = Durée
registry-no-erasure-yet = Aucun effacement n’est enregistré.
registry-by = carte { $name }
registry-clock-not-trusted = heure du poste non garantie
registry-proofs-about = Chaque signature et chaque reçu sont vérifiés à l’ouverture de cette page.
registry-signature-good = signature vérifiée
registry-signature-bad = SIGNATURE FAUSSE
registry-signature-blanked = contenu retiré
registry-receipt-good = reçu vérifié
registry-receipt-bad = REÇU FAUX
registry-proof-line = Entrée { $seq } du journal, atelier { $workshop }, clé n° { $stick }, reçue le
registry-key-revoked-since = Clé révoquée depuis le { $date }. Les reçus antérieurs restent valables.
registry-download-report = Rapport signé (.jws)
registry-download-receipt = Reçu (.jws)
registry-proof-says = La signature prouve qu’une clé enrôlée de l’atelier a émis ces octets et que personne ne les a changés.
registry-proof-says-not = Elle ne prouve pas qu’un disque a dit vrai : c’est le rôle des témoins et de la relecture, notés dans le rapport.

registry-outcome-purged = effacement renforcé
registry-outcome-cleared = effacement simple
registry-outcome-cleared-with-exceptions = effacement simple, avec exceptions
registry-outcome-failed = ÉCHEC
registry-outcome-refused = refusé, rien n’est écrit
registry-outcome-unknown = INCONNU
registry-outcome-interrupted = interrompu
registry-outcome-without-evidence = annoncé sans preuve
registry-outcome-destroyed = détruit
registry-level-clear = effacement simple (Clear)
registry-level-purge = effacement renforcé (Purge)
registry-level-destroy = destruction
registry-level-none = aucun niveau
registry-verify-full = complète
registry-verify-sample = par sondage
registry-windows11-eligible = éligible
registry-windows11-eligible-after-firmware-change = éligible après réglage
registry-windows11-eligible-after-upgrade = éligible après ajout
registry-windows11-not-eligible = non éligible
registry-windows11-undetermined = indéterminé
registry-linux-fits = convient
registry-linux-fits-with-limits = convient, avec des limites
registry-linux-does-not-fit = ne convient pas
registry-linux-undetermined = indéterminé
registry-system-linux = Linux
registry-system-windows = Windows
registry-system-none = aucun système
registry-image-unproven = image non confirmée en atelier
registry-install-done = installé
registry-install-staged = préparé, Windows pas encore installé : l’installateur de Microsoft se lancera au premier démarrage
registry-install-failed = installation échouée
registry-install-rehearsed = exercice, rien n’est installé
registry-install-locked = installation verrouillée
registry-install-unknown = résultat inconnu
registry-verified-none = non vérifié
registry-verified-checked = contenu vérifié
registry-verified-rehearsed = exercice
registry-verified-started = démarrage vérifié
registry-verified-staged = jamais vu démarrer
registry-disposition-reuse = réemploi
registry-disposition-spare-parts = pour pièces
registry-disposition-weee = déchets électroniques
registry-disposition-return-to-donor = retour au donateur
registry-disposition-pending = en attente

registry-event-intake = Arrivée
registry-event-audit = Inventaire
registry-event-erasure = Effacement
registry-event-install = Installation
registry-event-final = Bilan
registry-event-check = Contrôle par une autre personne
registry-event-scrap = Mise au rebut
registry-event-correction = Correction
registry-event-board-replaced = Carte mère remplacée
registry-event-tagged = Étiquette collée
registry-event-two-candidates = Deux postes possibles
registry-event-weak-only = Ressemblance à vérifier
registry-event-retagged = Autre étiquette sur le même n° de série
registry-event-tag-twice = Étiquette vue sur deux postes
registry-event-merged = Rapproché par une personne
registry-event-kept-apart = Gardé à part par une personne

## Tableau

registry-board-title = Tableau des bancs
registry-board-live = en direct
registry-board-lost = liaison perdue, nouvel essai
registry-board-empty = Aucun banc n’a parlé depuis 90 secondes.
registry-board-recent = Derniers rapports reçus
registry-bench-starting = PRÊT
registry-bench-scanning = PRÊT
registry-bench-assessed = PRÊT
registry-bench-chosen = PLAN
registry-bench-planned = ACCORD
registry-bench-consented = ACCORD
registry-bench-erasing = EFFACEMENT
registry-bench-verifying = RELECTURE
registry-bench-erased = EFFACÉ
registry-bench-installing = INSTALLATION
registry-bench-reporting = RAPPORT
registry-bench-attention = À VOUS
registry-bench-done = TERMINÉ
registry-bench-failed = ÉCHEC
registry-bench-aborted = ARRÊTÉ
registry-bench-unknown = INCONNU

## Rapprochements

registry-reconciliations-title = Rapprochements
registry-reconciliations-about = Le registre ne réunit jamais deux postes de lui-même. Ces rapports attendent la décision d’une personne.
registry-reconciliations-none = Rien n’attend de décision.
registry-doubt-status-open = À VOUS
registry-doubt-status-same-as = même poste
registry-doubt-status-another = autre poste
registry-doubt-this = ce rapport
registry-doubt-or = est peut-être
registry-doubt-same = C’est ce poste
registry-doubt-another = C’est un autre poste
registry-doubt-relabelled = C’est un autre poste, une nouvelle étiquette est collée
registry-doubt-decided = Décidé par { $name }, { $date }.
registry-reason-two-candidates = Plusieurs postes correspondent.
registry-reason-weak-only = Seuls des indices faibles correspondent : adresse réseau, UUID ou carte mère.
registry-reason-retagged = Le n° de série est connu sous une autre étiquette.
registry-reason-tag-twice = La même étiquette est vue sur deux postes différents.

## Pages publiques

registry-tag-about = Ce poste passe ou est passé par un atelier de réemploi. Cette page ne dit rien de plus.
registry-tag-network = Réseau
registry-tag-contact = Contact
registry-paper-received = Reçu par le registre
registry-paper-superseded = Un rapport de correction remplace cette ligne.
registry-paper-compare = Comparer avec le papier
registry-paper-compare-how = Le certificat porte cette empreinte. Si un seul signe diffère, ce n’est pas le même document.
registry-missing-machine = Poste introuvable
registry-missing-machine-why = Aucun poste n’a cet identifiant.
registry-missing-certificate = Certificat introuvable
registry-missing-certificate-why = Aucun certificat n’a ce numéro et cette empreinte. Un certificat qui attend encore son envoi n’est pas connu ici : il se vérifie hors ligne avec « regain verify ».

## Commandes

registry-cli-listening = Registre à l’écoute : { $url }
registry-cli-instance = Instance { $instance }
registry-cli-database = Base { $db }
registry-cli-open = Pages ouvertes sans connexion : ce poste seulement.
registry-cli-closed = Pages fermées : lecture par une clé enrôlée, ou par l’en-tête de connexion du mandataire.
registry-cli-code = Code pour une clé de l’atelier { $workshop }, une seule fois, { $days } jours :
registry-cli-audit-good = Contrôle sans écart : { $reports } rapports, { $keys } clés.
registry-cli-audit-head = Tête du journal { $head }
registry-cli-audit-empty = Le journal est vide.
registry-cli-rebuilt = Vues refaites à partir de { $reports } rapports.
registry-cli-exported = { $count } postes écrits dans { $path }.
registry-cli-revoked = Clé { $kid } révoquée. Ce qui est déjà reçu reste valable.

registry-audit-hash = entrée { $seq } : l’empreinte du rapport { $report } ne correspond pas
registry-audit-signature = entrée { $seq } : signature ou contenu refusé ({ $why })
registry-audit-row = entrée { $seq } : la ligne ne correspond pas au rapport { $report }
registry-audit-receipt = entrée { $seq } : reçu refusé ({ $why })
registry-audit-receipt-differs = entrée { $seq } : le reçu dit autre chose que la ligne ({ $fields })
registry-audit-log-chain = entrée { $seq } : la chaîne du journal est rompue
registry-audit-log-gap = entrée { $seq } : l’entrée { $expected } manque
registry-audit-head-lost = la tête notée n’est plus dans le journal : { $head }
registry-audit-key-altered = la clé { $kid } ne correspond pas à son nom
registry-audit-fork = entrée { $seq } : deuxième rapport n° { $number } de la clé { $kid }
registry-audit-gap = clé { $kid } : { $count } rapports manquent ({ $numbers })
registry-audit-chain = entrée { $seq } : le rapport n° { $number } de la clé { $kid } ne suit pas le précédent
registry-audit-unreadable = entrée { $seq } : le rapport ne se lit plus ({ $why })
registry-audit-decision = décision { $number } : elle ne s’applique plus ({ $why })
registry-audit-projection = vue { $table }, ligne { $row } : différente de ce que disent les rapports
