"""A session that plays a script: the methods of ``agent.job.session.Session``, the real fold, no engine behind it.

The PC is the ThinkPad of the design page. ``erase`` and ``finish`` push the events a real engine would emit, so
that every state of the screens can be reached in a millisecond and drawn with the same figures each time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.job.consent import confirms
from agent.model.errors import Fault
from agent.model.events import Event, Kind
from agent.model.facts import to_wire
from agent.model.functions import Result, Tried
from agent.model.identity import DiskIdentity
from agent.model.job import Job, State, apply
from agent.model.linux import AS_IT_IS, LinuxOptions
from agent.model.nodisk import NoDisk
from agent.model.plan import Reveal, SystemChoice
from agent.model.stick import Stick

T0 = dt.datetime(2026, 11, 23, 14, 5, 0)

DISK = {
    "path": "/dev/nvme0n1", "model": "Samsung MZVLB256HBHQ", "serial": "S4DXNX0M317K2F", "size_bytes": 256_060_514_304,
    "medium": "nvme", "bus": "nvme", "smart_passed": True, "power_on_hours": 9120, "temperature_c": 41,
}  # fmt: skip
SECOND = {
    "path": "/dev/sda", "model": "WDC WD10EZEX-08W", "serial": "WD-WCC6Y4JT9ABC", "size_bytes": 1_000_204_886_016,
    "medium": "hdd", "bus": "ata", "smart_passed": True, "power_on_hours": 21_300,
}  # fmt: skip

INVENTORY: Mapping[str, Any] = {
    "system": {"manufacturer": "LENOVO", "product": "20LS0016FR", "model_name": "ThinkPad L480", "serial": "PF1XK7TD",
               "serial_quality": "good"},
    "firmware": {"vendor": "LENOVO", "mode": "uefi", "secure_boot": "off"},
    "cpu": {"brand_raw": "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", "cores": 4, "threads": 8},
    "memory": {"installed_bytes": 8 * 2**30, "slots": 2, "modules": [{"size_bytes": 8 * 2**30, "type": "DDR4"}]},
    "tpm": {"present": {"absent": "no device in /sys/class/tpm"}},
    "disks": [DISK],
    "displays": [{"width_px": 1366, "height_px": 768}],
    "batteries": [{"wear_percent": 29.0}],
    "mains": True,
    "clock": {"sane": True},
    "took_s": 7.2,
}  # fmt: skip


def check(name: str, verdict: str, found: str, required: str, **more: Any) -> dict[str, Any]:
    known = {"id": name, "verdict": verdict, "found": found, "required": required}
    return {**known, "source": "dmidecode 4", "blocks": True, "params": {}, **more}


WINDOWS_CHECKS = [
    check("cpu", "pass", "i5-8250U", "liste de Microsoft", source="/proc/cpuinfo"),
    check("memory", "pass", "8 Gio", "4 Gio"),
    check("disk", "pass", "256 Go", "64 Go"),
    check("cores", "pass", "4", "2"),
    check("clock", "pass", "1 600 MHz", "1 000 MHz"),
    check("cpu_instructions", "pass", "SSE4.2, POPCNT", "SSE4.2, POPCNT"),
    check("tpm", "pass", "2.0", "2.0", source="/sys/class/tpm/tpm0"),
    check("firmware", "pass", "UEFI", "UEFI"),
    check("secure_boot", "pass", "possible", "possible"),
    check("display", "pass", "14 pouces", "9 pouces", blocks=False),
]
LINUX_CHECKS = [check("memory", "pass", "8 Gio", "2 Gio"), check("disk", "pass", "256 Go", "20 Go")]

PROFILES = [
    {"id": "cinnamon-fr", "label": {"fr": "Bureau familial", "en": "Family desktop"}, "support_until": "2030-06",
     "licence": "licence-free", "unpacked_bytes": 6_000_000_000, "status": "rehearsed", "estimate_s": 240},
    {"id": "xfce-fr", "label": {"fr": "Bureau léger", "en": "Light desktop"}, "support_until": "2030-06",
     "licence": "licence-free", "unpacked_bytes": 4_500_000_000, "status": "rehearsed", "estimate_s": 200},
]  # fmt: skip


def assessment(*, windows: str = "eligible", windows_possible: bool = True) -> dict[str, Any]:
    checks = list(WINDOWS_CHECKS)
    if windows == "undetermined":
        checks[6] = check("tpm", "undetermined", "?", "2.0", remedy="Le module TPM n’a pas été vu.")
    if windows == "eligible_after_firmware_change":
        way = {"menu": "f1", "restart": "yes"}
        checks[6] = check("tpm", "fixable", "absent", "2.0", kind="firmware", message="check-tpm-not-seen",
                          remedy="tpm-enable", params=way)  # fmt: skip
    if windows == "not_eligible":
        checks[0] = check("cpu", "fail", "i5-3320M", "liste de Microsoft")
    reason = None if windows_possible else f"option-windows-{windows}"
    options = [
        {"system": "linux", "possible": True, "reason": None, "params": {}, "profiles": PROFILES,
         "support_until": "2030-06", "licence": "licence-free", "space_bytes": 6_000_000_000, "estimate_s": 240,
         "note": None, "sheet": "sheet-linux"},
        {"system": "windows", "possible": windows_possible, "reason": reason, "params": {}, "profiles": [],
         "support_until": "2027-10-12", "licence": "licence-oem-present", "space_bytes": 28_000_000_000,
         "estimate_s": 540, "note": "note-windows-by-hand", "sheet": "sheet-windows"},
        {"system": "none", "possible": True, "reason": None, "params": {}, "profiles": []},
    ]  # fmt: skip
    eligibility = {
        "windows11": {"verdict": windows, "checks": checks, "data": {}},
        "linux": {"verdict": "fits", "checks": LINUX_CHECKS, "profiles": [p["id"] for p in PROFILES]},
    }
    return {"eligibility": eligibility, "options": options, "excluded": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The shape of ``OutboxLine``."""

    tag: str
    number: str
    written: str
    tries: int
    state: str
    last_error: str


