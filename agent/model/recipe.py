"""A recipe: the answers to the questions of the bench, written down beforehand (closed schema)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.model.linux import AS_IT_IS, LinuxOptions
from agent.model.nodisk import SHORTEST


class Recipe(BaseModel):
    """``regain-recipe/1``. It never presets a system by itself: whoever wrote it chose, and is named by card number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    schema_: Literal["regain-recipe/1"] = Field(alias="schema")
    system: Literal["linux", "windows", "none"]
    profile: str | None = None  # Linux: a profile id, or null for the best that fits
    chosen_by: str
    erase: Literal["all-eligible"] = "all-eligible"
    level: Literal["clear", "purge"] | None = None  # None: the strongest the disk and this version reach
    reveal: Literal["hpa", "dco"] | None = None  # show what ATA drives hide; "dco": the overlay too
    no_disk_reason: Annotated[str, Field(min_length=SHORTEST)] | None = None  # if no disk is seen, why that is so
    second_tool: Literal["cmp", "sha256", "badblocks"] | None = None  # another program reads the disks after us
    second_person: str | None = None  # card number of whoever looks, not the one who chose
    locale: str | None = None  # Linux: "en_GB.UTF-8"; None: as the profile says, as for the two that follow
    keyboard: str | None = None  # "gb" or "fr-bepo"
    timezone: str | None = None  # "Europe/Lisbon"
    start_page: str | None = None  # a kiosk's address
    encrypt: bool = False  # Linux: LUKS2; the phrase of each PC goes on a sheet of its own
    tag: str | None = None
    lot: str | None = None

    @model_validator(mode="after")
    def _only_linux(self) -> Self:
        if self.system != "linux" and self.linux != AS_IT_IS:
            raise ValueError("locale, keyboard, timezone, start_page, encrypt: system linux")
        return self

    @property
    def linux(self) -> LinuxOptions:
        return LinuxOptions(
            encrypt=self.encrypt,
            locale=self.locale,
            keyboard=self.keyboard,
            timezone=self.timezone,
            start_page=self.start_page,
        )
