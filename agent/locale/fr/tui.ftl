# Les écrans du banc.

# noms des écrans
screen-picker = POSTES D’EXERCICE
screen-home = ACCUEIL
screen-hardware = MATÉRIEL
screen-hardware-short = Matériel
screen-choice = CHOIX
screen-no-disk = SANS DISQUE
screen-confirm = CONFIRMATION
screen-second = SECOND CONTRÔLE
screen-linux = OPTIONS DE LINUX
screen-wall = MUR
screen-result = RÉSULTAT
screen-journal = JOURNAL
screen-outbox = FILE D’ENVOI
screen-help = AIDE
screen-settings = RÉGLAGES
screen-plan = PLAN
screen-facts = FAITS
screen-qr = QR

# touches : la rangée fixe et les commandes
key-help = Aide
key-next = Suite
key-details = Détails
key-outbox = File d’envoi
key-retry = Relire
key-untagged = Sans étiquette
key-journal = Journal
key-stop = Arrêter
key-language = Langue
key-power = Éteindre
key-settings = Réglages
key-diagnostic = Bilan
key-enter = Entrée
key-escape = Échap
any-key = Toute touche
letter-yes = O

do-validate = Valider
do-line = Ligne
do-open = Ouvrir
do-source = Source
do-go-on = Continuer ainsi
do-facts = Faits
do-back = Retour
do-choose = Choisir
do-column = Côté
do-profile = Profil
do-start = Démarrer (seulement si exact)
do-sign = Signer
do-show = Montrer
do-leave = Laisser
do-show-hidden = Montrer (seulement si exact)
do-see-plan = Voir le plan
do-plan = Plan
do-start-short = Démarrer si exact
do-psid = PSID
do-leave-locked = Laisser verrouillé
do-second = 2e contrôle
do-options = Options
do-cancel = Annuler
do-scroll = Défiler
do-detail = Détail
do-filter = Filtrer
do-copy-diagnostic = Copier le bilan
do-send-now = Envoyer maintenant
do-send = Envoyer
do-change = Changer
do-answer = Répondre
do-close = Fermer
do-wake = Réveiller l’écran
do-see-result = Voir le résultat
do-next-pc = Poste suivant
do-qr = QR plein écran

# ligne 1
stick-version = Clé { $version }
pending = Envoi : { $n ->
    [0] rien en attente
   *[other] { $n } en attente
 }
no-tag = sans étiquette
machine-unnamed = poste sans nom

# poste d'exercice
picker-head = Sur quel poste vous exercez-vous ?
picker-what = Ce sont des postes réels, enregistrés. Leurs disques sont virtuels.
picker-none = Aucun poste enregistré.

# Accueil
home-scan = Scannez l’étiquette du poste, ou tapez-la puis Entrée.
home-wait = Étiquette lue. La suite vient d’elle-même à la fin de l’inventaire.
home-this-pc = Ce poste
home-more-disks = { $n ->
    [one] et 1 autre support (clé, lecteur) : F3 sur l’écran suivant
   *[other] et { $n } autres supports (clé, lecteurs, disques) : F3 sur l’écran suivant
}
home-looking = en cours de lecture
home-inventory = Inventaire
home-card = Carte
resumable = À REPRENDRE : l’effacement du disque { $end } a été coupé, il reprend où il était.
cut-install = À REPRENDRE : installation coupée sur le disque { $end }. Ce poste n’est pas prêt.
cut-record = À REPRENDRE : disque { $end } effacé, puis coupé avant le certificat : à refaire.
nothing-since-start = Rien n’a été écrit depuis le démarrage.
home-untouched = Aucun disque n’a été touché.
inventory-starting = démarre
inventory-running = en cours, { $done } sondes sur { $total }
inventory-judging = terminé, verdicts en cours
inventory-done = terminé
inventory-failed = terminé, { $n ->
    [one] 1 sonde sans réponse
   *[other] { $n } sondes sans réponse
 }

# Matériel
fact-processor = Processeur
fact-memory = Mémoire
fact-disk = Disque
fact-battery = Batterie
fact-display = Écran
cores = { $n ->
    [one] 1 cœur
   *[other] { $n } cœurs
 }
slots-free = { $n ->
    [one] 1 place libre
   *[other] { $n } places libres
 }
serial-number = n° de série { $serial }
serial-end = n° { $end }
serial-none = sans n° de série
health-good = bon état
health-bad = mauvais état
hours = { $n } h
battery-capacity = { $n } % de sa capacité
battery-unknown = capacité inconnue
battery-none = aucune
mains-on = secteur branché
mains-off = secteur débranché
firmware-uefi = UEFI
firmware-bios = BIOS ancien (sans UEFI)
medium-hdd = disque dur
medium-ssd = SSD
medium-nvme = NVMe
medium-emmc = eMMC
medium-usb = USB
medium-optical = optique
medium-unknown = type inconnu
name-linux = Linux
name-windows11 = Windows 11
verdict-line = { $system } : { $verdict }
profiles-fit = { $n ->
    [0] aucun profil
    [one] 1 profil convient
   *[other] { $n } profils conviennent
 }
