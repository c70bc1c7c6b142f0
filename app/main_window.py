"""The window: composes the tabs and connects them with the session."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.adaptation import Adaptation
from app.chores import Chores
from app.data.data_tab import DataTab
from app.draw.draw_tab import DrawTab
from app.draw.picture_source import PictureSource
from app.evaluate.evaluate_tab import EvaluateTab
from app.file_actions import FileActions
from app.hand.hand_tab import HandTab
from app.icons import set_icon
from app.learn.recipe_page import RecipePage
from app.main_menu import MainMenu
from app.message_bar import MessageBar
from app.model_card import ModelCardDialog
from app.own_hand import OwnHand
from app.parts.why import Why
from app.places import run_log_path
from app.rate_search import RateSearch
from app.run_events import EarlierPart, StepsDone
from app.run_plan import RunPlan
from app.run_state import RunState
from app.runs.run_offer import RunOffer
from app.runs.runs_tab import RunsTab
from app.session import CLOSE_TIMEOUT, Session
from app.settings import Settings
from app.sweep.sweep_dialog import SweepDialog
from app.theme import GAP, ThemeChoice, apply_theme
from app.train.ghosts import ghosts_of
from app.train.train_tab import TrainTab
from nncore import __version__
from nncore.dataset import Splits
from nncore.errors import SettingError
from nncore.events import Diverged, Finished, Started
from nncore.functions import CurvePoints, read_points
from nncore.ink import Ink
from nncore.model_file import Model
from nncore.network import Network, NetworkSpec
from nncore.recipes import RECIPES, Recipe
from nncore.run_log import LoggedRun, RunSettings
from nncore.training import TrainingConfig

NAME_WIDTH = 260
"""Pixels of a model's name in the corner; a longer one is cut in the middle, the card has it whole."""

TITLE_BAR = 40
"""Pixels that the frame of a window takes at most; how many is only known once it is shown."""


