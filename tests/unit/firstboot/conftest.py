"""The program of the first start lives in an overlay, for the installed system's Python: found by its path."""

from __future__ import annotations

import sys

from tests.conftest import REPO

OVERLAY = REPO / "profiles" / "linux" / "overlays" / "first-boot"
LIBRARY = OVERLAY / "usr" / "lib" / "regain"
sys.path.insert(0, str(LIBRARY))
