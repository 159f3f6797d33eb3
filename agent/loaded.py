"""The compiled modules of one command in one file: a hundred small files take longer to be found than to be run.

The stick's program alone uses it: its files never change once they are made. A module that is not in the file, and what
lies beside one that is, are found as ever.
"""

import marshal
import sys
from _frozen_importlib import ModuleSpec  # importlib.machinery would load half of what is to be spared

INVENTORY = (
    "agent.cli.quick",
    "agent.machine.ahead",
    "agent.inventory.collect",
    "agent.inventory.wire",
    "agent.machine.live",
)
"""What ``regain inventory --json`` imports; what these need follows from Python itself."""


class Loaded:
    """A finder and loader for ``sys.meta_path``. Raises OSError when the file cannot be read."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self._modules: dict[str, tuple[str, list[str] | None, bytes]] = marshal.loads(file.read())

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name not in self._modules:
            return None
        origin, folders, _code = self._modules[name]
        spec = ModuleSpec(name, self, origin=origin, is_package=folders is not None)  # type: ignore[arg-type]
        spec.submodule_search_locations = folders
        spec.has_location = True
        return spec

    def create_module(self, _spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: object) -> None:
        exec(marshal.loads(self._modules[module.__name__][2]), module.__dict__)  # type: ignore[attr-defined]


def write(path: str) -> None:
    """Put what the inventory loads, and this Python has not loaded yet, into one file."""
    from importlib import import_module

    before = set(sys.modules)
    for name in INVENTORY:
        import_module(name)
    found = {}
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)  # not all that stands there is a module
        if name in before or spec is None or not str(spec.cached).endswith(".pyc"):
            continue  # inside Python itself, or a library
        folders = spec.submodule_search_locations
        code = marshal.dumps(spec.loader.get_code(name))  # of the source as it is now, however old the .pyc
        found[name] = (spec.origin, None if folders is None else list(folders), code)
    with open(path, "wb") as file:
        file.write(marshal.dumps(found))
