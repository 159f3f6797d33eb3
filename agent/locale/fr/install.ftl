# Installation : profils, images, étapes. Une idée par phrase.

## Étapes
step-gate = Contrôle du disque et de l’image
step-partition = Partitions
step-format = Systèmes de fichiers
step-unpack = Copie du système
step-media = Copie de l’installateur de Microsoft
step-identity = Réglages de ce poste
step-menu = Menu de démarrage
step-bios = Démarrage BIOS
step-uefi = Démarrage UEFI
step-bootfiles = Fichiers de démarrage de Windows
step-answers = Réglages du premier démarrage
step-boot-volume = Partition de démarrage
step-initramfs = Démarrage chiffré
step-check = Contrôle du disque installé
step-nvram = Inscription dans l’UEFI
install-rehearsed-step = EXERCICE : étape répétée, rien n’a été écrit.
install-verified-none = non contrôlé
install-verified-checked = contrôlé sur le disque
install-verified-rehearsed = démarré en machine virtuelle
install-verified-started = démarré sur le poste
install-next-questions = Ensuite : retirez la clé et remettez le poste. À son premier démarrage, il pose ses questions à la personne.
install-next-start = Ensuite : retirez la clé et démarrez le poste une fois. Personne ne peut y ouvrir de session : ce système est fait pour les essais.
install-next-windows = Ensuite : démarrez le poste sur son disque, puis constatez ce démarrage avec --confirm-boot.
install-warning-locale = La langue du profil manque dans l’image : le système parle anglais.
install-warning-nvram = L’UEFI n’a pas gardé l’inscription. Le poste démarre par le chemin de secours.
install-warning-no-aes = Ce processeur chiffre lentement : le disque chiffré sera lent.
install-warning-mounted = Un dossier du disque est resté ouvert. Redémarrez avant de retirer le disque.

## Profils
profile-file-good = { $file } : profil valable.
profile-file-bad = { $file } : { $count ->
    [one] une erreur.
   *[other] { $count } erreurs.
 }
profile-problem-line = { $path } (ligne { $line }) : { $message }
profile-whole-file = fichier entier
profile-suggestion = Vouliez-vous écrire « { $word } » ?
profile-hidden = (essais, jamais proposé)
profile-problem-unknown-key = la clé « { $detail } » n’existe pas.
profile-problem-missing = la clé « { $detail } » manque.
profile-problem-duplicate-key = la clé « { $detail } » est écrite deux fois.
profile-problem-alias = une valeur renvoie à une autre (ancre YAML). Écrivez-la en entier.
profile-problem-bad-value = valeur refusée. Valeurs possibles : { $detail }.
profile-problem-bad-form = forme refusée. Forme attendue : { $detail }
profile-problem-wrong-type = type refusé. Type attendu : { $detail }.
profile-problem-out-of-range = valeur hors limites ({ $detail }).
profile-problem-range-order = le minimum dépasse le maximum ({ $detail }).
profile-problem-swap-needs = la clé « { $detail } » manque pour ce genre de mémoire d’échange.
profile-problem-swap-no-use = la clé « { $detail } » ne sert pas à ce genre de mémoire d’échange.
profile-problem-kiosk-needs = une borne a besoin de la clé « { $detail } ».
profile-problem-kiosk-no-use = cette clé ne sert qu’à une borne ; ce profil est pour « { $detail } ».
profile-problem-kiosk-ask = cette question (« { $detail } ») n’a pas de sens pour ce profil.
profile-problem-kiosk-autologin = une borne s’ouvre seule, et aucun autre poste ; ce profil est pour « { $detail } ».
profile-problem-kiosk-encryption = une borne démarre seule : personne ne tape la phrase d’un disque chiffré.
profile-problem-empty = valeur vide.
profile-problem-not-yaml = le fichier n’est pas du YAML lisible : { $detail }
profile-problem-not-text = le fichier n’est pas du texte UTF-8 (octet { $detail }).
profile-problem-not-a-profile = le fichier ne contient pas de profil.
profile-problem-too-long = le fichier dépasse { $detail } octets.
profile-problem-not-file-name = l’identifiant et le nom du fichier diffèrent (fichier : { $detail }).
profile-problem-no-overlay = le dossier « overlays/{ $detail } » n’existe pas.
profile-problem-no-hook = le fichier « hooks/{ $detail } » n’existe pas.
profile-problem-other = valeur refusée : { $detail }

