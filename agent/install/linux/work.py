"""A command in the new Linux, with mounts of its own that end with it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.install.layout import CONTAINER
from agent.install.work import OWN_MOUNTS, Work
from agent.machine.door import Answer

# A set of mounts that ends with the command: nothing can stay mounted. /dev holds this disk alone, and the
# by-uuid links without which update-grub writes the builder's device name (grub.d/10_linux). A node is
# name:kind:major:minor, with a fifth word for the UUID of what lies on it.
_CHROOT = r"""
set -e
target=$1 uuid=$2 root=$3 nodes=$4; shift 4
mount -t tmpfs -o mode=0755,nosuid tmpfs "$target/dev"
mkdir -p "$target/dev/disk/by-uuid" "$target/dev/pts" "$target/dev/shm" "$target/dev/mapper"
for node in null:c:1:3 zero:c:1:5 full:c:1:7 random:c:1:8 urandom:c:1:9 tty:c:5:0 $nodes; do
  name=${node%%:*} rest=${node#*:}
  kind=${rest%%:*} rest=${rest#*:}
  major=${rest%%:*} rest=${rest#*:}
  mknod -m 0666 "$target/dev/$name" "$kind" "$major" "${rest%%:*}"
  case $rest in *:*) ln -s "../../$name" "$target/dev/disk/by-uuid/${rest#*:}" ;; esac
done
ln -s "../../$root" "$target/dev/disk/by-uuid/$uuid"
ln -s /proc/self/fd "$target/dev/fd"
mount -t proc proc "$target/proc"
mount -t sysfs -o ro sysfs "$target/sys"
mount -t tmpfs -o mode=0755 tmpfs "$target/run"
exec chroot "$target" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
"""


def inside(work: Work, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60) -> Answer:
    """A plain command in the new root: an absolute link of the image cannot lead out of it."""
    return work.run(["chroot", "{target}", *argv], stdin=stdin, timeout_s=timeout_s)


def must_inside(work: Work, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60) -> Answer:
    return work.must(["chroot", "{target}", *argv], stdin=stdin, timeout_s=timeout_s)


def system(work: Work, argv: Sequence[str], *, timeout_s: float = 300) -> Answer:
    """A command in the new root with /proc, /sys and a /dev that holds this disk alone."""
    root = work.partition_name(work.numbers["root"]) if "root" in work.numbers else f"mapper/{CONTAINER}"
    uuid = work.plan.identifiers["root_uuid"]
    return work.must(chroot_argv("{target}", argv, uuid=uuid, root=root, nodes=_nodes(work)), timeout_s=timeout_s)


def _nodes(work: Work) -> str:
    """name:b:major:minor of the disk and its partitions, as the kernel numbers them now."""
    names = [work.disk_name] + [work.partition_name(n) for n in work.numbers.values()]
    base = f"/sys/block/{work.disk_name}"
    places = [base] + [f"{base}/{name}" for name in names[1:]]
    numbers = [work.look(f"{place}/dev").decode().strip() for place in places]
    nodes = [f"{name}:b:{number}" for name, number in zip(names, numbers, strict=True)]
    if work.container:
        ids, at = work.plan.identifiers, work.numbers
        nodes[at["boot"]] += f":{ids['boot_uuid']}"
        nodes[at["luks"]] += f":{ids['luks_uuid']}"
        mapped = work.must(["stat", "-L", "-c", "%Hr:%Lr", "{root}"]).text.strip()
        control = work.look("/sys/class/misc/device-mapper/dev").decode().strip()
        nodes += [f"mapper/{CONTAINER}:b:{mapped}", f"mapper/control:c:{control}"]
    return " ".join(nodes)


def chroot_argv(
    target: str, argv: Sequence[str], *, uuid: str = "none", root: str = "null", nodes: str = ""
) -> list[str]:
    """A command in another root with mounts of its own; ``nodes``: "name:b:major:minor …" of the disks it may see."""
    script = [*OWN_MOUNTS, "sh", "-c", _CHROOT, "regain"]
    return [*script, target, uuid, root, nodes, *argv]
