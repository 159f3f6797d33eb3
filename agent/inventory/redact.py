"""Other numbers for every serial, UUID and hardware address of a recording: the same substitute everywhere, of the
same length and with the same kinds of characters, so that the parsers find what they found before.

IDENTIFY words and smartctl's numeric identifiers are rewritten as numbers; the maker's half of an address stays.
"""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.inventory.quality import is_placeholder, serial_quality
from agent.machine.door import Answer
from agent.model.inventory import SerialQuality

_MAC = re.compile(r"\b((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\b", re.IGNORECASE)
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_WWN = re.compile(r"\b(?:0x[0-9a-f]{16}|eui\.[0-9a-f]{16}|eui\.[0-9a-f]{32})\b")
_FIELDS = re.compile(r"^\t(?:Serial Number|Asset Tag|SBDS Serial Number): *(\S.*?) *$", re.MULTILINE)
_JSON_SERIALS = re.compile(r'"(?:serial|serial_number|sn)" *: *"([^"]+)"')
_IDENTITY = re.compile(r"FILE-[0-9A-F]+-[0-9A-F]+")
_WORDS = re.compile(r"^(?:[0-9a-f]{4} ){7}[0-9a-f]{4}$", re.MULTILINE)
_KEPT_UUID_PARTS = ("03000200-0400-0500-0006-000700080009",)
_BARE = 8  # characters from which an identifier is replaced inside other text too


@dataclass(frozen=True, slots=True)
class Redactor:
    """``substitutes``: original -> replacement. An empty one changes nothing."""

    substitutes: Mapping[str, str]

    @classmethod
    def of(
        cls,
        runs: Mapping[tuple[str, ...], Answer | Exception],
        files: Mapping[str, bytes | Exception],
        links: Mapping[str, str],
        identities: Mapping[str, str],
    ) -> Redactor:
        """Every identifier these answers hold, each with a fresh substitute."""
        texts = [a.text for a in runs.values() if isinstance(a, Answer)]
        texts += [d.decode("utf-8", "replace") for d in files.values() if isinstance(d, bytes)]
        texts += [*links.values(), *identities.values()]
        found = {word for text in texts for word in _identifiers(text)}
        serial_files = ("product_serial", "board_serial", "chassis_serial", "/device/serial")
        for path, data in files.items():
            if path.endswith(serial_files) and isinstance(data, bytes):
                found |= {word for word in [data.decode("utf-8", "replace").strip()] if _identifies(word)}
        made: dict[str, str] = {}
        for word in sorted(found, key=len):
            made[word] = _substitute(word, made)
        return cls(made)

    def text(self, text: str) -> str:
        if not self.substitutes:
            return text
        return _pattern(self.substitutes).sub(lambda m: self.substitutes[m[0]], text)

    def data(self, data: bytes) -> bytes:
        """Bytes that are text are rewritten as text; others only where an identifier stands in them as ASCII."""
        try:
            return self.text(data.decode("utf-8")).encode()
        except UnicodeDecodeError:
            return self.text(data.decode("latin-1")).encode("latin-1")

    def output(self, argv: tuple[str, ...], data: bytes) -> bytes:
        """A program's stdout: IDENTIFY words and smartctl's numbers need more than a search for text."""
        if not self.substitutes:
            return data
        if argv[0] == "hdparm" and "--Istdout" in argv:
            return self._words(data.decode("utf-8", "replace")).encode()
        if argv[0] == "smartctl":
            return self._smartctl(data)
        return self.data(data)

    def _words(self, text: str) -> str:
        words = [int(word, 16) for line in _WORDS.findall(text) for word in line.split()]
        if len(words) != 256:
            return self.text(text)
        raw = b"".join(word.to_bytes(2, "big") for word in words)
        serial = raw[20:40].decode("latin-1")
        changed = serial.replace(serial.strip(), self.substitutes.get(serial.strip(), serial.strip()))
        wwn = f"0x{raw[216:224].hex()}"
        new_wwn = bytes.fromhex(self.substitutes.get(wwn, wwn)[2:])
        raw = raw[:20] + changed.encode("latin-1") + raw[40:216] + new_wwn + raw[224:510]
        total = sum(raw) + 0xA5
        raw += bytes([-total & 0xFF, 0xA5])
        lines = iter(" ".join(raw[i + j : i + j + 2].hex() for j in range(0, 16, 2)) for i in range(0, 512, 16))
        return _WORDS.sub(lambda _: next(lines), text)

    def _smartctl(self, data: bytes) -> bytes:
        try:
            document = json.loads(data)
        except ValueError:
            return self.data(data)
        if isinstance(document, dict):
            self._numbers(document)
        return self.text(json.dumps(document, ensure_ascii=False, separators=(",", ":"))).encode() + b"\n"

    def _numbers(self, document: dict[str, Any]) -> None:
        wwn = document.get("wwn")
        if isinstance(wwn, dict) and all(isinstance(wwn.get(k), int) for k in ("naa", "oui", "id")):
            text = f"0x{wwn['naa']:x}{wwn['oui']:06x}{wwn['id']:09x}"
            wwn["id"] = int(self.substitutes.get(text, text)[-9:], 16)
        for space in document.get("nvme_namespaces") or ():
            eui = space.get("eui64") if isinstance(space, dict) else None
            if isinstance(eui, dict) and all(isinstance(eui.get(k), int) for k in ("oui", "ext_id")):
                text = f"eui.{eui['oui']:06x}{eui['ext_id']:010x}"
                eui["ext_id"] = int(self.substitutes.get(text, text)[-10:], 16)


