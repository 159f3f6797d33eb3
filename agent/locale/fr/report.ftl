# Rapport signé, certificat, clé du poste, file d’attente, registre. Erreurs des familles C et R, et de l’étiquette.

# --- C : clé, horloge, certificat ---
err-stick-full = La clé est pleine.
    .why = Il reste { $free_mb } Mo dans { $path }. Un résultat a besoin de { $needed_mb } Mo.
    .todo = Libérez de la place. Poste démarré par la clé : redémarrez-le, les résultats iront en mémoire, puis sur une autre clé Regain.
err-record-bad-signature = La signature de ce rapport est fausse.
    .why = Le contenu ne correspond plus à ce que la clé { $kid } a signé.
    .todo = N’utilisez pas ce document. Demandez l’original à l’atelier.
err-record-damaged = Ce fichier n’est pas un rapport intact.
    .why = { $part ->
        [form] Il n’a pas la forme d’un rapport signé.
        [header] Son en-tête n’est pas celui d’un rapport de Regain.
        [type] C’est un autre type de document signé.
        [signature] Sa signature est incomplète.
        [key] La clé qu’il contient est abîmée ou d’un autre type.
        [station] La mémoire du poste de travail est abîmée.
        [receipt] Le reçu posé à côté du fichier ne lui correspond pas.
        [twin] Un autre rapport porte déjà ce numéro.
       *[content] Son contenu n’est pas lisible comme un rapport.
    }
    .todo = Demandez une nouvelle copie du fichier. Gardez celui-ci à part.
err-record-unknown-key = La clé qui a signé ce document n’est pas connue ici.
    .why = Aucune clé publique fournie ne porte le nom { $kid }.
    .todo = Demandez « cles-publiques.json » à l’atelier, puis donnez-le avec --keys.
err-certificate-altered = Ce certificat a été modifié.
    .why = { $part ->
        [seal-missing] Il n’a pas de sceau, ou son sceau est coupé.
        [seal-bad] Son sceau est faux.
        [record] Le rapport signé qu’il contient manque ou n’est pas le bon.
       *[bytes] Le fichier n’est plus celui qui a été scellé.
    }
    .todo = N’utilisez pas ce document. Demandez l’original à l’atelier.
err-pdf-unavailable = Le certificat ne peut pas être écrit.
    .why = { $detail }
    .todo = Le rapport signé est gardé. Refaites le certificat sur un autre poste.
err-journal-damaged = Le journal de cet effacement est abîmé.
    .why = La ligne { $line } de { $path } n’est pas lisible.
    .todo = Ne remettez pas ce poste. Recommencez l’effacement depuis le début.
err-journal-write-failed = Le journal ne peut plus être écrit.
    .why = La clé ne répond plus, est pleine ou a été retirée : { $path }.
    .todo = Remettez la clé ou libérez de la place, puis recommencez.
err-key-locked = La clé de signature est verrouillée.
    .why = { $reason ->
        [pin-wrong] Le code PIN n’est pas le bon.
        [pin-short] Le code PIN a moins de quatre caractères.
       *[pin-needed] Elle demande un code PIN, et aucun n’a été donné.
    }
    .todo = Tapez le code PIN de l’atelier. Sans lui, rien ne peut être signé.
err-record-too-big = Ce rapport est trop grand.
    .why = Il a { $bytes } octets, la limite est de { $limit }.
    .todo = Gardez le fichier et signalez-le : un rapport normal a moins de 25 000 octets.
err-chain-broken = La suite des rapports est rompue.
    .why = { $part ->
        [gap] Il manque un rapport avant le n° { $seq }.
        [twin] Deux rapports différents portent le n° { $seq }.
       *[link] Le rapport n° { $seq } ne suit pas celui qui le précède.
    }
    .todo = Cherchez le rapport manquant dans la file d’attente ou au registre.

# --- R : registre ---
err-registry-unreachable = Le registre ne répond pas.
    .why = Pas de réseau, ou panne de { $url } ({ $detail }).
    .todo = Rien n’est perdu. Remettez le réseau. L’envoi est refait à la fin du prochain poste, ou tout de suite avec F5 à l’écran.
