"""Runs the real screens over a scripted session, at a fixed time: ``play.py LANG SCENE``."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.tui.app import prepare_environment

prepare_environment()

from agent.model.identity import DiskIdentity  # noqa: E402
from agent.model.plan import Reveal, SystemChoice  # noqa: E402
from agent.model.stick import Stick, StickState  # noqa: E402
from agent.tui.bench import Bench  # noqa: E402
from tests.unit.tui import scripted_session as s  # noqa: E402

OUTBOX = (
    s.Waiting(tag="RC02039J", number="2026-RC-000121", written="2026-11-23T11:52:00", tries=9, state="pending",
              last_error="registry-unreachable"),
    s.Waiting(tag="RC02040K", number="2026-RC-000122", written="2026-11-23T13:20:00", tries=4, state="pending",
              last_error="registry-unreachable"),
)  # fmt: skip

USB = {"path": "/dev/sdb", "model": "SanDisk Ultra", "suffix": "91A0", "size_bytes": 32_000_000_000,
       "reason": "exclude-live-medium", "params": {}}  # fmt: skip


_ON = {"home": "/run/regain/data", "images": "/run/regain/data/images", "device": "/dev/sda3",
       "size_bytes": 30_000_000_000, "free_bytes": 12_400_000_000, "params": {"model": "SanDisk Ultra"}}  # fmt: skip
STICKS = {
    "memory": Stick(state=StickState.NONE, home="/run/regain/home", images="", why="stick-why-optical"),
    "created": Stick(state=StickState.CREATED, why="stick-why-created", **_ON),
    "floor": Stick(state=StickState.FULL, why="stick-why-full", clock={"source": "floor"}, **_ON | {
        "home": "/run/regain/home", "params": {"model": "SanDisk Ultra", "free_mb": 31},
        "settings_fault": {"error_id": "settings-bad", "code": "C14", "params": {
            "file": "settings.yaml", "problems": "wifi.0.ssid: Input should be a valid string"}},
        "free_bytes": 31_000_000}),
}  # fmt: skip


EIGHT = tuple({**s.SECOND, "path": f"/dev/sd{chr(97 + n)}", "serial": f"WD-WCC6Y4JT9A{n:02}"} for n in range(8))


def keep_moving(made: s.ScriptedSession) -> None:
    """Every disk says once a second how far it is, as real workers do."""
    share = 0.0
    while True:
        time.sleep(1.0)
        share = (share + 0.003) % 0.9
        for index in range(len(made.disks)):
            made.erase(0.05 + share, disk=index)


HIDDEN = Reveal(
    identity=DiskIdentity(
        text=str(s.SECOND["serial"]), kind="serial", model=str(s.SECOND["model"]), size_bytes=960_000_000_000
    ),
    areas=("hpa",),
    exercise=True,
    hidden_bytes=40_204_886_016,
)


LOCKED = DiskIdentity(
    text=str(s.DISK["serial"]), kind="serial", model=str(s.DISK["model"]), size_bytes=int(s.DISK["size_bytes"])
)


def _disks(scene: str) -> tuple[Mapping[str, Any], ...]:
    if "hides" in scene:
        return (s.SECOND,)
    if "bare" in scene:
        return ()
    return EIGHT if "eight" in scene else (s.DISK, s.SECOND) if "two" in scene else (s.DISK,)


def session(scene: str) -> s.ScriptedSession:
    """A session as far as the scene's name says."""
    made = s.ScriptedSession(
        exercise="real" not in scene,
        outbox=OUTBOX,
        disks=()
        if "bare" in scene
        else EIGHT
        if "eight" in scene
        else (s.DISK, s.SECOND)
        if "two" in scene
        else (s.DISK,),
        windows="undetermined"
        if "alarm" in scene
        else "not_eligible"
        if "impossible" in scene
        else "eligible_after_firmware_change"
        if "menu" in scene
        else "eligible",
        windows_possible="impossible" not in scene and "alarm" not in scene,
        instant="scanning" not in scene,
        hidden={str(s.SECOND["serial"]): HIDDEN} if "hides" in scene else None,
        excluded=(USB,) if "excluded" in scene else (),
        locked={LOCKED.text: LOCKED} if "opal" in scene else None,
    )
    made.stick = next((STICKS[word] for word in STICKS if word in scene), None)
    if "home" in scene:
        return made
    made.start()
    made.read_tag("RC02041U")
    if not any(word in scene for word in ("confirm", "wall", "result")):
        return made
    made.choose(SystemChoice.LINUX, "cinnamon-fr")
    if "confirm" in scene:
        return made
    made.consent({t["identity"]["text"]: t["identity"]["text"][-4:] for t in (made.job.plan or {})["targets"]})
    _run(made, scene)
    return made


def _run(made: s.ScriptedSession, scene: str) -> None:
    for index in range(len(made.disks)):
        made.erase(0.43 - 0.2 * index, disk=index, stalled=75.0 if "stalled" in scene and index else 0.0)
    if "erasing" in scene or "stalled" in scene:
        return
    for index in range(len(made.disks)):
        made.erase(0.12, phase="verify", disk=index)
    if "verifying" in scene:
        return
    outcome = next((o for o in ("failed", "unknown", "refused", "exceptions") if o in scene), "cleared")
    outcome = "cleared_with_exceptions" if outcome == "exceptions" else outcome
    for index in range(len(made.disks)):
        made.erased(outcome, disk=index)
    if outcome in ("cleared", "cleared_with_exceptions"):
        made.install(0.71)
        if "installing" in scene:
            return
        made.install(1.0, done=True)
    if outcome == "failed":
        made.emit(s.Kind.FAULT, error_id="disk-canary-alive", code="D09", params={"disk": "7K2F"}, wrote=True)
    ends = {"failed": ("failed", 4), "unknown": ("unknown", 4), "refused": ("attention", 3)}
    made.finish(*ends.get(outcome, ("done", 0)), paper=outcome in ("cleared", "cleared_with_exceptions"))
    if "memory" in scene:  # the station that was made in memory
        error = "registry-portal" if "portal" in scene else "not-enrolled"
        made.emit(s.Kind.REPORT_WAITING, report_id="r1", error_id=error)


def main() -> None:
    lang, scene = sys.argv[1], sys.argv[2]
    restart = (lambda: None) if "menu" in scene else None
    bench = Bench(session(scene), lang=lang, now=lambda: s.T0, restart=restart)  # type: ignore[arg-type]
    if "result" in scene:
        bench.dismissed = True
    if "moving" in scene:
        threading.Thread(target=keep_moving, args=(bench.session,), daemon=True).start()
    bench.run(mouse=False)
    if bench.failure is not None:
        raise bench.failure


if __name__ == "__main__":
    main()
