"""Settings of a workshop: strict, every mistake with its place; Wi-Fi as profiles that only root can read."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from agent.locale import words
from agent.model.errors import Fault
from agent.stick.settings import Settings, Wifi, read_settings
from agent.stick.wifi import profile, write_profiles

GOOD = """
wifi:
  - ssid: Atelier
    password: "mot de passe"
  - ssid: "Ouvert; [été]"
    hidden: true
registry:
  url: https://registre.exemple.fr
  ca: ca.pem
"""


def settings(folder: Path, text: str) -> Settings:
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_good_settings(tmp_path: Path) -> None:
    found = settings(tmp_path, GOOD)
    assert [w.ssid for w in found.wifi] == ["Atelier", "Ouvert; [été]"]
    assert found.registry.url == "https://registre.exemple.fr" and found.registry.ca == "ca.pem"
    assert "mot de passe" not in repr(found)


def test_a_workshop_may_want_a_second_look_at_every_disk(tmp_path: Path) -> None:
    assert settings(tmp_path, "second_tool: sha256").second_tool == "sha256"
    assert settings(tmp_path, GOOD).second_tool is None
    with pytest.raises(Fault, match="settings-bad"):
        settings(tmp_path, "second_tool: md5")


@pytest.mark.parametrize("text", ["", "# nothing\n", "wifi: []\n"])
def test_no_settings_are_settings(tmp_path: Path, text: str) -> None:
    assert settings(tmp_path, text) == Settings()
    (tmp_path / "settings.yaml").unlink()
    assert read_settings(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("wifi:\n  - ssid: 12345\n", "wifi.0.ssid"),
        ("wifi:\n  - ssid: a\n    password: court\n", "wifi.0.password"),
        ("wifi:\n  - ssid: a\n    mot: x\n", "wifi.0.mot"),
        ("wifi: Atelier\n", "wifi"),
        ("registry:\n  url: ftp://x\n", "registry.url"),
        ("registry:\n  ca: ../../etc/passwd\n", "registry.ca"),
        ("reseau: []\n", "reseau"),
        ("- a\n", "settings.yaml"),
        ("wifi: [\n", "line 2"),
        ("wifi: !!python/object:os.system {}\n", "could not determine a constructor"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(Fault) as caught:
        settings(tmp_path, text)
    fault = caught.value
    assert fault.error_id == "settings-bad" and place in fault.params["problems"]
    assert "court" not in str(fault.params["problems"])
    assert place in words("fr")("err-settings-bad.why", **fault.params)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(Fault, match="settings-bad"):
        read_settings(tmp_path)


def test_the_profile_is_what_networkmanager_reads() -> None:
    text = profile(2, Wifi(ssid="Été;1", password=" a\\b cd ef"))
    assert "ssid=195;137;116;195;169;59;49;\n" in text
    assert "psk=\\sa\\\\b\\scd\\sef\n" in text and "key-mgmt=wpa-psk" in text
    assert "autoconnect-priority=-2" in text
    assert uuid.UUID(text.split("uuid=")[1].split("\n")[0])
    assert "wifi-security" not in profile(1, Wifi(ssid="libre"))


def test_profiles_are_replaced_and_others_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other.nmconnection").write_text("[connection]")
    two = (Wifi(ssid="a", password="12345678"), Wifi(ssid="b"))
    paths = write_profiles(two, tmp_path)
    assert [p.stat().st_mode & 0o777 for p in paths] == [0o600, 0o600]
    write_profiles(two[:1], tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"other.nmconnection", "regain-wifi-1.nmconnection"}
