# Inventaire : la fiche du poste, les raisons d’un fait qui manque, et les erreurs de la famille M.

inv-title = Ce poste
inv-exercise = Poste enregistré : { $name }
inv-took = Lu en { $seconds } s

inv-machine = Poste
inv-serial = N° de série
inv-chassis = Châssis
inv-board = Carte mère
inv-bios = BIOS
inv-boot = Démarrage
inv-secure-boot = Démarrage sécurisé
inv-cpu = Processeur
inv-memory = Mémoire
inv-tpm = Module TPM
inv-disks = Disques
inv-controllers = Contrôleurs
inv-graphics = Carte graphique
inv-screen = Écran
inv-battery = Batterie
inv-network = Réseau
inv-missing = Pilotes absents
inv-firmware-files = Micrologiciels
inv-windows-key = Clé Windows
inv-clock = Horloge

inv-none = rien
inv-serial-good = { $serial }
inv-serial-junk = { $serial } (ne désigne rien)
inv-serial-absent = non renseigné
inv-virtual = machine virtuelle
inv-boot-uefi = UEFI { $bits } bits
inv-boot-bios = mode ancien (BIOS)
inv-boot-uefi-possible = mode ancien ; ce poste connaît l’UEFI
inv-secure-boot-on = activé
inv-secure-boot-off = désactivé
inv-secure-boot-setup = clés effacées (mode configuration)
inv-secure-boot-unsupported = non proposé
inv-secure-boot-unknown = inconnu
inv-bios-locked = mot de passe de configuration posé
inv-cpu-cores = { $cores ->
    [one] { $cores } cœur
   *[other] { $cores } cœurs
 }, { $threads ->
    [one] { $threads } fil
   *[other] { $threads } fils
 }
inv-memory-modules = { $modules ->
    [one] { $modules } barrette
   *[other] { $modules } barrettes
 } sur { $slots ->
    [one] { $slots } emplacement
   *[other] { $slots } emplacements
 }
inv-memory-max = { $size } au plus
inv-memory-soldered = soudée
inv-estimated = estimation
inv-tpm-hidden = { $version }, vu par le BIOS seul
inv-tpm-unbound = { $version }, sans pilote
inv-medium-hdd = disque dur
inv-medium-ssd = SSD
inv-medium-nvme = SSD NVMe
inv-medium-emmc = eMMC soudée
inv-medium-usb = USB
inv-medium-optical = optique
inv-medium-unknown = support inconnu
inv-disk-serial = n° { $serial }
inv-disk-hours = { $hours } h de marche
inv-disk-in-use = occupé : { $why }
inv-disk-reallocated = { $n ->
    [one] { $n } secteur remplacé
   *[other] { $n } secteurs remplacés
 }
inv-disk-smart-failed = le disque s’annonce en panne
inv-disk-frozen = verrouillé par le BIOS
inv-disk-locked = verrouillé par mot de passe
inv-hidden = { $n ->
    [one] { $n } disque caché par le contrôleur
   *[other] { $n } disques cachés par le contrôleur
 }
inv-hidden-unknown = des disques peuvent être cachés ({ $why })
inv-battery-line = { $name } : { $full } sur { $design } Wh, usure { $wear } %
inv-battery-cycles = { $n ->
    [one] { $n } cycle
   *[other] { $n } cycles
 }
inv-kind-ethernet = Ethernet
inv-kind-wifi = Wi-Fi
inv-kind-bluetooth = Bluetooth
inv-kind-other = autre
inv-screen-line = { $maker } { $model }, { $width } x { $height }, { $inches } pouces
inv-key-present = présente, fin { $suffix }
inv-key-present-unread = présente
inv-key-absent = absente
inv-key-unknown = inconnue
inv-clock-flat = { $time } : pile à changer
inv-clock-fine = { $time }