err-registry-portal = Le réseau répond à la place du registre : portail captif, ou mauvais serveur.
    .why = { $url } a répondu autre chose qu’un reçu signé ({ $status }).
    .todo = Rien n’est perdu. Prenez un autre réseau, par exemple un câble, ou un poste déjà connecté : l’envoi se refait avec F5 à l’écran.
err-registry-wrong = Ce n’est pas le registre attendu.
    .why = Le serveur { $url } ne correspond pas à celui de l’enrôlement ({ $detail }).
    .todo = Vérifiez l’adresse du registre dans les réglages.
err-registry-refused = Le registre refuse ce rapport.
    .why = Réponse { $status } : { $detail }
    .todo = Le rapport est mis à part. Les autres partent. Montrez ce message au réseau.
err-registry-revoked = Clé révoquée, réenrôler cette clé USB.
    .why = Le registre { $url } ne reconnaît plus la signature de cette clé USB.
    .todo = Demandez un code d’enrôlement. Les rapports attendent sur la clé.
err-receipt-bad = Le reçu du registre n’est pas valable.
    .why = { $part ->
        [other-report] Il parle d’un autre rapport.
        [record-bad-signature] Sa signature est fausse.
        [record-unknown-key] Une autre clé que celle du registre l’a signé.
       *[other] Il n’est pas lisible.
    }
    .todo = Rien n’est marqué comme envoyé. Vérifiez le réseau et l’adresse du registre.
err-not-enrolled = Cette clé USB n’est enrôlée auprès d’aucun registre.
    .why = Sans enrôlement, les rapports restent sur la clé.
    .todo = Demandez un code d’enrôlement à votre réseau, ou exportez les rapports.

# --- étiquette ---
err-tag-bad = L’étiquette « { $read } » n’est pas valable.
    .why = { $part ->
        [check] Un caractère est faux : le symbole de contrôle ne correspond pas.
       *[form] Une étiquette a deux lettres, cinq chiffres et un symbole de contrôle.
    }
    .todo = Scannez encore, ou tapez les huit caractères imprimés sous le code.

# --- titres et mots du certificat ---
paper-title-certificate = Certificat d’effacement
paper-title-failed = Constat d’effacement non abouti
paper-title-statement = Constat d’examen
paper-title-statement-note = Ce document ne dit rien de l’effacement des disques.
paper-no-disk-note = Ce poste ne montrait aucun disque. Ce document ne prouve l’effacement d’aucun disque.
paper-no-disk = Aucun disque
paper-no-disk-reason = Raison donnée
paper-no-disk-by = Dit par
paper-checks = Contrôles du poste
paper-grade-functional = Note de fonctionnement
paper-grade-cosmetic = Note d’aspect
paper-grade-said = { $grade } (de A à D)
paper-grade-open = pas donnée : des contrôles nécessaires n’ont pas été faits
paper-grade-looks-none = pas donnée
paper-tests-pass = Marche
paper-tests-warn = À voir
paper-tests-fail = Défaut
paper-tests-not-applicable = Sans objet
paper-tests-skipped = Pas contrôlé
paper-tests-all-done = rien : tous les contrôles nécessaires sont faits
paper-no-disk-why = { $why ->
    [removed] Le disque a été retiré et remis à :
    [arrived_without] Le poste est arrivé sans disque.
   *[other] Autre raison :
}
paper-exercise = EXERCICE, SPÉCIMEN
paper-exercise-note = Ce document vient d’un exercice. Aucun disque réel n’a été touché. Il ne prouve rien.
paper-summary-certificate = { $count ->
    [one] Le disque de ce poste est effacé et relu.
   *[other] Les { $count } disques de ce poste sont effacés et relus.
}
paper-summary-exceptions = Certaines zones n’ont pas été couvertes. Elles sont listées plus bas.
paper-summary-failed = Au moins un disque n’est pas prouvé effacé. Ne remettez pas ce poste.