points-to-settle = { $n ->
    [one] 1 point à régler
   *[other] { $n } points à régler
 }
found-required = { $found } pour { $required }
source-line = Source : { $source }. Trouvé : { $found }. Demandé : { $required }.
source-none = non dite
facts-what = Ce que le poste a dit. « Absent » : cherché, pas là. « Illisible » : n’a pas pu être lu. Ce qui manque n’a été dit par personne.
alarm-disks-unreadable = Les disques n’ont pas pu être lus : { $why }
alarm-no-disk = Aucun disque visible. Un réglage RAID ou VMD du BIOS le cache peut-être.
alarm-hidden-disks = { $n ->
    [one] 1 disque est caché par le contrôleur.
   *[other] { $n } disques sont cachés par le contrôleur.
 } Mettez le BIOS en mode AHCI, puis F5.
alarm-disk-locked = Le disque { $model } { $end } est verrouillé par mot de passe.
alarm-disk-password = Le disque { $model } { $end } porte un mot de passe.
alarm-disk-failing = Le disque { $model } { $end } se dit en panne.
alarm-disk-hidden-area = Le disque { $model } { $end } a une zone cachée.
alarm-no-mains = Le secteur est débranché : branchez-le avant d’effacer.
alarm-clock = L’horloge du poste est fausse. La date ne sera pas garantie.
alarm-undetermined = Le verdict Windows 11 est indéterminé.

# Choix
choice-linux = LINUX
choice-windows = WINDOWS 11
choice-none = Effacer sans rien installer
choice-row-possible = Possible
choice-row-reason = Motif
choice-row-install = À installer
choice-row-updates = Mises à jour
choice-row-licence = Licence
choice-row-space = Place
choice-row-time = Durée
choice-row-sheet = Fiche
choice-row-note = À savoir
choice-possible = oui
choice-impossible = non
choice-possible-profiles = oui, { $n ->
    [one] 1 profil
   *[other] { $n } profils
 }
choice-no-reason = aucune règle ne s’y oppose
choice-by-hand = avec votre support
choice-until = jusqu’en { $date }
choice-space = { $size } sur { $disk }
choice-no-note = rien de plus
status-proven = Confirmé en atelier.
status-rehearsed = Répété, non confirmé en atelier.
status-unproven = Non confirmé en atelier.
choice-recorded = Rien n’est choisi d’avance. Le choix est noté au certificat.
choice-recorded-card = Rien n’est choisi d’avance. Le choix et la carte ({ $card }) sont notés au certificat.

# Options de Linux
linux-what = Ce qui peut changer dans le Linux de ce poste. Sans réponse, le profil décide : français, clavier AZERTY, disque non chiffré. Windows suit son image.
linux-locale = Langue
linux-keyboard = Clavier
linux-encrypt = Disque chiffré
linux-as-profile = comme le profil
linux-encrypt-yes = oui
linux-encrypt-no = non
linux-encrypted = disque chiffré
linux-locale-note = Le système parle cette langue. Les logiciels qui ne la connaissent pas restent en français ou en anglais.
linux-encrypt-note = Une phrase de 20 lettres ouvrira le disque à chaque démarrage. Elle est écrite sur une feuille de la clé (dossier « phrases ») et nulle part ailleurs : imprimez-la, remettez-la avec le poste, effacez le fichier. Sans elle, les documents sont perdus.
linux-locale-fr-FR = français
linux-locale-en-GB = anglais
linux-locale-es-ES = espagnol
linux-locale-pt-PT = portugais
linux-locale-de-DE = allemand
linux-locale-it-IT = italien
linux-locale-uk-UA = ukrainien
linux-keyboard-fr = clavier français (AZERTY)
linux-keyboard-fr-bepo = clavier français (BÉPO)
linux-keyboard-be = clavier belge
linux-keyboard-ch-fr = clavier suisse romand
linux-keyboard-gb = clavier britannique
linux-keyboard-us = clavier américain (QWERTY)
linux-keyboard-es = clavier espagnol
linux-keyboard-pt = clavier portugais
linux-keyboard-de = clavier allemand
linux-keyboard-it = clavier italien

