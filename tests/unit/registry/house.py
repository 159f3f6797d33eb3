"""A registry in memory-sized folders, sticks that are enrolled in it, and the reports they send."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from agent.model import strictjson
from agent.model.erasure import Evidence
from agent.registry.app import create_app
from agent.registry.enrol import make_code
from agent.registry.settings import RegistrySettings
from agent.registry.store import Store
from agent.report.build import certificate_number
from agent.report.sign import (
    TYP_CALL,
    TYP_ENROLMENT,
    TYP_REPORT,
    SigningKey,
    public_jwk,
    sha256_of,
    sign,
)
from tests.unit.report import samples

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class Hands:
    """A clock that moves when a test says so, and one microsecond at each look."""

    moment: datetime = START

    def __call__(self) -> datetime:
        self.moment += timedelta(microseconds=1)
        return self.moment

    def pass_time(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass(slots=True)
class Stick:
    """An enrolled key with its own chain. ``token`` signs the next report."""

    key: SigningKey
    workshop: str = "RC"
    number: int = 1
    seq: int = 0
    last: str | None = None
    ids: list[str] = field(default_factory=list)

    def wire(self, *erased: Evidence, **changes: Any) -> dict[str, Any]:
        """The next report of this stick as JSON values, ready to be spoiled."""
        self.seq += 1
        report_id = changes.pop("report_id", None) or str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.key.kid}{self.seq}"))
        self.ids.append(report_id)
        exercise = self.key.exercise
        number = certificate_number(
            year=2026, workshop=self.workshop, stick=self.number, counter=self.seq, exercise=exercise
        )
        given = {"certificate_number": number, "workshop": self.workshop, "exercise": exercise, "report_id": report_id}
        made = samples.report(*erased, key=self.key, seq=self.seq, prev=self.last, **(given | changes))
        return made.to_wire()

    def sign(self, wire: Any) -> str:
        payload = wire if isinstance(wire, bytes) else strictjson.dumps(wire)
        token = sign(payload, key=self.key, typ=TYP_REPORT)
        self.last = sha256_of(token)
        return token

    def token(self, *erased: Evidence, **changes: Any) -> tuple[str, str]:
        """``(report_id, token)`` of the next report."""
        wire = self.wire(*(erased or (samples.evidence(),)), **changes)
        return wire["report_id"], self.sign(wire)


class House:
    """One registry and a client that talks to it in this process."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.clock = Hands()
        exercise = bool(changes.get("exercise", False))
        given: dict[str, Any] = {
            "db": f"sqlite:///{folder / 'registre.sqlite'}",
            "key": SigningKey.generate(exercise=exercise),
            "open_pages": True,
            "clock": self.clock,
            "network": "Réseau d’essai",
        }
        self.settings = RegistrySettings(**(given | changes))
        self.app = create_app(self.settings)
        self.client = TestClient(self.app, raise_server_exceptions=True)

    @property
    def store(self) -> Store:
        found: Store = self.app.state.registry.store
        return found

    def code(self, workshop: str = "RC", days: float = 14) -> str:
        return make_code(self.store, self.settings, workshop=workshop, days=days)

    def enrol(self, key: SigningKey, code: str, **changes: Any) -> Any:
        proof = sign(code.encode(), key=key, typ=TYP_ENROLMENT)
        body = {"code": code, "jwk": public_jwk(key), "stick_label": "clé d’essai", "proof": proof}
        return self.client.post("/v1/enrolments", json=body | changes)

    def stick(self, workshop: str = "RC") -> Stick:
        key = SigningKey.generate(exercise=self.settings.exercise)
        answer = self.enrol(key, self.code(workshop))
        assert answer.status_code == 201, answer.text
        return Stick(key=key, workshop=workshop, number=answer.json()["stick_number"])

    def put(self, report_id: str, token: str | bytes, *, media_type: str = "application/jose") -> Any:
        return self.client.put(f"/v1/reports/{report_id}", content=token, headers={"Content-Type": media_type})

    def send(self, stick: Stick, *erased: Evidence, **changes: Any) -> Any:
        answer = self.put(*stick.token(*erased, **changes))
        assert answer.status_code == 201, answer.text
        return answer

    def bearer(self, stick: Stick, method: str, path: str, /, **changes: Any) -> dict[str, str]:
        call = {"instance": self.settings.instance, "method": method, "path": path, "at": self.settings.now()}
        return {"Authorization": f"Bearer {sign(strictjson.dumps(call | changes), key=stick.key, typ=TYP_CALL)}"}


def inventory(
    *,
    serial: str = "7HQ2ZM2",
    maker: str = "Dell Inc.",
    product: str = "Latitude 5490",
    uuid_text: str | None = None,
    macs: Sequence[str] = (),
    quality: str = "good",
) -> dict[str, Any]:
    """The inventory document with just the identity varied."""
    system: dict[str, Any] = {"manufacturer": maker, "product": product, "serial": serial, "serial_quality": quality}
    if uuid_text:
        system |= {"uuid": uuid_text, "uuid_quality": "good"}
    ports = [{"name": f"enp{i}s0", "kind": "ethernet", "mac": mac, "usb": False} for i, mac in enumerate(macs)]
    kept = {k: v for k, v in samples.INVENTORY.items() if k not in ("system", "board", "chassis", "network")}
    return kept | {"system": system, "chassis": {"type": "Notebook"}, "network": ports}
