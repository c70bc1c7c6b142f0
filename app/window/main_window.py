"""The main window: creates the tabs and connects them with the session."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.rescued_offer import RescuedOffer
from app.dialogs.unsaved_models import UnsavedModels
from app.session.fine_tuning import Adaptation
from app.session.handwriting_teacher import HandwritingTeacher
from app.session.session import Session
from app.storage.paths import ink_folder, run_log_path
from app.storage.run_store import RunStore
from app.style.icons import set_icon
from app.style.theme import GAP, ThemeChoice, apply_theme
from app.tabs.runs.run_offer import RunOffer
from app.window.file_actions import FileActions
from app.window.main_menu import MainMenu
from app.window.message_bar import MessageBar
from app.window.preferences import WindowPreferences
from app.window.recent_files import RecentFilesMenu
from app.window.tab_pages import AnyTab, TabPages, TabRow
from app.window.training_actions import TrainingActions
from app.window.window_place import keep_place, restore_place
from nncore import __version__
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.files.model_file import Model
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink
from nncore.reporting.number_text import percent_text

if TYPE_CHECKING:  # a tab is imported when it is built
    from app.tabs.data.data_tab import DataTab
    from app.tabs.draw.draw_tab import DrawTab
    from app.tabs.evaluate.evaluate_tab import EvaluateTab
    from app.tabs.my_hand.my_hand_tab import MyHandTab
    from app.tabs.runs.runs_tab import RunsTab
    from app.tabs.train.train_tab import TrainTab
    from app.widgets.explanation import Explanation

NAME_WIDTH = 260
"""Maximum width of the model's name in the corner, in pixels. A longer name is elided in the middle."""

END_RETRY_MILLISECONDS = 500
"""Time after which a window that could not be closed at the end of the user's session tries again."""


