"""The window: composes the tabs and connects them with the session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMessageBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.draw.draw_tab import DrawTab
from app.icons import icon
from app.message_bar import MessageBar
from app.model_card import ModelCardDialog
from app.session import Session
from app.settings import Settings, models_folder
from app.theme import GAP, ThemeChoice, apply_theme
from app.train.train_tab import TrainTab
from app.training_thread import StepsDone
from nncore import __version__
from nncore.model_file import Model, is_model_file
from nncore.training import Diverged, EpochDone, Finished, Started

MODEL_FILES = "Digit Lab models (*.npz)"
DATA_FILES = "Images with labels (*.npz *.csv *.gz *ubyte *.idx *.idx3 *.idx1);;All files (*)"


class MainWindow(QMainWindow):
    """Train and Draw, a menu at the right, and a line for messages."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self.settings = session, settings
        session.setParent(self)
        self.setWindowTitle("Digit Lab")
        self.setAcceptDrops(True)
        self.train_tab, self.draw_tab = TrainTab(), DrawTab()
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.addTab(self.train_tab, "Train")
        self.tabs.addTab(self.draw_tab, "Draw")
        self.messages = MessageBar()
        self.tabs.setCornerWidget(self._corner(), Qt.Corner.TopRightCorner)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self.tabs)
        self.setCentralWidget(page)
        self._connect()
        self._restore()

    # --------------------------------------------------------------- connect

    def _connect(self) -> None:
        session, train_tab = self.session, self.train_tab
        train_tab.train_requested.connect(self._train)
        train_tab.step_requested.connect(self._step)
        train_tab.pause_requested.connect(session.pause)
        train_tab.resume_requested.connect(session.resume)
        train_tab.stop_requested.connect(session.stop)
        train_tab.learning_rate_changed.connect(session.set_learning_rate)
        session.run_happened.connect(self._show_event)
        session.run_failed.connect(train_tab.run_failed)
        session.paused_changed.connect(train_tab.run_paused)
        session.model_changed.connect(self._show_model)
        session.informed.connect(self.messages.inform)
        session.refused.connect(self.messages.complain)

    @Slot(object, object)
    def _train(self, spec: object, config: object) -> None:
        self.session.start_training(spec, config)  # type: ignore[arg-type]

    @Slot(object, object)
    def _step(self, spec: object, config: object) -> None:
        if self.session.running:
            self.session.step()
        else:
            self.session.start_training(spec, config, paused=True)  # type: ignore[arg-type]

    @Slot(object)
    def _show_event(self, event: object) -> None:
        tab = self.train_tab
        match event:
            case StepsDone():
                tab.steps_done(event)
            case Started():
                tab.run_started(event)
            case EpochDone():
                tab.epoch_done(event)
            case Diverged():
                tab.run_diverged(event)
            case Finished():
                tab.run_finished(event)

    @Slot(object)
    def _show_model(self, model: Model) -> None:
        self.draw_tab.set_network(model.network())
        card = model.card
        accuracy = "" if card.test_accuracy is None else f"  {card.test_accuracy:.1%}"
        if self.session.running and not accuracy:
            accuracy = f", epoch {card.epochs}"
        self.model_button.setText(f"model: {card.name}{accuracy}")
        self._revert.setEnabled(not self.session.model_is_saved)

    # ------------------------------------------------------------------ menu

    def _corner(self) -> QWidget:
        self.model_button = QToolButton(autoRaise=True, text="model: none yet")
        self.model_button.setToolTip("What this model is, where it comes from, how good it is")
        self.model_button.setAccessibleName("Model card")
        self.model_button.clicked.connect(self.show_model_card)
        self.menu_button = QToolButton(autoRaise=True, popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setIcon(icon("menu", self.menu_button))
        self.menu_button.setToolTip("Menu (F10)")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setMenu(self._menu())
        QShortcut(QKeySequence("F10"), self, activated=self.menu_button.showMenu)
        corner = QWidget()
        layout = QHBoxLayout(corner)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.addWidget(self.model_button)
        layout.addWidget(self.menu_button)
        return corner

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        self._add(menu, "&Open model…", QKeySequence.StandardKey.Open, self._choose_model)
        self._add(menu, "&Save model", QKeySequence.StandardKey.Save, self.save_model)
        self._add(menu, "Save model &as…", QKeySequence("Ctrl+Shift+S"), self._choose_where_to_save)
        self._revert = self._add(menu, "&Revert model", None, self.session.revert_model)
        self._revert.setToolTip("Back to the model last opened or saved")
        self._revert.setEnabled(False)
        self._add(menu, "Use the model in the &box", None, self.session.open_bundled_model)
        self._add(menu, "&Model card", None, self.show_model_card)
        menu.addSeparator()
        self._add(menu, "Open &data set…", None, self._choose_data)
        self._add(menu, "Use the &MNIST in the box", None, self.session.load_bundled_data)
        menu.addSeparator()
        menu.addMenu(self._theme_menu())
        self._add(menu, "&Full screen", QKeySequence("F11"), self._toggle_full_screen)
        menu.addSeparator()
        self._add(menu, "About Digit &Lab", None, self._about)
        self._add(menu, "&Quit", QKeySequence.StandardKey.Quit, self.close)
        for number in range(self.tabs.count()):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, activated=lambda n=number: self.tabs.setCurrentIndex(n))
        return menu

    def _add(
        self, menu: QMenu, text: str, key: QKeySequence | QKeySequence.StandardKey | None, act: Callable[[], object]
    ) -> QAction:
        action = QAction(text, self)
        if key is not None:
            action.setShortcut(key)
        action.triggered.connect(lambda: act())
        menu.addAction(action)
        self.addAction(action)
        return action

    def _theme_menu(self) -> QMenu:
        menu, group = QMenu("&Theme", self), QActionGroup(self)
        for choice, text in (
            (ThemeChoice.SYSTEM, "As the &system"),
            (ThemeChoice.LIGHT, "&Light"),
            (ThemeChoice.DARK, "&Dark"),
        ):
            action = self._add(menu, text, None, lambda choice=choice: self.set_theme(choice))
            action.setCheckable(True)
            action.setChecked(choice is self.settings.theme)
            group.addAction(action)
        return menu

    # --------------------------------------------------------------- actions

    def set_theme(self, choice: ThemeChoice) -> None:
        """Dress the window as `choice` says, now and from the next start on."""
        self.settings.theme = choice
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, choice)

    @Slot()
    def show_model_card(self) -> None:
        """Open the card of the model in use."""
        if self.session.model is not None:
            ModelCardDialog(self.session.model, self).open()

    def save_model(self) -> None:
        """Save the model in use over its own file; one that has none asks where."""
        if self.session.model_path is not None and self.session.model_is_saved:
            self.session.save_model(self.session.model_path)
        else:
            self._choose_where_to_save()

    def _choose_model(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a model", str(models_folder()), MODEL_FILES)
        if path:
            self.session.open_model(Path(path))

    def _choose_where_to_save(self) -> None:
        if self.session.model is None:
            return
        models_folder().mkdir(parents=True, exist_ok=True)
        proposed = models_folder() / f"{self.session.model.card.name}.npz"
        path, _ = QFileDialog.getSaveFileName(self, "Save the model", str(proposed), MODEL_FILES)
        if path:
            self.session.save_model(Path(path).with_suffix(".npz"))

    def _choose_data(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open images with labels", str(Path.home()), DATA_FILES)
        if path:
            self.session.open_data(Path(path))

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _about(self) -> None:
        QMessageBox.about(
            self,
            "About Digit Lab",
            f"<h3>Digit Lab {__version__}</h3><p>See a neural network learn to read handwriting.</p>"
            "<p>The data in the box is MNIST by Y. LeCun, C. Cortes and C. J. C. Burges (CC BY-SA 3.0).</p>",
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls() and all(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open each file: a model as the model, anything else as data."""
        for url in event.mimeData().urls():
            path = Path(url.toLocalFile())
            if is_model_file(path):
                self.session.open_model(path)
            else:
                self.session.open_data(path)
        event.acceptProposedAction()

    # ------------------------------------------------------- open and close

    def _restore(self) -> None:
        self.resize(1200, 690)
        geometry = self.settings.geometry
        if geometry is not None:
            self.restoreGeometry(geometry)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the run and wait for every thread; a thread that does not end keeps the window open."""
        if not self.session.close():
            self.messages.complain("Something is still being read or written; close the window again in a moment.")
            event.ignore()
            return
        self.settings.geometry = self.saveGeometry()
        event.accept()
