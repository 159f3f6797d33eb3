# Effacement : méthodes, raisons, réserves, gardes, erreurs de la famille D.

# niveaux (NIST SP 800-88r2, IEEE 2883-2022)
level-clear = effacement simple
level-purge = effacement renforcé
level-none = aucun effacement

# méthodes
technique-overwrite = écrasement par un flux chiffré
technique-nvme-sanitize-crypto-block = SANITIZE NVMe, clé puis blocs
technique-nvme-sanitize-block = SANITIZE NVMe, blocs
technique-nvme-sanitize-crypto = SANITIZE NVMe, clé
technique-nvme-sanitize-overwrite = SANITIZE NVMe, écrasement
technique-nvme-format = Format NVMe
technique-ata-sanitize-crypto-block = SANITIZE ATA, clé puis blocs
technique-ata-sanitize-block = SANITIZE ATA, blocs
technique-ata-sanitize-crypto = SANITIZE ATA, clé
technique-ata-sanitize-overwrite = SANITIZE ATA, écrasement
technique-ata-security-erase-enhanced = SECURITY ERASE étendu
technique-ata-security-erase = SECURITY ERASE
technique-scsi-sanitize-block = SANITIZE SCSI, blocs
technique-scsi-sanitize-crypto = SANITIZE SCSI, clé
technique-scsi-sanitize-overwrite = SANITIZE SCSI, écrasement
technique-scsi-format-unit = FORMAT UNIT SCSI
technique-mmc-sanitize = SANITIZE eMMC
technique-opal-psid = retour d’usine Opal par le code PSID

verify-full = relecture complète
verify-sample = relecture par échantillon

# pourquoi cette méthode
method-nvme-format = SSD NVMe : commande Format (effacement des données), contrôle des témoins, puis { $passes ->
    [one] une passe
   *[other] { $passes } passes
 } et relecture.
method-nvme-format-crypto = SSD NVMe : commande Format (changement de la clé de chiffrement), contrôle des témoins, puis { $passes ->
    [one] une passe
   *[other] { $passes } passes
 } et relecture.
method-nvme-sanitize-crypto-block = SSD NVMe : SANITIZE, changement de la clé puis effacement des blocs. Contrôle des témoins et relecture par échantillon.
method-nvme-sanitize-block = SSD NVMe : SANITIZE, effacement des blocs. Contrôle des témoins et relecture par échantillon.
method-nvme-sanitize-crypto = SSD NVMe : SANITIZE, changement de la clé, contrôle des témoins, puis une passe et relecture.
method-nvme-sanitize-overwrite = SSD NVMe : SANITIZE, écrasement par le disque, une passe. Contrôle des témoins et relecture par échantillon.
method-ata-sanitize-crypto-block = SSD : SANITIZE, changement de la clé puis effacement des blocs. Contrôle des témoins et relecture par échantillon.
method-ata-sanitize-block = SSD : SANITIZE, effacement des blocs. Contrôle des témoins et relecture par échantillon.
method-ata-sanitize-crypto = SSD : SANITIZE, changement de la clé, contrôle des témoins, puis une passe et relecture.
method-ata-sanitize-overwrite = Disque dur : SANITIZE, écrasement par le disque, une passe, secteurs réalloués compris. Contrôle des témoins et relecture par échantillon.
method-ata-security-erase-enhanced = Disque dur : SECURITY ERASE renforcé, secteurs réalloués compris. Contrôle des témoins et relecture par échantillon.
method-ata-security-erase-enhanced-ssd = SSD : SECURITY ERASE renforcé, contrôle des témoins, puis une passe et relecture.
method-ata-security-erase = SSD : SECURITY ERASE, contrôle des témoins, puis une passe et relecture.
method-scsi-sanitize-block = Disque SAS : SANITIZE, effacement des blocs. Contrôle des témoins et relecture par échantillon.
method-scsi-sanitize-crypto = Disque SAS : SANITIZE, changement de la clé, contrôle des témoins, puis une passe et relecture.
method-scsi-sanitize-overwrite = Disque SAS : SANITIZE, écrasement par le disque. Contrôle des témoins et relecture par échantillon.
method-scsi-format-unit = Disque SAS : FORMAT UNIT, contrôle des témoins, puis une passe et relecture.
method-mmc-sanitize = Mémoire eMMC : libération des blocs, SANITIZE, contrôle des témoins, puis une passe et relecture.
method-opal-psid = Disque Opal : retour d’usine par le code PSID, contrôle des témoins, puis une passe et relecture.
method-opal-psid-locked = Disque Opal verrouillé : retour d’usine par le code PSID, qui l’ouvre. La méthode qui suit l’efface et le prouve.
plan-together = Une seule commande efface les { $count } espaces de noms de ce disque ; chacun a ses témoins et sa relecture.
method-overwrite-hdd = Disque dur : une passe sur tout l’espace visible, puis relecture.
method-overwrite-ssd = Mémoire flash : deux passes sur tout l’espace visible, puis relecture.
method-overwrite-emmc = Mémoire eMMC ou carte : deux passes sur tout l’espace visible, puis relecture.
method-overwrite-usb = Disque USB, { $passes ->
    [one] une passe
   *[other] { $passes } passes
 } sur tout l’espace visible, puis relecture.
