"""All that a killed window has saved can be read."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

from tests.app.window.process.killed_window import kill_and_check

pytestmark = pytest.mark.slow

KILLS = 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_all_that_a_killed_window_has_saved_can_be_read(user_files: Path) -> None:
    for kill in range(KILLS):
        kill_and_check(user_files, Random(kill))
