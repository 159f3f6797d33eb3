"""What happens, as frozen events: message ids and numbers, never sentences.

The journal, the screens, ``--plain``, ``--json``, the report and the certificate are projections of
this stream. On the wire: ``{"event": kind, "seq": n, "t": iso-utc, "disk": identity?, …params}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.model.facts import to_wire


class Kind(StrEnum):
    # one job
    JOB_STARTED = "job_started"  # job_id, machine, exercise, version
    TAG_READ = "tag_read"  # tag (None: without a label), operator
    PROBE_FINISHED = "probe_finished"  # probe, done, total, ok, error
    INVENTORY_FINISHED = "inventory_finished"  # inventory (wire), seconds
    ASSESSED = "assessed"  # eligibility (wire), options [..], excluded [..]
    NO_DISK = "no_disk"  # why, text, by: a person says why this PC shows no disk
    CHOSEN = "chosen"  # system, profile, chosen_by, linux (what was asked besides)
    PLANNED = "planned"  # plan (wire), digest, short_digest
    CONSENT_REFUSED = "consent_refused"  # disk, reason
    CONSENTED = "consented"  # warrant_id, plan_digest, by, disks [{identity, suffix}]
    SUSPENDING = "suspending"  # seconds, disks [identity]: the PC is about to sleep, which thaws frozen drives
    WOKE = "woke"  # frozen [identity]: those that still are; error
    REVEAL_STARTED = "reveal_started"  # warrant_id, digest, areas [hpa|dco], by: hidden sectors are about to be shown
    REVEALED = "revealed"  # areas, before, after (sectors), left [area], error: the inventory is taken again
    # one disk (``disk`` is the identity text)
    ERASURE_STARTED = "erasure_started"  # method (wire), bytes_total, resumed
    CANARIES_PLANTED = "canaries_planted"  # count, readable
    COMMAND_STARTED = "command_started"  # technique, argv, started: the drive is about to erase by itself
    COMMAND_RUNNING = "command_running"  # technique, seconds, fraction?, left_s?: what it tells, which may be nothing
    COMMAND_FINISHED = "command_finished"  # technique, argv, started, ended, exit_status, status, …_sha256
    DRIVE_STATUS = "drive_status"  # state, fraction?, raw_hex?, agrees?: the drive's own word on its command
    COMMAND_CHECKED = "command_checked"  # technique, looked, alive, unreadable, witnesses_matching, classes
    FELL_BACK = "fell_back"  # technique, reason, params, to: the next line of the plan begins
    PASS_STARTED = "pass_started"  # number, passes, cipher, key, from
    PROGRESS = "progress"  # phase (write|verify|install), done, total, bytes_per_s, eta_s, number, passes
    MARK = "mark"  # number, key, offset, bad_ranges: synced position, resume point
    RANGE_FAILED = "range_failed"  # operation, start, end, errno
    STALLED = "stalled"  # seconds, cause
    PASS_FINISHED = "pass_finished"  # number, seconds, bytes
    VERIFY_STARTED = "verify_started"  # mode
    VERIFY_FINISHED = "verify_finished"  # mode, bytes, seconds, mismatches
    CANARIES_CHECKED = "canaries_checked"  # alive, unreadable, witnesses_matching
    TEMPERATURE = "temperature"  # celsius, limit_c: every 30 s while a worker is at it
    HEAT_PAUSED = "heat_paused"  # celsius, limit_c: too warm, the disk rests
    HEAT_RESUMED = "heat_resumed"  # celsius, limit_c
    ZERO_STARTED = "zero_started"  # number: the last pass, of zeros, once the stream was read back
    ZERO_FINISHED = "zero_finished"  # number, bytes, seconds, write_seconds, seed, mismatches, unreadable_bytes
    AREA_STARTED = "area_started"  # area: another area of an eMMC, once the user area is proven
    AREA_FINISHED = "area_finished"  # area, outcome (cleared|locked|left), bytes
    SECOND_CHECK_STARTED = "second_check_started"  # tool, by
    SECOND_CHECK_FINISHED = "second_check_finished"  # tool, by, expected, argv, bytes, seconds, agrees, differs_at
    ERASURE_FINISHED = (
        "erasure_finished"  # outcome, method, level, bytes, seconds, bytes_per_second, verification, reasons, health
    )
    # install
    INSTALL_LOCKED = "install_locked"  # reason
    INSTALL_STARTED = "install_started"  # profile, steps, rehearsed
    PHRASE_KEPT = "phrase_kept"  # file: the sheet of an encrypted disk; its phrase is in no event
    STEP_STARTED = "step_started"  # step, index, total
    STEP_FINISHED = "step_finished"  # step, seconds, observed
    STEP_FAILED = "step_failed"  # step, error
    INSTALL_FINISHED = "install_finished"  # ok, verified (none|checked|rehearsed), seconds; staged: only Setup
    # paper and delivery
    RECORD_SIGNED = "record_signed"  # report_id, number, sha256, path
    CERTIFICATE_WRITTEN = "certificate_written"  # path, kind
    REPORT_QUEUED = "report_queued"  # report_id, waiting
    REPORT_DELIVERED = "report_delivered"  # report_id, received_at
    REPORT_WAITING = "report_waiting"  # report_id, error_id
    # function tests and grades, at any moment before the record is signed
    TRIAL_STARTED = "trial_started"  # tests [ids]: the two that take a minute
    FUNCTION_TESTED = "function_tested"  # id, result, mode, reason?, value?, unit?
    GRADED = "graded"  # cosmetic (A to D, None: taken back), scheme
    # end
    ATTENTION = "attention"  # reason (message id), error_id?
    FAULT = "fault"  # error_id, code, params, wrote
    STOP_REQUESTED = "stop_requested"
    JOB_FINISHED = "job_finished"  # outcome: done | failed | unknown | aborted | attention; exit_code


SYNCED = frozenset(Kind) - {Kind.PROGRESS, Kind.COMMAND_RUNNING, Kind.TEMPERATURE, Kind.PROBE_FINISHED, Kind.STALLED}
"""Kinds after which the journal is synced to the medium before anything else happens."""

EPHEMERAL = frozenset({Kind.PROGRESS, Kind.COMMAND_RUNNING, Kind.TEMPERATURE})
"""Kinds that are shown and not kept in the journal: a mark, or the end of the command, is kept and synced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    kind: Kind
    seq: int
    t: str
    disk: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        head: dict[str, Any] = {"event": self.kind.value, "seq": self.seq, "t": self.t}
        if self.disk is not None:
            head["disk"] = self.disk
        return head | {str(k): to_wire(v) for k, v in self.params.items()}


def from_wire(line: Mapping[str, Any]) -> Event:
    """The event behind one journal line. Raises ValueError or KeyError when it is not one."""
    params = {k: v for k, v in line.items() if k not in ("event", "seq", "t", "disk")}
    return Event(kind=Kind(line["event"]), seq=int(line["seq"]), t=str(line["t"]), disk=line.get("disk"), params=params)
