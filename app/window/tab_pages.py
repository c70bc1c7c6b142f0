"""The pages of the main window: each tab is built when it is needed first, or while the program is idle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QSignalBlocker, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QWidget

from app.dialogs.help.help_keys import set_guide_page
from app.tabs.tab import Tab

AnyTab = TypeVar("AnyTab", bound=Tab)


@dataclass(frozen=True)
class TabRow:
    """A tab of the main window: its title, module and class, what connects it, and its tool tip.

    connect: called once with the connections and the new tab; connects signals and gives the tab the current state.
    """

    title: str
    module: str
    name: str
    connect: Callable[[Any, Any], None]
    tool_tip: str

    @property
    def guide_page(self) -> str:
        """The page of the guide that F1 opens in the tab: it has the name of the tab's package."""
        return self.module.split(".")[-2]

    @property
    def tab(self) -> type[Tab]:
        """The class of the tab; its module is imported now if it has not been."""
        found: type[Tab] = getattr(import_module(self.module), self.name)
        return found


class TabPages(QTabWidget):
    """Shows the tabs of a table. An empty page takes the place of a tab that has not been built."""

    def __init__(self, rows: Sequence[TabRow], connections: QObject) -> None:
        """connections: the first argument of the `connect` of each row. Ctrl+1 chooses the first tab, and so on."""
        super().__init__()
        self._rows, self._connections = tuple(rows), connections
        self.setDocumentMode(True)
        self.setFocusProxy(None)  # type: ignore[arg-type]  # Tab would visit the tab bar twice, and never leave it
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for index, row in enumerate(self._rows):
            self.setTabToolTip(self.addTab(QWidget(), row.title), row.tool_tip)
            shortcut = QShortcut(QKeySequence(f"Ctrl+{index + 1}"), self, partial(self.setCurrentIndex, index))
            shortcut.setWhatsThis(f"{row.title} tab")
        self._incomplete: list[Tab] = []
        self._idle_timer = QTimer(self, interval=0)  # Qt calls it when no event waits
        self._idle_timer.timeout.connect(self._build_next)

    def tab(self, kind: type[AnyTab]) -> AnyTab:
        """The tab of this class, which is built now if it has not been."""
        index = next(n for n, row in enumerate(self._rows) if row.name == kind.__name__)
        tab = self.build(index)
        assert isinstance(tab, kind)
        return tab

    def build(self, index: int) -> Tab:
        """The tab at `index`, which is built now if it has not been."""
        page = self.widget(index)
        if isinstance(page, Tab):
            return page
        assert page is not None
        row = self._rows[index]
        tab = row.tab()
        set_guide_page(tab, row.guide_page)
        with QSignalBlocker(self):  # the place of the page and the selected tab stay the same
            is_current = index == self.currentIndex()
            self.insertTab(index, tab, row.title)
            self.setTabToolTip(index, row.tool_tip)
            if is_current:
                self.setCurrentIndex(index)
            self.removeTab(index + 1)
        page.deleteLater()
        row.connect(self._connections, tab)
        self._incomplete.append(tab)
        return tab

    def built(self) -> list[Tab]:
        """The tabs that have been built, from left to right."""
        pages = (self.widget(index) for index in range(self.count()))
        return [page for page in pages if isinstance(page, Tab)]

    def build_when_idle(self) -> None:
        """Complete the tabs and build the others, one each time that no event waits, so that the window responds."""
        if not self._idle_timer.isActive() and (self._incomplete or len(self.built()) < self.count()):
            self._idle_timer.start()

    def stop_building(self) -> None:
        """Build no more tabs until `build_when_idle` is called again."""
        self._idle_timer.stop()

    @Slot()
    def _build_next(self) -> None:
        if self._incomplete:
            self._incomplete.pop(0).complete()
            return
        waiting = (index for index in range(self.count()) if not isinstance(self.widget(index), Tab))
        index = next(waiting, None)
        if index is None:
            self._idle_timer.stop()
        else:
            self.build(index)