method-overwrite-loop = Image disque : une passe sur toute l’image, puis relecture.
method-overwrite-unknown = Type de disque inconnu, traité comme de la mémoire flash : deux passes, puis relecture.

# ce que le certificat doit dire
claim-ssd-overwrite = L’écrasement d’un SSD n’est pas un effacement renforcé : les zones de réserve ne sont pas atteintes.
claim-nvme-format = La commande Format NVMe suivie d’une passe n’est pas un effacement renforcé : personne n’a pu voir les zones de réserve.
claim-crypto-only = Cet effacement repose sur le chiffrement du disque par lui-même : personne n’a pu voir si tout était chiffré depuis le début. Une passe a suivi.
claim-opal-psid = Retour d’usine Opal par le code PSID. Cet effacement repose sur le chiffrement du disque par lui-même : personne n’a pu voir si tout était chiffré depuis le début. Une passe a suivi.
claim-security-erase-ssd = SECURITY ERASE suivi d’une passe n’est pas un effacement renforcé sur un SSD : personne n’a pu voir les zones de réserve.
claim-format-unit = FORMAT UNIT suivi d’une passe n’est pas un effacement renforcé : personne n’a pu voir les zones de réserve.
claim-emmc = L’écrasement d’une mémoire eMMC n’est pas un effacement renforcé : les zones de réserve et RPMB ne sont pas atteintes.
claim-bridge = Disque derrière un adaptateur USB : ses zones cachées n’ont pas été examinées.
claim-unknown-medium = Type de disque inconnu : ses zones cachées n’ont pas été examinées.

# avant l’accord
command-cannot-stop = Une fois lancée, cette commande ne peut plus être arrêtée. Laissez le poste branché jusqu’au bout.

# pourquoi une méthode est laissée
skip-not-available-yet = Le disque la propose, cette version ne l’exécute pas encore.
skip-no-real-drive = Sur un vrai poste, Regain l’emploierait. Ici il n’y a pas de vrai disque : il écrase.
skip-several-namespaces = Le disque a plusieurs espaces de noms : un Format peut toucher ceux que personne n’a confirmés.
skip-namespace-missing = Elle efface tout le disque à la fois : un de ses espaces de noms n’était pas prêt, elle n’a pas été envoyée.
skip-namespaces-not-counted = Personne n’a pu compter les espaces de noms du disque.
skip-refused-by-drive = Le disque l’a refusée avant de commencer (état { $status }).
skip-tool-failed = L’outil ne l’a pas envoyée au disque : { $error }.
skip-lied = Ce disque l’a déjà dite « faite » sans rien effacer.
skip-never-began = Le disque a répondu « accepté », mais son état montre que rien n’a commencé.
skip-sanitize-frozen = Les commandes SANITIZE du disque sont bloquées jusqu’à sa prochaine coupure d’alimentation.
skip-no-estimate = Le disque n’annonce pas une durée à laquelle se fier : l’outil couperait la commande avant la fin.
skip-password-not-set = Le disque n’a pas pris le mot de passe que cette commande demande.
skip-password-of-another = Le disque porte déjà un mot de passe, qui n’est pas le nôtre.
skip-not-carried-through = Le disque ne l’a pas menée à bien. Le mot de passe posé pour elle est retiré.
skip-drive-lacks-it = Le disque ne la propose pas.
skip-capability-not-read = Personne n’a demandé au disque s’il la propose.
skip-capability-unreadable = Le disque n’a pas pu dire s’il la propose : { $error }.
skip-frozen = Le disque est verrouillé par le BIOS.
skip-locked = Le disque est verrouillé par mot de passe.
skip-opal-not-owned = Personne n’a verrouillé ce disque : son code PSID n’effacerait rien.
skip-opal-not-encrypting = Ce disque ne chiffre pas ce qu’il garde : un retour d’usine n’efface rien.
skip-opal-several-namespaces = Ce disque a plusieurs espaces de noms : le code PSID les efface tous, y compris ceux que personne n’a confirmés.
skip-opal-psid-wanted = Ce disque est verrouillé par son ancien propriétaire : rien ne s’y écrira avant que le code PSID de son étiquette soit tapé (écran Confirmation, ou regain erase --psid).
skip-opal-opened = Faite : le disque était verrouillé, le code PSID l’a ouvert. Aucun témoin ne pouvait y être posé avant, donc elle ne prouve rien seule. La suite est prouvée à part.
skip-level-too-low = Elle n’atteint pas l’effacement renforcé.
skip-size-unknown = La taille du disque n’est pas connue.
skip-read-only = Le disque est en lecture seule.
skip-optical = Un lecteur optique ne s’efface pas.
skip-unknown-name = Ce nom de méthode n’existe pas.
skip-other-medium = Cette méthode est faite pour un autre type de disque.