## Images
build-packages = Paquets
build-overlays = Fichiers ajoutés
build-hooks = Réglages
build-clean = Nettoyage
build-squash = Compression
build-check = Contrôle
image-build-phase = { $phase }
image-build-goes-on = { $phase } : { $seconds } s
image-built = Image prête : { $path } ({ $mib } Mio, { $seconds } s). Non confirmée en atelier.
image-added = { $file } : ajoutée pour le profil { $profile }. Non confirmée en atelier.
image-add-inside = l’image doit se trouver dans { $folder }
image-list-none = Aucune image dans { $folder }.
image-list-missing = (fichier absent)
image-list-no-profile = Personne ne peut choisir cette image : { $why }
image-status-proven = confirmée en atelier
image-status-rehearsed = démarrée en machine virtuelle
image-status-unproven = non confirmée en atelier
image-check-good = { $file } : image bonne.
image-check-bad = { $file } : image REFUSÉE.
image-check-unlisted = Cette image n’est dans aucun manifeste : son empreinte n’est comparée à rien.
image-check-not-started = Le démarrage n’est pas essayé ici.
image-refusal = REFUS :
image-warning = ATTENTION :
image-finding-unreadable = le fichier est illisible ou coupé ({ $detail }).
image-finding-hash = l’empreinte diffère du manifeste ({ $detail }).
image-finding-count = le nombre de fichiers diffère du manifeste ({ $detail }).
image-finding-no-kernel = aucun noyau ({ $detail }).
image-finding-no-initrd = l’initrd du noyau manque ({ $detail }).
image-finding-no-bios-grub = GRUB pour BIOS manque ({ $detail }). Ajoutez grub-pc-bin.
image-finding-no-grub-tools = les outils de GRUB manquent ({ $detail }). Ajoutez grub2-common.
image-finding-no-signed-grub = GRUB signé manque ({ $detail }). Ajoutez grub-efi-amd64-signed.
image-finding-no-shim = le shim signé manque ({ $detail }). Ajoutez shim-signed.
image-finding-shim-signers = une signature de Microsoft manque au shim ({ $detail }).
image-finding-machine-id = /etc/machine-id doit exister et être vide ({ $detail }).
image-finding-ssh-host-keys = des clés SSH sont dans l’image ({ $detail }).
image-finding-wifi-secret = un réseau Wi-Fi est enregistré ({ $detail }).
image-finding-profile-left = des données personnelles restent ({ $detail }).
image-finding-home-not-empty = /home n’est pas vide ({ $detail }).
image-finding-user-left = un compte existe déjà ({ $detail }).
image-finding-password-left = un mot de passe fonctionne ({ $detail }).
image-finding-dpkg-audit = des paquets sont à moitié installés ({ $detail }).
image-finding-private-source = une source de paquets est privée ({ $detail }).
image-finding-initrd-modules = l’initrd n’est fait que pour un modèle de poste (MODULES={ $detail }).
image-finding-sshd = un serveur SSH est dans l’image ({ $detail }).
image-finding-no-updates = le profil promet les mises à jour de sécurité, et elles manquent ({ $detail }).
image-finding-no-kiosk = il manque à l’image ce qui fait une borne : { $detail }
image-finding-no-first-boot = le profil promet des questions au premier démarrage, et le programme manque ({ $detail }).

