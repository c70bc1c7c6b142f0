"""The table of tabs, and what connects each tab with the session and with the other tabs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QObject, Qt, Slot

from app.session.handwriting_teacher import IN_TRAINING, HandwritingTeacher
from app.session.loaded_model import has_finished_epoch
from app.session.run_events import LiveNetwork, RunState
from app.session.session import Session
from app.storage.paths import ink_folder, train_settings_path
from app.window.drawing_classifier import DrawingClassifier
from app.window.preferences import WindowPreferences
from app.window.tab_pages import TabRow
from nncore.data.dataset import DIGITS
from nncore.evaluation.snapshots import Snapshots
from nncore.files.model_file import Model
from nncore.model.layers.terms import Position
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink

if TYPE_CHECKING:  # a tab is imported when it is built
    from app.storage.models.model_library import KeptModel
    from app.tabs.data.data_tab import DataTab
    from app.tabs.draw.draw_tab import DrawTab
    from app.tabs.evaluate.evaluate_tab import EvaluateTab
    from app.tabs.inside.inside_tab import InsideTab
    from app.tabs.models.models_tab import ModelsTab
    from app.tabs.my_hand.my_hand_tab import MyHandTab
    from app.tabs.runs.runs_tab import RunsTab
    from app.tabs.train.train_tab import TrainTab
    from app.widgets.explanation import Explanation
    from app.widgets.snapshot_row import SnapshotRow
    from app.window.main_window import MainWindow

PINNED = "Pinned: the Train tab shows what the network reads in this drawing while it learns."


class TabConnections(QObject):
    """Connects each new tab with the session and the window, and gives it the current state.

    It also shows what one tab sends to another. classifier: the network that reads drawings in all tabs.
    """

    def __init__(self, window: MainWindow, session: Session, teacher: HandwritingTeacher) -> None:
        """window: gives the other tabs, the message bar and the training actions when a tab needs them."""
        super().__init__(window)
        self._window = window
        self._session = session
        self._teacher = teacher
        self._preferences: WindowPreferences = window.preferences
        self.classifier = DrawingClassifier(session, teacher, self)
        session.network_in_training.connect(self._show_training)
        session.run_state_changed.connect(self._update_watching)
        session.model_changed.connect(self._update_watching)
        self.classifier.taught_changed.connect(self._update_snapshot_rows)
        self.classifier.taught_changed.connect(self._show_taught_count)

    def connect_train_tab(self, tab: TrainTab) -> None:
        """Connect the new Train tab; `TrainingActions` connects its requests."""
        self._session.data_changed.connect(tab.settings.set_data)
        tab.error_message.connect(self._window.messages.show_error)
        tab.keep_settings(train_settings_path())
        self._session.pin_drawing(self._preferences.pinned_drawing)
        self._session.pinned_drawing_changed.connect(self._keep_pinned_drawing)

    @Slot(object)
    def _keep_pinned_drawing(self, image: NDArray[np.uint8] | None) -> None:
        self._preferences.pinned_drawing = image

    @Slot(np.ndarray)
    def _pin_drawing(self, image: NDArray[np.uint8]) -> None:
        self._session.pin_drawing(image)
        self._window.messages.show_message(PINNED)

    def connect_draw_tab(self, tab: DrawTab) -> None:
        """Connect the new Draw tab, and load the user's handwriting, whose state this tab shows."""
        session, teacher = self._session, self._teacher
        session.snapshots_created.connect(self._show_snapshots)
        self._connect_snapshot_row(tab.snapshot_row)
        session.model_changed.connect(self._update_snapshot_rows)
        session.snapshots_grown.connect(self._update_snapshot_rows)
        self.classifier.renamed.connect(self._update_snapshot_rows)
        session.model_changed.connect(self._show_whether_trained)
        if session.model is not None:
            tab.set_model_has_epoch(has_finished_epoch(session.model))
        self.classifier.network_changed.connect(tab.set_network)
        self.classifier.renamed.connect(tab.rename_model)
        tab.set_snapshots(session.snapshots, session.planned_epochs, self.classifier.is_latest_snapshot)
        tab.set_network(self.classifier.network, self.classifier.name)
        self._update_snapshot_rows()
        tab.pictures.opened.connect(self._preferences.add_recent_file)
        tab.status_message.connect(self._window.messages.show_message)
        tab.error_message.connect(self._window.messages.show_error)
        tab.network_pane.toggle.setChecked(self._preferences.shows_network)
        tab.network_pane.toggle.toggled.connect(self._keep_shown_network)
        tab.network_pane.full_size_requested.connect(self.show_inside_tab)
        tab.network_pane.number_requested.connect(self.show_number)
        tab.pin_requested.connect(self._pin_drawing)
        tab.visibility_changed.connect(self._update_watching)
        tab.snapshot_row.point_chosen.connect(self._update_watching)
        tab.keep_drawing(ink_folder())
        tab.connect_teacher(teacher)
        teacher.load()
        if session.network is not None:
            teacher.set_base(session.network, learn=not session.model_follows_run)
        tab.canvas.drawing_changed.connect(self._window.messages.leave)
        tab.canvas.drawing_changed.connect(teacher.load_replay_data, Qt.ConnectionType.SingleShotConnection)
        self._connect_drawing()

    @Slot(object)
    def _show_whether_trained(self, model: Model) -> None:
        self._window.draw_tab.set_model_has_epoch(has_finished_epoch(model))

    def _connect_drawing(self) -> None:
        """Let the Evaluate tab show the drawing, once both tabs are built."""
        draw_tab, evaluate_tab = self._built_tab("DrawTab"), self._built_tab("EvaluateTab")
        if draw_tab is not None and evaluate_tab is not None:
            draw_tab.image_changed.connect(evaluate_tab.set_drawing)
            evaluate_tab.set_drawing(draw_tab.image)

    def connect_inside_tab(self, tab: InsideTab) -> None:
        """Connect the new Inside tab, which shows the network that reads in the Draw tab, and what is drawn there."""
        from app.tabs.inside.calculation.calculation_panel import CalculationPanel  # with the tab, not at the start
        from app.tabs.inside.derivation.derivation_panel import DerivationPanel
        from app.tabs.inside.examples.examples_panel import ExamplesPanel

        tab.add_panel(CalculationPanel())
        draw_tab, session = self._window.draw_tab, self._session
        draw_tab.classifier_changed.connect(self._look_inside)
        draw_tab.image_changed.connect(tab.set_drawing)
        tab.source.picture_requested.connect(draw_tab.ask_picture)
        draw_tab.pictures.failed.connect(tab.source.show_problem)
        tab.share_drawing(draw_tab.canvas)
        self._look_inside(draw_tab.network, draw_tab.model_name)
        tab.set_drawing(draw_tab.image)
        session.data_changed.connect(tab.source.set_data)
        rows = draw_tab.snapshot_row, tab.snapshot_row  # the same point is selected in both tabs
        tab.snapshot_row.set_snapshots(session.snapshots, session.planned_epochs, self.classifier.is_latest_snapshot)
        tab.snapshot_row.select_point(draw_tab.snapshot_row.choice)
        self.classifier.network_changed.connect(tab.snapshot_row.set_current_network)
        tab.snapshot_row.set_current_network(self.classifier.network)
        for one, other in (rows, rows[::-1]):
            one.point_chosen.connect(other.select_point)
        self._connect_snapshot_row(tab.snapshot_row)
        session.snapshots_created.connect(self._show_snapshots_inside)
        tab.watching_changed.connect(self._update_watching)
        self._update_watching()
        self._update_snapshot_rows()
        looks_for = ExamplesPanel()
        tab.add_panel(looks_for)
        tab.add_panel(DerivationPanel())
        looks_for.image_chosen.connect(tab.source.go_to)
        session.data_changed.connect(looks_for.set_data)
        if session.data is not None:
            tab.source.set_data(session.data)
            looks_for.set_data(session.data)

    def connect_my_hand_tab(self, tab: MyHandTab) -> None:
        """Connect the new My hand tab."""
        from app.tabs.draw.draw_tab import DrawTab

        self._window.tab(DrawTab)  # builds it if necessary, which loads the drawings that this tab adds to
        tab.teach_requested.connect(self._teacher.teach)
        self._teacher.changed.connect(self._show_whether_teachable)
        self._show_whether_teachable()
        tab.show_requested.connect(self._show_ink)
        self.classifier.network_changed.connect(tab.set_network)
        self.classifier.renamed.connect(tab.rename_model)
        if self.classifier.network is not None:
            tab.set_network(self.classifier.network, self.classifier.name)

    @Slot()
    def _show_whether_teachable(self) -> None:
        tab = self._built_tab("MyHandTab")
        if tab is not None:
            tab.result.view.set_teaching_obstacle(IN_TRAINING if self._teacher.is_base_in_training else "")

    def connect_evaluate_tab(self, tab: EvaluateTab) -> None:
        """Connect the new Evaluate tab."""
        tab.image_chosen.connect(self._show_image)
        tab.image_explained.connect(self._update_explanation)
        self._connect_drawing()
        self._session.data_changed.connect(tab.set_data)
        self._session.model_changed.connect(self._evaluate_model)
        self._session.model_renamed.connect(self._rename_evaluated)
        tab.show_taught(is_taught=self.classifier.taught_count > 0)
        if self._session.data is not None:
            tab.set_data(self._session.data)
        if self._session.model is not None:
            self._evaluate_model(self._session.model)

    def connect_data_tab(self, tab: DataTab) -> None:
        """Connect the new Data tab."""
        tab.data_chosen.connect(self._session.use_data)
        tab.path_opened.connect(self._preferences.add_recent_file)
        tab.fraction_chosen.connect(self._window.training_actions.hold_out)
        self._session.data_changed.connect(tab.set_data)
        if self._session.data is not None:
            tab.set_data(self._session.data)

    def connect_runs_tab(self, tab: RunsTab) -> None:
        """Connect the new Runs tab."""
        tab.status_message.connect(self._window.messages.show_message)
        tab.error_message.connect(self._window.messages.show_error)
        tab.use_model_requested.connect(self._session.open_model)
        self._window.training_actions.connect_runs_tab(tab)

    def connect_models_tab(self, tab: ModelsTab) -> None:
        """Connect the new Models tab."""
        session, actions = self._session, self._window.training_actions
        tab.status_message.connect(self._window.messages.show_message)
        tab.error_message.connect(self._window.messages.show_error)
        tab.use_requested.connect(session.open_model)
        tab.settings_requested.connect(actions.show_settings)
        tab.export_requested.connect(self._window.files.export_copy)
        tab.open_requested.connect(self._window.files.open_model)
        tab.draw_requested.connect(self.show_draw_tab)
        self._window.draw_tab.image_changed.connect(tab.set_drawing)
        tab.set_drawing(self._window.draw_tab.image)
        session.data_changed.connect(tab.set_data)
        self.classifier.network_changed.connect(self._show_model_in_use)
        self.classifier.renamed.connect(self._show_model_in_use)
        tab.models_listed.connect(self._take_over_names)
        if session.data is not None:
            tab.set_data(session.data)
        self._show_model_in_use()

    @Slot()
    def _show_model_in_use(self) -> None:
        model, network = self._session.model, self.classifier.network
        if model is not None and network is not None:
            self._window.models_tab.set_model_in_use(model, network, self._session.model_path, self.classifier.name)

    @Slot(list)
    def _take_over_names(self, models: list[KeptModel]) -> None:
        self._session.rename_models({model.path: (model.name, model.note) for model in models if model.header})

    @Slot(object, int)
    def _show_snapshots(self, snapshots: Snapshots, epochs: int) -> None:
        self._window.draw_tab.set_snapshots(snapshots, epochs, self.classifier.is_latest_snapshot)
        self._update_snapshot_rows()

    @Slot(object, int)
    def _show_snapshots_inside(self, snapshots: Snapshots, epochs: int) -> None:
        row = self._window.inside_tab.snapshot_row
        row.set_snapshots(snapshots, epochs, self.classifier.is_latest_snapshot)
        self._update_snapshot_rows()

    def _connect_snapshot_row(self, row: SnapshotRow) -> None:
        """Let the row use the network of a point, and train further from there."""
        row.set_training(self._session.run_state is not RunState.IDLE)
        row.use_requested.connect(self._session.use_point)
        row.train_further_requested.connect(self._window.training_actions.train_further_from)

    @Slot()
    def _update_snapshot_rows(self) -> None:
        for tab in (self._built_tab("DrawTab"), self._built_tab("InsideTab")):
            if tab is not None:
                tab.snapshot_row.set_has_model(self.classifier.is_latest_snapshot, self.classifier.name_beside_run)

    @Slot(int)
    def _show_taught_count(self, count: int) -> None:
        evaluate = self._built_tab("EvaluateTab")
        if evaluate is not None:
            evaluate.show_taught(is_taught=count > 0)

    @Slot(object)
    def _rename_evaluated(self, model: Model) -> None:
        self._window.evaluate_tab.rename_model(model.card.name)

    @Slot(object)
    def _evaluate_model(self, model: Model) -> None:
        self._window.evaluate_tab.set_model(self._session.network, model.card.name)

    @Slot()
    def show_mistakes(self) -> None:
        """Show the images that the model in use misreads."""
        evaluate = self._window.evaluate_tab
        evaluate.pages.setCurrentWidget(evaluate.mistakes)
        self._window.tabs.setCurrentWidget(evaluate)

    @Slot(object)
    def _show_ink(self, ink: Ink) -> None:
        self._window.draw_tab.show_ink(ink)
        self._window.tabs.setCurrentWidget(self._window.draw_tab)

    @Slot(object)
    def _show_image(self, explanation: Explanation) -> None:
        self._window.draw_tab.show_image(explanation)
        self._window.tabs.setCurrentWidget(self._window.draw_tab)

    @Slot(object)
    def _update_explanation(self, explanation: Explanation | None) -> None:
        self._window.draw_tab.explain(explanation)

    @Slot(object)
    def open_data(self, path: Path) -> None:
        """Read a data set in the Data tab, which shows the progress."""
        self._window.tabs.setCurrentWidget(self._window.data_tab)
        self._window.data_tab.open_path(path)

    @Slot()
    def show_draw_tab(self) -> None:
        """Show the Draw tab, with the focus on the canvas."""
        self._window.tabs.setCurrentWidget(self._window.draw_tab)
        self._window.draw_tab.focus()

    @Slot(bool)
    def _keep_shown_network(self, shown: bool) -> None:
        self._preferences.shows_network = shown

    @Slot()
    def show_inside_tab(self) -> None:
        """Show the Inside tab, with the drawing of the Draw tab."""
        self._window.inside_tab.source.choose_drawing()
        self._window.tabs.setCurrentWidget(self._window.inside_tab)

    @Slot(object, str)
    def _look_inside(self, network: Network | None, name: str) -> None:
        model = self._session.model
        self._window.inside_tab.set_network(network, name, model.class_names if model is not None else DIGITS)

    # ------------------------------------------------------ the network that learns

    @Slot()
    def _update_watching(self) -> None:
        """Ask the session for the network of the run in progress only while a tab shows it."""
        in_progress = self._session.run_state is not RunState.IDLE
        self._teacher.set_base_in_training(self._session.model_follows_run)
        inside, draw = self._built_tab("InsideTab"), self._built_tab("DrawTab")
        if inside is not None:
            inside.set_training(in_progress)
            inside.snapshot_row.set_training(in_progress)
        if draw is not None:
            draw.snapshot_row.set_training(in_progress)
        if draw is not None and not self._draw_watches(draw):
            draw.show_training(None)
        self._session.watch_training(
            (inside is not None and inside.watches_training) or (draw is not None and self._draw_watches(draw))
        )

    def _draw_watches(self, draw: DrawTab) -> bool:
        return draw.isVisible() and self._session.model_follows_run and draw.snapshot_row.choice is None

    @Slot(LiveNetwork)
    def _show_training(self, live: LiveNetwork) -> None:
        inside, draw, data = self._built_tab("InsideTab"), self._built_tab("DrawTab"), self._session.data
        if inside is not None and inside.watches_training:
            inside.show_training(live, data.training.class_names if data is not None else DIGITS)
        if draw is not None and self._draw_watches(draw):
            draw.show_training(live)

    def _built_tab(self, name: str) -> Any:
        """The tab of this class, None if it has not been built."""
        return next((tab for tab in self._window.tabs.built() if type(tab).__name__ == name), None)

    @Slot(int, tuple)
    def show_number(self, layer: int, position: Position) -> None:
        """Show the Inside tab with this number of the network chosen."""
        self.show_inside_tab()
        self._window.inside_tab.choose(layer, position)

    @Slot(QMimeData)
    def show_picture(self, data: QMimeData) -> None:
        """Read a picture on the canvas of the Draw tab."""
        self._window.draw_tab.pictures.read(data)
        self._window.tabs.setCurrentWidget(self._window.draw_tab)