# pourquoi un disque est exclu
excluded-boot-medium = Ce poste a démarré dessus.
excluded-boot-disk = Ce poste a démarré depuis ce disque interne.
excluded-optical = Lecteur optique.
excluded-not-a-disk = { $evidence } n’est pas un disque.
excluded-unreadable = { $what ->
        [in_use] Son usage
        [size_bytes] Sa taille
        [read_only] Sa protection en écriture
        [bus] Son branchement
        [medium] Son type
        [removable] Son caractère amovible
       *[other] Son nom
    } : lecture impossible ({ $error }). Un disque mal lu n’est jamais effacé.
excluded-size-zero = Taille nulle ou inconnue.
excluded-sector-size = Secteurs de { $sector_bytes } octets, comme dans les baies de stockage : rien ne peut être lu ni écrit. D’abord, à la main : sg_format --format --size=512, ce qui prend des heures.
excluded-in-use = En service : { $evidence }.
excluded-read-only = En lecture seule.
excluded-loop = Image disque ({ $evidence }) : seulement si vous la nommez.
excluded-usb = Disque USB ou amovible : seulement si vous le demandez.
excluded-no-identity = Ni n° de série ni WWN lisible.
excluded-duplicate = Un autre disque porte la même identité : { $evidence }.

# pourquoi ce résultat
reason-cleared = Chaque octet visible a été écrasé puis relu, les témoins ont disparu.
reason-purged = Le disque a terminé sa commande d’effacement renforcé, les témoins ont disparu.
reason-cleared-with-exceptions = Le reste a été écrasé et relu. Les réserves sont listées.
reason-vanished = Le disque a disparu pendant l’effacement.
reason-budget = Trop de secteurs défectueux.
reason-read-only = Le disque refuse toute écriture.
reason-sync-failed = Le disque n’a pas confirmé ce qui était écrit.
reason-sanitize-running = Le disque exécute une commande SANITIZE. Rien n’a été envoyé.
reason-sanitize-unknown = Le disque n’a pas pu dire si une commande SANITIZE est en cours. Rien n’a été envoyé.
reason-sanitize-failed = La dernière commande SANITIZE de ce disque a échoué : il ne peut rien recevoir d’autre.
reason-format-failed = FORMAT UNIT a échoué : ce disque ne rend plus aucun secteur tant qu’un autre FORMAT UNIT n’a pas réussi.
reason-sanitize-no-end = La commande SANITIZE dure bien plus longtemps que ce que le disque annonce. Elle tourne peut-être encore.
reason-left-running = Le disque s’efface encore, et rien ne peut l’arrêter. Ce disque n’est PAS certifié : revenez le contrôler.
reason-password-left = Le mot de passe posé pour l’effacement (« regain ») n’a pas pu être retiré.
reason-locked = Le disque est verrouillé par un mot de passe qui n’est pas le nôtre. Rien n’a été écrit.
reason-opal-locked = Le disque est verrouillé par son ancien propriétaire (Opal). Rien n’a été écrit. Le code PSID de son étiquette l’ouvre : écran Confirmation, ou regain erase --psid.
reason-opal-still-locked = Le disque a répondu au retour d’usine et reste verrouillé.
reason-command-unknown = Le disque n’a pas dit comment sa commande d’effacement s’est terminée.
reason-command-refused = Le disque a refusé sa commande d’effacement et le plan ne prévoit rien d’autre.
reason-command-not-checked = Personne n’a pu voir ce que la commande du disque a effacé.
reason-command-erased-nothing = Le disque a répondu « fait » et n’a pas effacé.
reason-changed-after-command = Après sa commande, le disque montre une autre identité ou une autre taille.
reason-disk-error = Le disque a répondu par une erreur qui ne permet pas de continuer.
reason-canary-alive = Des témoins sont encore lisibles.
reason-witness-alive = Un ancien contenu est encore lisible.
reason-structured-content = Des données d’un ancien propriétaire sont encore lisibles.
reason-mismatch = La relecture a trouvé autre chose que ce qui a été écrit.
reason-interrupted = Arrêté par vous : ce disque n’est PAS certifié.
reason-stalled = Le disque ne répond plus.
reason-worker-died = L’effacement s’est arrêté sans un mot. Personne ne sait ce qui a été écrit.
reason-passes-missing = Toutes les passes n’ont pas été faites.
reason-transition-not-seen = Le disque n’a pas montré le passage à « terminé ».
reason-not-verified = Rien n’a été relu.
reason-verified-too-little = Trop peu a été relu.
reason-no-canaries = Aucun témoin n’a pu être posé.
reason-canaries-not-checked = Les témoins n’ont pas été recherchés.
reason-check-void = Trop de témoins illisibles : le contrôle est sans valeur.

