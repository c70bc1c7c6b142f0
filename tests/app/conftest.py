"""Every test of the app has a QApplication."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> Iterator[QApplication]:
    """Without a QApplication Qt delivers no events, and a test that waits for a signal of a thread never ends.

    The clipboard is emptied after each test: offscreen, Qt would destroy data from Python after the end of Python.
    """
    yield qapp
    qapp.clipboard().clear()
