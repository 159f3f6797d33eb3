"""``settings.yaml`` on the data partition: what a workshop may tell its sticks. Closed schema, every mistake named."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.model.errors import Fault

FILE = "settings.yaml"
_BIGGEST = 64 << 10


class _Closed(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Wifi(_Closed):
    """A network to join; without ``password`` an open one. WPA passphrases have 8 to 63 characters (IEEE 802.11)."""

    ssid: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[^\x00-\x1f\x7f]+$")]
    password: Annotated[str, Field(min_length=8, max_length=63, pattern=r"^[\x20-\x7e]+$")] | None = Field(
        default=None, repr=False
    )
    hidden: bool = False


class RegistrySettings(_Closed):
    """Where the registry is now, and the authority (PEM, beside this file) that signed its certificate."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    ca: Annotated[str, Field(pattern=r"^[^/]+$")] | None = None


class Settings(_Closed):
    wifi: tuple[Wifi, ...] = Field(default=(), strict=False)
    registry: RegistrySettings = RegistrySettings()
    second_tool: Literal["cmp", "sha256", "badblocks"] | None = None  # reads the disks of each PC after us


def read_settings(folder: Path) -> Settings:
    """The settings there, or empty ones. Raises Fault settings-bad with the place of each mistake."""
    import yaml

    path = folder / FILE
    try:
        with path.open("rb") as file:
            document = yaml.safe_load(file.read(_BIGGEST))
        return Settings.model_validate({} if document is None else document)
    except FileNotFoundError:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or FILE}: {e['msg']}" for e in error.errors())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems = " ".join(str(error).split())
    raise Fault("settings-bad", file=FILE, problems=problems)