paper-claim-purge = Effacement renforcé (Purge, IEEE 2883-2022 / NIST SP 800-88r2), technique : { $technique }.
paper-claim-clear = Effacement simple (Clear, IEEE 2883-2022 / NIST SP 800-88r2), technique : { $technique }.
paper-claim-clear-exceptions = Effacement simple (Clear, IEEE 2883-2022 / NIST SP 800-88r2) avec exceptions, technique : { $technique }.
paper-claim-failed = Effacement échoué. Ce disque n’est pas effacé : ne le remettez pas.
paper-claim-refused = Effacement refusé avant de commencer. Rien n’a été écrit sur ce disque.
paper-claim-unknown = État inconnu : ne remettez pas ce poste.
paper-claim-destroyed = Disque retiré et détruit physiquement, déclaré par l’opérateur.
paper-claim-without-evidence = Le rapport annonce un effacement, mais ses preuves manquent. Ce disque n’est pas certifié.
paper-ssd-overwrite = L’écrasement d’un SSD n’est pas un effacement renforcé.
paper-exceptions = avec exceptions : { $sectors ->
    [one] 1 secteur illisible
   *[other] { $sectors } secteurs illisibles
}, { $bytes } octets non couverts
paper-hidden-not-assessed = Les zones cachées (HPA, DCO) n’ont pas été examinées.
paper-interrupted = { $count ->
    [one] L’effacement a été interrompu une fois, puis repris au dernier point relu.
   *[other] L’effacement a été interrompu { $count } fois, puis repris au dernier point relu.
}
paper-rehearsal = Disque virtuel d’un exercice.
paper-rehearsal-scale = Disque virtuel d’un exercice : 1 octet écrit pour { $scale } octets affichés.

paper-date-floor = date non garantie (pile de l’horloge)
paper-date-unverified = date non garantie (horloge du poste non vérifiée)
paper-date-received = reçu par le registre le { $when }

paper-condition-refurbished = Reconditionné, testé le { $date }.
paper-condition-used-tested = D’occasion, testé le { $date }.
paper-condition-used = D’occasion.
paper-condition-parts = Pour pièces.

paper-windows-eligible = Windows 11 : éligible.
paper-windows-eligible-after-firmware-change = Windows 11 : éligible après réglage.
paper-windows-eligible-after-upgrade = Windows 11 : éligible après ajout.
paper-windows-not-eligible = Windows 11 : non éligible.
paper-windows-undetermined = Windows 11 : indéterminé.
paper-oem-key = Clé OEM Windows présente.

paper-install-none = Système installé, non relu.
paper-install-checked = Système installé et relu sur le disque. Son démarrage n’a pas été constaté.
paper-install-staged = Préparé : Windows n’est pas encore installé. L’installateur de Microsoft est sur le disque, relu ; il se lancera au premier démarrage. Personne ne l’a vu démarrer.
paper-install-rehearsed = Système installé. Le disque a démarré dans une machine virtuelle.
paper-install-started = Système installé. Le poste a démarré dessus.
paper-install-setup-started = Windows a été installé par l’installateur de Microsoft, préparé ici. Une personne l’a vu démarrer sur ce poste.
paper-install-repeated = Installation répétée pour l’exercice : rien n’a été écrit.
paper-install-failed = Installation échouée.
paper-install-locked = Installation non faite : le disque n’est pas prouvé effacé.
paper-install-unknown = Installation : résultat inconnu.
paper-image-unconfirmed = Image non confirmée en atelier.
paper-windows-start = Démarrage de Windows non vérifié par Regain.
paper-windows-despite = Installé malgré le verdict, motif écrit par l’opérateur : { $reason }
paper-licence-oem-msdm = Licence, dite par l’opérateur : la clé Windows de ce poste.
paper-licence-retail-owned = Licence, dite par l’opérateur : possédée par l’atelier ou la personne.
paper-licence-mar-citizenship = Licence, dite par l’opérateur : reconditionneur agréé, usage associatif.
paper-licence-mar-commercial = Licence, dite par l’opérateur : reconditionneur agréé, vente.
paper-install-unproven = Installé sur un disque non prouvé, motif écrit par l’opérateur : { $reason }

