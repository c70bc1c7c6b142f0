"""Every test of the app has a QApplication."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """Without a QApplication Qt delivers no events, and a test that waits for a signal of a thread never ends."""
    return qapp