# réserves
exception-write-ranges = Secteurs non inscriptibles : { $bytes } octets.
exception-read-ranges = Secteurs illisibles : { $bytes } octets.
exception-write = Non inscriptible : de l’octet { $start } à l’octet { $end }.
exception-read = Illisible : de l’octet { $start } à l’octet { $end }.
exception-mismatch = Relecture différente : de l’octet { $start } à l’octet { $end }.
exception-hpa = Zone HPA cachée à la fin du disque, non effacée.
exception-hpa-not-assessed = Zone HPA : personne n’a pu dire s’il y en a une.
exception-dco = Zone DCO cachée à la fin du disque, non effacée.
exception-dco-not-assessed = Zone DCO : personne n’a pu dire s’il y en a une.
exception-bridge-not-assessed = Derrière un adaptateur USB : zones cachées non examinées.
exception-boot-areas = Zones d’amorçage et RPMB de l’eMMC non effacées.
exception-area-left = Zone { $area } de l’eMMC non effacée.
exception-area-locked = Zone { $area } de l’eMMC non effacée : la carte refuse toute écriture à cet endroit.
exception-rpmb = Zone RPMB de l’eMMC non effacée : personne ne peut l’effacer.
plan-boot-areas = Les zones d’amorçage de l’eMMC seront effacées aussi. { $boot_from ->
        [none] Certaines tablettes démarrent de là : ce poste peut ne plus jamais démarrer.
       *[other] La carte dit que ce poste démarre de { $boot_from } : il peut ne plus jamais démarrer.
    }
exception-namespaces = Le disque NVMe a plusieurs espaces de noms. Celui-ci seul est effacé.
exception-namespaces-unattached = Espaces de noms du disque NVMe qui ne sont pas rattachés, non effacés : { $count }.
exception-defects-grew = Le compteur de défauts { $counter } est passé de { $before } à { $after } pendant l’effacement.
exception-other = Autre réserve.

# ralentissements
stall-no-bytes = plus aucun octet ne passe
stall-slow = moins d’un dixième de son débit habituel

# ce qu’une relecture a trouvé
content-stream = le flux écrit
content-zeros = des zéros
content-ones = des 0xFF
content-pattern = un motif répété
content-random = des données aléatoires qui ne sont pas les nôtres
content-structured = des données d’un ancien propriétaire
content-not_classed = non classé

# erreurs D : disques
err-disk-not-found = Disque introuvable : { $disk }
    .why = Aucun disque présent ne porte cette identité.
    .todo = Vérifiez les câbles, puis relancez l’inventaire.
err-disk-no-identity = Disque sans identité : { $disk }
    .why = Il ne donne ni n° de série ni WWN. Une confirmation ne pourrait désigner aucun disque.
    .todo = Branchez-le autrement, sans adaptateur. Sinon mettez-le à l’écart.
