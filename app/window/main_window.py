"""The main window: creates its parts and connects them. Each part has a module of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from app.dialogs.rescued_offer import RescuedOffer
from app.session.handwriting_teacher import HandwritingTeacher
from app.session.loaded_model import ModelWithPath, model_in_words
from app.session.session import Session
from app.storage.models.model_library import is_of_run
from app.storage.paths import run_log_path
from app.storage.run_store import RunStore
from app.style.theme import Appearance, apply_appearance
from app.tabs.runs.run_offer import RunOffer
from app.tabs.tab import Tab
from app.widgets.focus_order import visit_in_order
from app.window.closing import WindowClosing
from app.window.file_actions import FileActions
from app.window.header import WindowHeader
from app.window.help_actions import HelpActions
from app.window.menu.main_menu import MainMenu
from app.window.menu.menu_entries import MenuEntries
from app.window.menu.recent_files import RecentFilesMenu
from app.window.message_bar import MessageBar
from app.window.notice_place import NoticePlace
from app.window.preferences import WindowPreferences
from app.window.reading_notice import ReadingNotice
from app.window.tab_connections import TABS, TabConnections
from app.window.tab_pages import AnyTab, TabPages
from app.window.training_actions import TrainingActions
from app.window.window_place import restore_place
from nncore.files.model_file import Model

if TYPE_CHECKING:  # a tab is imported when it is built
    from app.tabs.data.data_tab import DataTab
    from app.tabs.draw.draw_tab import DrawTab
    from app.tabs.evaluate.evaluate_tab import EvaluateTab
    from app.tabs.inside.inside_tab import InsideTab
    from app.tabs.models.models_tab import ModelsTab
    from app.tabs.my_hand.my_hand_tab import MyHandTab
    from app.tabs.runs.runs_tab import RunsTab
    from app.tabs.train.train_tab import TrainTab


class MainWindow(QMainWindow):
    """The tabs, a header with a menu at the right, and a message bar.

    The session and this window hold the state. A tab is built when it is needed first, or when the program is idle, and
    takes the state then.
    """

    painted = Signal()
    """The window is painted for the first time."""

    def __init__(self, session: Session, preferences: WindowPreferences) -> None:
        super().__init__()
        self.session, self.preferences = session, preferences
        session.setParent(self)
        self.teacher = HandwritingTeacher(self)
        self.setWindowTitle("Digit Lab")
        self.setAcceptDrops(True)
        self._is_painted = False
        self.messages = MessageBar()
        preferences.on_failure = self.messages.show_error
        self.run_offer = RunOffer(RunStore(run_log_path(), self.messages.show_error))
        self.connections = TabConnections(self, session, self.teacher)
        self.tabs = TabPages(TABS, self.connections)
        self.training_actions = TrainingActions(session, self.train_tab, self)
        self.menu, self.files = MainMenu(self), FileActions(session, self)
        self.recent_files = RecentFilesMenu(preferences, self.menu)
        self.help = HelpActions(self)
        self.header, self.entries = WindowHeader(self.menu), MenuEntries(self.menu, self)
        self.rescued_offer, self.reading_notice = RescuedOffer(), ReadingNotice(session.file_loader)
        self._closing = WindowClosing(self)
        self._lay_out()
        self._connect()
        restore_place(self, preferences)
        self.run_offer.check_log()

    def _lay_out(self) -> None:
        self.tabs.setCornerWidget(self.header, Qt.Corner.TopRightCorner)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(NoticePlace(page, (self.reading_notice, self.rescued_offer, self.run_offer)))
        self.setCentralWidget(page)
        self.messages.float_over(page, self.tabs.tabBar(), self._message_place)
        # Tab goes round: the tabs, the header, the page, and then the notices at the bottom.
        notices = self.run_offer, self.rescued_offer, self.reading_notice
        visit_in_order(*notices, self.tabs.tabBar(), self.header, self.messages)

    def _connect(self) -> None:
        session, messages, actions = self.session, self.messages, self.training_actions
        session.model_changed.connect(self.header.show_model)
        session.model_renamed.connect(self.header.show_model)
        classifier = self.connections.classifier
        classifier.taught_changed.connect(self.header.show_taught)
        classifier.taught_changed.connect(actions.show_taught)
        classifier.network_changed.connect(actions.read_pinned_with)
        classifier.renamed.connect(actions.rename_classifier)
        session.model_changed.connect(self._add_recent_model)
        for changed in (session.model_changed, session.model_renamed, session.run_state_changed):
            changed.connect(self._remember_model_in_use)
        session.status_message.connect(messages.show_message)
        session.error_message.connect(messages.show_error)
        session.model_not_saved.connect(messages.show_error)
        session.run_starting.connect(self.run_offer.withdraw)
        self.header.card_requested.connect(self.show_model_card)
        self.tabs.currentChanged.connect(self._focus_tab)
        self.tabs.currentChanged.connect(messages.leave)
        self.files.data_chosen.connect(self.connections.open_data)
        self.files.model_chosen.connect(self.connections.show_draw_tab)
        self.files.picture_chosen.connect(self.connections.show_picture)
        self.recent_files.chosen.connect(self._open_recent)
        self.recent_files.missing.connect(messages.show_error)
        actions.error_message.connect(messages.show_error)
        actions.tab_requested.connect(self.tabs.setCurrentWidget)
        actions.draw_requested.connect(self.connections.show_draw_tab)
        actions.mistakes_requested.connect(self.connections.show_mistakes)
        actions.model_replaced.connect(self._offer_model_before)
        session.model_changed.connect(messages.withdraw_offer)
        self.run_offer.continue_requested.connect(actions.continue_run)
        self.run_offer.error_message.connect(messages.show_error)
        self.painted.connect(self.rescued_offer.check)
        self.painted.connect(actions.restore_points)
        self.rescued_offer.chosen.connect(session.open_model)
        self.rescued_offer.error_message.connect(messages.show_error)

    # ------------------------------------------------------------------ tabs

    def tab(self, kind: type[AnyTab]) -> AnyTab:
        """The tab of this class, which is built now if it has not been."""
        return self.tabs.tab(kind)

    @property
    def train_tab(self) -> TrainTab:
        """The Train tab, which is built now if it has not been; the same holds for the other tabs."""
        from app.tabs.train.train_tab import TrainTab

        return self.tab(TrainTab)

    @property
    def draw_tab(self) -> DrawTab:
        """The Draw tab."""
        from app.tabs.draw.draw_tab import DrawTab

        return self.tab(DrawTab)

    @property
    def inside_tab(self) -> InsideTab:
        """The Inside tab."""
        from app.tabs.inside.inside_tab import InsideTab

        return self.tab(InsideTab)

    @property
    def my_hand_tab(self) -> MyHandTab:
        """The My hand tab."""
        from app.tabs.my_hand.my_hand_tab import MyHandTab

        return self.tab(MyHandTab)

    @property
    def evaluate_tab(self) -> EvaluateTab:
        """The Evaluate tab."""
        from app.tabs.evaluate.evaluate_tab import EvaluateTab

        return self.tab(EvaluateTab)

    @property
    def data_tab(self) -> DataTab:
        """The Data tab."""
        from app.tabs.data.data_tab import DataTab

        return self.tab(DataTab)

    @property
    def runs_tab(self) -> RunsTab:
        """The Runs tab."""
        from app.tabs.runs.runs_tab import RunsTab

        return self.tab(RunsTab)

    @property
    def models_tab(self) -> ModelsTab:
        """The Models tab."""
        from app.tabs.models.models_tab import ModelsTab

        return self.tab(ModelsTab)

    def _message_place(self) -> QWidget | None:
        """The part of the shown tab over which a message covers no answer."""
        tab = self.tabs.currentWidget()
        return tab.message_place if isinstance(tab, Tab) else None

    @Slot(int)
    def _focus_tab(self, index: int) -> None:
        """Give the selected tab the focus, so that its keys work, such as the space bar in Train and Ctrl+Z in Draw."""
        tab = self.tabs.build(index)
        if self.focusWidget() is not self.tabs.tabBar():
            tab.focus()

    # --------------------------------------------------------------- actions

    @Slot(Appearance)
    def set_appearance(self, chosen: Appearance) -> None:
        """Use this theme, text size and projector mode now and after the next start."""
        self.preferences.appearance = chosen
        self.entries.view.show_appearance(chosen)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_appearance(application, chosen)

    @Slot()
    def show_model_card(self) -> None:
        """Open the card of the model in use."""
        from app.dialogs.model_card import ModelCardDialog

        if self.session.model is not None:
            card = ModelCardDialog(self.session.model, self.teacher.learned_count, self)
            card.settings_requested.connect(self.training_actions.show_settings)
            card.open()

    @Slot(list)
    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files: a picture on the canvas, a model as the model, any other file or folder as data."""
        for path in paths:
            self.files.open_path(path)
            self.activateWindow()

    @Slot(object)
    def _open_recent(self, path: Path) -> None:
        self.open_paths([path])

    @Slot(object, object)
    def _offer_model_before(self, model: Model, before: ModelWithPath) -> None:
        """Say that `model` is in use now instead of the model `before`, with a button to use that again."""
        tooltip = f"Use {model_in_words(before.loaded.model)} again."
        use_before = partial(self.session.select_model, *before)
        self.messages.show_offer(f"In use now: {model_in_words(model)}.", "Model before", tooltip, use_before)

    @Slot()
    def _add_recent_model(self) -> None:
        path = self.session.model_path
        if path is not None and self.session.model_is_saved and not is_of_run(path):  # the Models tab lists those
            self.preferences.add_recent_file(path)

    @Slot()
    def open_model_of_last_start(self) -> None:
        """Use the model again that was in use at the last end, or the bundled one."""
        self.session.open_model_of_last_start(*self.preferences.model_in_use)

    @Slot()
    def _remember_model_in_use(self) -> None:
        session = self.session
        if session.model is not None and not session.model_follows_run:  # it has no file before the run has ended
            name = "" if session.model_is_bundled else session.model.card.name
            self.preferences.model_in_use = session.model_path, name

    # ---------------------------------------------------------------- events

    def event(self, event: QEvent) -> bool:
        """Give painting priority over the training."""
        if event.type() == QEvent.Type.UpdateRequest:
            with self.session.paint_priority.claimed():
                return super().event(event)
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Start the work that waits for the first paint."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted.emit()
        self.tabs.build_when_idle()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and pictures."""
        if FileActions.accepts(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open each dropped file."""
        self.files.open_dropped(event.mimeData())
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the run and wait for all threads; stay open if a thread does not end, or ask about unsaved models."""
        self._closing.handle(event)

    @Slot()
    def end(self) -> None:
        """Close without a question, as at the end of the user's session; try again until all threads have ended."""
        self._closing.end()
