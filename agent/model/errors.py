"""Errors carry a message id and parameters; the sentences (what, why, what to do) live in ``locale/``.

A code is a family letter and two digits, short enough for a strip of tape, never reused:
D disk, M machine, P plan and consent, S system install, C stick, clock and certificate,
R registry, X our own fault. The Fluent message is ``err-<id>`` with attributes ``.why`` and ``.todo``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Process exit codes, stable (COMMANDS contract)."""

    DONE = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    ERASURE_FAILED = 4
    VERIFICATION_FAILED = 5
    INSTALL_FAILED = 6
    NOT_ELIGIBLE = 7
    NETWORK = 8
    CANCELLED = 9


ERRORS: Mapping[str, tuple[str, Exit]] = {
    # D: disks
    "disk-not-found": ("D01", Exit.REFUSED),
    "disk-no-identity": ("D02", Exit.REFUSED),
    "disk-excluded": ("D03", Exit.REFUSED),
    "disk-busy": ("D04", Exit.REFUSED),
    "disk-read-only": ("D05", Exit.REFUSED),
    "disk-changed": ("D06", Exit.REFUSED),
    "disk-vanished": ("D07", Exit.ERASURE_FAILED),
    "disk-write-errors": ("D08", Exit.ERASURE_FAILED),
    "disk-canary-alive": ("D09", Exit.ERASURE_FAILED),
    "disk-verify-mismatch": ("D10", Exit.ERASURE_FAILED),
    "disk-structured-content": ("D11", Exit.ERASURE_FAILED),
    "disk-worker-died": ("D12", Exit.ERASURE_FAILED),
    "disk-state-unknown": ("D13", Exit.ERASURE_FAILED),
    "disk-frozen": ("D14", Exit.REFUSED),
    "disk-no-method": ("D15", Exit.REFUSED),
    "disk-level-out-of-reach": ("D16", Exit.REFUSED),
    "disk-duplicate-identity": ("D17", Exit.REFUSED),
    "disk-none-found": ("D18", Exit.REFUSED),
    "disk-stalled": ("D19", Exit.ERASURE_FAILED),
    "disk-lied": ("D20", Exit.ERASURE_FAILED),
    "psid-missing": ("D21", Exit.REFUSED),
    "psid-wrong": ("D22", Exit.REFUSED),
    "psid-locked-out": ("D23", Exit.REFUSED),
    "psid-refused": ("D24", Exit.REFUSED),
    "disk-no-boot-areas": ("D25", Exit.REFUSED),
    "reverify-other-disk": ("D30", Exit.REFUSED),
    "reverify-not-in-record": ("D31", Exit.REFUSED),
    "reverify-size": ("D32", Exit.REFUSED),
    "reverify-no-stream": ("D33", Exit.REFUSED),
    "reverify-unreadable": ("D34", Exit.VERIFICATION_FAILED),
    # M: machine and tools
    "not-root": ("M01", Exit.REFUSED),
    "tool-missing": ("M02", Exit.REFUSED),
    "tool-timeout": ("M03", Exit.REFUSED),
    "tool-garbage": ("M04", Exit.USAGE),
    "machine-unknown": ("M05", Exit.USAGE),
    "recording-lacks": ("M06", Exit.USAGE),
    "not-live": ("M07", Exit.USAGE),
    "file-unreadable": ("M08", Exit.USAGE),
    "fault-unknown": ("M09", Exit.USAGE),
    "data-damaged": ("M10", Exit.REFUSED),
    "data-not-newer": ("M11", Exit.REFUSED),
    # P: plan and consent
    "confirm-wrong": ("P01", Exit.REFUSED),
    "plan-changed": ("P02", Exit.REFUSED),
    "warrant-missing": ("P03", Exit.REFUSED),
    "warrant-spent": ("P04", Exit.REFUSED),
    "warrant-expired": ("P05", Exit.REFUSED),
    "warrant-other-disk": ("P06", Exit.REFUSED),
    "recipe-bad": ("P07", Exit.USAGE),
    "cancelled": ("P08", Exit.CANCELLED),
    "choice-missing": ("P09", Exit.USAGE),
    "choice-impossible": ("P10", Exit.NOT_ELIGIBLE),
    "tag-bad": ("P11", Exit.USAGE),
    "no-disk-unexplained": ("P12", Exit.REFUSED),
    "second-person-same": ("P13", Exit.USAGE),
    # S: system install
    "install-locked": ("S01", Exit.REFUSED),
    "install-step-failed": ("S02", Exit.INSTALL_FAILED),
    "profile-bad": ("S03", Exit.NOT_ELIGIBLE),
    "profile-unknown": ("S04", Exit.USAGE),
    "image-damaged": ("S05", Exit.INSTALL_FAILED),
    "image-missing": ("S06", Exit.REFUSED),
    "image-build-failed": ("S07", Exit.INSTALL_FAILED),
    "disk-too-small": ("S08", Exit.REFUSED),
    "image-unfit": ("S10", Exit.REFUSED),
    "image-unconfirmed": ("S11", Exit.REFUSED),
    "image-unlisted": ("S12", Exit.REFUSED),
    "build-impossible": ("S13", Exit.REFUSED),
    "install-bad-ranges": ("S14", Exit.REFUSED),
    "windows-refused": ("S15", Exit.REFUSED),
    "windows-edition": ("S16", Exit.REFUSED),
    "wim-no-index": ("S17", Exit.REFUSED),
    "wim-parts": ("S18", Exit.REFUSED),
    "install-disk-full": ("S19", Exit.INSTALL_FAILED),
    "sidecar-bad": ("S20", Exit.NOT_ELIGIBLE),
    "boot-not-seen": ("S21", Exit.REFUSED),
    "encryption-refused": ("S22", Exit.REFUSED),
    "media-unfit": ("S23", Exit.REFUSED),
    "phrase-no-stick": ("S24", Exit.REFUSED),
    "phrase-not-kept": ("S25", Exit.INSTALL_FAILED),
    "profile-taken": ("S26", Exit.REFUSED),
    # C: stick, clock, certificate
    "stick-full": ("C01", Exit.REFUSED),
    "record-bad-signature": ("C02", Exit.VERIFICATION_FAILED),
    "record-damaged": ("C03", Exit.VERIFICATION_FAILED),
    "record-unknown-key": ("C04", Exit.VERIFICATION_FAILED),
    "certificate-altered": ("C05", Exit.VERIFICATION_FAILED),
    "pdf-unavailable": ("C06", Exit.BUG),
    "journal-damaged": ("C07", Exit.ERASURE_FAILED),
    "journal-write-failed": ("C08", Exit.ERASURE_FAILED),
    "key-locked": ("C09", Exit.REFUSED),
    "record-too-big": ("C10", Exit.VERIFICATION_FAILED),
    "chain-broken": ("C11", Exit.VERIFICATION_FAILED),
    "stick-not-made": ("C12", Exit.REFUSED),
    "stick-missing": ("C13", Exit.REFUSED),
    "settings-bad": ("C14", Exit.USAGE),
    # R: registry
    "registry-unreachable": ("R01", Exit.NETWORK),
    "registry-portal": ("R02", Exit.NETWORK),
    "registry-wrong": ("R03", Exit.NETWORK),
    "registry-refused": ("R04", Exit.NETWORK),
    "registry-revoked": ("R05", Exit.NETWORK),
    "registry-extra-missing": ("R06", Exit.USAGE),
    "receipt-bad": ("R07", Exit.NETWORK),
    "enrol-code-bad": ("R08", Exit.NETWORK),
    "not-enrolled": ("R09", Exit.NETWORK),
    "audit-failed": ("R10", Exit.VERIFICATION_FAILED),
    # X: our own fault
    "bug": ("X01", Exit.BUG),
    "usage": ("X02", Exit.USAGE),
}


class Fault(Exception):
    """Something a person must be told. ``error_id`` is a key of ERRORS; parameters fill the sentences.

    ``wrote`` says whether anything was written to a disk before it happened (None: not known).
    """

    def __init__(self, error_id: str, *, wrote: bool | None = False, **params: Any) -> None:
        self.error_id = error_id
        self.params = params
        self.wrote = wrote
        super().__init__(f"{self.code} {error_id} {params or ''}".strip())

    @property
    def code(self) -> str:
        return ERRORS[self.error_id][0]

    @property
    def exit_code(self) -> Exit:
        return ERRORS[self.error_id][1]
