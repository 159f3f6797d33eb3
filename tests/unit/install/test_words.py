"""Every id that this room can show has its sentence, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.install import contents, image, profiles
from agent.install.execute import STEPS
from agent.locale import LANGUAGES, words
from agent.model.eligibility import WindowsVerdict
from agent.model.errors import ERRORS
from agent.model.windows import Basis

INSTALL = Path(profiles.__file__).parent


def _ids() -> set[str]:
    source = "\n".join(p.read_text(encoding="utf-8") for p in INSTALL.rglob("*.py"))
    cli = (INSTALL.parent / "cli" / "images.py").read_text(encoding="utf-8")
    kinds = set(profiles._KINDS.values()) | set(re.findall(r'kind="([a-z-]+)"', Path(profiles.__file__).read_text()))
    kinds |= {"wrong-type", "out-of-range", "other", "range-order", "swap-needs", "swap-no-use"}
    findings = set(re.findall(r'id="([a-z-]+)"', Path(contents.__file__).read_text()))
    findings |= {kind for _, kind in contents._SECRETS}
    findings |= contents.BOOT_FINDINGS | set(re.findall(r'_finding\("([a-z-]+)"', cli))
    phases = set(
        re.findall(r'"(build-(?:packages|overlays|hooks|clean|squash|check))"', Path(image.__file__).read_text())
    )
    assert len(kinds) > 15 and len(findings) > 15 and len(phases) == 6
    warnings = set(re.findall(r'"(install-warning-[a-z]+)"', source))
    windows = "\n".join(p.read_text(encoding="utf-8") for p in (INSTALL / "windows").glob("*.py"))
    reasons = set(re.findall(r'(?:_refused\(|reason=)"([a-z-]+)"', windows)) | {"boot-revoked", "boot-unknown"}
    reasons |= {v.value.replace("_", "-") for v in WindowsVerdict if v is not WindowsVerdict.ELIGIBLE}
    assert len(reasons) > 12
    return (
        {step for steps in STEPS.values() for step in steps}
        | {f"windows-reason-{r}" for r in reasons}
        | {f"windows-basis-{b.value}" for b in Basis}
        | {f"profile-problem-{k}" for k in kinds}
        | {f"image-finding-{f}" for f in findings}
        | phases
        | warnings
        | {f"err-{e}" for e, (code, _) in ERRORS.items() if code.startswith("S")}
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_that_is_shown_has_a_sentence(lang: str) -> None:
    lacking = {i for i in _ids() if not words(lang).has(i)}
    assert lacking == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_errors_say_what_why_and_what_to_do(lang: str) -> None:
    for error, (code, _) in ERRORS.items():
        if code.startswith("S"):
            for part in ("", ".why", ".todo"):
                assert words(lang)(f"err-{error}{part}")


def test_both_languages_have_the_same_messages_and_variables() -> None:
    read = {lang: (INSTALL.parent / "locale" / lang / "install.ftl").read_text(encoding="utf-8") for lang in LANGUAGES}
    shapes = {lang: _shape(text) for lang, text in read.items()}
    assert shapes["fr"] == shapes["en"]


def _shape(text: str) -> dict[str, set[str]]:
    messages: dict[str, set[str]] = {}
    name = ""
    for line in text.splitlines():
        match = re.match(r"^([a-z][a-z0-9-]*) =|^    \.([a-z]+) =", line)
        if match:
            name = match[1] or f"{name.split('.')[0]}.{match[2]}"
        if name:
            messages.setdefault(name, set()).update(re.findall(r"\$([a-z_]+)", line))
    return messages


def test_the_french_is_typeset() -> None:
    text = (INSTALL.parent / "locale" / "fr" / "install.ftl").read_text(encoding="utf-8")
    for line in text.splitlines():
        sentence = line.partition("=")[2] if "=" in line else line
        if line.startswith("#") or "->" in line:
            continue
        assert not re.search(r" [:;?!%»]", sentence), line
        assert "'" not in sentence and "« " not in sentence, line