# Confirmation
confirm-head = Vous allez EFFACER DÉFINITIVEMENT :
confirm-method = Méthode
confirm-thaw = Avant, ce poste se met en veille quelques secondes : le BIOS a verrouillé le disque au démarrage.
confirm-reason = Raison
confirm-claim = À savoir
confirm-excluded = Exclu
confirm-then-install = Puis installer { $system }, { $profile }.
confirm-then-setup = Puis copier l’installateur de Microsoft, sans installer Windows. { $profile }.
confirm-then-rehearsed = L’installation est répétée pour l’exercice : rien n’est installé.
confirm-then-nothing = Puis ne rien installer.
confirm-then-by-hand = Puis ne rien installer ici : Windows s’installe ensuite, avec votre support.
confirm-chosen-by = Choix fait par la carte { $card }.
confirm-plan = Plan { $digest }.
confirm-nothing-yet = Rien n’a encore été écrit.
confirm-no-classified = En démarrant, vous déclarez que ces disques ne portent pas de données classifiées. Cet effacement est définitif.
confirm-type = Tapez la fin du n° de série, { $end }
confirm-or-card = ou scannez la carte CONFIRMER
confirm-exact = exact
confirm-ready = Exact. Entrée démarre l’effacement.
confirm-wrong-end = Ce n’est pas la fin de ce n° de série.
confirm-scanner = Trop vite, comme un lecteur : une touche à la fois, ou la carte CONFIRMER.

# Sans disque
no-disk-look = Ce poste ne montre aucun disque. Regardez d’abord : un disque est-il branché, et un réglage RAID, RST ou VMD du BIOS le cache-t-il ?
no-disk-why = Pourquoi ce poste n’a-t-il pas de disque ?
no-disk-kept = La raison et la personne sont notées au journal et sur le document signé. Rien n’est effacé.
identity-serial = n° de série { $text }
identity-wwn = WWN { $text }
identity-file = fichier { $text }
about = environ { $time }

# Mur
wall-ready = PRÊT
wall-erasing = EFFACEMENT
wall-verifying = RELECTURE
wall-reporting = CERTIFICAT
wall-linux = LINUX
wall-windows = WINDOWS
wall-done = TERMINÉ
wall-suspending = VEILLE
wall-failed = ÉCHEC
wall-unknown = INCONNU
wall-call = À VOUS
wall-why-ready = Scannez l’étiquette : l’écran se réveille.
wall-why-consent = accord attendu
wall-why-unknown = NE PAS REMETTRE CE POSTE
wall-why-stopped = Arrêté par vous : ce disque n’est PAS certifié.
wall-why-failed = L’effacement a échoué.
wall-why-failed-code = Code { $code } : à écrire sur du ruban.
wall-why-exceptions = avec réserves
wall-why-staged = Windows pas encore installé : lancez l’installateur
wall-why-refused = rien n’est écrit
wall-why-attention = votre avis est attendu
wall-why-suspending = Ce poste s’endort et se réveille seul. Ne touchez à rien.
wall-why-done = Certificat { $number }
wall-walk-away = Vous pouvez vous éloigner. Laissez la clé en place.
wall-stopping = Arrêt demandé : la fin du bloc en cours, puis le rapport.
wall-stalled = rien ne bouge depuis { $time }
wall-bad = { $size } en erreur
wall-step = Étape { $n } sur { $total } : { $step }
wall-phase-waiting = en attente
wall-phase-canaries = témoins
wall-phase-command = commande du disque, depuis { $time }
wall-phase-command-told = effacement par le disque { $percent }
wall-phase-write = écrit { $percent }, passe { $number } sur { $passes }
wall-phase-verify = relu { $percent }
wall-phase-install = installation
wall-phase-finished = fini
time-left = reste { $time }
do-not-release = État inconnu ou échec : ne remettez pas ce poste.

# Résultat
result-disk = Disque
result-certificate = Certificat
result-statement = Constat
result-install = Installation
result-todo = À faire
result-purged = Effacement renforcé (Purge) prouvé.
result-cleared = Effacement simple (Clear) prouvé.
result-cleared-with-exceptions = Effacement simple (Clear), avec des réserves listées au certificat.
result-failed = Un disque au moins n’est pas effacé. Aucun certificat d’effacement pour lui.
result-failed-afterwards = La suite de l’effacement a échoué : ne remettez pas ce poste en l’état.
result-refused = Un disque au moins a été refusé. Rien n’a été écrit sur lui.
result-unknown = État inconnu : ne remettez pas ce poste.
result-aborted = Arrêté par vous : ce disque n’est PAS certifié.
result-nothing-erased = Rien n’a été effacé.
result-no-certificate = aucun n’a été signé
result-number = { $number }, enregistré sur la clé.
result-path = Fichier { $path }
delivery-delivered = ENVOYÉ, reçu vérifié.
delivery-waiting = EN ATTENTE D’ENVOI ({ $n })
delivery-none = Pas d’envoi prévu.
delivery-exercise = Exercice : pas d’envoi.
proof-command = après la commande, témoins encore là : { $alive } sur { $count }
proof-canaries = témoins retrouvés { $alive } sur { $count }
proof-verify-full = tout relu ({ $size }), écarts : { $n }
proof-verify-sample = échantillon relu ({ $size }), écarts : { $n }
install-checked = installé et contrôlé
install-staged = préparé, Windows PAS encore installé : l’installateur de Microsoft se lancera au premier démarrage. Jamais vu démarrer.
install-none = installé, non contrôlé
install-started = installé, démarré sur ce poste
install-rehearsed = répété (exercice) : rien n’a été installé
install-failed = ÉCHEC : ne remettez pas ce poste en l’état
install-not-asked = rien n’était demandé
install-not-done = demandé, non fait
install-is-locked = verrouillée. { $why }
todo-label = Collez l’étiquette { $tag } sur le poste.
todo-write-number = Écrivez { $number } sur du ruban, collez-le sur le poste.
todo-sheet = Joignez la fiche « { $sheet } ».
todo-phrase = Imprimer ou recopier la feuille { $phrase } (clé, dossier « phrases ») ; la remettre avec le poste.
todo-unplug = Débranchez la clé : elle peut servir au poste suivant.
todo-setup-start = Rallumez sans la clé ni disque USB : l’installateur de Microsoft démarre.
todo-setup-end = Éteignez à la première question de Windows (pays).
todo-set-aside = À ÉCARTER : mettez ce poste dans la caisse rouge.
todo-tape = Écrivez le code du mur sur du ruban et collez-le sur le poste.
todo-keep-stick = Pour recommencer : F2, puis un nouvel accord.
todo-read-journal = Lisez le Journal (F7), filtre « alertes ».
todo-owner-rule = Lisez les réserves du certificat : le donneur décide si elles sont acceptables.
todo-exercise = C’est un exercice : aucun disque réel n’a été touché.
qr-what = Scannez avec un téléphone : n° et empreinte du certificat.
qr-too-small = L’écran est trop petit pour le code. Le numéro suffit.

