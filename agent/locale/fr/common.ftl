# Mots partagés par toutes les pièces : formes d'erreur, tailles, durées, dates, états.

error-why = Pourquoi :
error-todo = Que faire :
error-nothing-written = Rien n’a été écrit sur ce disque.
error-was-written = Le disque a été écrit en partie.

yes = oui
no = non
exercise = EXERCICE

# nombres, tailles, durées, dates
number-group = { "\u202F" }
number-decimal = ,
size-tb = { $n } To
size-gb = { $n } Go
size-mb = { $n } Mo
size-kb = { $n } ko
size-b = { $n } octets
size-gib = { $n } Gio
size-mib = { $n } Mio
span-s = { $n } s
span-min = { $n } min
span-h = { $h } h { $m }
rate = { $size }/s
temperature-at-start = { $n } °C au départ
date-day = { $day } { $month } { $year }
date-month = { $month } { $year }
month-1 = janv.
month-2 = févr.
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juil.
month-8 = août
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = déc.

# les trois états d'un fait
fact-not-told = non dit
fact-absent = absent
fact-unreadable = illisible
fact-absent-why = absent : { $why }
fact-unreadable-why = illisible : { $why }

# résultats d'un effacement
outcome-purged = effacement renforcé prouvé
outcome-cleared = effacement simple prouvé
outcome-cleared_with_exceptions = effacement simple avec réserves
outcome-failed = effacement échoué
outcome-refused = refusé, rien n’est écrit
outcome-unknown = état inconnu

# P : plan et accord
err-confirm-wrong = Ce n’est pas la fin de ce n° de série.
    .why = Les caractères tapés ne sont pas ceux du disque { $model }.
    .todo = Lisez la fin du n° de série à l’écran, puis tapez-la.
err-plan-changed = Le plan n’est plus celui que vous avez accepté.
    .why = Un disque, une méthode ou un choix a changé depuis votre accord.
    .todo = Relisez le plan, puis donnez votre accord au nouveau plan.
err-warrant-missing = Cette action n’a pas d’accord.
    .why = Aucun effacement ne commence sans un accord donné à l’écran.
    .todo = Revenez à Confirmation et tapez la fin du n° de série.
err-warrant-spent = Cet accord a déjà servi.
    .why = Un accord ne vaut que pour un seul effacement de chaque disque.
    .todo = Revenez au choix et donnez un nouvel accord.
err-warrant-expired = Cet accord n’est plus valable.
    .why = Il a été donné il y a trop longtemps.
    .todo = Revenez au choix et donnez un nouvel accord.
err-warrant-other-disk = Le disque n’est pas celui de l’accord.
    .why = Le n° de série relu juste avant d’écrire n’est pas celui du plan.
    .todo = Relisez le poste avec F5, puis donnez un nouvel accord.
err-recipe-bad = La recette { $path } n’est pas utilisable.
    .why = { $problems }
    .todo = Corrigez la recette, ou travaillez sans recette.
err-cancelled = Arrêté par vous.
    .why = Vous avez demandé l’arrêt.
    .todo = Un disque en cours d’effacement n’est PAS certifié : recommencez-le.
err-choice-missing = Aucun système n’est choisi.
    .why = Le plan n’existe pas sans un choix entre Linux, Windows et rien.
    .todo = Faites votre choix sur l’écran Choix.
err-no-disk-unexplained = Ce poste ne montre aucun disque, et personne n’a dit pourquoi.
    .why = Un réglage RAID, RST ou VMD du BIOS peut cacher un disque plein de données.
    .todo = Regardez le poste et son BIOS, puis donnez la raison et votre nom de carte.
err-second-person-same = La seconde personne ne peut pas être celle qui efface.
    .why = Le second contrôle vaut parce que quelqu’un d’autre regarde.
    .todo = Donnez la carte d’une autre personne et un programme, ou laissez vide.
err-choice-impossible = Ce choix n’est pas possible sur ce poste.
    .why = Une règle de ce système n’est pas remplie ; l’écran Choix en donne le motif.
    .todo = Choisissez un autre système, ou réglez le point indiqué puis F5.

# X : notre faute
err-bug = Le programme s’est trompé.
    .why = { $path }
    .todo = Notez le code, gardez ce fichier et prévenez qui s’occupe du banc.
err-usage = La commande n’est pas comprise.
    .why = { $what }
    .todo = Relisez la commande avec --help.
