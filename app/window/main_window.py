"""The main window: creates the tabs and connects them with the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QMimeData, Qt, QUrl, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.model_card import ModelCardDialog
from app.session.fine_tuning import Adaptation
from app.session.handwriting_teacher import HandwritingTeacher
from app.session.session import Session
from app.style.icons import set_icon
from app.style.theme import GAP, ThemeChoice, apply_theme
from app.tabs.data.data_tab import DataTab
from app.tabs.draw.draw_tab import DrawTab
from app.tabs.draw.picture_source import PictureSource
from app.tabs.evaluate.evaluate_tab import EvaluateTab
from app.tabs.my_hand.my_hand_tab import MyHandTab
from app.tabs.runs.run_offer import RunOffer
from app.tabs.runs.runs_tab import RunsTab
from app.tabs.tab import Tab
from app.tabs.train.train_tab import TrainTab
from app.widgets.explanation import Explanation
from app.window.file_actions import FileActions
from app.window.main_menu import MainMenu
from app.window.message_bar import MessageBar
from app.window.preferences import WindowPreferences
from app.window.training_actions import TrainingActions
from nncore import __version__
from nncore.data.dataset import Splits
from nncore.files.model_file import Model
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink

NAME_WIDTH = 260
"""Maximum width of the model's name in the corner, in pixels. A longer name is elided in the middle."""

TITLE_BAR = 40
"""Maximum height of a window's title bar in pixels; the real height is known only after the window is shown."""


AnyTab = TypeVar("AnyTab", bound=Tab)


@dataclass(frozen=True)
class TabRow:
    """A tab of the main window: its title, its class, and the text of its tool tip."""

    title: str
    tab: type[Tab]
    tool_tip: str


TABS = (
    TabRow("Train", TrainTab, "Train a network and watch it learn (Ctrl+1)"),
    TabRow("Draw", DrawTab, "Draw a digit and see what the network reads (Ctrl+2)"),
    TabRow("My hand", MyHandTab, "Test how well the network reads your handwriting (Ctrl+3)"),
    TabRow("Evaluate", EvaluateTab, "Measure a network on labelled digits, and look at its mistakes (Ctrl+4)"),
    TabRow("Data", DataTab, "Look at the data set, or open another one (Ctrl+5)"),
    TabRow("Runs", RunsTab, "List, compare, repeat and export training runs (Ctrl+6)"),
)
"""The tabs from left to right. The window calls `focus` and `finish` of each; Ctrl+1 chooses the first one."""


