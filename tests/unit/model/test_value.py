"""Values behave as frozen dataclasses do, for our own functions and for those of ``dataclasses``."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from agent.model.facts import Absent, Known, MaybeFact, Unreadable, to_wire
from agent.model.inventory import Board, Inventory, NetworkPort, System
from agent.model.value import fields, replace, value


@value
class Lamp:
    """For these tests."""

    name: str
    watts: int = 5
    colour: MaybeFact[str] = None

    @property
    def bright(self) -> bool:
        return self.watts > 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    name: str
    watts: int = 5
    colour: MaybeFact[str] = None


def test_fields_defaults_and_order() -> None:
    lamp = Lamp(name="desk")
    assert (lamp.name, lamp.watts, lamp.colour, lamp.bright) == ("desk", 5, None, False)
    assert fields(Lamp) == fields(lamp) == ("name", "watts", "colour")
    assert Lamp.__doc__ == "For these tests." and Lamp.__module__ == __name__


@pytest.mark.parametrize("given", [{}, {"watts": 3}, {"name": "x", "height": 2}])
def test_a_missing_or_unknown_name_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Lamp(**given)
    with pytest.raises(TypeError):
        Twin(**given)


def test_by_keyword_alone_and_never_changed() -> None:
    with pytest.raises(TypeError):
        Lamp("desk")  # type: ignore[misc]
    lamp: Any = Lamp(name="desk")
    for change in (lambda: setattr(lamp, "watts", 3), lambda: delattr(lamp, "watts"), lambda: setattr(lamp, "x", 1)):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
            change()
    assert not hasattr(lamp, "__dict__")


def test_equal_by_content_and_kind() -> None:
    assert Lamp(name="a") == Lamp(name="a", watts=5) != Lamp(name="a", watts=6)
    assert Lamp(name="a") != Twin(name="a")  # type: ignore[comparison-overlap]
    assert len({Lamp(name="a"), Lamp(name="a"), Lamp(name="b")}) == 2
    assert Absent("x") != Unreadable("x")  # type: ignore[comparison-overlap]
    assert repr(Lamp(name="a", colour=Known("red", "eye"))) == repr(Twin(name="a", colour=Known("red", "eye"))).replace(
        "Twin", "Lamp"
    )


def test_replace_makes_another_one() -> None:
    lamp = Lamp(name="a", colour=Absent("dark"))
    assert replace(lamp, watts=60) == Lamp(name="a", watts=60, colour=Absent("dark"))
    assert lamp.watts == 5
    assert replace(Known(1, "x"), note="y") == Known(1, "x", "y")
    with pytest.raises(TypeError):
        replace(lamp, height=2)


def test_the_functions_of_dataclasses_take_them() -> None:
    lamp = Lamp(name="a")
    assert [(f.name, f.default) for f in dataclasses.fields(lamp)] == [  # type: ignore[arg-type]
        (f.name, f.default) for f in dataclasses.fields(Twin)
    ]
    assert dataclasses.is_dataclass(lamp)
    assert dataclasses.replace(lamp, watts=7) == replace(lamp, watts=7)  # type: ignore[type-var]
    assert dataclasses.asdict(NetworkPort(name="eth0"))["name"] == "eth0"  # type: ignore[call-overload]
    inventory = Inventory(disks=Absent("none"))
    assert dataclasses.asdict(inventory)["system"] == dataclasses.asdict(System())  # type: ignore[call-overload]


def test_copies_and_pickles_are_equal() -> None:
    lamp = Lamp(name="a", colour=Known("red", "eye", "twice"))
    for other in (copy.copy(lamp), copy.deepcopy(lamp), pickle.loads(pickle.dumps(lamp))):
        assert other == lamp and isinstance(other, Lamp)


def test_known_matches_by_position() -> None:
    match Known("x", "y"):
        case Known(value, source):
            assert (value, source) == ("x", "y")


def test_values_and_dataclasses_on_the_wire() -> None:
    assert to_wire(Lamp(name="a", colour=Unreadable("dark"))) == to_wire(Twin(name="a", colour=Unreadable("dark")))
    assert to_wire(Board()) == {}
