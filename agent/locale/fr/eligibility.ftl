# Éligibilité : verdicts Windows 11 et Linux, règles, remèdes, conseils.

# les cinq verdicts de Windows 11, les quatre de Linux
verdict-windows-eligible = éligible
verdict-windows-eligible_after_firmware_change = éligible après réglage
verdict-windows-eligible_after_upgrade = éligible après ajout
verdict-windows-not_eligible = non éligible
verdict-windows-undetermined = indéterminé
verdict-windows-not_eligible-because = non éligible ({ $reason })
verdict-linux-fits = convient
verdict-linux-fits_with_limits = convient avec des limites
verdict-linux-does_not_fit = ne convient pas
verdict-linux-undetermined = indéterminé
verdict-linux-does_not_fit-because = ne convient pas ({ $reason })

# la réponse à une règle
answer-pass = OUI
answer-fail = NON
answer-undetermined = ?
answer-fixable = { $kind ->
    [firmware] ?
   *[other] NON
 }

# le nom court de chaque règle
check-cpu = Processeur
check-cpu_instructions = Instructions
check-cores = Cœurs
check-clock = Fréquence
check-memory = Mémoire
check-disk = Stockage
check-tpm = Module TPM
check-firmware = Mode UEFI
check-secure_boot = Dém. sécurisé
check-gpu = Graphismes
check-display = Écran
check-boot = Démarrage
check-drivers = Pilotes
check-wifi = Wi-Fi
check-firmware_files = Microcodes
check-cpu_level = Processeur
check-support = Mises à jour

# processeur
check-cpu-pass-named = accepté par le contrôle de Microsoft, nommé sur sa liste du { eligibility-list-date }
check-cpu-pass-series = accepté par le contrôle de Microsoft ; pas nommé, mais sa série l’est ({ $series })
check-cpu-pass-delisted = accepté par le contrôle de Microsoft ; nommé sur sa liste jusqu’en { eligibility-delisted }
check-cpu-pass-none = accepté par le contrôle de Microsoft ; pas nommé sur sa liste du { eligibility-list-date }, qui n’est pas exhaustive
check-cpu-fail = refusé par le contrôle de Microsoft ({ $vendor } { $numbers })
check-cpu-fail-named = nommé sur la liste ({ $name }), mais refusé par le contrôle de Microsoft ({ $numbers })
check-cpu-fail-other-model = { $name } n’est accepté que dans deux modèles de PC ; celui-ci est { $product }
check-cpu-pass-by-list = un numéro est illisible (platform id) ; la liste de Microsoft nomme { $name }
check-cpu-fail-by-list = signature d’une génération refusée ({ $numbers }), et nom absent de la liste de Microsoft
check-cpu-needs-platform-id = le numéro qui décide (platform id) n’a pas pu être lu
check-cpu-device-bound = { $name } n’est accepté que dans deux modèles de PC ; le modèle n’est pas connu
check-cpu-named-without-numbers = nommé sur la liste de Microsoft ({ $name }) ; famille et modèle n’ont pas été lus
check-cpu-unreadable = processeur non identifié : famille, modèle ou révision non lus
check-cpu-virtual = machine virtuelle : le résultat ne dit rien d’un vrai PC
cpu-row-bad-number = colonne { $column } illisible : { $value }
cpu-row-no-brand = ligne sans nom ni numéro de processeur
cpu-row-broken = ligne illisible : { $why }

# le verdict de « regain cpu »
cpu-line = { $brand } : { $verdict }
cpu-verdict-supported = accepté par Windows 11
cpu-verdict-unsupported = refusé par Windows 11
cpu-verdict-unlisted = accepté par Windows 11, sur aucune liste par nom
cpu-verdict-needs_platform_id = indéterminé : il manque le numéro « platform id »
cpu-verdict-unknown = indéterminé
cpu-decided-fms = Décidé par : famille, modèle et révision (contrôle de Microsoft du { eligibility-rule-date }).
cpu-decided-list = Décidé par : la liste par nom du { eligibility-list-date }.
cpu-decided-both = Décidé par : le contrôle de Microsoft du { eligibility-rule-date } et la liste du { eligibility-list-date }.
cpu-contradiction = Contradiction : la liste et le contrôle de Microsoft ne disent pas la même chose.