class MainWindow(QMainWindow):
    """The tabs, a menu at the right, and a message bar."""

    def __init__(self, session: Session, preferences: WindowPreferences) -> None:
        super().__init__()
        self.session, self.preferences = session, preferences
        session.setParent(self)
        self.teacher = HandwritingTeacher(self)
        self.setWindowTitle("Digit Lab")
        self.setAcceptDrops(True)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for row in TABS:
            self.tabs.setTabToolTip(self.tabs.addTab(row.tab(), row.title), row.tool_tip)
        self.train_tab, self.draw_tab, self.my_hand_tab = self.tab(TrainTab), self.tab(DrawTab), self.tab(MyHandTab)
        self.evaluate_tab, self.data_tab, self.runs_tab = self.tab(EvaluateTab), self.tab(DataTab), self.tab(RunsTab)
        self.training_actions = TrainingActions(session, self.train_tab, self.runs_tab, self)
        self.messages, self.run_offer = MessageBar(), RunOffer(self.runs_tab.store)
        self.menu, self.files = MainMenu(self), FileActions(session, self)
        self.tabs.setCornerWidget(self._corner(), Qt.Corner.TopRightCorner)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self.run_offer)
        layout.addWidget(self.tabs)
        self.setCentralWidget(page)
        self._fill_menu()
        self._connect()
        self._unsaved_message = ""
        self._restore()
        self.run_offer.check_log()

    def tab(self, kind: type[AnyTab]) -> AnyTab:
        """The tab of this class."""
        pages = (self.tabs.widget(number) for number in range(self.tabs.count()))
        return next(page for page in pages if isinstance(page, kind))

    # --------------------------------------------------------------- connect

    def _connect(self) -> None:
        session = self.session
        session.snapshots_created.connect(self.draw_tab.set_snapshots)
        session.model_changed.connect(self._show_model)
        session.data_changed.connect(self._show_data)
        session.status_message.connect(self.messages.show_message)
        session.error_message.connect(self.messages.show_error)
        session.model_not_saved.connect(self._remember_unsaved)
        self.menu.theme_chosen.connect(self.set_theme)
        self.tabs.currentChanged.connect(self._focus_tab)
        self._connect_teacher()
        self._connect_tabs()

    def _connect_teacher(self) -> None:
        """Connect the tabs with the teacher of the user's handwriting."""
        self.draw_tab.connect_teacher(self.teacher)
        self.teacher.adapted.connect(self._show_adaptation)
        self.my_hand_tab.teach_requested.connect(self.teacher.teach)
        self.my_hand_tab.show_requested.connect(self._show_ink)
        self.teacher.load()
        self.draw_tab.canvas.drawing_changed.connect(self.teacher.prepare, Qt.ConnectionType.SingleShotConnection)

    def _connect_tabs(self) -> None:
        """Connect the requests of the tabs with each other and with the session."""
        self.evaluate_tab.image_chosen.connect(self._show_image)
        self.evaluate_tab.image_explained.connect(self.draw_tab.explain)
        self.data_tab.data_chosen.connect(self.session.use_data)
        self.files.data_chosen.connect(self._open_data)
        self.data_tab.share_chosen.connect(self.training_actions.hold_out)
        self.runs_tab.status_message.connect(self.messages.show_message)
        self.runs_tab.error_message.connect(self.messages.show_error)
        self.training_actions.error_message.connect(self.messages.show_error)
        self.training_actions.tab_requested.connect(self.tabs.setCurrentWidget)
        self.run_offer.continue_requested.connect(self.training_actions.continue_run)
        self.run_offer.error_message.connect(self.messages.show_error)
        self.session.run_starting.connect(self.run_offer.withdraw)

    @Slot(object)
    def _show_model(self, model: Model) -> None:
        self._read_with(self.session.network)
        self.teacher.set_base(self.session.network, learn=not self.session.model_follows_run)
        self.draw_tab.epoch_row.refresh()
        card = model.card
        self.evaluate_tab.set_model(self.session.network, card.name)
        accuracy = f", epoch {card.epochs}" if card.test_accuracy is None else f"  {card.test_accuracy:.1%}"
        name = self.model_button.fontMetrics().elidedText(card.name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        self.model_button.setText(f"model: {name}{accuracy}".replace("&", "&&"))
        self.revert_action.setEnabled(not self.session.model_is_saved)

    def _read_with(self, network: Network | None) -> None:
        self.draw_tab.set_network(network)
        self.my_hand_tab.set_network(network, self.session.model.card.name if self.session.model else "")

    @Slot(object)
    def _show_adaptation(self, adaptation: Adaptation) -> None:
        """Read with the network that has learnt the user's handwriting; the model to save stays unchanged."""
        self._read_with(adaptation.network)

    @Slot(object)
    def _show_ink(self, ink: Ink) -> None:
        self.draw_tab.show_ink(ink)
        self.tabs.setCurrentWidget(self.draw_tab)

    @Slot(object)
    def _show_image(self, explanation: Explanation) -> None:
        self.draw_tab.show_image(explanation)
        self.tabs.setCurrentWidget(self.draw_tab)

    @Slot(object)
    def _open_data(self, path: Path) -> None:
        """Read a data set in the Data tab, which shows the progress."""
        self.tabs.setCurrentWidget(self.data_tab)
        self.data_tab.open_path(path)

    @Slot(object)
    def _show_data(self, data: Splits) -> None:
        self.evaluate_tab.set_data(data)
        self.data_tab.set_data(data)
        self.train_tab.settings.set_data(data)

    @Slot(int)
    def _focus_tab(self, number: int) -> None:
        """Give the selected tab the focus, so that its keys work, such as the space bar in Train and Ctrl+Z in Draw."""
        page = self.tabs.widget(number)
        if isinstance(page, Tab) and self.focusWidget() is not self.tabs.tabBar():
            page.focus()

    # ------------------------------------------------------------------ menu

    def _corner(self) -> QWidget:
        self.model_button, self.menu_button = QToolButton(), QToolButton()
        self.model_button.setText("model: none yet")
        self.model_button.setAutoRaise(True)
        self.model_button.setToolTip("Show the model card: origin, settings and accuracy")
        self.model_button.setAccessibleName("Model card")
        self.model_button.clicked.connect(self.show_model_card)
        set_icon(self.menu_button, "menu")
        self.menu_button.setAutoRaise(True)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolTip("Menu (F10)")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setMenu(self.menu)
        QShortcut(QKeySequence("F10"), self, self.menu_button.showMenu)
        corner = QWidget()
        layout = QHBoxLayout(corner)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.addWidget(self.model_button)
        layout.addWidget(self.menu_button)
        return corner

    def _fill_menu(self) -> None:
        menu, files = self.menu, self.files
        menu.add("&Open model…", files.open_model, QKeySequence.StandardKey.Open, "open")
        menu.add("&Save model", files.save_model, QKeySequence.StandardKey.Save, "save")
        menu.add("Save model &as…", files.save_model_as, QKeySequence("Ctrl+Shift+S"))
        menu.add("&Export model…", files.export_model, QKeySequence("Ctrl+E"))
        self.revert_action = menu.add("&Revert model", self.session.revert_model, None, "revert")
        self.revert_action.setEnabled(False)
        menu.add("Use the &bundled model", self.session.open_bundled_model)
        menu.add("&Model card", self.show_model_card, None, "info")
        menu.addSeparator()
        menu.add("Open &data set…", files.open_data)
        menu.add("S&weep settings…", self.training_actions.open_sweep)
        menu.add("Use the bundled M&NIST data", self.session.load_bundled_data)
        menu.addSeparator()
        menu.add_themes(self.preferences.theme)
        menu.add("&Full screen", self._toggle_full_screen, QKeySequence("F11"))
        menu.addSeparator()
        menu.add("About Digit &Lab", self._about)
        menu.add("&Quit", self.close, QKeySequence.StandardKey.Quit)
        for number in range(self.tabs.count()):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, partial(self.tabs.setCurrentIndex, number))

    # --------------------------------------------------------------- actions

    @Slot(ThemeChoice)
    def set_theme(self, choice: ThemeChoice) -> None:
        """Use the theme `choice` now and after the next start."""
        self.preferences.theme = choice
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, choice)

    @Slot()
    def show_model_card(self) -> None:
        """Open the card of the model in use."""
        if self.session.model is not None:
            ModelCardDialog(self.session.model, self).open()

    @Slot()
    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def _about(self) -> None:
        QMessageBox.about(
            self,
            "About Digit Lab",
            f"<h3>Digit Lab {__version__}</h3><p>See a neural network learn to read handwriting.</p>"
            "<p>The bundled data is MNIST by Y. LeCun, C. Cortes and C. J. C. Burges (CC BY-SA 3.0).</p>",
        )

    def event(self, event: QEvent) -> bool:
        """Give painting priority over the training."""
        if event.type() == QEvent.Type.UpdateRequest:
            with self.session.paint_priority.claimed():
                return super().event(event)
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and pictures."""
        data = event.mimeData()
        if PictureSource.accepts(data) or (data.hasUrls() and all(url.isLocalFile() for url in data.urls())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open each dropped file."""
        self._open(event.mimeData())
        event.acceptProposedAction()

    @Slot(list)
    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files: a picture on the canvas, a model as the model, any other file or folder as data."""
        for path in paths:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(path))])
            self._open(data)
            self.activateWindow()

    def _open(self, data: QMimeData) -> None:
        if PictureSource.accepts(data):
            self.draw_tab.pictures.read(data)
            self.tabs.setCurrentWidget(self.draw_tab)
        else:
            for url in data.urls():
                self.files.open_dropped(Path(url.toLocalFile()))

    # ------------------------------------------------------- open and close

    def _restore(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(min(1200, screen.width()), min(680, screen.height() - TITLE_BAR))
        geometry = self.preferences.geometry
        if geometry is not None:
            self.restoreGeometry(geometry)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the run and wait for all threads; stay open if a thread does not end or a model was not saved."""
        self.preferences.geometry = self.saveGeometry()
        self._unsaved_message = ""
        self.hide()
        if not (self.session.close() and self.teacher.close() and self._finish_tabs()):
            self._stay_open(event, "A file is still being read or written. Close the window again in a moment.")
        elif self._unsaved_message:
            advice = "Save it elsewhere, or close the window again to discard it."
            self._stay_open(event, f"{self._unsaved_message} {advice}")
        else:
            event.accept()

    def _finish_tabs(self) -> bool:
        """Stop the background work of all tabs and wait for it; False if one does not end in time."""
        # A list, not a generator: `all` must not skip a call after the first False.
        finished = [self.training_actions.finish(), *(self.tab(row.tab).finish() for row in TABS)]
        return all(finished)

    def _stay_open(self, event: QCloseEvent, sentence: str) -> None:
        event.ignore()
        self.show()
        self.messages.show_error(sentence)

    @Slot(str)
    def _remember_unsaved(self, sentence: str) -> None:
        self._unsaved_message = sentence
        self.messages.show_error(sentence)
