"""``--plain``: the same events, one sentence a line, at most 78 columns, no colour, no cursor movement.

It is the boot entry "text / braille", the serial console and what continuous integration reads: progress at each 10 %
or every 60 s. Its questions are in ``dialogue``.
"""

from __future__ import annotations

import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from agent.locale import Words
from agent.model.errors import ERRORS
from agent.model.events import Event
from agent.tui import format as f

WIDTH = 78
Write = Callable[[str], None]


def wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of at most 78 columns; the no-break spaces of French stay with their words."""
    under = " " * (len(indent) + 2)  # a dash in the indent begins a point, not each of its lines
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=under) or [""]


def size_text(size: float, words: Words) -> str:
    """256 Go for disks (powers of ten, as they are sold)."""
    for unit, factor in (("to", 1e12), ("go", 1e9), ("mo", 1e6)):
        if size >= factor:
            return words(f"size-{unit}", n=round(size / factor, 1 if size < 10 * factor else None))
    return words("size-ko", n=round(size / 1e3))


def time_text(seconds: float, words: Words) -> str:
    if seconds < 90:
        return words("time-s", n=max(1, round(seconds)))
    if seconds < 5400:
        return words("time-min", n=round(seconds / 60))
    return words("time-h", h=int(seconds // 3600), m=int(seconds % 3600 // 60))


class PlainSink:
    """Turns events into lines. Safe to call from any thread; keeps only what it needs to space out progress."""

    def __init__(self, write: Write, words: Words) -> None:
        self._write = write
        self._words = words
        self._lock = threading.Lock()
        self._shown: dict[str, tuple[str, int, float]] = {}
        self._names: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        lines = self.lines(event)
        with self._lock:
            for line in lines:
                self._write(line)

    def lines(self, event: Event) -> list[str]:
        handler: Callable[[Event], list[str]] | None = getattr(self, f"_on_{event.kind.value}", None)
        return handler(event) if handler else []

    def _say(self, message: str, **params: Any) -> list[str]:
        return wrapped(self._words(message, **params))

    def _disk(self, event: Event) -> str:
        return self._names.get(event.disk or "", "…" + (event.disk or "")[-4:])

    # -- the job ---------------------------------------------------------------------------------------------

    def _on_job_started(self, event: Event) -> list[str]:
        lines = self._say("plain-started", machine=event.params["machine"], version=event.params.get("version", ""))
        return lines + (self._say("plain-exercise") if event.params["exercise"] else [])

    def _on_tag_read(self, event: Event) -> list[str]:
        tag = event.params.get("tag")
        return self._say("plain-tag", tag=tag) if tag else self._say("plain-no-tag")

    def _on_probe_finished(self, event: Event) -> list[str]:
        if event.params.get("ok", True):
            return []
        return self._say("plain-probe-failed", probe=event.params["probe"], error=event.params.get("error", ""))

    def _on_inventory_finished(self, event: Event) -> list[str]:
        return self._say("plain-inventory-done", seconds=round(float(event.params["seconds"]), 1))

    def _on_assessed(self, event: Event) -> list[str]:
        verdicts = event.params["eligibility"]
        lines: list[str] = []
        for system in ("windows11", "linux"):
            prefix = "verdict-windows-" if system == "windows11" else "verdict-linux-"
            if not verdicts.get(system):  # one disk erased by itself: nobody asked
                continue
            lines += self._say(f"plain-verdict-{system}", verdict=self._words(prefix + verdicts[system]["verdict"]))
        for disk in event.params.get("excluded", ()):
            why = self._words(disk["reason"], **disk["params"])
            lines += self._say("plain-excluded", disk=f.left_out(self._words, disk), why=why)
        for name, stage in event.params.get("cut", {}).items():
            lines += self._say(f"cut-{stage}", end=f.tail(name))
        for name, offset in event.params.get("resumable", {}).items():
            lines += self._say("plain-resumable", suffix=name[-4:], size=size_text(offset, self._words))
        return lines

    def _on_no_disk(self, event: Event) -> list[str]:
        p = event.params
        return self._say("plain-no-disk", why=self._words(f"no-disk-{p['why']}"), text=p["text"], by=p["by"])

    def _on_chosen(self, event: Event) -> list[str]:
        system = self._words("system-" + event.params["system"])
        return self._say("plain-chosen", system=system, profile=event.params.get("profile") or "–")

    def _on_planned(self, event: Event) -> list[str]:
        plan = event.params["plan"]
        lines = self._say("plain-plan", digest=event.params["short_digest"])
        for number, target in enumerate(plan["targets"], start=1):
            identity, method = target["identity"], target["method"]
            self._names[identity["text"]] = f"{identity['model']} …{identity['text'][-4:]}"
            size = size_text(identity["size_bytes"], self._words)
            lines += self._say("plain-target", n=number, model=identity["model"], size=size, serial=identity["text"])
            lines += wrapped(self._words(method["reason"], **method.get("params", {})), "   ")
            if tool := method.get("second_tool"):
                person = method.get("second_person")
                message = "second-planned-by" if person else "second-planned"
                lines += wrapped(self._words(message, tool=tool, by=person or ""), "   ")
            if target.get("left_hidden"):
                lines += wrapped(self._words("hidden-left"), "   ")
            if method["technique"] != "overwrite":
                lines += wrapped(self._words("command-cannot-stop"), "   ")
            if method.get("params", {}).get("thaw"):
                lines += wrapped(self._words("plain-thaw"), "   ")
            if together := method.get("params", {}).get("together"):
                lines += wrapped(self._words("plan-together", count=len(together)), "   ")
            if any(area.startswith("boot") for area in method.get("areas") or ()):
                lines += wrapped(self._words("plan-boot-areas", **method["params"]), "   ")
            for skipped in method.get("skipped", ()):
                why = self._words(skipped["reason"], **skipped.get("params", {}))
                lines += wrapped(f"{self._words('technique-' + skipped['technique'])} : {why}", "   - ")
            if after := method.get("fallback"):
                told = self._words(after["reason"], **after.get("params", {}))
                lines += wrapped(self._words("plain-fallback", method=told), "   ")
        image = (plan.get("install") or {}).get("image", {})
        if "why" in image:  # a Windows, which has two ways: the one that is taken is said with its reason
            lines += self._say(f"plain-then-{image['path']}", profile=plan["install"]["profile"])
            lines += wrapped(self._words(image["why"]), "   ")
        return lines

    def _on_consent_refused(self, event: Event) -> list[str]:
        return self._say("plain-consent-refused")

    def _on_consented(self, event: Event) -> list[str]:
        return self._say("plain-consented", by=event.params["by"] or "–", warrant=event.params["warrant_id"][:8])

    # -- one disk --------------------------------------------------------------------------------------------

    def _on_erasure_started(self, event: Event) -> list[str]:
        return self._say("plain-resumed" if event.params.get("resumed") else "plain-erasing", disk=self._disk(event))

    def _on_canaries_planted(self, event: Event) -> list[str]:
        return self._say("plain-canaries", disk=self._disk(event), count=event.params["count"])

    def _technique(self, name: str) -> str:
        return self._words(f"technique-{name}")

    def _on_suspending(self, event: Event) -> list[str]:
        p = event.params
        return self._say("plain-suspending", seconds=p["seconds"], count=len(p["disks"]))

    def _on_woke(self, event: Event) -> list[str]:
        count = len(event.params["frozen"])
        return self._say("plain-woke-frozen", count=count) if count else self._say("plain-woke")

    def _on_reveal_started(self, event: Event) -> list[str]:
        areas = ", ".join(event.params["areas"]).upper()
        return self._say("plain-reveal", disk=self._disk(event), areas=areas)

    def _on_revealed(self, event: Event) -> list[str]:
        p = event.params
        if p["left"] or p["after"] is None:
            areas = ", ".join(p["left"]).upper()
            return self._say("plain-revealed-not", disk=self._disk(event), areas=areas)
        told = {"before": str(p["before"]), "after": str(p["after"])}
        return self._say("plain-revealed", disk=self._disk(event), **told)

    def _on_command_started(self, event: Event) -> list[str]:
        if event.params.get("aside"):
            return self._say("plain-command-aside", disk=self._disk(event), line=" ".join(event.params["argv"]))
        technique = self._technique(event.params["technique"])
        return self._say("plain-command", disk=self._disk(event), technique=technique)

    def _on_command_running(self, event: Event) -> list[str]:
        """A line a minute, later one in ten, and one for each tenth that the drive tells: somebody waits."""
        p, name = event.params, event.disk or ""
        minute, tenth = int(p["seconds"]) // 60, int(float(p.get("fraction") or 0.0) * 10)
        phase, shown, before = self._shown.get(name, ("", -1, 0.0))
        pause = 1 if minute < 10 else 10
        if minute < 1 or (phase == "command" and minute - shown < pause and tenth <= before):
            return []
        self._shown[name] = ("command", minute, float(tenth))
        told = {"technique": self._technique(p["technique"]), "time": time_text(float(p["seconds"]), self._words)}
        if p.get("fraction") is None:
            return self._say("plain-command-running", disk=self._disk(event), **told)
        left = time_text(float(p["left_s"]), self._words) if p.get("left_s") else ""
        percent = str(int(float(p["fraction"]) * 100))
        message = "plain-command-told" if left else "plain-command-told-untimed"
        return self._say(message, disk=self._disk(event), percent=percent, left=left, **told)

    def _on_command_finished(self, event: Event) -> list[str]:
        p = event.params
        if p.get("aside"):
            return []
        told = {"technique": self._technique(p["technique"]), "time": time_text(float(p["seconds"]), self._words)}
        answered = "plain-command-finished" if p.get("exit_status") is not None else "plain-command-unanswered"
        return self._say(answered, disk=self._disk(event), **told)

    def _on_command_checked(self, event: Event) -> list[str]:
        p = event.params
        alive = int(p["alive"]) + int(p["witnesses_matching"])
        return self._say("plain-command-checked", disk=self._disk(event), alive=alive, looked=p["looked"])

    def _on_fell_back(self, event: Event) -> list[str]:
        p = event.params
        told = {"technique": self._technique(p["technique"]), "next": self._technique(p["to"])}
        return self._say("plain-fell-back", disk=self._disk(event), why=self._words(p["reason"], **p["params"]), **told)

    def _on_pass_started(self, event: Event) -> list[str]:
        p = event.params
        return self._say("plain-pass", disk=self._disk(event), n=p["number"], of=p["passes"])

    def _on_verify_started(self, event: Event) -> list[str]:
        return self._say("plain-verify", disk=self._disk(event))

    def _on_progress(self, event: Event) -> list[str]:
        """A line at each 10 %, or when 60 s went by without one."""
        p = event.params
        if not p.get("total"):
            return []
        percent = int(100 * p["done"] / p["total"])
        name, now = event.disk or "", time.monotonic()
        phase, tenth, shown_at = self._shown.get(name, ("", -1, 0.0))
        if p["phase"] == phase and percent // 10 == tenth and now - shown_at < 60:
            return []
        self._shown[name] = (p["phase"], percent // 10, now)
        eta = p.get("eta_s")
        said = {"disk": self._disk(event), "phase": self._words("phase-" + p["phase"]), "percent": percent}
        if eta is None:
            return self._say("plain-progress-untimed", **said)
        return self._say("plain-progress", **said, left=time_text(float(eta), self._words))

    def _on_range_failed(self, event: Event) -> list[str]:
        p = event.params
        bad = int(p["end"]) - int(p["start"])
        return self._say("plain-range", disk=self._disk(event), start=p["start"], bytes=bad)

    def _on_stalled(self, event: Event) -> list[str]:
        return self._say("plain-stalled", disk=self._disk(event), seconds=round(float(event.params["seconds"])))

    def _on_canaries_checked(self, event: Event) -> list[str]:
        return self._say("plain-canaries-checked", disk=self._disk(event), alive=event.params["alive"])

    def _on_heat_paused(self, event: Event) -> list[str]:
        p = event.params
        return self._say("plain-heat-paused", disk=self._disk(event), n=p["celsius"], limit=p["limit_c"])

    def _on_heat_resumed(self, event: Event) -> list[str]:
        return self._say("plain-heat-resumed", disk=self._disk(event))

    def _on_zero_started(self, event: Event) -> list[str]:
        return self._say("plain-zero", disk=self._disk(event))

    def _on_second_check_started(self, event: Event) -> list[str]:
        return self._say("plain-second", disk=self._disk(event), tool=event.params["tool"])

    def _on_second_check_finished(self, event: Event) -> list[str]:
        p = event.params
        agrees = {True: "yes", False: "no"}.get(p["agrees"], "unknown")
        at = f.number(self._words, p["differs_at"] or 0)
        told = {"tool": p["tool"], "agrees": agrees, "at": at, "detail": p["detail"]}
        return self._say("plain-second-finished", disk=self._disk(event), **told)

    def _on_erasure_finished(self, event: Event) -> list[str]:
        p = event.params
        outcome = self._words("outcome-" + p["outcome"])
        lines = self._say("plain-disk-finished", disk=self._disk(event), outcome=outcome)
        for reason in p.get("reasons", ()):
            lines += wrapped(f.say(self._words, reason), "   ")
        told = p.get("health") or {}
        if told:
            lines += wrapped(self._words(f"health-{told['verdict'].replace('_', '-')}"), "   ")
        for reason in told.get("reasons", ()):
            lines += wrapped(f.health_reason(self._words, reason), "   - ")
        return lines

    # -- install, paper, end ---------------------------------------------------------------------------------

    def _on_install_locked(self, event: Event) -> list[str]:
        return self._say("plain-install-locked", why=self._words(event.params["reason"]))

    def _on_install_started(self, event: Event) -> list[str]:
        lines = self._say("plain-installing", profile=event.params["profile"])
        return lines + (self._say("plain-install-rehearsed") if event.params.get("rehearsed") else [])

    def _on_phrase_kept(self, event: Event) -> list[str]:
        return self._say("phrase-sheet-kept", path=event.params["file"])

    def _on_step_started(self, event: Event) -> list[str]:
        p = event.params
        return self._say("plain-step", n=p["index"], of=p["total"], step=self._words(p["step"]))

    def _on_install_finished(self, event: Event) -> list[str]:
        done = "plain-install-staged" if event.params.get("staged") else "plain-install-done"
        return self._say(done if event.params.get("ok") else "plain-install-failed")

    def _on_record_signed(self, event: Event) -> list[str]:
        return self._say("plain-record", number=event.params["number"], path=event.params["path"])

    def _on_certificate_written(self, event: Event) -> list[str]:
        return self._say("plain-certificate", path=event.params["path"])

    def _on_report_delivered(self, event: Event) -> list[str]:
        return self._say("plain-delivered")

    def _on_report_waiting(self, event: Event) -> list[str]:
        error = str(event.params.get("error_id", ""))
        error = error if error in ERRORS else "registry-unreachable"
        return self._say("plain-waiting", code=ERRORS[error][0], why=f.without_holes(self._words(f"err-{error}")))

    def _on_attention(self, event: Event) -> list[str]:
        return self._say(event.params["reason"])

    def _on_fault(self, event: Event) -> list[str]:
        return fault_lines(event.params, self._words)

    def _on_stop_requested(self, event: Event) -> list[str]:
        return self._say("plain-stopped")

    def _on_job_finished(self, event: Event) -> list[str]:
        return self._say("plain-end-" + event.params["outcome"])


def fault_lines(params: Mapping[str, Any], words: Words) -> list[str]:
    """The error card as lines: code and what, why, what to do, then whether anything was written."""
    message, values = f"err-{params['error_id']}", dict(params.get("params", {}))
    lines = wrapped(f"{params['code']}  {words(message, **values)}")
    lines += wrapped(f"{words('error-why')} {words(message + '.why', **values)}", "   ")
    lines += wrapped(f"{words('error-todo')} {words(message + '.todo', **values)}", "   ")
    if params.get("wrote") is not None:
        lines += wrapped(words("error-was-written" if params["wrote"] else "error-nothing-written"), "   ")
    return lines