# pourquoi un fait manque (agent/locale/reasons.py)
inv-why-needs-root = droits d’administrateur nécessaires
inv-why-late = pas de réponse à temps
inv-why-time-out = pas de réponse à temps ({ $what })
inv-why-tool-missing = programme absent ({ $what })
inv-why-not-there = introuvable ({ $what })
inv-why-could-not-read = lecture impossible ({ $what })
inv-why-no-smbios = ce poste ne donne pas sa table SMBIOS
inv-why-empty = réponse vide
inv-why-no-driver = contrôleur sans pilote
inv-why-raid = contrôleur RAID
inv-why-uncounted = le noyau ne les compte pas
inv-why-empty-slots = tous les emplacements se disent vides
inv-why-broken-answer = réponse abîmée, elle n’est pas crue
inv-why-cut = réponse incomplète
inv-why-garbage = réponse incompréhensible
inv-why-refused = le disque a refusé la question
inv-why-lost = la question ou la réponse s’est perdue en route
inv-why-not-ata = ce n’est pas un disque SATA
inv-why-floor = plus de { $what } minutes
inv-why-blank = non renseigné
inv-why-not-told = non indiqué
inv-why-not-shown = le système ne le montre pas
inv-why-no-name = son nom n’est pas dans la liste des matériels
inv-why-no-known-bus = ni sur PCI ni sur USB
inv-why-no-menu-request = le BIOS n’accepte pas cette demande
inv-why-drive-silent = le disque ne le dit pas
inv-why-no-drive = pas de vrai disque derrière
inv-why-no-smart = ce disque ne surveille pas son état
inv-why-zero-degrees = le disque annonce 0 °C, ce n’est pas une mesure
inv-why-no-file = le fichier qu’il contient est introuvable
inv-why-no-battery = pas de batterie en place
inv-why-no-mains = prise secteur non signalée
inv-why-no-tpm = aucun module TPM visible
inv-why-no-edid = l’écran ne se décrit pas
inv-why-no-signatures = aucune liste de signatures
inv-why-no-bus = ce poste n’a pas de bus { $what }
inv-why-no-driver-bound = aucun pilote
inv-why-none-hidden = aucun disque caché
inv-why-vmd = Linux voit les disques derrière VMD, pas l’installation de Windows
inv-why-no-key = la table ne contient pas de clé
inv-why-no-camera = aucune caméra vue
inv-why-no-address = pas d’adresse d’usine
inv-why-on-usb = branché en USB
inv-why-made-up-address = adresse inventée par un logiciel
inv-why-no-log = le journal du noyau est illisible
inv-why-bug = notre programme s’est trompé ({ $what })
inv-why-mounted = monté sur { $what }
inv-why-member = membre de { $what }
inv-why-held = tenu par { $what }
inv-why-swap = mémoire d’échange
inv-why-absent = { $head }absent ({ $why })
inv-why-unreadable = { $head }illisible ({ $why })
inv-why-not-looked-for = { $head }pas cherché
inv-why-other-build = une autre fabrication est en cours
inv-why-no-such-file = il n’existe pas
inv-why-no-folder = ce n’est pas un dossier
inv-why-is-folder = c’est un dossier
inv-why-full = il n’y a plus de place
inv-why-write-protected = protégé en écriture
inv-why-io-error = le support répond par une erreur
inv-why-busy = déjà occupé
inv-why-gone = il n’est plus là

inv-parse-unreadable = illisible : { $why }
inv-recorded = Poste enregistré dans { $path } : { $commands } commandes, { $files } fichiers, { $size } ko.
inv-recorded-redacted = { $n ->
    [one] { $n } identifiant remplacé.
   *[other] { $n } identifiants remplacés.
 }
inv-recorded-plain = Les n° de série y sont en clair. L’option --redact les remplace.
inv-recorded-partial = Sans droits d’administrateur, cet enregistrement est incomplet.

# M : machine et outils
err-not-root = Cette action demande les droits d’administrateur.
    .why = Sans eux, les disques et le BIOS restent fermés.
    .todo = Relancez la commande en tant que root.
err-tool-missing = Un programme manque : { $tool }.
    .why = Il n’est pas installé sur ce système.
    .todo = Installez-le, ou démarrez depuis la clé Regain.
err-tool-timeout = Un programme ne répond pas : { $tool }.
    .why = Le temps prévu est écoulé. Un disque mourant en est souvent la cause.
    .todo = Éteignez le poste, vérifiez les câbles, puis recommencez.
err-tool-garbage = La réponse de { $tool } n’est pas lisible.
    .why = Le texte est coupé, vide ou d’une autre forme.
    .todo = Recommencez. Si cela se répète, envoyez un enregistrement du poste.
err-machine-unknown = Aucun poste enregistré ne s’appelle { $name }.
    .why = Postes connus : { $known }.
    .todo = Choisissez un de ces noms, ou donnez un dossier de « regain record ».
err-recording-lacks = L’enregistrement de { $machine } est incomplet.
    .why = Il y manque { $what }.
    .todo = Enregistrez ce poste de nouveau avec « regain record ».
err-not-live = Ce poste est un enregistrement.
    .why = Aucun disque réel n’existe derrière lui.
    .todo = Lancez la commande sur le poste lui-même, ou utilisez « regain bench ».
err-file-unreadable = Ce fichier ou ce dossier ne convient pas : { $path }
    .why = Il manque, il est protégé, ou son contenu n’est pas celui attendu.
    .todo = Vérifiez le chemin et les droits, puis recommencez.
err-fault-unknown = Aucune panne d’exercice ne s’appelle { $name }.
    .why = Pannes connues : { $known }.
    .todo = Choisissez un de ces noms.
err-data-damaged = Des données de Regain sont abîmées : { $file }
    .why = Le contrôle dit : { $reason }.
    .todo = Remettez ce fichier en place, ou refaites la clé.

err-data-not-newer = Cette liste n’est pas plus récente : { $file }
    .why = Elle est du { $given }, celle en vigueur du { $now }.
    .todo = Prenez la liste de la dernière version de Regain ; rien n’a été changé.