# Journal
filter-all = tout
filter-alerts = alertes
filter-proofs = preuves
journal-empty = Rien dans ce filtre.
kind-job-started = début
kind-tag-read = étiquette
kind-probe-finished = sonde
kind-inventory-finished = inventaire
kind-assessed = verdicts
kind-chosen = choix
kind-no-disk = sans disque
kind-planned = plan
kind-consent-refused = accord
kind-consented = accord
kind-erasure-started = effacement
kind-canaries-planted = preuve
kind-command-started = effacement
kind-command-finished = effacement
kind-command-checked = preuve
kind-suspending = veille
kind-woke = réveil
kind-reveal-started = caché
kind-revealed = montré
kind-fell-back = repli
kind-pass-started = effacement
kind-range-failed = erreur
kind-stalled = lenteur
kind-pass-finished = effacement
kind-verify-started = relecture
kind-verify-finished = preuve
kind-canaries-checked = preuve
kind-erasure-finished = preuve
kind-install-locked = installation
kind-install-started = installation
kind-step-started = installation
kind-step-finished = installation
kind-step-failed = erreur
kind-install-finished = installation
kind-record-signed = certificat
kind-certificate-written = certificat
kind-report-queued = envoi
kind-report-delivered = envoi
kind-report-waiting = envoi
kind-attention = à vous
kind-fault = erreur
kind-stop-requested = arrêt
kind-job-finished = fin
ev-job-started = poste { $machine }, version { $version }
ev-tag-read = étiquette : { $tag }
ev-probe-finished = { $probe }, { $done } sur { $total } { $error }
ev-inventory-finished = inventaire terminé en { $seconds }
ev-assessed = Linux : { $linux }. Windows 11 : { $windows11 }
ev-chosen = { $system }
ev-no-disk = { $text } ({ $by })
ev-planned = plan { $short_digest }. Rien n’est écrit
ev-consent-refused = fin de n° de série inexacte, rien n’est écrit
ev-consented = plan { $plan_digest }
ev-erasure-started = disque { $disk }, { $technique }
ev-canaries-planted = { $disk } : témoins écrits : { $count }, relus : { $readable }
ev-command-started = { $disk } : { $technique } envoyé au disque
ev-command-finished = { $disk } : { $technique }, réponse du disque en { $seconds }
ev-command-checked = { $disk } : témoins encore là après la commande : { $alive } sur { $looked }
ev-suspending = veille de quelques secondes, pour déverrouiller les disques
ev-woke = le poste est réveillé
ev-command-aside = { $disk } : { $line }
ev-reveal-started = { $disk } : les secteurs cachés par le disque vont être montrés
ev-revealed = { $disk } : secteurs visibles, { $before } puis { $after }
ev-fell-back = { $disk } : suite du plan. { $reason }
ev-pass-started = { $disk } : passe { $number } sur { $passes }
ev-range-failed = { $disk } : zone en erreur, { $length }
ev-stalled = { $disk } : rien ne bouge depuis { $seconds }
ev-pass-finished = { $disk } : passe { $number } finie, { $bytes } en { $seconds }
ev-verify-started = { $disk } : relecture
ev-verify-finished = { $disk } : { $bytes } relus en { $seconds }, écarts : { $mismatches }
ev-canaries-checked = { $disk } : témoins retrouvés : { $alive }
ev-erasure-finished = { $disk } : { $outcome }
ev-install-locked = installation verrouillée : { $reason }
ev-install-started = profil { $profile }, { $steps } étapes
ev-step-started = étape { $index } sur { $total } : { $step }
ev-step-finished = étape finie : { $step }
ev-step-failed = étape échouée : { $step }
ev-install-finished = étapes terminées
ev-install-staged = installateur de Microsoft prêt, Windows pas installé
ev-record-signed = certificat { $number } signé
ev-certificate-written = fichier { $kind } enregistré sur la clé
ev-report-queued = en attente d’envoi
ev-report-delivered = envoyé, reçu vérifié
ev-report-waiting = en attente d’envoi : { $text }
ev-attention = { $reason }
ev-fault = { $code } : { $text }
ev-stop-requested = arrêt demandé par vous
ev-job-finished = fin du travail sur ce poste