paper-signature-proves = Ce document prouve qu’un poste enrôlé de l’atelier { $workshop } a émis ces octets et que personne ne les a changés depuis.
paper-signature-not-enrolled = Ce document prouve que la clé nommée plus bas a émis ces octets et que personne ne les a changés depuis. Aucun registre n’a encore enrôlé cette clé.
paper-signature-does-not-prove = Il ne prouve pas que le disque a dit la vérité : c’est pourquoi le rapport joint contient ce qui a été relu.

# --- rubriques du certificat ---
paper-subject = Effacement des disques du poste { $tag }
paper-no-tag = sans étiquette
paper-number = n° { $number }
paper-machine = Le poste
paper-tag = Étiquette
paper-model = Modèle
paper-serial = N° de série
paper-serial-junk = { $serial } (valeur d’usine, n’identifie pas ce poste)
paper-form = Type
paper-cpu = Processeur
paper-memory = Mémoire
paper-lot = Lot
paper-donor = Donateur
paper-condition = État de vente
paper-windows = Windows
paper-pair = { $name } : { $value }
paper-disk-of = Disque { $n } sur { $count }
paper-medium = Support
paper-medium-name = { $medium ->
    [hdd] disque dur
    [ssd] SSD
    [nvme] SSD NVMe
    [emmc] mémoire eMMC
    [usb] clé ou disque USB
    [optical] disque optique
   *[unknown] type inconnu
}
paper-technique = Technique
paper-passes-said = { $count ->
    [one] 1 passe
   *[other] { $count } passes
}
paper-why = Pourquoi cette méthode
paper-skipped = Méthodes laissées
paper-covered = Octets couverts
paper-covered-of = { $covered } sur { $total }
paper-hidden = Zones cachées
paper-hidden-none = examinées : aucune
paper-hidden-found = examinées, voir les réserves
paper-hidden-unread = non examinées
paper-exceptions-label = Réserves
paper-none = aucune
paper-range = secteurs { $first } à { $last } : { $operation ->
    [write] non inscriptibles
   *[read] illisibles
}
paper-more-ranges = et { $count } autres zones, listées dans le rapport joint
paper-readback = Relecture
paper-readback-said = { $mode ->
    [full] complète
   *[sample] par échantillon
} : { $bytes } relus, { $mismatches ->
    [0] aucune différence
    [one] 1 différence
   *[other] { $mismatches } différences
}
paper-readback-none = aucune
paper-canaries = Témoins
paper-canaries-said = { $count } posés et relus avant, { $alive ->
    [0] aucun retrouvé après
    [one] 1 retrouvé après
   *[other] { $alive } retrouvés après
}
paper-command = Commande du disque
paper-command-said = { $argv } : état de sortie { $exit ->
    [none] inconnu
   *[other] { $exit }
}, ce qui ne prouve rien
paper-command-seen = contrôle juste après : { $alive ->
    [0] aucun
    [one] 1
   *[other] { $alive }
} des { $looked } témoins et anciens contenus encore là, lu : { $content }
paper-canaries-unchecked = { $count } posés, non recherchés après
paper-witnesses-said = { $count } anciens contenus notés, { $matching ->
    [0] aucun retrouvé
    [one] 1 retrouvé
   *[other] { $matching } retrouvés
}
paper-result = Résultat
paper-started = Début et durée
paper-consent = Accord
paper-consent-said = { $by }, le { $at }, fin du n° de série tapée : { $suffix }
paper-no-card = sans carte
paper-operator = Opérateur
paper-checker = Contrôle
paper-card = carte { $by }
paper-workshop = Atelier
paper-date = Date
paper-install = Le système
paper-profile = Profil
paper-image = Image
paper-left-title = Disques laissés
paper-left-note = Ces disques du poste n’ont pas été effacés.
paper-left-line = { $model }, …{ $suffix } : { $reason ->
    [excluded-boot-medium] clé de démarrage
    [excluded-boot-disk] disque interne du démarrage
    [excluded-optical] lecteur optique
    [excluded-not-a-disk] pas un disque
    [excluded-usb] disque USB ou amovible
    [excluded-loop] image disque
    [excluded-size-zero] taille nulle ou inconnue
    [excluded-in-use] en service
    [excluded-read-only] en lecture seule
    [excluded-unreadable] mal lu
    [excluded-no-identity] sans identité lisible
    [excluded-duplicate] même identité qu’un autre disque
   *[other] { $reason }
}
paper-proof = Vérifier ce document
paper-proof-how = Le rapport signé est joint à ce fichier (certificat.jws). Il fait foi. Pour vérifier sans réseau :
paper-proof-openssl = Ou sans Regain, avec certificat.jws et la clé publique de l’atelier (cle.pem) :
paper-kid = Clé de signature
paper-sha256 = SHA-256 du rapport
paper-chain = Place dans la suite
paper-chain-said = n° { $seq } de cette clé
paper-plan = Plan
paper-qr-alt = QR code : numéro du certificat et début de l’empreinte du rapport
paper-page = page
paper-of = sur