## Feuille du disque chiffré
phrase-sheet-title = Phrase du disque chiffré
phrase-sheet-pc = Poste : { $tag }
phrase-sheet-disk = Disque : …{ $disk }
phrase-sheet-how = L’ordinateur demande cette phrase à chaque démarrage. Les espaces comptent.
phrase-sheet-change = Au premier démarrage, il vous fait choisir la vôtre. Celle-ci n’ouvre alors plus rien.
phrase-sheet-lost = Gardez la vôtre sur papier. Sans elle, vos documents sont perdus, et personne ne peut les rendre.
phrase-sheet-kept = Phrase du disque : elle est dans { $path }, et nulle part ailleurs. Imprimez ce fichier, remettez-le avec le poste, puis effacez-le.
phrase-sheet-none = L’image ne pose pas de questions au premier démarrage : cette phrase reste la seule.

## Windows
windows-not-proven = Démarrage de Windows non vérifié par Regain.
windows-basis-oem-msdm = Licence : clé de ce poste (édition à comparer avec l’étiquette)
windows-basis-retail-owned = Licence : possédée par l’atelier ou la personne
windows-basis-mar-citizenship = Licence : reconditionneur agréé, usage associatif
windows-basis-mar-commercial = Licence : reconditionneur agréé, vente
windows-added = { $file } : { $name }, { $language }, ajoutée. Démarrage de Windows non vérifié par Regain.
windows-setup-added = Installateur de Microsoft gardé avec l’image : { $files } fichiers. Jamais essayé par Regain.
windows-setup-listed = avec l’installateur de Microsoft : { $status }
windows-setup-iso = --setup veut l’ISO de Windows, ou le dossier qui en a le contenu
windows-setup-note = L’installateur de Microsoft sera sur le disque, pas Windows. Démarrage non vérifié par Regain.
windows-setup-note-proven = L’installateur de Microsoft sera sur le disque, pas Windows.
windows-why-apply = Image copiée d’ici : Windows voit ce disque sans pilote du fabricant.
windows-why-apply-unseen = Image copiée d’ici : Regain n’a pas pu lire si ce disque veut un pilote du fabricant.
windows-why-setup-driver = Pourquoi : le disque passe par Intel VMD ou RST, une image copiée d’ici ne le verrait pas.
windows-why-setup-boot = Pourquoi : ce poste refuse le fichier de démarrage de l’image copiée d’ici.
windows-why-setup-asked = Pourquoi : demandé (--setup). L’image pouvait aussi être copiée d’ici.
windows-setup-next =
    Windows n’est pas encore installé. L’installateur de Microsoft est prêt sur le disque : il se lancera au premier démarrage. Personne ne l’a vu démarrer.
    1. Éteignez le poste. Retirez la clé et tout autre disque USB.
    2. Branchez le secteur, puis rallumez : l’installateur démarre seul. Il peut demander une clé de produit (répondez « Je n’ai pas de clé ») et montrer les conditions de licence.
    3. Attendez la première question de Windows (pays), puis éteignez : la suite est pour la personne qui reçoit le poste.
    4. Si l’installateur recommence, choisissez « Windows Boot Manager » dans le menu de démarrage du poste.
    5. Vous avez vu Windows démarrer ? Démarrez sur la clé et constatez-le avec --confirm-boot.
windows-copied = Fichier d’image copié depuis l’ISO : { $file }
windows-confirmed = { $id }, { $path ->
    [setup] installé par l’installateur de Microsoft
   *[apply] image copiée d’ici
 } : démarrage constaté sur { $maker } { $model }. Modèles vus : { $models } sur { $want }. Marques vues : { $makers } sur { $wantmakers }.
