# Runs inside the tree (sh -s), after the overlay was copied. Settings of the live system; no package is added here.
set -eu

# nobody logs in with a password; autologin does not need one
passwd --lock root >/dev/null
echo regain > /etc/hostname
printf '127.0.0.1 localhost\n127.0.1.1 regain\n::1 localhost\n' > /etc/hosts
ln -sf /run/NetworkManager/resolv.conf /etc/resolv.conf
ln -sf /usr/share/zoneinfo/Europe/Paris /etc/localtime

# AZERTY, compiled once here
mkdir -p /usr/share/regain-live
ckbcomp -layout fr -variant latin9 > /usr/share/regain-live/fr-latin9.kmap

# Nothing that touches a disk by itself, delays the screens, puts the PC to sleep, or restarts it by accident.
# systemctl would follow the links of the units: mask by hand.
for unit in apt-daily.service apt-daily.timer apt-daily-upgrade.service apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer fstrim.service \
    smartmontools.service smartd.service nvmefc-boot-connections.service nvmf-autoconnect.service \
    grub-common.service keyboard-setup.service console-setup.service getty@tty1.service uuidd.socket \
    NetworkManager-wait-online.service systemd-networkd-wait-online.service systemd-pstore.service \
    ldconfig.service systemd-hwdb-update.service systemd-journal-catalog-update.service \
    systemd-update-done.service systemd-firstboot.service systemd-machine-id-commit.service \
    systemd-tpm2-setup.service systemd-tpm2-setup-early.service systemd-pcrmachine.service \
    systemd-pcrphase.service systemd-pcrphase-sysinit.service systemd-hibernate-clear.service \
    sleep.target suspend.target hibernate.target hybrid-sleep.target suspend-then-hibernate.target \
    ctrl-alt-del.target swap.target; do
    ln -sf /dev/null "/etc/systemd/system/$unit"
done
ln -sf /dev/null /etc/udev/rules.d/90-console-setup.rules
systemctl --quiet enable regain.service regain-plain.service regain-serial.service regain-console.service \
    regain-data.service regain-journal.service getty@tty2.service

# the clock never starts before this image was made (systemd(1), clock-epoch)
touch --date="@$SOURCE_DATE_EPOCH" /usr/lib/clock-epoch

# A root that is read-only never caches bytecode. Only what is new here: Debian compiled its own.
python3 -m compileall -q --invalidation-mode unchecked-hash /usr/lib/regain /usr/local/lib/python3.13/dist-packages
python3 -BIS -c 'import sys
sys.path.insert(0, "/usr/lib/regain")
from agent.loaded import write
write("/usr/lib/regain/inventory.modules")'

# smartctl holds the same list compiled in; reading this copy takes three quarters of the time of each of its answers
rm -f /var/lib/smartmontools/drivedb/drivedb.h /var/lib/smartmontools/drivedb/drivedb.h.raw

update-initramfs -c -k all
rm -rf /var/log/* /tmp/* /var/tmp/* /var/cache/debconf/*-old /etc/dpkg/dpkg.cfg.d/99mmdebstrap
: > /etc/machine-id
