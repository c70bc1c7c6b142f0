"""The actions of the Help menu: the guide, what a control does, the shortcuts, the start page, and the licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.dialogs.help.help_keys import add_whats_this_key, ask_whats_this, guide_page_of, show_guide

if TYPE_CHECKING:
    from app.dialogs.help.start_page import StartPage
    from app.window.main_window import MainWindow


class HelpActions(QObject):
    """Opens the windows of the help. None of them blocks the main window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        add_whats_this_key(window)

    @Slot()
    def show_guide(self) -> None:
        """Show the page about the present tab."""
        show_guide(self._window, guide_page_of(self._window.tabs.currentWidget()))

    @Slot()
    def ask_whats_this(self) -> None:
        """Explain the control that is clicked next."""
        ask_whats_this()

    @Slot()
    def show_shortcuts(self) -> None:
        """List the keys of the window and of each tab; builds the tabs that have not been built."""
        from app.dialogs.help.shortcut_list import ShortcutList, shortcuts_of

        tabs = self._window.tabs
        pages = [tabs.build(number) for number in range(tabs.count())]
        groups = [("Everywhere", shortcuts_of(self._window, pages))]
        groups += [(tabs.tabText(number), shortcuts_of(page)) for number, page in enumerate(pages)]
        ShortcutList(groups, self._window).show()

    @Slot()
    def show_about(self) -> None:
        """Name the version, and the licences of all that ships."""
        from app.dialogs.help.about import AboutDialog

        AboutDialog(self._window).open()

    @Slot()
    def show_start_page(self) -> None:
        """Offer what a new user can do first."""
        from app.dialogs.help.start_page import StartPage

        page = self._window.findChild(StartPage) or self._new_start_page()
        page.show()
        page.activateWindow()

    def _new_start_page(self) -> StartPage:
        from app.dialogs.help.start_page import StartPage

        page = StartPage(self._window)
        page.draw_chosen.connect(self._window.connections.show_draw_tab)
        page.train_chosen.connect(self._window.training_actions.show_first_recipe)
        page.open_chosen.connect(self._window.files.open_file)
        return page