windows-index-line = { $index } : { $name } ({ $edition }, { $language }, { $build })
windows-index-asked = Dites quelle image de ce fichier (--index) :
windows-other-record = ce rapport n’est pas celui d’une installation de Windows
windows-other-image = ce rapport parle d’une autre image
windows-licence-asked = --licence (oem-msdm, retail-owned, mar-citizenship, mar-commercial)
windows-reason-bios = Ce poste a démarré en mode BIOS : Windows 11 ne démarre qu’en UEFI.
windows-reason-no-secure-boot = Ce poste n’a pas le démarrage sécurisé.
windows-reason-not-eligible = Ce poste n’est pas éligible à Windows 11.
windows-reason-undetermined = Le verdict Windows 11 de ce poste est indéterminé.
windows-reason-eligible-after-firmware-change = Un réglage du BIOS est à faire d’abord.
windows-reason-eligible-after-upgrade = Un ajout de matériel est à faire d’abord.
windows-reason-no-basis = Aucune licence n’est dite pour ce poste.
windows-reason-basis-not-allowed = La fiche de l’image ne permet pas cette licence.
windows-reason-no-oem-key = Ce poste n’a pas de clé Windows dans son BIOS (table MSDM).
windows-reason-edition-not-told = L’édition de la clé ne se lit pas ici : elle est à lire sur l’étiquette du poste.
windows-reason-keys-unreadable = Les clés du démarrage sécurisé ne se lisent pas.
windows-reason-keys-lacking = Les clés du démarrage sécurisé ne connaissent aucun Windows.
windows-reason-boot-revoked = Ce poste refuse le fichier de démarrage de cette image (certificat de 2011 révoqué).
windows-reason-boot-unknown = Ce poste ne connaît pas le certificat du fichier de démarrage de cette image.
windows-reason-architecture = L’image n’est pas faite pour x86-64.
windows-reason-language = L’image n’est pas en français, et personne ne l’a confirmé.
windows-reason-vendor-storage = Le disque passe par Intel VMD ou RST : une image copiée d’ici ne le verrait pas. L’installateur de Microsoft est avec l’image : prenez-le (--setup), ou réglez le BIOS sur AHCI.
windows-reason-vendor-storage-no-setup = Disque derrière Intel VMD ou RST. Il manque l’installateur de Microsoft : ajoutez l’ISO (regain image add --setup), ou réglez le BIOS sur AHCI.
windows-reason-vendor-storage-setup-driver = Disque derrière Intel VMD ou RST. L’installateur de Microsoft est là, mais pas le pilote de ce modèle (dossier drivers) : ajoutez-le, ou réglez le BIOS sur AHCI.
windows-reason-vendor-storage-setup-disks = Disque derrière Intel VMD ou RST. L’installateur de Microsoft est là, mais il y a plusieurs disques : débranchez les autres, ou réglez le BIOS sur AHCI.
windows-reason-vendor-storage-setup-disks-unseen = Disque derrière Intel VMD ou RST, d’autres sont peut-être cachés : l’installateur de Microsoft pourrait se tromper de disque. Réglez le BIOS sur AHCI.
windows-reason-vendor-storage-setup-boot = Disque derrière Intel VMD ou RST. Ce poste refuse de démarrer l’installateur de Microsoft qui est là : prenez un ISO plus récent, ou réglez le BIOS sur AHCI.
windows-reason-no-setup = L’image n’a pas l’installateur de Microsoft avec elle (regain image add --setup).
windows-reason-setup-disks = Ce poste a plusieurs disques : l’installateur de Microsoft pourrait prendre le mauvais. Débranchez les autres.
windows-reason-setup-disks-unseen = D’autres disques sont peut-être cachés dans ce poste : l’installateur de Microsoft pourrait prendre le mauvais. Réglez le BIOS sur AHCI.
windows-reason-setup-driver = Le disque passe par Intel VMD ou RST, et son pilote manque dans le dossier drivers de l’image.

## Erreurs
err-install-locked = L’installation reste verrouillée pour le disque …{ $disk }.
    .why = Aucun rapport signé ne prouve l’effacement de ce disque (rapport donné : { $record }).
    .todo = Effacez d’abord le disque, puis donnez son rapport avec --erasure-record. Sinon écrivez un motif avec --unproven.
err-install-bad-ranges = L’installation reste verrouillée pour le disque …{ $disk }.
    .why = Son rapport d’effacement nomme des secteurs qui ne s’écrivent ou ne se lisent plus.
    .todo = Remplacez ce disque. Sinon écrivez un motif avec --unproven : il est imprimé.
