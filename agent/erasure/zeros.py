"""The last pass of zeros (ERASURE design, section 6): written once the stream was read back, sampled, both kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.erasure.second import failed, unknown
from agent.erasure.stream import ZEROS
from agent.model.erasure import Evidence, PassRecord, SecondCheck

OURSELVES = "regain"


def settled(evidence: Evidence, told: Mapping[str, Any] | None, *, started: str) -> Evidence:
    """The evidence with the pass of zeros and its sample. Zeros that are not there: failed; a pass that was begun and
    not finished leaves neither the stream nor zeros: unknown."""
    if told is None:
        if started and evidence.outcome.proven:
            return unknown(evidence, "reason-zero-pass-missing")
        if evidence.method.zero_pass and evidence.outcome.proven:
            return unknown(evidence, "reason-zero-pass-missing")
        return evidence
    number = int(told["number"])
    one = PassRecord(
        number=number,
        cipher=ZEROS,
        key="",
        bytes_written=int(told["written"]),
        seconds=float(told["write_seconds"]),
        started=started,
    )
    agrees = int(told["bytes"]) > 0 and not told["mismatches"]
    sample = SecondCheck(
        tool=OURSELVES,
        by="",
        expected=ZEROS,
        argv=(),
        started=started,
        bytes=int(told["bytes"]),
        seconds=float(told["seconds"]),
        agrees=agrees,
        differs_at=told["first"],
        detail=f"seed {told['seed']}",
    )
    evidence = replace(evidence, passes=(*evidence.passes, one), second_checks=(*evidence.second_checks, sample))
    return evidence if agrees else failed(evidence, "reason-zero-pass-differs")