# File d'envoi
queue-pc = Poste
queue-number = Certificat
queue-written = Écrit
queue-tries = Essais
queue-state = État
queue-pending = en attente
queue-sent = envoyé
queue-dead = refusé
queue-nothing-lost = Rien n’est perdu : ces résultats partiront de n’importe quel banc.
queue-again = Prochain essai dans { $time }, sans toucher à rien.
queue-empty = La file est vide : tout est parti.
queue-exercise = Exercice : ces résultats ne vont qu’au registre d’exercice.

# Réglages
settings-bench = ce banc
setting-language = Langue
setting-sound = Son
setting-letters = Lettres
setting-mode = Mode
setting-console = Console
setting-recipe = Recette
setting-version = Version
language-name = français
sound-on = sonnerie du poste
sound-off = coupé
letters-value = { $letters } : les touches F1 à F12, dans cet ordre
mode-exercise = exercice : postes enregistrés, disques virtuels
mode-real = ce poste, disques réels
console-real = console Linux, police et couleurs du banc
console-terminal = terminal, police et couleurs de ce terminal
recipe-none = aucune

# plan détaillé
plan-digest = Plan { $digest }, empreinte complète :
plan-identity = Identité
plan-passes = Passes
plan-verify = Relecture
plan-fallback = Repli
plan-skipped = Écarté
plan-no-install = Aucune installation
plan-install = Installation : { $profile }
plan-image = Image
plan-partitions = Partitions
plan-then-check = contrôle : { $text }

# cartes et questions
card-what = QUOI
card-why = POURQUOI
card-todo = QUE FAIRE
card-no-words = Ce code n’a pas encore de page.
card-tape = Sinon : écrire { $code } sur du ruban, coller, caisse rouge.
answer-yes = Oui
answer-no = Non
answer-yes-then = Oui, puis Entrée
answer-grave = Pour dire oui : O, puis Entrée.
stop-title = Arrêter
stop-question-command = Le disque qui s’efface lui-même continue quand même.
stop-question = Arrêter maintenant ? Un disque en cours reste à moitié effacé et n’est PAS certifié. Il faudra le recommencer.
power-title = Éteindre
power-refused = Un disque est en cours d’écriture : le poste ne s’éteint pas. F8 arrête d’abord.
power-question = Éteindre ce poste ? Ce qui est signé est déjà sur la clé.
quit-question = Quitter l’exercice ? Les disques virtuels sont oubliés.
diagnostic-title = Bilan
diagnostic-done = Le dossier est écrit : { $path }

# Aide
help-about = écran « { $screen } »
help-letters = Une touche F ne répond pas ? Sa lettre fait la même chose.
help-codes = Les codes d’erreur

help-general-1 = Cet écran se lit, il ne change rien.
help-general-2 = Flèches : défiler. Page haut et Page bas : plus vite.
help-general-3 = Échap revient à l’écran d’où vous venez.
help-general-4 = La ligne du haut dit quel poste est devant vous.
help-general-5 = La ligne du bas ne change jamais de place.
help-general-6 = Une touche entre crochets ne sert pas en ce moment.
help-general-7 = F9 change de langue à tout moment.
help-general-8 = F7 raconte ce qui s’est passé.
help-general-9 = F12 écrit un dossier pour qui vous aide.
help-general-10 = Un code en rouge ? Écrivez-le sur du ruban, collez-le sur le poste.

help-home-1 = Cet écran demande quel poste est devant vous.
help-home-2 = Scannez l’étiquette, ou tapez-la, puis Entrée.
help-home-3 = Pas d’étiquette ? F6 : le poste garde le n° de série du constructeur.
help-home-4 = L’inventaire a commencé tout seul. Il ne touche à aucun disque.
help-home-5 = Les faits apparaissent ici dès qu’ils sont lus.
help-home-6 = Quand tout est lu, l’écran suivant vient de lui-même.
help-home-7 = Mots : une sonde lit une partie du poste.
help-home-8 = Un point d’exclamation en rouge signale ce qu’il faut lire d’abord.
help-home-9 = Sans geste pendant une minute, le mur dit PRÊT. Un scan le réveille.
help-home-10 = Rien ne peut être effacé depuis cet écran.