err-install-step-failed = L’installation a échoué à l’étape « { $step ->
    [step-gate] Contrôle du disque et de l’image
    [step-partition] Partitions
    [step-format] Systèmes de fichiers
    [step-unpack] Copie du système
    [step-media] Copie de l’installateur de Microsoft
    [step-identity] Réglages de ce poste
    [step-menu] Menu de démarrage
    [step-bios] Démarrage BIOS
    [step-uefi] Démarrage UEFI
    [step-bootfiles] Fichiers de démarrage de Windows
    [step-answers] Réglages du premier démarrage
    [step-boot-volume] Partition de démarrage
    [step-initramfs] Démarrage chiffré
    [step-check] Contrôle du disque installé
    [step-nvram] Inscription dans l’UEFI
   *[other] { $step }
 } ».
    .why = La relecture du disque ne montre pas ce qui est prévu : { $observed }
    .todo = Ne remettez pas ce poste. Recommencez l’installation. Si l’échec revient, changez le disque.
err-profile-bad = Le profil { $file } contient des erreurs ({ $count }).
    .why = Première erreur : { $path }. { $detail }
    .todo = Lancez « regain profile check » sur ce fichier, puis corrigez chaque ligne citée.
err-profile-unknown = Le profil « { $profile } » n’existe pas.
    .why = Profils connus : { $known }.
    .todo = Choisissez un nom de cette liste (regain profile list).
err-profile-taken = Le nom « { $profile } » est déjà celui d’un profil de Regain.
    .why = Votre profil dit autre chose que celui de Regain. Deux systèmes ne peuvent pas porter le même nom.
    .todo = Changez « id » dans votre profil, par exemple en y ajoutant le nom de votre association.
err-image-damaged = La clé est abîmée : l’image { $file } n’est plus bonne.
    .why = La relecture de l’image dit : { $why }
    .todo = Copiez l’image à nouveau, ou prenez une autre clé.
err-image-missing = Aucune image pour le profil { $profile }.
    .why = Le fichier n’est pas sur cette clé, ou il n’est pas dans le manifeste.
    .todo = Fabriquez l’image avec « regain image build », ou copiez-la sur la clé.
err-image-build-failed = La fabrication de l’image a échoué (phase { $phase }).
    .why = { $why }
    .todo = Corrigez la cause, puis relancez la même commande : elle reprend là où elle peut.
err-disk-too-small = Le disque est trop petit pour ce système.
    .why = Le disque a { $have } octets, le système en demande { $need }.
    .todo = Choisissez un profil plus petit ou un disque plus grand.
err-image-unfit = L’image { $file } ne convient pas : rien n’est installé.
    .why = Un poste installé avec elle ne démarre pas, ou garde des traces. Il manque ou reste : { $missing }
    .todo = Lancez « regain image check » sur ce fichier, puis refaites l’image.
err-image-unconfirmed = L’image { $image } reste « non confirmée en atelier ».
    .why = Il faut des rapports signés « démarré sur le poste » de { $models } modèles et { $makers } marques. Rapports reçus : { $have }.
    .todo = Cette version ne lit pas encore ces rapports. Gardez les rapports signés de chaque poste démarré.
err-image-unlisted = L’image { $file } n’est dans aucun manifeste.
    .why = Sans empreinte écrite d’avance, rien ne dit si le fichier est entier.
    .todo = Ajoutez-la d’abord avec « regain image add ».
err-encryption-refused = Le disque n’est pas chiffré : rien n’est installé.
    .why = Le profil { $profile } ne chiffre pas, ou aucune phrase n’a été tirée.
    .todo = Choisissez un profil avec « encryption: ask », ou installez sans --encrypt.
err-phrase-no-stick = Ce disque ne peut pas être chiffré maintenant.
    .why = Les résultats ne sont qu’en mémoire : la feuille qui porte la phrase serait perdue, et le disque avec elle.
    .todo = Branchez la clé et gardez les résultats (F5), ou choisissez sans chiffrer.
err-phrase-not-kept = La phrase du disque chiffré n’a pas pu être écrite : rien n’est installé.
    .why = { $path } : { $why }.
    .todo = Faites de la place sur la clé ou rebranchez-la, puis recommencez l’installation.