class MainWindow(QMainWindow):
    """The tabs, a menu at the right, and a line for messages."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self.settings = session, settings
        self._forked: LoggedRun | None = None
        self._sweep: SweepDialog | None = None
        session.setParent(self)
        self.hand, self.rates, self.reading = OwnHand(self), RateSearch(self), Chores(self)
        self.setWindowTitle("Digit Lab")
        self.setAcceptDrops(True)
        self.train_tab, self.draw_tab, self.hand_tab = TrainTab(), DrawTab(), HandTab()
        self.evaluate_tab, self.data_tab, self.runs_tab = EvaluateTab(), DataTab(), RunsTab()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.train_tab, "Train")
        self.tabs.addTab(self.draw_tab, "Draw")
        self.tabs.addTab(self.hand_tab, "My hand")
        self.tabs.addTab(self.evaluate_tab, "Evaluate")
        self.tabs.addTab(self.data_tab, "Data")
        self.tabs.addTab(self.runs_tab, "Runs")
        self._first_focus: dict[QWidget | None, QWidget] = {
            self.train_tab: self.train_tab.buttons.train_button,
            self.draw_tab: self.draw_tab.canvas,
            self.evaluate_tab: self.evaluate_tab.mistakes.matrix,
            self.runs_tab: self.runs_tab.search,
        }
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
        self._unkept = ""
        self._restore()
        self.run_offer.look()

    # --------------------------------------------------------------- connect

    def _connect(self) -> None:
        session, train_tab = self.session, self.train_tab
        train_tab.train_requested.connect(self._train)
        train_tab.step_requested.connect(self._step)
        train_tab.train_on_requested.connect(session.train_on)
        session.ended_run_changed.connect(train_tab.set_ended_run)
        train_tab.pause_requested.connect(session.pause)
        train_tab.resume_requested.connect(session.resume)
        train_tab.stop_requested.connect(session.stop)
        train_tab.page_requested.connect(self._show_recipe_page)
        train_tab.curves.painting.connect(session.right_of_way.take)  # until what is painted is on the screen
        session.run_begins.connect(self._show_run_points)
        train_tab.find_rate_requested.connect(self._find_rate)
        learning, rates = train_tab.settings.learning, self.rates
        learning.find_cancelled.connect(rates.cancel)
        session.run_begins.connect(rates.cancel)
        rates.searching_changed.connect(learning.set_finding)
        rates.found.connect(learning.show_found)
        rates.failed.connect(learning.refuse_finding)
        train_tab.settings.curve.path_chosen.connect(self._read_points)
        session.run_fitted.connect(train_tab.fit.show_fit)
        train_tab.learning_rate_changed.connect(session.set_learning_rate)
        session.run_happened.connect(self._show_event)
        session.run_failed.connect(train_tab.run_failed)
        session.run_state_changed.connect(train_tab.set_run_state)
        session.run_remembers.connect(self.draw_tab.set_rewind)
        session.model_changed.connect(self._show_model)
        session.data_changed.connect(self._show_data)
        session.informed.connect(self.messages.inform)
        session.refused.connect(self.messages.complain)
        session.not_kept.connect(self._remember_unkept)
        self.menu.theme_chosen.connect(self.set_theme)
        self.tabs.currentChanged.connect(self._focus_tab)
        self._connect_hand()
        self._connect_runs()

    def _connect_hand(self) -> None:
        """What the window learns of the user's own hand, and what it shows of it."""
        self.draw_tab.follow(self.hand)
        self.hand.adapted.connect(self._show_adaptation)
        self.hand_tab.teach_requested.connect(self.hand.teach)
        self.hand_tab.show_requested.connect(self._show_ink)
        self.hand.load()
        self.draw_tab.canvas.drawing_changed.connect(self.hand.prepare, Qt.ConnectionType.SingleShotConnection)

    def _connect_runs(self) -> None:
        self.evaluate_tab.image_chosen.connect(self._show_image)
        self.evaluate_tab.image_explained.connect(self.draw_tab.explain)
        self.data_tab.data_chosen.connect(self.session.use_data)
        self.data_tab.share_chosen.connect(self._hold_out)
        runs = self.runs_tab
        runs.informed.connect(self.messages.inform)
        runs.refused.connect(self.messages.complain)
        runs.ghosts_chosen.connect(self._show_ghosts)
        runs.rerun_requested.connect(self._rerun)
        runs.sweep_requested.connect(self.open_sweep)
        runs.fork_requested.connect(self._fork)
        self.train_tab.settings.recipes.chosen.connect(self._forget_fork)
        runs.go_on_requested.connect(self._go_on)
        runs.train_on_requested.connect(self._take_up)
        self.run_offer.go_on_requested.connect(self._go_on)
        self.run_offer.refused.connect(self.messages.complain)
        self.session.run_begins.connect(self.run_offer.withdraw)

    @Slot(float)
    def _hold_out(self, share: float) -> None:
        """Hold out this share of the training images from the next run on, whatever its recipe says."""
        self._forked = None
        self.train_tab.settings.hold_out(share)

    @Slot()
    def open_sweep(self) -> None:
        """Ask for values of some settings, and train a network for each combination, while the window stays in use."""
        if self._sweep is not None:
            self._sweep.raise_()
            self._sweep.activateWindow()
            return
        settings = self.train_tab.settings
        try:
            spec, config, points = settings.spec(), settings.config(), settings.points()
        except SettingError as problem:
            self.messages.complain(str(problem))
            return
        name, share = self._recipe_and_share()
        base = RunSettings("sweep", spec, config, "", recipe=name, validation_share=share)
        data = self.session.data if points is None else points.splits()
        self._sweep = SweepDialog.of(base, data, run_log_path(), self)
        if points is None:
            self.session.data_changed.connect(self._sweep.set_data)
        self._sweep.run_logged.connect(self.runs_tab.refresh)
        self._sweep.destroyed.connect(self._forget_sweep)
        self._sweep.show()

    @Slot()
    def _forget_sweep(self) -> None:
        self._sweep = None

    def _recipe_and_share(self) -> tuple[str, float]:
        """The recipe chosen last, and the share of images to hold out: the one chosen, or else the recipe's."""
        settings = self.train_tab.settings
        return settings.recipe.name, settings.validation_share

    @Slot(list)
    def _show_ghosts(self, numbers: list[int]) -> None:
        self.train_tab.curves.set_ghosts(ghosts_of(self.runs_tab.store.reported(numbers)))
        if numbers:
            self.tabs.setCurrentWidget(self.train_tab)

    @Slot(object)
    def _rerun(self, run: LoggedRun) -> None:
        settings = run.settings
        points = self._points_of(run)
        if points is None:
            return
        self._start_run(
            partial(
                self.session.start_training, settings.spec, settings.config, recipe=settings.recipe, parent=run.id,
                validation_share=settings.validation_share, rates=settings.rates, points=points[0],
            )
        )  # fmt: skip
        self._say_if_data_differs(run)

    def _say_if_data_differs(self, run: LoggedRun) -> None:
        """Say so if the run learnt from other images than there are now; a curve comes back with its run."""
        data, recipe = self.session.data, RECIPES.get(run.settings.recipe)
        learnt_from, fits = run.settings.data, recipe is not None and recipe.fits_a_curve
        if fits or data is None or learnt_from in ("", data.training.source):
            return
        self.messages.complain(f"That run learnt from {learnt_from}, this one learns from {data.training.source}.")

    @Slot(object, object)
    def _go_on(self, run: LoggedRun, checkpoint: Path) -> None:
        self._start_run(partial(self.session.go_on_with, run, checkpoint))

    @Slot(object, object)
    def _take_up(self, run: LoggedRun, checkpoint: Path) -> None:
        """Show the settings of a run that ended, and offer to train it on."""
        points = self._points_of(run)
        if points is not None:

            def take_up() -> None:
                self._show_settings_of(run.settings)
                self.session.take_up(run, checkpoint, *points)

            self._start_run(take_up)

    def _points_of(self, run: LoggedRun) -> tuple[CurvePoints | None] | None:
        """The curve that a run in the log fits, or (None,) if it learns digits; None, which is said, if it is gone."""
        try:
            return (self.train_tab.settings.points_of(run.settings),)
        except SettingError as problem:
            self.messages.complain(str(problem))
            return None

    def _show_settings_of(self, settings: RunSettings) -> None:
        self.train_tab.set_settings(settings.spec, settings.config, settings)

    @Slot(object)
    def _fork(self, run: LoggedRun) -> None:
        """Show the run's settings, for runs of the same recipe and share, until a recipe or share is chosen."""
        if self._points_of(run) is None:
            return
        self._forked = run
        self._show_settings_of(run.settings)
        self.tabs.setCurrentWidget(self.train_tab)
        self._say_if_data_differs(run)

    @Slot()
    def _forget_fork(self) -> None:
        self._forked = None

    def _start_run(self, start: Callable[[], None]) -> None:
        if self.session.run_state is RunState.IDLE:
            start()
            self.tabs.setCurrentWidget(self.train_tab)
        else:
            self.messages.complain("A run is going on: stop it first, or wait for its end.")

    @Slot(object, object)
    def _train(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        self._start_recipe(spec, config, paused=False)

    @Slot(object, object)
    def _step(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        if self.session.run_state is not RunState.IDLE:
            self.session.step()
        else:
            self._start_recipe(spec, config, paused=True)

    def _start_recipe(self, spec: NetworkSpec, config: TrainingConfig, paused: bool) -> None:
        """Begin a run on the examples of the recipe chosen last, whatever of its settings was changed."""
        name, share = self._recipe_and_share()
        parent, points = self._forked.id if self._forked else None, self.train_tab.settings.points()
        self.session.start_training(
            spec, config, paused=paused, recipe=name, parent=parent, validation_share=share, points=points
        )

    @Slot(object, object)
    def _find_rate(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        if self.session.data is not None:
            name, share = self._recipe_and_share()
            plan = RunPlan(spec, config, share, name, points=self.train_tab.settings.points())
            self.rates.begin(plan, self.session.data)

    @Slot(object)
    def _read_points(self, path: Path) -> None:
        """Read the points of a curve, which may be many, on a thread."""
        curve = self.train_tab.settings.curve
        self.reading.add("points", partial(read_points, path), curve.show_file, curve.refuse_file, latest_only=True)

    @Slot(str)
    def _show_recipe_page(self, name: str) -> None:
        """The page of a recipe, in a window of its own that can stay open."""
        page = RecipePage(RECIPES.values())
        page.show_recipe(name)
        page.wanted.connect(self._use_recipe)
        dialog = QDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Recipes")
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)
        page.wanted.connect(dialog.close)
        dialog.resize(900, 600)
        dialog.show()

    @Slot(object)
    def _use_recipe(self, recipe: Recipe) -> None:
        self._forget_fork()
        self.train_tab.settings.choose_recipe(recipe.name)
        self.tabs.setCurrentWidget(self.train_tab)

    @Slot(object)
    def _show_run_points(self, plan: RunPlan) -> None:
        self.train_tab.show_points(plan.curve)

    @Slot(object)
    def _show_event(self, event: object) -> None:
        tab = self.train_tab
        match event:
            case StepsDone():
                tab.steps_done(event)
            case Started():
                tab.run_started(event)
            case EarlierPart():
                tab.show_earlier(event)
            case Diverged():
                tab.run_diverged(event)
            case Finished():
                tab.run_finished(event)

    @Slot(object)
    def _show_model(self, model: Model) -> None:
        self._read_with(self.session.network)
        self.hand.set_base(self.session.network, learn=not self.session.follows_run)
        self.draw_tab.rewind.refresh()
        card = model.card
        self.evaluate_tab.set_model(self.session.network, card.name)
        accuracy = f", epoch {card.epochs}" if card.test_accuracy is None else f"  {card.test_accuracy:.1%}"
        name = self.model_button.fontMetrics().elidedText(card.name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        self.model_button.setText(f"model: {name}{accuracy}".replace("&", "&&"))
        self.revert_action.setEnabled(not self.session.model_is_saved)

    def _read_with(self, network: Network | None) -> None:
        self.draw_tab.set_network(network)
        self.hand_tab.set_network(network, self.session.model.card.name if self.session.model else "")

    @Slot(object)
    def _show_adaptation(self, adaptation: Adaptation) -> None:
        """Read with what has learnt the user's hand; the model itself, which can be saved, stays as it is."""
        self._read_with(adaptation.network)

    @Slot(object)
    def _show_ink(self, ink: Ink) -> None:
        self.draw_tab.show_ink(ink)
        self.tabs.setCurrentWidget(self.draw_tab)

    @Slot(object)
    def _show_image(self, why: Why) -> None:
        self.draw_tab.show_image(why)
        self.tabs.setCurrentWidget(self.draw_tab)

    @Slot(object)
    def _show_data(self, data: Splits) -> None:
        self.evaluate_tab.set_data(data)
        self.data_tab.set_data(data)
        self.train_tab.settings.set_data(data)

    @Slot(int)
    def _focus_tab(self, number: int) -> None:
        """Let the keys work in the tab just chosen, the space bar in Train, Delete and Ctrl+Z in Draw."""
        if self.focusWidget() is not self.tabs.tabBar():
            page = self.tabs.widget(number)
            if page is self.hand_tab:
                self.hand_tab.focus()
            elif page in self._first_focus:
                self._first_focus[page].setFocus()

    # ------------------------------------------------------------------ menu

    def _corner(self) -> QWidget:
        self.model_button, self.menu_button = QToolButton(), QToolButton()
        self.model_button.setText("model: none yet")
        self.model_button.setAutoRaise(True)
        self.model_button.setToolTip("What this model is, where it comes from, how good it is")
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
        menu.add("Use the model in the &box", self.session.open_bundled_model)
        menu.add("&Model card", self.show_model_card, None, "info")
        menu.addSeparator()
        menu.add("Open &data set…", files.open_data)
        menu.add("S&weep settings…", self.open_sweep)
        menu.add("Use the M&NIST in the box", self.session.load_bundled_data)
        menu.addSeparator()
        menu.add_themes(self.settings.theme)
        menu.add("&Full screen", self._toggle_full_screen, QKeySequence("F11"))
        menu.addSeparator()
        menu.add("About Digit &Lab", self._about)
        menu.add("&Quit", self.close, QKeySequence.StandardKey.Quit)
        for number in range(self.tabs.count()):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, partial(self.tabs.setCurrentIndex, number))

    # --------------------------------------------------------------- actions

    @Slot(ThemeChoice)
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

    @Slot()
    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def _about(self) -> None:
        QMessageBox.about(
            self,
            "About Digit Lab",
            f"<h3>Digit Lab {__version__}</h3><p>See a neural network learn to read handwriting.</p>"
            "<p>The data in the box is MNIST by Y. LeCun, C. Cortes and C. J. C. Burges (CC BY-SA 3.0).</p>",
        )

    def event(self, event: QEvent) -> bool:
        """Paint before the training takes its next step."""
        if event.type() == QEvent.Type.UpdateRequest:
            with self.session.right_of_way.taken():
                return super().event(event)
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and pictures."""
        data = event.mimeData()
        if PictureSource.takes(data) or (data.hasUrls() and all(url.isLocalFile() for url in data.urls())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open each file; a picture goes onto the canvas."""
        data = event.mimeData()
        if PictureSource.takes(data):
            self.draw_tab.pictures.take(data)
            self.tabs.setCurrentWidget(self.draw_tab)
        else:
            for url in data.urls():
                self.files.open_dropped(Path(url.toLocalFile()))
        event.acceptProposedAction()

    # ------------------------------------------------------- open and close

    def _restore(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(min(1200, screen.width()), min(680, screen.height() - TITLE_BAR))
        geometry = self.settings.geometry
        if geometry is not None:
            self.restoreGeometry(geometry)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the run and wait for every thread, out of sight; stay open if something is still under way, or lost."""
        self.settings.geometry = self.saveGeometry()
        self._unkept = ""
        self.hide()
        if not (self.session.close() and self.hand.close() and self._tabs_finish()):
            self._stay_open(event, "Something is still being read or written; close the window again in a moment.")
        elif self._unkept:
            self._stay_open(event, f"{self._unkept} Save it elsewhere, or close the window again to let it go.")
        else:
            event.accept()

    def _tabs_finish(self) -> bool:
        """Let every tab come to an end with what its threads do; False if one does not in time."""
        if self._sweep is not None and not self._sweep.finish():
            return False
        if not (self.rates.finish() and self.reading.finish(CLOSE_TIMEOUT)):
            return False
        ended = [
            tab.finish() for tab in (self.draw_tab, self.hand_tab, self.evaluate_tab, self.data_tab, self.runs_tab)
        ]
        return all(ended)

    def _stay_open(self, event: QCloseEvent, sentence: str) -> None:
        event.ignore()
        self.show()
        self.messages.complain(sentence)

    @Slot(str)
    def _remember_unkept(self, sentence: str) -> None:
        self._unkept = sentence
        self.messages.complain(sentence)