def _pattern(substitutes: Mapping[str, str]) -> re.Pattern[str]:
    """Longest first; a short identifier only as a word of its own."""
    parts = []
    for word in sorted(substitutes, key=len, reverse=True):
        bare = re.escape(word)
        parts.append(bare if len(word) >= _BARE else rf"(?<![0-9A-Za-z]){bare}(?![0-9A-Za-z])")
    return re.compile("|".join(parts))


def _identifies(word: str) -> bool:
    return serial_quality(word) is SerialQuality.GOOD and not is_placeholder(word) and len(word) >= 4


def _identifiers(text: str) -> Iterator[str]:
    for pattern in (_FIELDS, _JSON_SERIALS):
        yield from (m.strip() for m in pattern.findall(text) if _identifies(m.strip()))
    yield from (m for m in _MAC.findall(text) if not set(m) <= {"0", ":"})
    yield from (m for m in _UUID.findall(text) if not m.startswith(_KEPT_UUID_PARTS) and set(m) - set("0f-F"))
    yield from _WWN.findall(text)
    yield from _IDENTITY.findall(text)
    if _WORDS.search(text):
        words = [int(word, 16) for line in _WORDS.findall(text) for word in line.split()]
        if len(words) == 256:
            raw = b"".join(word.to_bytes(2, "big") for word in words)
            serial = raw[20:40].decode("latin-1").strip()
            if _identifies(serial):
                yield serial
            yield f"0x{raw[216:224].hex()}"


def _substitute(word: str, made: Mapping[str, str]) -> str:
    """A new identifier of the same shape; a part that has a substitute already keeps it (Dell's tag in its board's)."""
    if _MAC.fullmatch(word):
        return word[:9] + _other(word[9:], string.hexdigits[:16])
    if _WWN.fullmatch(word):
        keep = 10 if word.startswith("eui.") else 9  # "eui." or "0x5", and the maker's six digits
        return word[:keep] + _other(word[keep:], string.hexdigits[:16])
    if _UUID.fullmatch(word) or re.fullmatch(r"0x[0-9a-f]+", word):
        new = _other(word, string.hexdigits[:16])
        return new.upper() if re.search(r"[A-F]", word) else new
    if word.startswith("FILE-"):
        return "FILE-" + _other(word[5:], string.hexdigits[:16]).upper()
    for part in sorted((p for p in made if p in word and len(p) >= 4), key=len, reverse=True):
        before, _, after = word.partition(part)
        return _other(before) + made[part] + _other(after)
    while serial_quality(new := _other(word)) is not SerialQuality.GOOD or new == word:
        continue
    return new


def _other(text: str, alphabet: str = "") -> str:
    """Each character by another of its kind; zeros of hexadecimal numbers stay (they say what kind it is)."""
    out = []
    for char in text:
        if alphabet and char.lower() in alphabet.lower():
            out.append(char if char == "0" else secrets.choice("123456789abcdef"))
        elif char.isascii() and char.isdigit():
            out.append(secrets.choice(string.digits))
        elif char.isascii() and char.isalpha():
            out.append(secrets.choice(string.ascii_uppercase if char.isupper() else string.ascii_lowercase))
        else:
            out.append(char)
    return "".join(out)