err-build-impossible = L’image du profil { $profile } ne peut pas être fabriquée.
    .why = Il manque { $missing } : personne ne pourrait ouvrir de session.
    .todo = Ajoutez « first-boot » à la ligne « overlay » du profil.
err-windows-refused = Windows n’est pas installé sur ce poste.
    .why = { $reason ->
        [bios] { windows-reason-bios }
        [no-secure-boot] { windows-reason-no-secure-boot }
        [not-eligible] { windows-reason-not-eligible }
        [undetermined] { windows-reason-undetermined }
        [eligible-after-firmware-change] { windows-reason-eligible-after-firmware-change }
        [eligible-after-upgrade] { windows-reason-eligible-after-upgrade }
        [no-basis] { windows-reason-no-basis }
        [basis-not-allowed] { windows-reason-basis-not-allowed }
        [no-oem-key] { windows-reason-no-oem-key }
        [edition-not-told] { windows-reason-edition-not-told }
        [keys-unreadable] { windows-reason-keys-unreadable }
        [keys-lacking] { windows-reason-keys-lacking }
        [boot-revoked] { windows-reason-boot-revoked }
        [boot-unknown] { windows-reason-boot-unknown }
        [architecture] { windows-reason-architecture }
        [language] { windows-reason-language }
        [vendor-storage] { windows-reason-vendor-storage }
        [vendor-storage-no-setup] { windows-reason-vendor-storage-no-setup }
        [vendor-storage-setup-driver] { windows-reason-vendor-storage-setup-driver }
        [vendor-storage-setup-disks] { windows-reason-vendor-storage-setup-disks }
        [vendor-storage-setup-disks-unseen] { windows-reason-vendor-storage-setup-disks-unseen }
        [vendor-storage-setup-boot] { windows-reason-vendor-storage-setup-boot }
        [no-setup] { windows-reason-no-setup }
        [setup-disks] { windows-reason-setup-disks }
        [setup-disks-unseen] { windows-reason-setup-disks-unseen }
        [setup-driver] { windows-reason-setup-driver }
       *[other] { $reason }
     }
    .todo = Corrigez ce qui est dit, ou choisissez Linux. Clés de démarrage : remettez celles d’usine dans le BIOS, puis relancez l’examen.
err-windows-edition = Windows n’est pas installé : l’édition ne correspond pas à la licence.
    .why = Licence de ce poste : { $declared }. Édition de l’image : { $image }.
    .todo = Prenez l’image de la même édition que l’étiquette du poste.
err-wim-no-index = Le fichier { $file } n’a pas d’image numéro { $index }.
    .why = Images de ce fichier : { $have }.
    .todo = Donnez un de ces numéros avec --index.
err-wim-parts = Les morceaux de l’image { $file } ne vont pas ensemble.
    .why = Morceaux trouvés : { $have }. Morceaux attendus : { $want }.
    .todo = Copiez tous les morceaux (.swm) du même découpage, puis recommencez.
err-media-unfit = Le contenu de cet ISO ne convient pas à l’installateur de Microsoft.
    .why = En cause : { $why }.
    .todo = Prenez l’ISO de Microsoft tel quel, sans fichier ajouté. Une image « .esd » de plus de 4 Gio ne se découpe pas : prenez un ISO avec install.wim.
err-install-disk-full = Le disque …{ $disk } est plein : Windows n’est pas installé.
    .why = L’image ne tient pas dans sa partition.
    .todo = Ne remettez pas ce poste. Prenez un disque plus grand, ou choisissez Linux.
err-sidecar-bad = La fiche { $file } contient une erreur.
    .why = Place : { $path }. { $detail }
    .todo = Refaites-la avec « regain image add » : tout y est lu dans les fichiers.
err-boot-not-seen = Le premier démarrage de Windows n’est pas confirmé.
    .why = { $why }
    .todo = Démarrez le poste sur son disque jusqu’à la première question de Windows, éteignez-le, puis relancez cette commande.