err-disk-excluded = Disque exclu : { $disk }
    .why = { $why }
    .todo = Libérez le disque ou choisissez-en un autre.
err-disk-busy = Disque en service : { $disk }
    .why = Un système, un échange ou un assemblage le tient ouvert.
    .todo = Démontez ce qui l’utilise, puis recommencez.
err-disk-read-only = Disque en lecture seule : { $disk }
    .why = Il refuse toute écriture : verrou matériel ou mémoire usée.
    .todo = Cherchez un verrou. Sinon mettez le disque à détruire.
err-disk-changed = Ce disque a changé depuis votre accord : { $disk }
    .why = Son identité ou sa taille n’est plus celle du plan.
    .todo = Relancez l’inventaire et donnez un nouvel accord.
err-disk-vanished = Le disque a disparu : { $disk }
    .why = Il ne répond plus depuis le milieu de l’effacement. Il n’est pas effacé.
    .todo = Rebranchez-le et recommencez. S’il disparaît encore, mettez-le à détruire.
err-disk-write-errors = Trop d’erreurs d’écriture : { $disk }
    .why = Le disque ne garde plus ce qui est écrit.
    .todo = Mettez-le à détruire, avec ce code sur l’étiquette.
err-disk-canary-alive = Témoins encore lisibles : { $disk }
    .why = Le disque a dit « fait » et n’a pas tout effacé.
    .todo = Ne remettez pas ce disque. Mettez-le à détruire, avec ce code sur l’étiquette.
err-disk-lied = Le disque a dit « fait » sans effacer : { $disk }
    .why = Sa commande d’effacement a répondu, et d’anciennes données sont encore lisibles.
    .todo = Ne remettez pas ce poste. Recommencez : le nouveau plan laisse cette commande et écrase le disque.
err-disk-no-boot-areas = Aucune zone d’amorçage connue : { $disk }
    .why = Seules les mémoires eMMC en ont, et ce disque n’en annonce pas. Rien n’a été écrit.
    .todo = Recommencez sans « --boot-areas ».
err-psid-missing = Code PSID attendu : { $disk }
    .why = Ce disque demande les 32 lettres et chiffres imprimés sur son étiquette (PSID). Rien n’a été écrit.
    .todo = Retapez-le en majuscules. Ce n’est pas le numéro de série.
err-psid-wrong = Le disque refuse ce code PSID : { $disk }
    .why = Le code tapé n’est pas celui de ce disque. Rien n’a été écrit.
    .todo = Relisez l’étiquette : 0 et O, 1 et I, 8 et B se ressemblent. Après cinq erreurs, le disque n’écoute plus jusqu’à l’arrêt du poste.
err-psid-locked-out = Trop de mauvais codes PSID : { $disk }
    .why = Le disque n’écoute plus aucun code. Rien n’a été écrit.
    .todo = Éteignez le poste, débranchez-le dix secondes, rallumez-le, puis retapez le code.
err-psid-refused = Le disque n’accepte pas le retour d’usine : { $disk }
    .why = Sa réponse : { $status }. Rien n’a été écrit.
    .todo = Éteignez le poste et recommencez une fois. S’il refuse encore, mettez le disque à détruire.
err-disk-verify-mismatch = La relecture ne correspond pas : { $disk }
    .why = Le disque rend autre chose que ce qui a été écrit.
    .todo = Ne remettez pas ce disque. Mettez-le à détruire, avec ce code sur l’étiquette.
err-disk-structured-content = Anciennes données encore lisibles : { $disk }
    .why = La relecture a trouvé des données d’un ancien propriétaire.
    .todo = Ne remettez pas ce disque. Recommencez une fois, sinon mettez-le à détruire.
err-disk-worker-died = L’effacement s’est arrêté sans un mot : { $disk }
    .why = Le programme qui écrivait a disparu. Personne ne sait ce qui est écrit après la dernière marque.
    .todo = Ne remettez pas ce poste. Reprenez l’effacement : il repart de la dernière marque.
err-disk-state-unknown = État inconnu : { $disk }
    .why = Une observation manque. Rien ne prouve que le disque est effacé.
    .todo = Ne remettez pas ce poste. Recommencez l’effacement.