class MainWindow(QMainWindow):
    """The tabs, a menu at the right, and a message bar.

    The session and this window hold the state. A tab is built when it is needed first, or when the program is idle, and
    takes the state then.
    """

    painted = Signal()
    """The window is painted for the first time."""
    reading_network_changed = Signal(Network, str)
    """The network that reads drawings from now on, and the name of its model."""

    def __init__(self, session: Session, preferences: WindowPreferences) -> None:
        super().__init__()
        self.session, self.preferences = session, preferences
        session.setParent(self)
        self.teacher = HandwritingTeacher(self)
        self.setWindowTitle("Digit Lab")
        self.setAcceptDrops(True)
        self._reading_network: Network | None = None
        self._is_painted = False
        self.messages = MessageBar()
        self.run_offer = RunOffer(RunStore(run_log_path(), self.messages.show_error))
        self.tabs = TabPages(TABS, self)
        self.training_actions = TrainingActions(session, self.train_tab, self)
        self.menu, self.files = MainMenu(self), FileActions(session, self)
        self.recent_files = RecentFilesMenu(preferences, self.menu)
        self.unsaved_models = UnsavedModels(session, self.files.ask_where_to_save, self)
        self.rescued_offer = RescuedOffer()
        self._is_ending = False
        self.tabs.setCornerWidget(self._corner(), Qt.Corner.TopRightCorner)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self.rescued_offer)
        layout.addWidget(self.run_offer)
        layout.addWidget(self.tabs)
        self.setCentralWidget(page)
        self._fill_menu()
        self._connect()
        restore_place(self, preferences)
        self.run_offer.check_log()

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

    # --------------------------------------------------------------- connect

    def _connect(self) -> None:
        session = self.session
        session.model_changed.connect(self._show_model)
        session.status_message.connect(self.messages.show_message)
        session.error_message.connect(self.messages.show_error)
        session.model_not_saved.connect(self.messages.show_error)
        self.unsaved_models.settled.connect(self.close, Qt.ConnectionType.QueuedConnection)
        session.run_starting.connect(self.run_offer.withdraw)
        self.teacher.adapted.connect(self._show_adaptation)
        self.menu.theme_chosen.connect(self.set_theme)
        self.tabs.currentChanged.connect(self._focus_tab)
        self.files.data_chosen.connect(self._open_data)
        self.recent_files.chosen.connect(self._open_recent)
        self.recent_files.missing.connect(self.messages.show_error)
        self.training_actions.error_message.connect(self.messages.show_error)
        self.training_actions.tab_requested.connect(self.tabs.setCurrentWidget)
        self.run_offer.continue_requested.connect(self.training_actions.continue_run)
        self.run_offer.error_message.connect(self.messages.show_error)
        self.painted.connect(self.rescued_offer.look)
        self.rescued_offer.chosen.connect(session.open_model)
        self.rescued_offer.error_message.connect(self.messages.show_error)

    def connect_train_tab(self, tab: TrainTab) -> None:
        """Connect the new Train tab; `TrainingActions` connects its requests."""
        self.session.data_changed.connect(tab.settings.set_data)

    def connect_draw_tab(self, tab: DrawTab) -> None:
        """Connect the new Draw tab, and load the user's handwriting, whose state this tab shows."""
        session, teacher = self.session, self.teacher
        session.snapshots_created.connect(self._show_snapshots)
        session.model_changed.connect(self._update_epoch_row)
        self.reading_network_changed.connect(tab.set_network)
        tab.set_snapshots(session.snapshots, session.planned_epochs, session.model_is_of_last_run)
        tab.set_network(self._reading_network)
        tab.pictures.opened.connect(self.preferences.add_recent_file)
        tab.status_message.connect(self.messages.show_message)
        tab.error_message.connect(self.messages.show_error)
        tab.keep_drawing(ink_folder())
        tab.connect_teacher(teacher)
        teacher.load()
        if session.network is not None:
            teacher.set_base(session.network, learn=not session.model_follows_run)
        tab.canvas.drawing_changed.connect(teacher.load_replay_data, Qt.ConnectionType.SingleShotConnection)

    def connect_my_hand_tab(self, tab: MyHandTab) -> None:
        """Connect the new My hand tab."""
        _ = self.draw_tab  # building it loads the drawings that this tab adds to
        tab.teach_requested.connect(self.teacher.teach)
        tab.show_requested.connect(self._show_ink)
        self.reading_network_changed.connect(tab.set_network)
        if self._reading_network is not None:
            tab.set_network(self._reading_network, self._model_name)

    def connect_evaluate_tab(self, tab: EvaluateTab) -> None:
        """Connect the new Evaluate tab."""
        tab.image_chosen.connect(self._show_image)
        tab.image_explained.connect(self._update_explanation)
        self.session.data_changed.connect(tab.set_data)
        self.session.model_changed.connect(self._evaluate_model)
        if self.session.data is not None:
            tab.set_data(self.session.data)
        if self.session.model is not None:
            self._evaluate_model(self.session.model)

    def connect_data_tab(self, tab: DataTab) -> None:
        """Connect the new Data tab."""
        tab.data_chosen.connect(self.session.use_data)
        tab.path_opened.connect(self.preferences.add_recent_file)
        tab.share_chosen.connect(self.training_actions.hold_out)
        self.session.data_changed.connect(tab.set_data)
        if self.session.data is not None:
            tab.set_data(self.session.data)

    def connect_runs_tab(self, tab: RunsTab) -> None:
        """Connect the new Runs tab."""
        tab.status_message.connect(self.messages.show_message)
        tab.error_message.connect(self.messages.show_error)
        self.training_actions.connect_runs_tab(tab)

    @Slot(object)
    def _show_model(self, model: Model) -> None:
        self._read_with(self.session.network)
        self.teacher.set_base(self.session.network, learn=not self.session.model_follows_run)
        if self.session.model_path is not None:
            self.preferences.add_recent_file(self.session.model_path)
        card = model.card
        accuracy = (
            f", epoch {card.epochs}" if card.test_accuracy is None else f"  {percent_text(card.test_accuracy, 1)}"
        )
        name = self.model_button.fontMetrics().elidedText(card.name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        self.model_button.setText(f"model: {name}{accuracy}".replace("&", "&&"))
        self.revert_action.setEnabled(not self.session.model_is_saved)

    @Slot(object, int)
    def _show_snapshots(self, snapshots: EpochSnapshots, epochs: int) -> None:
        self.draw_tab.set_snapshots(snapshots, epochs, self.session.model_is_of_last_run)

    @Slot()
    def _update_epoch_row(self) -> None:
        self.draw_tab.epoch_row.set_has_model(self.session.model_is_of_last_run)

    def _read_with(self, network: Network | None) -> None:
        """Let the Draw tab and the My hand tab read with `network`, also if they are built later."""
        self._reading_network = network
        self.reading_network_changed.emit(network, self._model_name)

    @property
    def _model_name(self) -> str:
        return self.session.model.card.name if self.session.model else ""

    @Slot(object)
    def _show_adaptation(self, adaptation: Adaptation) -> None:
        """Read with the network that has learned the user's handwriting; the model to save stays unchanged."""
        self._read_with(adaptation.network)

    @Slot(object)
    def _evaluate_model(self, model: Model) -> None:
        self.evaluate_tab.set_model(self.session.network, model.card.name)

    @Slot(object)
    def _show_ink(self, ink: Ink) -> None:
        self.draw_tab.show_ink(ink)
        self.tabs.setCurrentWidget(self.draw_tab)

    @Slot(object)
    def _show_image(self, explanation: Explanation) -> None:
        self.draw_tab.show_image(explanation)
        self.tabs.setCurrentWidget(self.draw_tab)

    @Slot(object)
    def _update_explanation(self, explanation: Explanation | None) -> None:
        self.draw_tab.explain(explanation)

    @Slot(object)
    def _open_data(self, path: Path) -> None:
        """Read a data set in the Data tab, which shows the progress."""
        self.tabs.setCurrentWidget(self.data_tab)
        self.data_tab.open_path(path)

    @Slot(int)
    def _focus_tab(self, number: int) -> None:
        """Give the selected tab the focus, so that its keys work, such as the space bar in Train and Ctrl+Z in Draw."""
        tab = self.tabs.build(number)
        if self.focusWidget() is not self.tabs.tabBar():
            tab.focus()

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
        menu.addMenu(self.recent_files)
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
        from app.dialogs.model_card import ModelCardDialog

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Start the work that waits for the first paint."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted.emit()
        self.tabs.build_when_idle()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and pictures."""
        data = event.mimeData()
        if _is_picture(data) or (data.hasUrls() and all(url.isLocalFile() for url in data.urls())):
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

    @Slot(object)
    def _open_recent(self, path: Path) -> None:
        self.open_paths([path])

    def _open(self, data: QMimeData) -> None:
        if _is_picture(data):
            self.draw_tab.pictures.read(data)
            self.tabs.setCurrentWidget(self.draw_tab)
        else:
            for url in data.urls():
                self.files.open_dropped(Path(url.toLocalFile()))

    # ------------------------------------------------------- open and close

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the run and wait for all threads; stay open if a thread does not end, or ask about unsaved models.

        If the program is ended by `end`, models that could not be saved are kept in another place instead.
        """
        keep_place(self, self.preferences)
        self.tabs.stop_building()
        self.hide()
        if not (self.session.close() and self.teacher.close() and self._finish_tabs()):
            self._stay_open(event, "A file is still being read or written. Close the window again in a moment.")
        elif self._is_ending:
            self.unsaved_models.rescue()
            event.accept()
        elif self.session.unsaved_models:
            self._stay_open(event, self.session.unsaved_models[0][1])
            self.unsaved_models.ask()
        else:
            event.accept()

    @Slot()
    def end(self) -> None:
        """Close without a question, as at the end of the user's session; try again until all threads have ended."""
        self._is_ending = True
        if not self.close():
            QTimer.singleShot(END_RETRY_MILLISECONDS, self, self.end)

    def _finish_tabs(self) -> bool:
        """Stop the background work of all tabs and wait for it; False if one does not end in time."""
        # A list, not a generator: `all` must not skip a call after the first False.
        finished = [
            self.rescued_offer.finish(),
            self.training_actions.finish(),
            *(tab.finish() for tab in self.tabs.built()),
        ]
        return all(finished)

    def _stay_open(self, event: QCloseEvent, sentence: str) -> None:
        event.ignore()
        self.show()
        self.messages.show_error(sentence)


def _is_picture(data: QMimeData) -> bool:
    from app.tabs.draw.picture_source import PictureSource  # it imports Pillow

    return PictureSource.accepts(data)


TABS = (
    TabRow(
        "Train",
        "app.tabs.train.train_tab",
        "TrainTab",
        MainWindow.connect_train_tab,
        "Train a network and watch it learn (Ctrl+1)",
    ),
    TabRow(
        "Draw",
        "app.tabs.draw.draw_tab",
        "DrawTab",
        MainWindow.connect_draw_tab,
        "Draw a digit and see what the network reads (Ctrl+2)",
    ),
    TabRow(
        "My hand",
        "app.tabs.my_hand.my_hand_tab",
        "MyHandTab",
        MainWindow.connect_my_hand_tab,
        "Test how well the network reads your handwriting (Ctrl+3)",
    ),
    TabRow(
        "Evaluate",
        "app.tabs.evaluate.evaluate_tab",
        "EvaluateTab",
        MainWindow.connect_evaluate_tab,
        "Measure a network on labelled digits, and look at its mistakes (Ctrl+4)",
    ),
    TabRow(
        "Data",
        "app.tabs.data.data_tab",
        "DataTab",
        MainWindow.connect_data_tab,
        "Look at the data set, or open another one (Ctrl+5)",
    ),
    TabRow(
        "Runs",
        "app.tabs.runs.runs_tab",
        "RunsTab",
        MainWindow.connect_runs_tab,
        "List, compare, repeat and export training runs (Ctrl+6)",
    ),
)
"""The tabs from left to right. The window calls `focus` and `finish` of each; Ctrl+1 chooses the first one."""
