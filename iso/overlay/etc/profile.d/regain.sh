# The root shell (tty2, serial line) works on the same folders as the screens.
regain_term=$TERM
set -a
. /etc/regain/live.env
[ -r /run/regain/env ] && . /run/regain/env
TERM=$regain_term
set +a
unset regain_term