help-hardware-1 = Cet écran montre les faits. Il ne choisit pas pour vous.
help-hardware-2 = En haut, les alarmes : disque caché, verrou, panne, secteur débranché.
help-hardware-3 = Ensuite Linux et Windows 11, règle par règle.
help-hardware-4 = OUI : la règle est remplie. NON : elle ne l’est pas.
help-hardware-5 = Un réglage ou un ajout suffit parfois : la ligne dit lequel.
help-hardware-6 = ? : personne n’a pu le voir. Ce n’est ni oui ni non.
help-hardware-7 = Flèches puis Entrée : d’où vient ce fait.
help-hardware-8 = F3 montre tous les faits, C les contrôles. F5 relit après un réglage.
help-hardware-9 = F2 continue ainsi, en connaissance de cause. Un réglage du BIOS ? Son menu est expliqué, U y mène.
help-hardware-10 = Mots : module TPM, une puce de sécurité que Windows 11 demande.

help-choice-1 = Cet écran demande quel système donner à ce poste.
help-choice-2 = Les deux colonnes ont les mêmes lignes. Rien n’est choisi d’avance.
help-choice-3 = 1 : Linux. 2 : Windows 11. 3 : effacer sans rien installer.
help-choice-4 = Une touche de chiffre cassée ? Flèches de côté, puis Entrée.
help-choice-5 = Dans une colonne, haut et bas montrent un autre profil.
help-choice-6 = Un système impossible reste affiché, avec son motif.
help-choice-7 = F3 montre le matériel et les règles. F6 : langue, clavier, disque chiffré de Linux.
help-choice-8 = Mots : un profil est un système prêt pour un usage.
help-choice-9 = Le choix mène au plan, rien n’est encore écrit. Échap revient au matériel.
help-choice-10 = Installateur de Microsoft : copié ici, il installe Windows au prochain démarrage.

help-linux-1 = Cet écran dit ce qui peut changer dans le Linux de ce poste.
help-linux-2 = Rien n’est obligatoire : sans réponse, le profil décide.
help-linux-3 = Haut et bas changent de ligne. Entrée change la réponse.
help-linux-4 = Langue : celle des menus. Le premier démarrage reste en français ou en anglais.
help-linux-5 = Clavier : celui que la personne aura sous les doigts.
help-linux-6 = Disque chiffré : personne ne lit les documents sans la phrase.
help-linux-7 = La phrase est sur une feuille de la clé. À imprimer et à remettre.
help-linux-8 = Une phrase perdue, ce sont des documents perdus. Personne ne peut les rendre.
help-linux-9 = Les réponses valent pour ce poste seulement.
help-linux-10 = Échap revient au choix.

help-no-disk-1 = Cet écran demande pourquoi ce poste n’a pas de disque.
help-no-disk-2 = Ouvrez la trappe : voyez-vous un disque ? Alors il est caché ou en panne.
help-no-disk-3 = Un réglage RAID, RST ou VMD du BIOS cache parfois un disque. Mettez AHCI.
help-no-disk-4 = Réglage changé ? Échap, puis rallumez le poste avec la clé.
help-no-disk-5 = Disque rebranché ? F5 relit le poste.
help-no-disk-6 = 1 : le disque a été retiré. Écrivez à qui il a été remis.
help-no-disk-7 = 2 : le poste est arrivé ainsi. 3 : écrivez ce qui s’est passé.
help-no-disk-8 = Ensuite, votre n° de carte ou vos initiales.
help-no-disk-9 = Le document signé porte la raison et la personne. Il ne prouve aucun effacement.
help-no-disk-10 = Vous ne savez pas ? Échap, et mettez le poste de côté.

help-confirm-1 = Cet écran demande votre accord. Tant que rien n’est tapé, rien n’est écrit.
help-confirm-2 = Regardez le n° de série, puis tapez sa fin, en majuscules ou en minuscules.
help-confirm-3 = Un disque cache une partie ? 1 la montre, 2 la laisse. Sans réponse, rien ne démarre.
help-confirm-4 = Entrée ne fait rien tant que ce n’est pas exact.
help-confirm-5 = Plusieurs disques : un champ pour chacun, l’un après l’autre.
help-confirm-6 = Un lecteur de codes n’est pas accepté, sauf la carte rouge CONFIRMER.
help-confirm-7 = Exclu : un disque qui ne sera pas touché, et pourquoi.
help-confirm-8 = F3 montre le plan en entier. F5 : le code PSID. F6 : un second contrôle. Échap annule.
help-confirm-9 = Mots : effacement simple, tout ce que l’on peut adresser est réécrit.
help-confirm-10 = Mots : effacement renforcé, même les zones cachées sont visées.