# les autres règles de Windows 11
check-cpu-instructions-pass = toutes présentes (SSE4.2, POPCNT)
check-cpu-instructions-fail = il en manque : { $missing }
check-cpu-instructions-conflict = il en manque ({ $missing }), mais le processeur devrait les avoir : à vérifier
check-cpu-instructions-unreadable = liste non lue : { $why }
check-cores-pass = { $threads } processeurs logiques pour { $need } demandés
check-cores-fail = { $threads } processeur logique pour { $need } demandés
check-cores-limited = { $threads } visible, mais le démarrage en limite le nombre : à relire sans cette limite
check-cores-unreadable = nombre non lu : { $why }
check-clock-pass = { $ghz } GHz, plus que { $need_ghz } GHz
check-clock-fail = { $ghz } GHz ; il faut plus que { $need_ghz } GHz
check-clock-unreadable = fréquence non lue : { $why }
check-memory-pass = { $gib } Gio pour { $need_gib } demandés
check-memory-low = { $gib } Gio pour { $need_gib } demandés : on peut en ajouter
check-memory-fixed = { $gib } Gio pour { $need_gib } demandés, et rien à ajouter : mémoire soudée, ou maximum atteint
check-memory-low-unknown = { $gib } Gio pour { $need_gib } demandés ; les emplacements n’ont pas pu être lus
check-memory-low-almost = { $mib } Mio : assez pour le contrôle de Microsoft, moins que les { $need_gib } Gio publiés ; on peut en ajouter
check-memory-fixed-almost = { $mib } Mio : assez pour le contrôle de Microsoft, moins que les { $need_gib } Gio publiés ; rien à ajouter
check-memory-low-unknown-almost = { $mib } Mio : assez pour le contrôle de Microsoft, moins que les { $need_gib } Gio publiés ; emplacements non lus
check-memory-estimated = { $gib } Gio estimés, trop près de la limite pour conclure : regardez les barrettes
check-memory-unreadable = taille non lue : { $why }
check-disk-pass = { $gb } Go pour { $need_gb } demandés
check-disk-pass-tight = { $gb } Go pour { $need_gb } demandés : juste. Les mises à niveau refusent un volume sous 64 Gio ; { $advised_gb } Go conseillés
check-disk-small = { $gb } Go pour { $need_gb } demandés ({ $disk })
check-disk-none = aucun disque dans ce PC
check-disk-hidden = un contrôleur cache un disque : sa taille n’est pas lisible
check-disk-emmc = { $gb } Go soudés pour { $need_gb } demandés, et aucune place pour un autre disque
check-disk-emmc-unknown = { $gb } Go soudés pour { $need_gb } demandés ; regardez dedans s’il y a une place libre
check-disk-unreadable = disques non lus : { $why }
check-tpm-pass = version { $version }, actif
check-tpm-pass-no-driver = version { $version }, annoncé par le BIOS ; le pilote ne l’a pas pris
check-tpm-hidden = version { $version }, présent mais caché par un réglage du BIOS
check-tpm-not-seen = non vu. Ce processeur en a un, presque sûrement éteint dans le BIOS
check-tpm-not-seen-note = non vu ; sans effet ici, puisque le processeur est refusé
check-tpm-old-flash = version { $version } ; ce fabricant ({ $maker }) publie une mise à jour vers 2.0
check-tpm-old = version { $version } ; aucune mise à jour vers 2.0 connue chez ce fabricant ({ $maker })
check-tpm-apple = aucun module TPM sur un PC Apple
check-tpm-version-unreadable = présent, version non lue : { $why }
check-tpm-unreadable = n’a pas pu être cherché : { $why }
check-firmware-pass = démarré en mode UEFI
check-firmware-legacy = démarré en mode ancien, mais ce PC connaît le mode UEFI
check-firmware-none = ce PC ne connaît pas le mode UEFI
check-firmware-32bit = UEFI en 32 bits ; Windows 11 demande 64 bits
check-firmware-chromebook = Chromebook : Windows n’y est possible que si toutes les règles passent
check-firmware-chromebook-reflashed = mode UEFI, BIOS remplacé ; le fabricant n’aide plus ce Chromebook
check-firmware-unreadable = mode de démarrage non lu : { $why }
check-secure-boot-on = possible, et activé
check-secure-boot-off = possible, désactivé ; Windows 11 l’accepte ainsi
check-secure-boot-setup = ses clés manquent
check-secure-boot-legacy = pas lisible en mode ancien
check-secure-boot-none = ce PC ne le propose pas
check-secure-boot-apple = pas proposé à Windows sur un PC Apple
check-secure-boot-unreadable = état non lu : { $why }
check-gpu-pass = { $gpu }
check-gpu-not-known = { $gpu } : DirectX 12 non vérifié
check-gpu-unreadable = non lus : { $why }
check-display-pass = { $width } × { $height }, { $inches } pouces
check-display-small = { $width } × { $height }, { $inches } pouces : moins que 720 lignes ou 9 pouces
check-display-none = aucun écran intégré
check-display-unreadable = non lu : { $why }