class ScriptedSession:
    """See the module. ``disks`` are wire disks; ``instant``: the inventory ends within ``start``."""

    def __init__(
        self,
        *,
        exercise: bool = True,
        disks: Sequence[Mapping[str, Any]] = (DISK,),
        windows: str = "eligible",
        windows_possible: bool = True,
        instant: bool = True,
        outbox: Sequence[Waiting] = (),
        excluded: Sequence[Mapping[str, Any]] = (),
        inventory: Mapping[str, Any] | None = None,
        operator: str = "07",
        hidden: Mapping[str, Reveal] | None = None,
        resumable: Mapping[str, int] | None = None,
        locked: Mapping[str, DiskIdentity] | None = None,
    ) -> None:
        self.lang = "fr"
        self.stick: Stick | None = None
        self.exercise = exercise
        self.job = Job()
        self.inventory = {**(inventory or INVENTORY), "disks": list(disks)}
        self.disks = disks
        self.windows, self.windows_possible = windows, windows_possible
        self.instant = instant
        self.operator = operator
        self.hidden = dict(hidden or {})
        self.resumable = dict(resumable or {})
        self.opal, self.opal_answered = dict(locked or {}), set[str]()
        self.waiting = list(outbox)
        self.excluded = list(excluded)
        self.calls: list[str] = []
        self.ticks = 0
        self.next_try: float | None = 240.0
        self._events: list[Event] = []
        self._listeners: list[Callable[[Event], None]] = []
        self._clock = T0
        self._begin()

    # -- the stream ----------------------------------------------------------------------------------------

    def emit(self, kind: Kind, disk: str | None = None, /, **params: Any) -> None:
        self._clock += dt.timedelta(seconds=1)
        event = Event(kind=kind, seq=self.job.last_seq + 1, t=self._clock.isoformat(), disk=disk, params=params)
        self.job = apply(self.job, event)
        if kind is not Kind.PROGRESS:
            self._events.append(event)
        for listener in self._listeners:
            listener(event)

    def _begin(self) -> None:
        self.job, self._events = Job(), []
        self.emit(Kind.JOB_STARTED, job_id="j1", machine="thinkpad-l480", exercise=self.exercise, version="0")

    # -- what a screen asks --------------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        self._listeners.append(listener)

    def events(self) -> Sequence[Event]:
        return tuple(self._events)

    def outbox(self) -> Sequence[Waiting]:
        return tuple(self.waiting)

    def pending(self) -> int:
        return sum(w.state == "pending" for w in self.waiting)

    @property
    def in_memory(self) -> bool:
        return self.stick is not None and self.stick.in_memory

    def save_results(self) -> None:
        self.calls.append("save_results")

    def needed_characters(self) -> Mapping[str, int]:
        return {t["identity"]["text"]: 4 for t in (self.job.plan or {}).get("targets", [])}

    def start(self) -> None:
        self.calls.append("start")
        self.probe(7)
        if self.instant:
            self.assess()

    def probe(self, done: int) -> None:
        for number in range(1, done + 1):
            self.emit(Kind.PROBE_FINISHED, probe="dmi", done=number, total=11, ok=True, error="")

    def assess(self) -> None:
        self.emit(Kind.INVENTORY_FINISHED, inventory=self.inventory, seconds=7.2)
        told = assessment(windows=self.windows, windows_possible=self.windows_possible)
        self.emit(Kind.ASSESSED, **told, resumable=self.resumable)

    def read_tag(self, text: str | None, *, operator: str = "") -> None:
        self.calls.append(f"tag {text}")
        if text is not None and len(text) != 8:
            raise Fault("tag-bad", text=text)
        self.emit(Kind.TAG_READ, tag=text, operator=operator or self.operator)

    def choose(
        self, system: SystemChoice, profile: str | None, *, chosen_by: str = "", linux: LinuxOptions = AS_IT_IS
    ) -> None:
        self.calls.append(f"choose {system.value} {profile}")
        option = next(o for o in self.job.options if o["system"] == system.value)
        if not option["possible"]:
            raise Fault("choice-impossible", system=system.value, reason=option["reason"])
        told = to_wire(linux)
        self.emit(Kind.CHOSEN, system=system.value, profile=profile, chosen_by=chosen_by, linux=told)
        plan = self._plan(system, profile, chosen_by, told)
        self.emit(Kind.PLANNED, plan=plan, digest="9f3a77c1" * 8, short_digest="9F3A-77C1")

    def _plan(self, system: SystemChoice, profile: str | None, by: str, linux: Mapping[str, Any]) -> dict[str, Any]:
        targets = [
            {
                "identity": {"text": d["serial"], "kind": "serial", "model": d["model"], "size_bytes": d["size_bytes"]},
                "path": d["path"],
                "medium": d["medium"],
                "method": {"technique": "overwrite", "level": "clear", "passes": 2, "verify": "full", "params": {},
                           "reason": "method-overwrite-ssd", "claim": "claim-ssd-overwrite", "estimate_s": 1800.0,
                           "skipped": []},
            }
            for d in self.disks
        ]  # fmt: skip
        install = None
        if system is SystemChoice.LINUX:
            install = {"profile": profile, "disk": targets[0]["identity"], "rehearsed": True, "firmware_mode": "uefi",
                       "image": {"name": profile, "version": "2026.11", "sha256": "ab" * 32, "bytes": 2_000_000_000},
                       "partition_script": "label: gpt\nsize=512MiB, type=U\ntype=L", "estimate_s": 240.0,
                       "steps": [{"id": "step-partition", "kind": "run", "detail": {"argv": ["sfdisk", "DISK"]},
                                  "postcondition": "gpt"}]}  # fmt: skip
        return {"machine": "x", "tag": self.job.tag, "targets": targets, "excluded": self.excluded,
                "choice": {"system": system.value, "profile": profile, "chosen_by": by, "linux": linux},
                "install": install,
                "exercise": self.exercise, "estimate_s": 2040.0}  # fmt: skip

    def consent(self, typed: Mapping[str, str]) -> bool:
        self.calls.append(f"consent {dict(typed)}")
        targets = (self.job.plan or {})["targets"]
        for target in targets:
            identity = DiskIdentity(**target["identity"])
            if not confirms(identity, typed.get(identity.text, ""), 4):
                self.emit(Kind.CONSENT_REFUSED, reason="confirm-wrong", model=identity.model)
                return False
        disks = [{"identity": t["identity"]["text"], "suffix": t["identity"]["text"][-4:]} for t in targets]
        self.emit(Kind.CONSENTED, warrant_id="w1", plan_digest=self.job.plan_digest, by=self.operator, disks=disks)
        return True

    def tested(self, test: str, result: Result, *, reason: str = "") -> None:
        if self.job.certificate is None:
            self.emit(Kind.FUNCTION_TESTED, **Tried(id=test, result=result, mode="manual", reason=reason).wire())

    def grade(self, cosmetic: str | None) -> None:
        self.emit(Kind.GRADED, cosmetic=cosmetic, scheme="regain-2026.11")

    def try_load(self) -> None:
        self.emit(Kind.TRIAL_STARTED, tests=["cpu_stress", "ram"])

    def sound(self) -> bool:
        return False

    def stop(self) -> None:
        self.calls.append("stop")
        self.emit(Kind.STOP_REQUESTED)

    def unanswered(self) -> Mapping[str, Reveal]:
        return self.hidden

    def leave_hidden(self, identity: str) -> None:
        self.calls.append(f"leave {identity}")
        areas = self.hidden.pop(identity).areas
        plan = dict(self.job.plan or {})
        plan["targets"] = [{**t, "left_hidden": list(areas)} for t in plan["targets"]]
        self.emit(Kind.PLANNED, plan=plan, digest="77c19f3a" * 8, short_digest="77C1-9F3A")

    def reveal(self, identity: str, typed: str) -> None:
        self.calls.append(f"reveal {identity} {typed}")
        del self.hidden[identity]

    def locked(self) -> Mapping[str, DiskIdentity]:
        return self.opal

    def unopened(self) -> Mapping[str, DiskIdentity]:
        return {name: found for name, found in self.opal.items() if name not in self.opal_answered}

    def take_psid(self, identity: str, typed: str) -> None:
        self.calls.append(f"psid {identity} {typed}")
        self.opal_answered.add(identity)
        self._replan(identity, {"technique": "opal-psid", "skipped": []})

    def leave_locked(self, identity: str) -> None:
        self.calls.append(f"leave locked {identity}")
        self.opal_answered.add(identity)
        wanted = {"technique": "opal-psid", "reason": "skip-opal-psid-wanted", "params": {}}
        self._replan(identity, {"technique": "overwrite", "skipped": [wanted]})

    def ask_psids(self) -> None:
        self.calls.append("ask psids")
        self.opal_answered.clear()

    def _replan(self, identity: str, method: Mapping[str, Any]) -> None:
        plan = dict(self.job.plan or {})
        plan["targets"] = [
            {**t, "method": {**t["method"], **method}} if t["identity"]["text"] == identity else t
            for t in plan["targets"]
        ]
        self.emit(Kind.PLANNED, plan=plan, digest="77c19f3a" * 8, short_digest="77C1-9F3A")

    def ask_second(self, tool: str | None, person: str | None) -> None:
        if person is not None and person == self.operator:
            raise Fault("second-person-same")
        self.calls.append(f"second {tool} {person}")
        plan = dict(self.job.plan or {})
        told = {"second_tool": tool, "second_person": person}
        plan["targets"] = [{**t, "method": {**t["method"], **told}} for t in plan["targets"]]
        self.emit(Kind.PLANNED, plan=plan, digest="77c19f3a" * 8, short_digest="77C1-9F3A")

    def no_disk_seen(self) -> bool:
        return not self.disks

    def record_only(self, no_disk: NoDisk | None = None) -> None:
        if no_disk is None or not no_disk.complete:
            raise Fault("no-disk-unexplained")
        self.calls.append(f"record {no_disk.why.value}")
        self.emit(Kind.NO_DISK, why=no_disk.why.value, text=no_disk.text, by=no_disk.by)
        self.emit(Kind.ATTENTION, reason="attention-no-disk-explained")
        self.finish("attention")

    def rescan(self) -> None:
        self.calls.append("rescan")
        tag = self.job.tag
        self._begin()
        if tag:
            self.emit(Kind.TAG_READ, tag=tag, operator=self.operator)
        self.start()

    def send_when_due(self, now: float) -> None:
        self.ticks += 1

    def next_try_s(self, now: float) -> float | None:
        return self.next_try

    def next_machine(self) -> None:
        self.calls.append("next")
        self._begin()
        self.start()

    def send_now(self) -> None:
        self.calls.append("send")

    def diagnostic(self) -> Path:
        self.calls.append("diagnostic")
        return Path("/media/regain/data/diagnostic/j1")

    # -- what an engine would do ---------------------------------------------------------------------------

    def erase(self, fraction: float, *, phase: str = "write", disk: int = 0, stalled: float = 0.0) -> None:
        """One disk so far: canaries, then a pass, then the read-back."""
        identity = str(self.disks[disk]["serial"])
        size = int(self.disks[disk]["size_bytes"])
        if self.job.disks[identity].phase == "waiting":
            self.emit(Kind.ERASURE_STARTED, identity, bytes_total=size, resumed=False,
                      method={"technique": "overwrite", "passes": 1})  # fmt: skip
            self.emit(Kind.CANARIES_PLANTED, identity, count=2000, readable=2000)
            self.emit(Kind.PASS_STARTED, identity, number=1, passes=1, cipher="aes-256-ctr", key="00", **{"from": 0})
        if phase == "verify" and self.job.disks[identity].phase != "verify":
            self.emit(Kind.PASS_FINISHED, identity, number=1, seconds=512.0, bytes=size)
            self.emit(Kind.VERIFY_STARTED, identity, mode="full")
        self.emit(Kind.PROGRESS, identity, phase=phase, done=int(size * fraction), total=size,
                  bytes_per_s=480e6, eta_s=62.0 * (1 - fraction) + 1, number=1, passes=1)  # fmt: skip
        if stalled:
            self.emit(Kind.STALLED, identity, seconds=stalled, cause="")

    def erased(self, outcome: str = "cleared", *, disk: int = 0, reasons: Sequence[str] = ()) -> None:
        identity = str(self.disks[disk]["serial"])
        size = int(self.disks[disk]["size_bytes"])
        if outcome in ("cleared", "purged", "cleared_with_exceptions"):
            self.emit(Kind.VERIFY_FINISHED, identity, mode="full", bytes=size, seconds=500.0, mismatches=0)
            self.emit(Kind.CANARIES_CHECKED, identity, alive=0, unreadable=0, witnesses_matching=0)
        self.emit(Kind.ERASURE_FINISHED, identity, outcome=outcome, method="overwrite", level="clear", bytes=size,
                  seconds=1012.0, bytes_per_second=253e6, reasons=list(reasons),
                  verification={"mode": "full", "bytes": size, "seconds": 500.0, "mismatches": 0})  # fmt: skip

    def install(self, fraction: float, *, done: bool = False, ok: bool = True) -> None:
        if self.job.state is not State.INSTALLING:
            self.emit(Kind.INSTALL_STARTED, profile="cinnamon-fr", steps=8, rehearsed=True)
            self.emit(Kind.STEP_STARTED, step="step-unpack", index=3, total=8)
        self.emit(Kind.PROGRESS, phase="install", done=int(fraction * 1000), total=1000, eta_s=90.0)
        if done:
            self.emit(Kind.INSTALL_FINISHED, ok=ok, verified="rehearsed", seconds=200.0)

    def finish(self, outcome: str = "done", exit_code: int = 0, *, paper: bool = True) -> None:
        if paper:
            number = "EX-2026-RC-000123" if self.exercise else "2026-RC-000123"
            self.emit(Kind.RECORD_SIGNED, report_id="r1", number=number, sha256="9f3a77c1d2e45b60" * 4,
                      path="/media/regain/data/out/r1.jws")  # fmt: skip
            self.emit(Kind.CERTIFICATE_WRITTEN, kind="pdf", path=f"/media/regain/data/out/{number}.pdf")
            if not self.exercise:
                self.waiting.append(Waiting(tag=self.job.tag or "", number=number, written=self._clock.isoformat(),
                                            tries=1, state="pending", last_error=""))  # fmt: skip
                self.emit(Kind.REPORT_QUEUED, report_id="r1", waiting=len(self.waiting))
        self.emit(Kind.JOB_FINISHED, outcome=outcome, exit_code=exit_code)