help-wall-1 = Cet écran se lit de loin : un mot, une couleur, une forme.
help-wall-2 = Bleu : EFFACEMENT, puis RELECTURE. Violet : installation.
help-wall-3 = Vert avec un cadre : TERMINÉ, le certificat est sur la clé.
help-wall-4 = Rouge rayé : ÉCHEC ou INCONNU. Ne remettez pas ce poste.
help-wall-5 = Ambre qui clignote : À VOUS, quelque chose vous attend.
help-wall-6 = Le chiffre change une fois par seconde au plus.
help-wall-7 = En bas, chaque disque : ce qui est fait et à quelle vitesse.
help-wall-8 = F8 arrête, après une question. Le disque n’est alors PAS certifié.
help-wall-9 = À la fin, F2 ou Entrée montre le résultat.
help-wall-10 = Éloignez-vous, ou faites les contrôles : C. Laissez la clé en place.

help-result-1 = Cet écran dit ce qui est fait, et quoi faire du poste.
help-result-2 = En haut, le mot du mur et ce qu’il veut dire.
help-result-3 = Chaque disque a sa ligne, avec la preuve observée.
help-result-4 = Témoins : blocs connus écrits avant, cherchés après. Il ne doit rien en rester.
help-result-5 = Relecture : ce qui a été écrit est relu et comparé.
help-result-6 = Le certificat est déjà signé et enregistré. Rien à taper.
help-result-7 = EN ATTENTE D’ENVOI : F5 essaie maintenant, le prochain poste essaie aussi.
help-result-8 = F3 montre un code pour le téléphone.
help-result-9 = « À faire » donne les gestes, dans l’ordre.
help-result-10 = F2 passe au poste suivant.

help-journal-1 = Le journal dit tout ce qui s’est passé, avec l’heure.
help-journal-2 = Il est sur la clé : une coupure de courant ne l’efface pas.
help-journal-3 = F change de filtre : tout, alertes, preuves.
help-journal-4 = Alertes : ce qui n’a pas marché, ou ce qui vous attend.
help-journal-5 = Preuves : ce que le certificat affirme, ligne par ligne.
help-journal-6 = Flèches : choisir une ligne. Entrée : ses nombres exacts.
help-journal-7 = La dernière ligne est suivie tant que vous ne bougez pas.
help-journal-8 = F12 copie un bilan pour qui vous aide.
help-journal-9 = Mots : un accord lie votre choix à un plan et à des disques.
help-journal-10 = Échap revient à l’écran d’où vous venez.

help-outbox-1 = Cet écran montre les résultats qui attendent le registre.
help-outbox-2 = L’envoi est essayé à la fin de chaque poste, puis de plus en plus rarement, sans toucher à rien.
help-outbox-3 = F5 essaie maintenant.
help-outbox-4 = Rien n’est perdu : chaque résultat est signé et sur la clé.
help-outbox-5 = Un résultat n’est « envoyé » qu’avec un reçu vérifié.
help-outbox-6 = Refusé : le registre a dit pourquoi, la ligne le répète.
help-outbox-7 = La clé peut envoyer depuis n’importe quel banc.
help-outbox-8 = Un exercice ne part que vers le registre d’exercice.
help-outbox-9 = Mots : le registre tient la liste des postes du réseau.
help-outbox-10 = Échap revient à l’écran d’où vous venez.

help-settings-1 = Ces réglages sont ceux du banc, pas du poste.
help-settings-2 = Flèches : choisir une ligne. Entrée : changer.
help-settings-3 = Langue : français ou anglais, tout de suite. F9 fait pareil.
help-settings-4 = Son : une sonnerie quand c’est fini ou quand on vous attend.
help-settings-5 = La couleur dit la même chose que le son, toujours.
help-settings-6 = Lettres : elles remplacent les touches F.
help-settings-7 = Mode exercice : les disques sont virtuels, l’écran le dit en haut.
help-settings-8 = Rien ici ne change ce qui est effacé.
help-settings-9 = Rien ici n’est écrit sur le poste.
help-settings-10 = Échap revient à l’écran d’où vous venez.