# Linux
linux-boot-pass = démarré depuis cette clé, en mode { $mode ->
    [uefi] UEFI
   *[other] ancien
 }{ $secure ->
    [on] , démarrage sécurisé activé
    [off] , démarrage sécurisé désactivé
   *[other] { "" }
 }
linux-boot-32bit = démarré en UEFI 32 bits : le système installé demande un chargeur 32 bits
linux-boot-arm = processeur ARM : cette clé n’y démarre pas
linux-boot-unknown = mode de démarrage non lu : { $why }
linux-drivers-pass = chaque composant a son pilote
linux-drivers-missing = sans pilote : { $devices }
linux-drivers-unknown = non vérifiés : { $why }
linux-wifi-pass = fonctionne hors ligne (pilote { $driver })
linux-wifi-download = demande un câble la première fois (pilote { $driver })
linux-wifi-unsigned = pilote { $driver } sans signature : pas avec le démarrage sécurisé
linux-wifi-dead = puce Wi-Fi présente, sans effet : { $device } (fichiers manquants : { $files })
linux-wifi-none = aucune interface Wi-Fi vue ; réseau par câble
linux-no-network = aucune interface réseau vue, ni Wi-Fi ni câble
linux-wifi-unknown = non vérifié : { $why }
linux-firmware-files-pass = aucun fichier ne manque
linux-firmware-files-missing = il manque : { $files }
linux-firmware-files-unknown = non vérifiés : { $why }
linux-cpu-level-pass = x86-64 niveau { $level }
linux-cpu-level-old = x86-64 niveau { $level } : ancien, il convient aux bureaux légers
linux-cpu-level-32bit = 32 bits seulement : aucun profil
linux-cpu-level-arm = processeur ARM : aucun profil de cette clé
linux-cpu-level-unknown = instructions non lues : { $why }
linux-memory-pass = { $gib } Gio pour { $need_gib } demandés
linux-memory-low = { $gib } Gio pour { $need_gib } demandés
linux-memory-unknown = taille non lue : { $why }
linux-disk-pass = { $gb } Go pour { $need_gb } demandés
linux-disk-slow = { $gb } Go pour { $need_gb } demandés ; disque à plateaux : plus lent
linux-disk-small = { $gb } Go pour { $need_gb } demandés ({ $disk })
linux-disk-none = aucun disque dans ce PC
linux-disk-hidden = un contrôleur cache un disque : sa taille n’est pas lisible
linux-disk-unknown = disques non lus : { $why }
linux-secure-boot-on = fonctionne avec le démarrage sécurisé activé
linux-secure-boot-off = fonctionne ; le démarrage sécurisé n’est pas actif
linux-secure-boot-off-no-key = fonctionne ; pour l’activer un jour, il faut d’abord la clé tierce
linux-secure-boot-no-key = la clé tierce manque : à autoriser dans le BIOS
linux-secure-boot-bios = sans objet en mode ancien
linux-secure-boot-unknown = état non lu : { $why }
linux-support-until = profil { $profile }, { eligibility-until }
linux-support-unknown = profil { $profile } : date de fin non dite
linux-support-no-profile = aucun profil ne convient