# --- regain verify ---
verify-good = { $file } : INTACT
verify-bad = { $file } : REFUSÉ
verify-claims-number = { $title }, n° { $number }, poste { $tag }
verify-claims-disk = Disque …{ $suffix } ({ $model }) : { $claim }
verify-signed = Signé par { $kid }, le { $when }
verify-exercise = EXERCICE, SPÉCIMEN : ce document ne prouve rien.
verify-source-given = Clé lue dans { $path }, donnée par --keys.
verify-source-beside = Clé trouvée à côté du fichier ({ $path }). Elle prouve que rien n’a changé. Elle ne prouve pas d’où vient le document.
verify-source-station = Clé de ce poste de travail ({ $path }).
verify-chain-good = Suite de la clé { $kid } : n° { $first } à { $last }, sans trou.
verify-chain-gap = Suite de la clé { $kid } : n° { $first } à { $last }. Numéros non donnés : { $missing }.
verify-chain-single = Suite de la clé { $kid } : n° { $seq } seul. Donnez les autres fichiers pour contrôler la suite.
verify-receipt-good = Reçu du registre valable : { $when }.
verify-receipt-none = Aucun reçu du registre à côté du fichier.
verify-receipt-unchecked = Un reçu est à côté du fichier. La clé du registre manque pour le contrôler.
verify-by-hand = Pour vérifier à la main la signature de { $file } :

# --- regain outbox ---
outbox-empty = La file d’attente est vide.
outbox-head-pending = EN ATTENTE D’ENVOI : { $count }
outbox-head-sent = Envoyés, reçu vérifié : { $count }
outbox-head-dead = Mis à part : { $count }
outbox-line = n° { $seq } { $number } poste { $tag }
outbox-line-damaged = { $name } : illisible ({ $code })
outbox-tries = { $tries ->
    [one] 1 essai, { $why }
   *[other] { $tries } essais, { $why }
}
outbox-pushed = Envoyés : { $delivered }. Mis à part : { $dead }. En attente : { $waiting }.
outbox-retry-in = Nouvel essai dans { $seconds } s.
outbox-exported = Copiés : { $added }. Déjà là : { $known }.
outbox-imported = Ajoutés : { $added }. Déjà là : { $known }.
outbox-refused = { $name } : refusé ({ $code })
outbox-no-station = Aucun poste de travail dans { $path }.

# --- regain label ---
label-written = Étiquette { $tag } : { $path }
label-brother = L’imprimante Brother QL n’est pas encore prise en charge. Utilisez --format pdf ou zpl.
label-alt = QR code de l’étiquette { $tag }
outbox-enrolled = Enrôlé : atelier { $workshop }, clé n° { $stick }.