err-disk-frozen = Disque verrouillé par le BIOS : { $disk }
    .why = Le BIOS a interdit les commandes d’effacement au démarrage.
    .todo = Mettez le poste en veille puis réveillez-le, ou rebranchez l’alimentation du disque.
err-disk-no-method = Méthode impossible : { $method }, disque { $disk }
    .why = { $reason ->
        [skip-unknown-name] { skip-unknown-name }
        [skip-other-medium] { skip-other-medium }
        [skip-not-available-yet] { skip-not-available-yet }
        [skip-drive-lacks-it] { skip-drive-lacks-it }
        [skip-no-real-drive] { skip-no-real-drive }
        [skip-several-namespaces] { skip-several-namespaces }
        [skip-namespaces-not-counted] { skip-namespaces-not-counted }
        [skip-capability-not-read] { skip-capability-not-read }
        [skip-frozen] { skip-frozen }
        [skip-no-estimate] { skip-no-estimate }
        [skip-lied] { skip-lied }
        [skip-locked] { skip-locked }
        [skip-opal-psid-wanted] { skip-opal-psid-wanted }
        [skip-opal-not-owned] { skip-opal-not-owned }
        [skip-opal-not-encrypting] { skip-opal-not-encrypting }
        [skip-opal-several-namespaces] { skip-opal-several-namespaces }
        [skip-size-unknown] { skip-size-unknown }
        [skip-read-only] { skip-read-only }
        [skip-optical] { skip-optical }
       *[other] Le disque n’a pas pu dire s’il la propose.
    }
    .todo = Choisissez « auto » : le plan prend la meilleure méthode possible.
err-disk-level-out-of-reach = L’effacement renforcé est hors de portée : { $disk }
    .why = Meilleure méthode vue, { $method }. { $reason ->
        [skip-not-available-yet] { skip-not-available-yet }
        [skip-drive-lacks-it] { skip-drive-lacks-it }
        [skip-no-real-drive] { skip-no-real-drive }
        [skip-several-namespaces] { skip-several-namespaces }
        [skip-namespaces-not-counted] { skip-namespaces-not-counted }
        [skip-capability-not-read] { skip-capability-not-read }
        [skip-frozen] { skip-frozen }
        [skip-no-estimate] { skip-no-estimate }
        [skip-lied] { skip-lied }
        [skip-locked] { skip-locked }
        [skip-opal-psid-wanted] { skip-opal-psid-wanted }
        [skip-opal-not-owned] { skip-opal-not-owned }
        [skip-opal-not-encrypting] { skip-opal-not-encrypting }
        [skip-opal-several-namespaces] { skip-opal-several-namespaces }
        [skip-level-too-low] { skip-level-too-low }
        [skip-size-unknown] { skip-size-unknown }
        [skip-read-only] { skip-read-only }
       *[other] Le disque n’a pas pu dire s’il la propose.
    }
    .todo = Acceptez un effacement simple si le donateur le permet. Sinon mettez le disque à détruire.
err-disk-duplicate-identity = Deux disques portent la même identité : { $disk }
    .why = Ce sont deux chemins vers un disque, ou un adaptateur qui invente ({ $paths }).
    .todo = Débranchez l’un des deux, puis relancez l’inventaire.
err-disk-none-found = Aucun disque à effacer
    .why = Aucun disque n’est visible, ou tous sont exclus. Un contrôleur RAID, RST ou VMD peut les cacher.
    .todo = Regardez le réglage du contrôleur dans le BIOS. Sans disque, notez pourquoi.
err-disk-stalled = Le disque ne répond plus : { $disk }
    .why = Aucun octet ne passe depuis trop longtemps. L’effacement a été abandonné.
    .todo = Ne remettez pas ce poste. Changez le câble et recommencez, ou mettez le disque à l’écart.

# dans les rapports signés par la version 0.2 et avant
skip-erased-nothing = Le disque a répondu « fait » sans effacer. Témoins encore là : { $alive } sur { $looked }.
skip-not-shown-erased = Le disque a répondu « fait », mais personne n’a pu voir ce qu’il a effacé.
exception-command-erased-nothing = Le disque a répondu « fait » à sa commande d’effacement sans effacer. Témoins encore là : { $alive } sur { $looked }. Seul l’écrasement qui a suivi est prouvé.
exception-command-not-shown = Après la commande d’effacement du disque, témoins illisibles : { $unreadable } sur { $looked }. Seul l’écrasement qui a suivi est prouvé.