# une date dans une phrase : jour et année en chiffres, mois de m01 à m12 ; le jour « none » : le mois seul
eligibility-month = { $month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $year }
eligibility-until = jusqu’{ $day ->
    [none] en
   *[other] au { $day }
 } { eligibility-month }
eligibility-ended = { $day ->
    [none] en
   *[other] le { $day }
 } { eligibility-month }
eligibility-list-date = { $list_day } { $list_month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $list_year }
eligibility-rule-date = { $rule_day } { $rule_month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $rule_year }
eligibility-delisted = { $until_month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $until_year }

# remèdes : .makers dit les noms que les fabricants donnent au réglage
remedy-tpm-enable = Activez la puce de sécurité. { check-menu-open } Dans le menu, cherchez « Security » puis la puce TPM, choisissez « Enabled », enregistrez avec F10. Redémarrez sur la clé et relisez.
    .makers = Intel : PTT, Platform Trust Technology, Security Device Support. AMD : fTPM, PSP. Lenovo : Security Chip. HP : TPM Device Available et TPM State. Dell : TPM On, PTT On.
remedy-tpm-flash = La puce de sécurité est en version { $version }. Ce fabricant ({ $maker }) propose une mise à jour vers 2.0, ou un module à enficher : cherchez le modèle du PC sur son site.
    .makers = –
remedy-uefi-boot = Ce PC a démarré en mode ancien. { check-menu-open } Dans le menu « Boot », désactivez « CSM » ou « Legacy », enregistrez avec F10. Puis démarrez sur l’entrée « UEFI » de la clé et relisez.
    .makers = CSM, Legacy Support, Boot Mode.
remedy-keys-restore = Les clés du démarrage sécurisé manquent. { check-menu-open } Dans le menu, ouvrez « Security » ou « Boot », puis « Secure Boot », et choisissez « Restore Factory Keys ». Enregistrez avec F10. Redémarrez sur la clé et relisez.
    .makers = Restore Factory Keys, Install Default Keys.
remedy-secure-boot-on = Facultatif : le démarrage sécurisé est désactivé. Windows 11 l’accepte ; activé, c’est plus sûr.
    .makers = Secure Boot.
remedy-third-party-ca = Linux et cette clé demandent la clé tierce de Microsoft. { check-menu-open } Dans le menu, ouvrez « Secure Boot », autorisez cette clé, enregistrez avec F10. Redémarrez sur la clé et relisez.
    .makers = Allow Microsoft 3rd Party UEFI CA.
remedy-vmd-ahci = Le contrôleur cache des disques à l’installateur de Windows. { check-menu-open } Dans le menu, cherchez « SATA » ou « VMD », choisissez « AHCI » ou désactivez « VMD », enregistrez avec F10. Faites-le avant d’effacer, puis relisez.
    .makers = Intel RST, RAID On, VMD Controller.
remedy-ram-add = Ajoutez une barrette de { $add_gib } Gio ({ $ram_kind }){ $slot ->
    [swap] , à la place de celle de { $swap_gib } Gio
   *[free] , dans l’emplacement libre
 }{ $max_gib ->
    [0] . Le maximum du PC n’est pas connu.
   *[other] . Ce PC accepte { $max_gib } Gio au plus.
 }
    .makers = –
remedy-disk-replace = Montez un disque de { $advised_gb } Go ou plus{ $disk_form ->
    [nvme] , M.2 NVMe.
    [sata] , SATA (2,5 pouces ou M.2 : regardez celui qui est en place).
   *[look] . Regardez dans le PC la forme qu’il accepte : SATA 2,5 pouces, M.2 SATA ou M.2 NVMe.
 }
    .makers = –
remedy-cmos-battery = La pile de l’horloge est vide : remplacez-la (CR2032 le plus souvent).
    .makers = –
remedy-firmware-locked = Un mot de passe verrouille le menu du BIOS : aucun réglage n’est possible. Demandez-le au donateur.
    .makers = Supervisor Password, Administrator Password, Setup Password.

