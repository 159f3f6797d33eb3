"""The way into the firmware's menu: the key by maker, and whether the PC opens the menu by itself at the next start.

The keys are those that the makers' support pages name; where a maker has several, the one of the product line. A PC of
another maker, or none that is known: the four usual keys.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from agent.model.eligibility import Answer, Check
from agent.model.facts import known
from agent.model.inventory import Inventory

REMEDIES = frozenset({"tpm-enable", "uefi-boot", "keys-restore", "secure-boot-on", "third-party-ca", "vmd-ahci"})
"""What is settled in that menu."""

_ANY = "any"
_KEYS = (  # maker, product or model name, key; the first line that holds
    (r"lenovo|ibm", r"think", "f1"),
    (r"lenovo", r"", "f2"),
    (r"hewlett|\bhp\b", r"", "f10"),
    (r"microsoft", r"surface", "volume"),
    (r"dell|acer|packard bell|gateway|toshiba|dynabook|fujitsu|samsung|sony|vaio|panasonic|huawei", r"", "f2"),
    (r"asus", r"", "f2"),
    (r"micro-star|\bmsi\b|gigabyte|medion|chuwi|azw", r"", "delete"),
)


def key(inventory: Inventory) -> str:
    """f1, f2, f10, delete, volume (Surface), or any."""
    system = inventory.system
    maker = (known(system.manufacturer) or "").lower()
    names = " ".join(known(fact) or "" for fact in (system.product, system.version, system.model_name)).lower()
    return next((found for who, what, found in _KEYS if re.search(who, maker) and re.search(what, names)), _ANY)


def told(inventory: Inventory, checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks; those that this menu settles say how one gets there (``menu``, ``restart``: yes or no)."""
    way = {"menu": key(inventory), "restart": "yes" if known(inventory.firmware.menu_at_restart) else "no"}
    return tuple(dataclasses.replace(c, params={**c.params, **way}) if c.remedy in REMEDIES else c for c in checks)


def needed(checks: Sequence[Check]) -> Check | None:
    """The first check that sends somebody into this menu."""
    return next((c for c in checks if c.remedy in REMEDIES and c.verdict is not Answer.PASS), None)
