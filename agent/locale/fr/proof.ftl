# Preuve : relire un disque depuis son rapport (regain verify --disk), état du disque, second contrôle.

reverify-record = Rapport n° { $number }, du { $when }.
reverify-signature-valid = Signature valable, clé { $kid }.
reverify-signature-unknown-key = Signature non contrôlée : la clé { $kid } n’est pas connue ici. Ce qui suit montre ce que le disque contient, pas qui a écrit le rapport.
reverify-signature-none = Rapport sans signature. Ce qui suit montre ce que le disque contient, pas qui a écrit le rapport.
reverify-disk = Disque { $path }, identité { $identity } : celle du rapport.
reverify-as = { $path } est lu comme une copie du disque { $identity }, à votre demande.
reverify-installed = Un système a été installé après cet effacement. Des différences sont alors attendues.
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