# les mêmes, par l’identifiant du contrat JSON
tpm-enable = { remedy-tpm-enable }
tpm-flash = { remedy-tpm-flash }
uefi-boot = { remedy-uefi-boot }
keys-restore = { remedy-keys-restore }
secure-boot-on = { remedy-secure-boot-on }
third-party-ca = { remedy-third-party-ca }
vmd-ahci = { remedy-vmd-ahci }
ram-add = { remedy-ram-add }
disk-replace = { remedy-disk-replace }
cmos-battery = { remedy-cmos-battery }
firmware-locked = { remedy-firmware-locked }

# remarques
note-virtual-machine = Machine virtuelle : le résultat ne dit rien d’un vrai PC.
note-apple = PC Apple : ni TPM ni démarrage sécurisé pour Windows.
note-chromebook = Chromebook : Windows n’y est pas suivi par le fabricant.
note-arm = Processeur ARM : cette clé n’y démarre pas ; le verdict ne vaut que pour un relevé.
note-engineering-sample = Processeur d’essai du fabricant : les numéros décident, pas le nom.
note-windows-ca-2023 = Le BIOS n’a pas la clé « Windows UEFI CA 2023 » : il ne démarre pas un Windows signé par elle seule.
note-needs-root = Lu sans les droits d’administration : aucun verdict favorable n’est possible ({ $facts }).

# conseils, une ligne par sujet
advice-windows11 = Windows 11 { $version } (Famille, Pro) : mises à jour { eligibility-until }.
advice-windows11-ended = Windows 11 { $version } (Famille, Pro) : mises à jour finies { eligibility-ended }.
advice-windows10-esu = Windows 10 { $version } : mises à jour { eligibility-until }, si la personne inscrit elle-même le PC (ESU).
advice-windows10-esu-ended = Windows 10 { $version } : mises à jour finies { eligibility-ended }.
advice-linux = Linux, profil { $profile } : mises à jour { eligibility-until }.
advice-linux-ended = Linux, profil { $profile } : mises à jour finies { eligibility-ended }.
advice-linux-unknown = Linux, profil { $profile } : date de fin des mises à jour non dite.
advice-linux-none = Linux : aucun profil de cette clé ne convient.
advice-data = Données { $version } ; liste des processeurs du { eligibility-list-date }.
advice-data-old = Ces données ont plus de { $months } mois : le verdict est à confirmer.

# le texte de « regain check »
check-title = { $maker } { $model }
check-title-unknown = modèle non lu
check-headline-windows = Windows 11 : { $verdict }
check-headline-linux = Linux : { $verdict }
check-profiles = Profils : { $profiles }
check-profiles-none = Profils : aucun
check-notes = Remarques
check-note-line = { $rule } : { $text }
check-remedies = À faire
check-remedies-none = À faire : rien.
check-where = Noms du réglage : { $makers }
check-menu-open = { $menu ->
    [f1] Éteignez le PC, rallumez-le et appuyez plusieurs fois sur F1.
    [f2] Éteignez le PC, rallumez-le et appuyez plusieurs fois sur F2.
    [f10] Éteignez le PC, rallumez-le et appuyez plusieurs fois sur F10.
    [delete] Éteignez le PC, rallumez-le et appuyez plusieurs fois sur Suppr.
    [volume] Éteignez la tablette. Tenez « volume + » enfoncé, allumez-la, lâchez quand le menu s’affiche (sur un PC : F1, F2, F10 ou Suppr).
   *[any] Éteignez le PC, rallumez-le et appuyez plusieurs fois sur F1, F2, F10 ou Suppr.
 }
check-menu-restart = Ce PC sait redémarrer droit dans ce menu : systemctl reboot --firmware-setup
check-menu = Ce menu est souvent en anglais et sans souris : déplacez-vous avec les flèches, validez avec Entrée. Échap en sort sans rien changer. S’il ne s’ouvre pas, essayez Échap ou F12 à l’allumage.
check-contradictions = Deux sources se contredisent

# « regain lists »
lists-line = { $file }  version { $version }, faits du { $date }, { $count } entrées ({ $mark })
lists-packaged = du programme
lists-updated = mise à jour
lists-refused = { $file } : la mise à jour est abîmée, celle du programme compte ({ $why })
lists-taken = { $file } : { $before } → { $after }
lists-kept = Gardé dans { $path }.
note-lists-refused = Une liste mise à jour est abîmée ({ $files }) : celle du programme a compté.
