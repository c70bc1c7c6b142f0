"""Every test of the app has a QApplication, whichever test its process runs first."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """Without one, Qt delivers no event, and what waits for a signal from a thread waits forever."""
    return qapp
