"""The ladder (ERASURE design, section 3): what is chosen for each kind of disk, and why the better rungs were left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.erasure import nvme as nvme_drives
from agent.erasure.ladder import Overwrite, Technique, above, choose, estimate
from agent.erasure.technique import Refusal
from agent.inventory.disks import list_disks
from agent.inventory.hdparm import parse_hdparm
from agent.inventory.mmc import parse_extcsd
from agent.inventory.nvme import parse_id_ctrl
from agent.inventory.sg import parse_opcodes
from agent.machine.recorded import RecordedMachine
from agent.model.erasure import Level, Method
from agent.model.errors import Fault
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Disk, DiskNvme
from tests.conftest import MACHINES
from tests.unit.erasure.samples import LOST, SIZE, disk, facts, nvme, sanitize, security, ssd

HAS, LACKS = "the drive has it", "skip-drive-lacks-it"
YET, REAL = "skip-not-available-yet", "skip-no-real-drive"
UNCOUNTED = "skip-namespaces-not-counted"
UNASKED, LOST_BIT = "skip-capability-not-read", "skip-capability-unreadable"

NVME_RUNGS = [
    "nvme-sanitize-crypto-block",
    "nvme-sanitize-block",
    "nvme-sanitize-crypto",
    "nvme-sanitize-overwrite",
    "nvme-format",
]
SSD_RUNGS = [
    "ata-sanitize-crypto-block",
    "ata-sanitize-block",
    "ata-sanitize-crypto",
    "ata-security-erase-enhanced",
    "ata-security-erase",
]
SAS_RUNGS = ["scsi-sanitize-block", "scsi-sanitize-crypto", "scsi-sanitize-overwrite", "scsi-format-unit"]
HDD_RUNGS = ["ata-sanitize-overwrite", "ata-security-erase-enhanced"]
USB = {"bus": "usb", "medium": "usb", "path": "/dev/sdb"}
MMC = {"bus": "mmc", "medium": "emmc", "rotational": False, "path": "/dev/mmcblk0"}
SAS = {"bus": "sas", "medium": "hdd"}


def reasons(method: Method) -> list[str]:
    """Why each better rung was left; that the drive has it, and there is no drive here, is one answer."""
    return [HAS if s.reason in (YET, REAL) else s.reason for s in method.skipped]


def skips(method: Method) -> list[tuple[str, str]]:
    return list(zip([s.technique for s in method.skipped], reasons(method), strict=True))


def refused(one: Disk, **options: Any) -> Fault:
    with pytest.raises(Fault) as caught:
        choose(one, **options)
    return caught.value


# -- what runs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "passes", "reason", "claim"),
    [
        (disk(), 1, "method-overwrite-hdd", None),
        (ssd(), 2, "method-overwrite-ssd", "claim-ssd-overwrite"),
        (nvme(7, oacs=2, fna=4), 2, "method-overwrite-ssd", "claim-ssd-overwrite"),
        (disk(**SAS), 1, "method-overwrite-hdd", None),
        (ssd(bus="sas"), 2, "method-overwrite-ssd", "claim-ssd-overwrite"),
        (disk(**MMC), 2, "method-overwrite-emmc", "claim-emmc"),
        (disk(**USB), 1, "method-overwrite-usb", "claim-bridge"),
        (disk(**USB | {"rotational": None}), 2, "method-overwrite-usb", "claim-bridge"),
        (nvme(7, bus="usb"), 2, "method-overwrite-usb", "claim-bridge"),
        (disk(bus="loop", medium="unknown", rotational=None), 1, "method-overwrite-loop", None),
        (disk(bus="virtio", medium="unknown", rotational=None), 2, "method-overwrite-unknown", "claim-unknown-medium"),
        (disk(bus=None, medium=None, rotational=None), 2, "method-overwrite-unknown", "claim-unknown-medium"),
        (disk(medium=LOST, rotational=LOST), 2, "method-overwrite-unknown", "claim-unknown-medium"),
    ],
    ids=[
        "hdd",
        "ssd",
        "nvme",
        "sas-hdd",
        "sas-ssd",
        "emmc",
        "usb-hdd",
        "usb-stick",
        "nvme-in-usb",
        "loop",
        "virtio",
        "nothing-told",
        "medium-lost",
    ],
)
def test_every_kind_of_disk_is_overwritten_and_only_cleared(
    one: Disk, passes: int, reason: str, claim: str | None
) -> None:
    method = choose(one)
    assert (method.technique, method.level, method.verify) == ("overwrite", Level.CLEAR, "full")
    assert (method.passes, method.reason, method.claim) == (passes, reason, claim)
    assert method.params == {"passes": passes}
    assert choose(one, level=Level.CLEAR) == method == choose(one, technique="auto")


def test_a_disk_whose_kind_is_not_known_is_treated_as_flash() -> None:
    """Two passes and a sentence: the doubt goes to the side of the data."""
    assert choose(disk(medium=None, rotational=None)).passes == choose(ssd()).passes == 2
    assert choose(disk(medium=None)).claim == "claim-unknown-medium", "a turning disk that nobody calls a hard disk"


# -- why the better rungs are left -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (nvme(7, oacs=2, fna=4), [HAS] * 4 + [HAS]),
        (nvme(3, oacs=2), [HAS, HAS, HAS, LACKS, HAS]),
        (nvme(2, oacs=2), [LACKS, HAS, LACKS, LACKS, HAS]),
        (nvme(1, oacs=0), [LACKS, LACKS, HAS, LACKS, LACKS]),
        (nvme(4, oacs=1), [LACKS, LACKS, LACKS, HAS, LACKS]),
        (nvme(0x60000000, oacs=0x17), [LACKS, LACKS, LACKS, LACKS, HAS]),
        (nvme(0, oacs=0, fna=4), [LACKS] * 5),
        (nvme(), [UNASKED] * 5),
        (nvme(nvme=None), [UNASKED] * 5),
        (nvme(LOST, oacs=LOST), [LOST_BIT] * 5),
        (nvme(7, oacs=LOST), [HAS, HAS, HAS, HAS, LOST_BIT]),
        (nvme(Absent("no such field"), oacs=2), [LACKS, LACKS, LACKS, LACKS, HAS]),
    ],
    ids=[
        "all",
        "both",
        "block",
        "crypto",
        "overwrite",
        "reserved-bits",
        "none",
        "not-asked",
        "no-facts",
        "lost",
        "oacs-lost",
        "absent",
    ],
)
def test_nvme_rungs_say_what_sanicap_and_oacs_say(one: Disk, expected: list[str]) -> None:
    assert skips(choose(one)) == list(zip(NVME_RUNGS, expected, strict=True))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"sanitize": sanitize(crypto=True, block=True), "security": security()},
            [HAS, HAS, HAS, HAS, HAS],
        ),
        (
            {"sanitize": sanitize(block=True), "security": security(frozen=True)},
            [LACKS, HAS, LACKS] + ["skip-frozen"] * 2,
        ),
        (
            {"sanitize": sanitize(crypto=True), "security": security(locked=True)},
            [LACKS, LACKS, HAS] + ["skip-locked"] * 2,
        ),
        (
            {"sanitize": sanitize(overwrite=True), "security": security(locked=True, frozen=True)},
            [LACKS, LACKS, LACKS, "skip-locked", "skip-locked"],
        ),
        ({"sanitize": sanitize(), "security": security(enhanced_erase=False)}, [LACKS, LACKS, LACKS, LACKS, HAS]),
        ({"sanitize": sanitize(), "security": security(supported=False, frozen=True)}, [LACKS] * 5),
        ({}, [UNASKED] * 5),
        ({"sanitize": sanitize(crypto=LOST, block=LOST), "security": security(supported=LOST)}, [LOST_BIT] * 5),
        ({"sanitize": sanitize(), "security": security(frozen=LOST)}, [LACKS] * 3 + [LOST_BIT] * 2),
        (
            {"sanitize": sanitize(block=LOST, crypto=True), "security": security(locked=LOST)},
            [LOST_BIT] * 2 + [HAS] + [LOST_BIT] * 2,
        ),
        ({"sanitize": sanitize(), "security": security(enhanced_erase=None)}, [LACKS] * 3 + [UNASKED, HAS]),
    ],
    ids=[
        "all",
        "frozen",
        "locked",
        "both",
        "no-enhanced",
        "no-security",
        "not-asked",
        "lost",
        "frozen-lost",
        "locked-lost",
        "half-asked",
    ],
)
def test_sata_ssd_rungs_say_what_words_59_and_128_say(changes: dict[str, Any], expected: list[str]) -> None:
    assert skips(choose(ssd(**changes))) == list(zip(SSD_RUNGS, expected, strict=True))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sanitize": sanitize(overwrite=True), "security": security()}, [HAS, HAS]),
        ({"sanitize": sanitize(), "security": security(frozen=True)}, [LACKS, "skip-frozen"]),
        ({"sanitize": sanitize(), "security": security(locked=True)}, [LACKS, "skip-locked"]),
        ({}, [UNASKED, UNASKED]),
    ],
)
def test_hard_disk_rungs(changes: dict[str, Any], expected: list[str]) -> None:
    assert skips(choose(disk(**changes))) == list(zip(HDD_RUNGS, expected, strict=True))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sanitize": sanitize(block=True), "extra": {"format_unit": True}}, [HAS, LACKS, LACKS, HAS]),
        ({"sanitize": sanitize(overwrite=True), "extra": {"format_unit": False}}, [LACKS, LACKS, HAS, LACKS]),
        ({"sanitize": sanitize(crypto=True), "extra": {}}, [LACKS, HAS, LACKS, UNASKED]),
        ({}, [UNASKED] * 4),
        (
            {
                "sanitize": sanitize(block=LOST, crypto=LOST, overwrite=LOST),
                "extra": {"format_unit": {"unreadable": "x"}},
            },
            [LOST_BIT] * 4,
        ),
    ],
)
def test_sas_rungs(changes: dict[str, Any], expected: list[str]) -> None:
    assert skips(choose(disk(**SAS | changes))) == list(zip(SAS_RUNGS, expected, strict=True))


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"emmc": {"sanitize": True}}, HAS),
        ({"emmc": {"sanitize": False}}, LACKS),
        ({"emmc": {"unreadable": "no answer"}}, LOST_BIT),
        ({"emmc": Known({"sanitize": Known(True, "mmc")}, "mmc")}, HAS),
        ({"emmc": LOST}, LOST_BIT),
        ({"emmc": {}}, UNASKED),
        (None, UNASKED),
    ],
)
def test_emmc_rung_says_what_ext_csd_says(extra: Any, reason: str) -> None:
    method = choose(disk(**MMC, extra=extra))
    assert skips(method) == [("mmc-sanitize", reason)]
    error = {"error": "no answer"} if reason == LOST_BIT else {}
    assert method.skipped[0].params == error


def test_behind_a_bridge_the_drives_bits_are_not_asked() -> None:
    assert skips(choose(ssd(**USB, sanitize=sanitize(block=True), security=security()))) == []


def test_an_unreadable_bit_is_told_with_its_reason() -> None:
    assert {s.params["error"] for s in choose(nvme(LOST, oacs=LOST)).skipped} == {"no answer"}


# -- firmware techniques ---------------------------------------------------------------------------------------------

_BITS: st.SearchStrategy[Any] = st.sampled_from([True, False, None, LOST, Absent("no")])


@given(
    bus=st.sampled_from(["ata", "nvme", "sas", "scsi", "usb", "mmc", "loop", "virtio", None]),
    medium=st.sampled_from(["hdd", "ssd", "nvme", "emmc", "usb", "unknown", None]),
    rotational=_BITS,
    sanicap=st.one_of(st.integers(0, 7), st.none(), st.just(LOST)),
    bits=st.lists(_BITS, min_size=5, max_size=5),
    level=st.sampled_from([None, Level.CLEAR]),
)
def test_where_there_is_no_drive_only_the_overwrite_runs(
    bus: Any, medium: Any, rotational: Any, sanicap: Any, bits: list[Any], level: Level | None
) -> None:
    one = disk(
        bus=bus,
        medium=medium,
        rotational=rotational,
        nvme=nvme(sanicap, oacs=sanicap).nvme,
        sanitize=sanitize(crypto=bits[0], block=bits[1], overwrite=bits[2]),
        security=security(frozen=bits[3], enhanced_erase=bits[4]),
    )
    method = choose(one, level=level)
    assert (method.technique, method.level) == ("overwrite", Level.CLEAR)
    assert [s.technique for s in method.skipped] == [rung.name for rung in above(one)]
    assert method.passes == (1 if _needs_one_pass(one) else 2)


def _needs_one_pass(one: Disk) -> bool:
    """One pass is for what turns, and for images; everything else gets two."""
    bus, turning = known(one.bus), known(one.rotational) is True
    if bus == "loop" or bus == "usb" or known(one.medium) == "usb":
        return bus == "loop" or turning
    if bus in ("mmc", "nvme") or known(one.medium) in ("emmc", "nvme"):
        return False
    return known(one.medium) == "hdd" or (turning and bus in ("sas", "scsi"))


def test_every_technique_of_the_ladder_has_its_words_or_says_that_it_is_not_built() -> None:
    names = {"overwrite", "opal-psid", *NVME_RUNGS, *SSD_RUNGS, *HDD_RUNGS, *SAS_RUNGS, "mmc-sanitize"}
    assert set(Technique.registry) == names
    assert {t.name for t in Technique.registry.values() if not t.firmware} == {"overwrite"}
    assert Technique.registry["overwrite"] is Overwrite and Overwrite.is_built()
    assert all(Technique.registry[name].is_built() for name in NVME_RUNGS)


# -- NVMe sanitize ---------------------------------------------------------------------------------------------------


def plan(method: Method) -> list[str]:
    """The line that is chosen, and those that follow when the drive refuses."""
    return [method.technique, *(plan(method.fallback) if method.fallback else [])]


@pytest.mark.parametrize(
    ("sanicap", "lines"),
    [
        (7, ["nvme-sanitize-crypto-block", "nvme-sanitize-block", "nvme-sanitize-crypto", "nvme-sanitize-overwrite"]),
        (2, ["nvme-sanitize-block"]),
        (1, ["nvme-sanitize-crypto"]),
        (4, ["nvme-sanitize-overwrite"]),
        (0, []),
    ],
)
def test_the_strongest_sanitize_first_and_the_weaker_lines_after_it(sanicap: int, lines: list[str]) -> None:
    method = choose(nvme(sanicap, oacs=2), reached=True)
    assert plan(method) == [*lines, "nvme-format", "overwrite"]
    if lines:
        assert method.level is Level.PURGE and choose(nvme(sanicap, oacs=2), reached=True, level=Level.PURGE)
    purge = [name for name in lines if name in plan(method)]
    if purge:
        assert plan(choose(nvme(sanicap, oacs=2), reached=True, level=Level.PURGE)) == purge, "nothing lower follows"


def test_crypto_alone_is_followed_by_a_pass_and_says_what_it_relies_on() -> None:
    method = choose(nvme(1, oacs=2), reached=True)
    assert (method.passes, method.verify, method.claim) == (1, "full", "claim-crypto-only")
    block = choose(nvme(2, oacs=2), reached=True)
    assert (block.passes, block.verify, block.claim) == (0, "sample", None)
    assert choose(nvme(2, oacs=2), reached=True, verify="full").verify == "full"


def test_the_drives_own_estimate_is_in_the_plan() -> None:
    told = {"sanitize_log": {"estimates_s": {"block_erase": 90, "crypto_erase": 10}}}
    slow, quick = (choose(nvme(3, oacs=2, extra=e), reached=True).estimate_s for e in (told, None))
    assert slow is not None and quick is not None and round(slow - quick) == 100


def test_a_sanitize_of_the_controller_reaches_every_namespace() -> None:
    one = nvme(7, oacs=2, nvme=DiskNvme(**facts(sanicap=7, oacs=2, fna=0, namespaces=2)))
    assert plan(choose(one, reached=True)) == ["nvme-format", "overwrite"], "this Format stays in its namespace"
    refused_for = nvme_drives.SanitizeBlock.supports(one)
    assert isinstance(refused_for, Refusal) and refused_for.reason == "skip-several-namespaces"


def test_a_drive_that_lied_is_only_overwritten_but_for_whoever_names_its_command() -> None:
    one = nvme(2, oacs=2)
    method = choose(one, reached=True, lied=True)
    assert plan(method) == ["overwrite"]
    assert skips(method) == list(zip(NVME_RUNGS, ["skip-lied"] * 5, strict=True))
    assert choose(one, reached=True, technique="nvme-sanitize-block", lied=True).technique == "nvme-sanitize-block"
    assert refused(one, reached=True, level=Level.PURGE, lied=True).params["reason"] == "skip-lied"


# -- NVMe Format -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fna", "setting", "reason"),
    [
        (4, 2, "method-nvme-format-crypto"),
        (7, 2, "method-nvme-format-crypto"),
        (0, 1, "method-nvme-format"),
        (None, 1, "method-nvme-format"),
        (LOST, 1, "method-nvme-format"),
    ],
)
def test_format_has_an_explicit_setting_and_only_clears(fna: Any, setting: int, reason: str) -> None:
    method = choose(nvme(0, oacs=2, fna=fna), reached=True)
    assert (method.technique, method.level, method.passes) == ("nvme-format", Level.CLEAR, 1)
    assert (method.reason, method.params["ses"], method.claim) == (reason, setting, "claim-nvme-format")
    assert skips(method) == list(zip(NVME_RUNGS[:4], [LACKS] * 4, strict=True)), "why not the better ones"


def test_the_overwrite_after_a_refused_format_is_a_line_of_the_plan() -> None:
    one = nvme(0, oacs=2)
    method = choose(one, reached=True, verify="sample")
    after = method.fallback
    assert after is not None and after.fallback is None
    assert (after.technique, after.passes, after.verify, after.skipped) == ("overwrite", 2, "sample", ())
    assert choose(one, technique="overwrite", reached=True).fallback is None


def test_format_of_one_namespace_never_reaches_another() -> None:
    for count, why in ((2, "skip-several-namespaces"), (None, UNCOUNTED), (LOST, UNCOUNTED)):
        for reaches_all in (1, 2, None):
            one = nvme(0, oacs=2, nvme=DiskNvme(**facts(sanicap=0, oacs=2, fna=reaches_all, namespaces=count)))
            method = choose(one, reached=True)
            assert method.technique == "overwrite" and method.skipped[-1].reason == why


def test_a_format_is_not_offered_where_there_is_no_real_drive() -> None:
    one = nvme(0, oacs=2)
    assert choose(one).technique == "overwrite" and choose(one).skipped[-1].reason == REAL
    assert refused(one, technique="nvme-format").params["reason"] == REAL
    assert choose(one, technique="nvme-format", reached=True).technique == "nvme-format"
    assert refused(one, level=Level.PURGE, reached=True).error_id == "disk-level-out-of-reach"


@pytest.mark.parametrize("name", [*NVME_RUNGS, "opal-psid"])
def test_a_named_firmware_technique_is_refused_with_the_drives_reason(name: str) -> None:
    owned = {"family": "opal2", "supported": True, "enabled": True, "encrypts": True}
    fault = refused(nvme(7, oacs=2, extra={"opal": owned}), technique=name)
    assert fault.error_id == "disk-no-method"
    assert fault.params == {"method": name, "disk": "BCDE", "reason": fault.params["reason"]}
    assert fault.params["reason"] in (YET, REAL)
    assert refused(nvme(0, oacs=0, extra={"opal": {"supported": False}}), technique=name).params["reason"] == LACKS


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("dod-5220", "skip-unknown-name"),
        ("", "skip-unknown-name"),
        ("OVERWRITE", "skip-unknown-name"),
        ("nvme-format", "skip-other-medium"),
        ("ata-security-erase", "skip-other-medium"),
    ],
)
def test_a_name_that_does_not_exist_or_is_for_another_disk(name: str, reason: str) -> None:
    fault = refused(disk(), technique=name)
    assert fault.error_id == "disk-no-method" and fault.params["reason"] == reason and fault.params["method"] == name


def test_the_overwrite_can_be_named_on_every_disk_and_skips_nothing_then() -> None:
    for one in (disk(), ssd(), nvme(7), disk(**MMC), disk(**USB)):
        method = choose(one, technique="overwrite")
        assert method.technique == "overwrite" and method.skipped == ()


# -- level -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "method", "reason"),
    [
        (nvme(7, oacs=2), "nvme-sanitize-crypto-block", HAS),
        (nvme(4, oacs=2), "nvme-sanitize-overwrite", HAS),
        (nvme(0, oacs=2), "nvme-sanitize-crypto-block", LACKS),
        (ssd(sanitize=sanitize(block=True), security=security()), "ata-sanitize-block", HAS),
        (ssd(sanitize=sanitize(), security=security()), "ata-sanitize-crypto-block", LACKS),
        (disk(sanitize=sanitize(), security=security()), "ata-security-erase-enhanced", HAS),
        (disk(**SAS, sanitize=sanitize(), extra={"format_unit": True}), "scsi-sanitize-block", LACKS),
        (disk(**MMC, extra={"emmc": {"sanitize": True}}), "mmc-sanitize", "skip-level-too-low"),
        (disk(**USB), "overwrite", "skip-level-too-low"),
        (disk(bus="loop"), "overwrite", "skip-level-too-low"),
        (disk(bus="loop", read_only=True), "overwrite", "skip-read-only"),
        (disk(bus="loop", size_bytes=None), "overwrite", "skip-size-unknown"),
    ],
    ids=[
        "all",
        "nvme-ow",
        "nvme-format",
        "ssd-block",
        "ssd-security",
        "hdd",
        "sas-format",
        "emmc",
        "usb",
        "loop",
        "read-only",
        "no-size",
    ],
)
def test_purge_is_out_of_reach_and_the_best_rung_is_a_purge(one: Disk, method: str, reason: str) -> None:
    """A technique that only clears this kind of disk is never called the best one towards a Purge."""
    fault = refused(one, level=Level.PURGE)
    assert fault.error_id == "disk-level-out-of-reach"
    told = HAS if fault.params["reason"] in (YET, REAL) else fault.params["reason"]
    assert (fault.params["method"], told, fault.params["level"]) == (method, reason, "purge")


def test_enhanced_security_erase_purges_what_turns_and_clears_flash() -> None:
    enhanced = Technique.registry["ata-security-erase-enhanced"]
    assert enhanced.level_on(disk()) is Level.PURGE and enhanced.level_on(ssd()) is Level.CLEAR
    assert enhanced.level_on(disk(medium=None)) is Level.CLEAR


def test_purge_by_overwrite_is_refused_by_name_too() -> None:
    fault = refused(disk(), level=Level.PURGE, technique="overwrite")
    assert (fault.error_id, fault.params["reason"]) == ("disk-level-out-of-reach", "skip-level-too-low")


# -- nothing fits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"read_only": True}, "skip-read-only"),
        ({"size_bytes": None}, "skip-size-unknown"),
        ({"size_bytes": 0}, "skip-size-unknown"),
        ({"size_bytes": LOST}, "skip-size-unknown"),
        ({"medium": "optical"}, "skip-optical"),
    ],
)
def test_no_method_for_what_cannot_be_written(changes: dict[str, Any], reason: str) -> None:
    fault = refused(disk(**changes))
    assert fault.error_id == "disk-no-method" and fault.params["reason"] == reason
    assert fault.params["disk"] == ("?" if "size_bytes" in changes else "BCDE")


def test_optical_is_refused_before_anything_else_is_looked_at() -> None:
    assert refused(disk(medium="optical"), technique="overwrite", level=Level.PURGE).params["reason"] == "skip-optical"


# -- read-back and estimate ------------------------------------------------------------------------------------------


def test_read_back_is_full_unless_a_sample_is_asked_for() -> None:
    assert choose(disk()).verify == choose(disk(), verify="full").verify == "full"
    assert choose(disk(), verify="sample").verify == "sample"
    for mode in ("none", "", "quick"):
        assert refused(disk(), verify=mode).params["reason"] == "skip-unknown-name"


def test_the_estimate_counts_passes_and_read_back() -> None:
    one = disk()
    full, sample = choose(one), choose(one, verify="sample")
    assert estimate(one, full, bytes_per_s=1e8) == round(SIZE * 2 / 1e8, 1)
    assert estimate(one, sample, bytes_per_s=1e8) == round(SIZE * 1.1 / 1e8, 1)
    assert full.estimate_s and sample.estimate_s and sample.estimate_s < full.estimate_s
    assert estimate(disk(size_bytes=None), full) is None
    assert estimate(ssd(), choose(ssd()), bytes_per_s=1e8) == round(SIZE * 3 / 1e8, 1)


# -- facts from tools ------------------------------------------------------------------------------------------------

RECORDED = {
    ("acer-aspire-a315-41", "ssd"): [HAS] * 5,
    ("acer-aspire-a315-41", "hdd"): [LACKS, "skip-frozen"],
    ("ami-aptio-crb-z3735f", "emmc"): [HAS],
    ("azw-green-g4", "ssd"): [LACKS, LACKS, LACKS, HAS, HAS],
    ("dell-optiplex-7010", "hdd"): [LACKS, "skip-frozen"],
    ("google-eve", "emmc"): [HAS],
    ("hp-200-g3-aio", "ssd"): [LACKS, LACKS, LACKS, HAS, HAS],
    ("hp-elitebook-840-g3", "ssd"): [LACKS, LACKS, LACKS, "skip-frozen", "skip-frozen"],
    ("lenovo-thinkpad-t480", "nvme"): [HAS, HAS, HAS, LACKS, HAS],
    ("microsoft-surface-go-2", "emmc"): [HAS],
    ("qemu-standard-pc", "unknown"): [],
}


def test_recorded_machines_have_the_ladder_their_drives_tell() -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for folder in sorted(p for p in MACHINES.iterdir() if p.is_dir()):
        for one in known(list_disks(RecordedMachine(folder))) or ():
            if known(one.bus) != "usb":
                method = choose(one)
                found[folder.name, known(one.medium) or ""] = reasons(method)
                assert method.passes == (1 if known(one.medium) == "hdd" else 2)
    assert found == RECORDED


def _view(base: Disk, view: Disk | Unreadable) -> Disk:
    """The base with what one tool says of capabilities."""
    assert isinstance(view, Disk)
    return replace(base, sanitize=view.sanitize, security=view.security, nvme=view.nvme, extra=view.extra)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("istdout-mx500-sanitize.txt", [HAS] * 5),
        ("identify-mx500-sanitize.txt", [HAS] * 5),
        ("ironlib-850evo.txt", [LACKS, LACKS, LACKS, HAS, HAS]),
        ("istdout-hts545050-locked-high.txt", [LACKS, LACKS, LACKS, "skip-locked", "skip-locked"]),
        ("istdout-wd5000-frozen.txt", [LACKS, LACKS, LACKS, "skip-frozen", "skip-frozen"]),
        ("identify-no-security.txt", [LACKS] * 5),
    ],
)
def test_what_hdparm_printed_gives_the_ata_ladder(shared: Path, file: str, expected: list[str]) -> None:
    view = parse_hdparm((shared / "fixtures/disks/hdparm" / file).read_bytes())
    assert reasons(choose(_view(ssd(), view))) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("ironic-sn730-id-ctrl.json", [HAS, HAS, HAS, LACKS, HAS]),
        ("ironic-sn730-id-ctrl-fna0.json", [HAS, HAS, HAS, LACKS, HAS]),
    ],
)
def test_what_nvme_cli_printed_gives_the_nvme_ladder(shared: Path, file: str, expected: list[str]) -> None:
    view = parse_id_ctrl((shared / "fixtures/disks/nvme" / file).read_bytes())
    assert reasons(choose(_view(nvme(), view))) == expected


def test_what_sg_opcodes_printed_gives_the_sas_ladder(shared: Path) -> None:
    folder = shared / "fixtures/disks/scsi"
    view = parse_opcodes((folder / "opcodes-sanitize.txt").read_bytes())
    assert isinstance(view, Disk)
    assert view.sanitize is not None and known(view.sanitize.crypto_erase) is True, "a drive with SANITIZE"
    offered = [known(getattr(view.sanitize, a)) for a in ("block_erase", "crypto_erase", "overwrite")]
    expected = [HAS if had else LACKS for had in (*offered, (view.extra or {})["format_unit"])]
    assert reasons(choose(_view(disk(**SAS), view))) == expected
    assert isinstance(parse_opcodes((folder / "opcodes-unsupported.txt").read_bytes()), Unreadable)


@pytest.mark.parametrize(("file", "reason"), [("extcsd-emmc51-8gb.txt", HAS), ("extcsd-emmc45-no-sanitize.txt", LACKS)])
def test_what_mmc_printed_gives_the_emmc_ladder(shared: Path, file: str, reason: str) -> None:
    view = parse_extcsd((shared / "fixtures/disks/mmc" / file).read_bytes())
    assert reasons(choose(_view(disk(**MMC), view))) == [reason]