TABS = (
    TabRow(
        "Train",
        "app.tabs.train.train_tab",
        "TrainTab",
        TabConnections.connect_train_tab,
        "Train a network and watch it learn (Ctrl+1)",
    ),
    TabRow(
        "Draw",
        "app.tabs.draw.draw_tab",
        "DrawTab",
        TabConnections.connect_draw_tab,
        "Draw a digit and see what the network reads (Ctrl+2)",
    ),
    TabRow(
        "Inside",
        "app.tabs.inside.inside_tab",
        "InsideTab",
        TabConnections.connect_inside_tab,
        "See every number that the network computes for a digit (Ctrl+3)",
    ),
    TabRow(
        "My hand",
        "app.tabs.my_hand.my_hand_tab",
        "MyHandTab",
        TabConnections.connect_my_hand_tab,
        "Test how well the network reads your handwriting (Ctrl+4)",
    ),
    TabRow(
        "Evaluate",
        "app.tabs.evaluate.evaluate_tab",
        "EvaluateTab",
        TabConnections.connect_evaluate_tab,
        "Measure a network on labelled digits, and look at its mistakes (Ctrl+5)",
    ),
    TabRow(
        "Data",
        "app.tabs.data.data_tab",
        "DataTab",
        TabConnections.connect_data_tab,
        "Look at the data set, or open another one (Ctrl+6)",
    ),
    TabRow(
        "Runs",
        "app.tabs.runs.runs_tab",
        "RunsTab",
        TabConnections.connect_runs_tab,
        "List, compare, repeat and export training runs (Ctrl+7)",
    ),
    TabRow(
        "Models",
        "app.tabs.models.models_tab",
        "ModelsTab",
        TabConnections.connect_models_tab,
        "Name, use, compare, export and delete trained models (Ctrl+8)",
    ),
)
"""The tabs from left to right. The window calls `focus` and `finish` of each; Ctrl+1 chooses the first one."""
