"""Every test of the app has a QApplication."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.widgets.tool_tips import ToolTipApplication


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The application class of the window."""
    return ToolTipApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """Without a QApplication Qt delivers no events, and a test that waits for a signal of a thread never ends."""
    return qapp