# Contrôles
screen-functions = CONTRÔLES
screen-keyboard = CLAVIER
screen-colours = COULEURS
do-functions = Contrôles
do-menu = Menu du BIOS
key-menu = BIOS
menu-by-key = Touche U : ce poste redémarre tout seul dans ce menu.
menu-question = Redémarrer ce poste dans le menu du BIOS ? Ce qui est signé est déjà sur la clé. Laissez la clé branchée : elle sert ensuite.
menu-memory = Redémarrer ce poste dans le menu du BIOS ? Les résultats ne sont qu’en mémoire et seront PERDUS. Pour les garder : N, branchez une clé Regain, puis F5.
do-try = essayer
functions-grades = Aspect { $cosmetic }, fonctionnement { $functional } ({ $done } sur { $total } faits)
functions-how = Dites ce que vous voyez : 1 marche, 2 défaut, 3 pas fait, 4 sans objet. Entrée essaie ou explique.
functions-signed = Le rapport de ce poste est signé : ces contrôles ne changent plus.
functions-busy = Pas maintenant : un disque est en cours, ou le rapport est signé.
function-open = à faire
function-running = en cours
function-wait = deux minutes ; vous pouvez continuer les autres contrôles
function-by-hand = vu par vous
function-pass = marche
function-fail = défaut
function-warn = à voir
function-skipped = pas fait
function-not-applicable = sans objet
function-keyboard = Clavier
function-touchpad = Pavé tactile
function-touchscreen = Écran tactile
function-display = Écran
function-speakers = Son
function-microphone = Microphone
function-webcam = Caméra
function-usb-ports = Prises USB
function-video-outputs = Sorties vidéo
function-ethernet = Réseau par câble
function-wifi = Wi-Fi
function-bluetooth = Bluetooth
function-charger = Chargeur
function-battery = Batterie
function-cpu-stress = Chaleur en charge
function-ram = Mémoire vive
function-disk-smart = Disques
function-fan = Ventilateur
function-chassis = Coque, charnières
function-bios-password = Verrou du BIOS
function-enrolment-lock = Verrou de gestion
function-cmos-battery = Pile d’horloge
function-tpm = Module TPM
function-secure-boot = Démarrage sécurisé
function-windows-key = Clé Windows
function-looks = Aspect
looks-none = 1 : traces fines, 2 : visible éteint, 3 : marqué, 4 : cassé
looks-a = traces fines
looks-b = visible, pas quand l’écran est allumé
looks-c = marqué
looks-d = une pièce est cassée
try-keyboard = Entrée : chaque touche pressée s’allume
try-touchpad = bougez le doigt, cliquez à gauche et à droite
try-touchscreen = touchez les quatre coins
try-display = Entrée : couleurs unies, cherchez points et taches
try-speakers = Entrée : un son à gauche, puis à droite
try-speakers-heard = Un son a été joué à gauche, puis à droite. Entendu des deux côtés ? 1, sinon 2.
try-speakers-silent = Aucun son n’a pu être joué : pas de carte son vue, ou pas d’outil.
try-microphone = soufflez dessus pendant un enregistrement
try-webcam = Entrée : la caméra vue ; regardez si elle est cachée
try-webcam-seen = Caméra vue : { $names }. Rien n’est enregistré. Cache et vitre intacts ? 1, sinon 2.
try-webcam-none = Aucune caméra vue. Il n’y en a pas : 4. Il devrait y en avoir une : 2.
try-usb-ports = branchez une clé dans chaque prise
try-video-outputs = branchez un écran sur chaque sortie
try-ethernet = branchez un câble : la lampe s’allume
try-wifi = une antenne est vue ; un réseau apparaît-il ?
try-bluetooth = une antenne est vue ; un appareil apparaît-il ?
try-charger = branchez-le : la lampe de charge s’allume
try-battery = état non lu
try-cpu-stress = Entrée : une minute de charge, la température est lue
try-ram = Entrée : une minute, seulement la mémoire libre
try-disk-smart = les disques n’ont rien dit d’eux-mêmes
try-fan = écoutez pendant la charge : il tourne, sans frotter
try-chassis = charnières, vis, trappes, prises
try-bios-password = entrez dans le BIOS : un mot de passe est-il demandé ?
try-enrolment-lock = au démarrage, un nom d’organisation s’affiche-t-il ?
try-cmos-battery = heure non lue
key-space = Espace
keyboard-how = { $done } touches sur { $total }. Maj, Ctrl, Alt et Fn ne se voient pas seules : essayez-les avec une lettre. Échap deux fois termine.
test-not-there = pas sur ce poste
test-dead = vu, mais sans interface
test-battery-worn = usée
test-battery-replace = à remplacer
test-battery-none = aucune batterie dans le poste
test-locked = mot de passe posé
test-clock-flat = pile à plat
test-smart-failed = un disque annonce sa panne
test-no-sensor = charge tenue, aucun capteur de température
test-hot = chaud
test-too-hot = trop chaud
test-slowed = le processeur a dû ralentir
test-memory-errors = des bits sont faux
test-memory-part = une partie des motifs, faute de temps
test-no-free-memory = pas assez de mémoire libre
test-too-slow = trop lent pour conclure
test-late = pas de réponse à temps
test-no-tool = pas possible ici
test-needs-root = demande les droits d’administration
test-broke = l’essai s’est arrêté

help-functions-1 = Cet écran dit si tout marche. Il ne change rien sur le poste.
help-functions-2 = Allez de haut en bas. Les lignes remplies viennent de l’inventaire.
help-functions-3 = 1 marche, 2 défaut, 3 pas fait, 4 sans objet : la flèche passe à la suite.
help-functions-4 = Entrée essaie : clavier, couleurs, son, chaleur, mémoire.
help-functions-5 = La chaleur et la mémoire prennent deux minutes, seules.
help-functions-6 = Un contrôle passé (3) est écrit comme tel dans le rapport.
help-functions-7 = Aspect et fonctionnement sont deux notes, jamais une moyenne.
help-functions-8 = La note de fonctionnement attend que tout soit fait.
help-functions-9 = Le mot « reconditionné » demande tous ces contrôles.
help-functions-10 = Après la signature du rapport, plus rien ne change ici.
