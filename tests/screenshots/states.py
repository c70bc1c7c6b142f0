"""The states: every tab, page, dialog and menu, each a function that shows it and returns what to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QMessageBox, QWidget

from app.dialogs.help.about import AboutDialog
from app.dialogs.help.guide_pages import GUIDE_PAGES
from app.dialogs.help.guide_window import GuideWindow
from app.dialogs.help.shortcut_list import ShortcutList
from app.dialogs.help.start_page import StartPage
from app.dialogs.model_card import ModelCardDialog
from app.dialogs.sweep.sweep_dialog import ALL_SETTINGS, SweepDialog
from app.session.run_events import RunState
from app.tabs.data.sample_dialog import SampleDialog
from app.tabs.inside.calculation.calculation_panel import CalculationPanel
from app.tabs.inside.derivation.derivation_panel import DerivationPanel
from app.window.process.crash_reporter import CrashDialog
from app.window.tab_connections import TABS
from nncore.evaluation.snapshots import Snapshots
from nncore.experiments.recipes import RECIPES
from nncore.training.diagnosis.hint import Hint
from tests.screenshots.stage import SCREEN, SCRIBBLE, SHAPES, Stage, ink_of, settle, until, wait

State = Callable[[Stage], QWidget]
"""Shows a state, and returns the window or the dialog to look at."""


def tab(title: str) -> State:
    """The window with this tab, as it is."""

    def show(stage: Stage) -> QWidget:
        stage.window.tabs.setCurrentIndex([row.title for row in TABS].index(title))
        return stage.window

    return show


# ------------------------------------------------------------------------------------------------------------- Train


def train_ready(stage: Stage) -> QWidget:
    """The settings of the first recipe, with the curves of the last run."""
    tab("Train")(stage)
    stage.choose_recipe("quick")
    for group in stage.window.train_tab.settings.groups:
        group.heading.setChecked(group.heading.text() in ("Network", "Learning", "Curve to learn"))
    stage.window.train_tab.charts.health_group.heading.setChecked(False)
    return stage.window


def train_all_settings(stage: Stage) -> QWidget:
    """All groups open, and the health of the layers."""
    train_ready(stage)
    train = stage.window.train_tab
    for group in train.settings.groups:
        group.open()
    train.charts.health_group.open()
    return stage.window


def train_last_settings(stage: Stage) -> QWidget:
    """The end of the settings."""
    train_all_settings(stage)
    settle()
    bar = stage.window.train_tab.settings.scroll_area.verticalScrollBar()
    bar.setValue(bar.maximum())
    return stage.window


def train_mistake(stage: Stage) -> QWidget:
    """A setting that cannot be used."""
    train_ready(stage)
    stage.window.train_tab.settings.learning.edits["epochs"].setText("many")
    return stage.window


def train_many_layers(stage: Stage) -> QWidget:
    """The recipe with the most layers."""
    train_ready(stage)
    name = max(RECIPES, key=lambda each: len(RECIPES[each].spec.layers))
    stage.choose_recipe(name)
    return stage.window


def train_curve(stage: Stage) -> QWidget:
    """A recipe that fits a curve, after its run."""
    train_ready(stage)
    stage.choose_recipe("sine", epochs=3)
    stage.train()
    return stage.window


def train_diverged(stage: Stage) -> QWidget:
    """A run that has diverged, with its remedy."""
    train_ready(stage)
    stage.choose_recipe("rate-too-high")
    stage.train()
    return stage.window


def train_ended(stage: Stage) -> QWidget:
    """A run that has ended, with what to do next."""
    train_ready(stage)
    stage.choose_recipe("quick", epochs=3)
    stage.train()
    return stage.window


def train_running(stage: Stage) -> QWidget:
    """A run that is paused after its first epoch."""
    train_ready(stage)
    stage.choose_recipe("quick", epochs=2000)
    buttons = stage.window.train_tab.buttons
    buttons.train_button.click()
    until(lambda: _has_epoch(stage.session.snapshots) and stage.session.run_state is RunState.RUNNING)
    buttons.pause_button.click()
    until(lambda: stage.session.run_state is RunState.PAUSED)
    return stage.window


def _has_epoch(snapshots: Snapshots | None) -> bool:
    return snapshots is not None and any(point.ends_epoch and point.epoch for point in snapshots.points)


def train_stopped(stage: Stage) -> QWidget:
    """The same run, stopped; the model in the box is in use again."""
    stage.window.train_tab.buttons.stop_button.click()
    until(lambda: stage.session.run_state is RunState.IDLE)
    return stage.window


def train_rate_found(stage: Stage) -> QWidget:
    """The learning rate finder has found a rate."""
    train_ready(stage)
    learning = stage.window.train_tab.settings.learning
    with_result: list[object] = []
    finder = stage.window.training_actions.rate_finder
    finder.found.connect(with_result.append)
    finder.failed.connect(with_result.append)
    learning.find_requested.emit()
    until(lambda: bool(with_result))
    return stage.window


# -------------------------------------------------------------------------------------------------------------- Draw


def drawing(*shapes: tuple[tuple[tuple[float, float], ...], ...]) -> State:
    """The Draw tab with these digits on the canvas."""

    def show(stage: Stage) -> QWidget:
        tab("Draw")(stage)
        stage.draw(*shapes)
        return stage.window

    return show


def draw_epoch(stage: Stage) -> QWidget:
    """The first epoch of the last run reads."""
    drawing(SHAPES[7])(stage)
    stage.window.draw_tab.snapshot_row.slider.setValue(0)
    wait(300)
    return stage.window


def draw_taught(stage: Stage) -> QWidget:
    """A drawing has been taught to the model in use."""
    slider = stage.window.draw_tab.snapshot_row.slider
    slider.setValue(slider.maximum())
    drawing(SHAPES[7])(stage)
    stage.window.draw_tab.teach_row.digits[7].click()
    until(lambda: stage.window.teacher.has_learned)
    wait(300)
    return stage.window


def draw_error(stage: Stage) -> QWidget:
    """A picture that cannot be read."""
    drawing(SHAPES[7])(stage)
    draw = stage.window.draw_tab
    draw.pictures.open(Path("no such picture.png"))
    until(draw.error_label.isVisible)
    return stage.window


def draw_erasing(stage: Stage) -> QWidget:
    """The eraser is chosen."""
    drawing(SHAPES[7])(stage)
    next(action for action in stage.window.draw_tab.canvas.canvas_actions.all if action.text() == "Eraser").trigger()
    return stage.window


def inside(stage: Stage) -> QWidget:
    """The numbers that the network computes for the drawing."""
    drawing(SHAPES[7])(stage)
    tab("Inside")(stage)
    wait(500)
    return stage.window


def inside_number(layer: int, position: tuple[int, ...]) -> Callable[[Stage], QWidget]:
    """How one number is computed, with the lines of Python of it."""

    def show(stage: Stage) -> QWidget:
        inside(stage)
        inside_tab = stage.window.inside_tab
        inside_tab.choose(layer, position)
        panel = next(panel for panel in inside_tab.panels if isinstance(panel, CalculationPanel))
        inside_tab.details.setCurrentWidget(panel)
        panel.source.button.setChecked(True)
        wait(200)
        return stage.window

    return show


def inside_derivation(stage: Stage) -> QWidget:
    """The derivation of the gradients of the last layer, with two steps unfolded."""
    inside(stage)
    inside_tab = stage.window.inside_tab
    panel = next(panel for panel in inside_tab.panels if isinstance(panel, DerivationPanel))
    inside_tab.details.setCurrentWidget(panel)
    for step in panel.steps[1:3]:
        step.button.setChecked(True)
    wait(200)
    return stage.window


def draw_explanation(stage: Stage) -> QWidget:
    """A test image with its explanation, put on the canvas from Evaluate."""
    evaluate_mistakes(stage)
    stage.window.evaluate_tab.mistakes.detail.draw_button.click()
    wait(300)
    return stage.window


# ----------------------------------------------------------------------------------------------------------- My hand


def hand_intro(stage: Stage) -> QWidget:
    """The list of tests, and a test to continue."""
    tab("My hand")(stage)
    stage.window.my_hand_tab.show_intro()
    return stage.window


def hand_writing(stage: Stage) -> QWidget:
    """A digit of the test is being written."""
    hand_intro(stage)
    hand = stage.window.my_hand_tab
    hand.continue_test()
    hand.writing.canvas.set_ink(ink_of(SHAPES[3]))
    wait(600)  # the hint fades
    return stage.window


def hand_result(stage: Stage) -> QWidget:
    """The result of a test."""
    hand_intro(stage)
    hand = stage.window.my_hand_tab
    until(lambda: hand.intro.list.topLevelItemCount() > 0)
    hand.intro.list.setCurrentIndex(hand.intro.list.model().index(0, 0))
    hand.intro.open_button.click()
    until(lambda: hand.pages.currentWidget() is hand.result and not hand.tasks.is_busy)
    return stage.window


# ---------------------------------------------------------------------------------------------------------- Evaluate


def evaluated(stage: Stage) -> None:
    """Show Evaluate with a result."""
    tab("Evaluate")(stage)
    evaluate = stage.window.evaluate_tab
    until(lambda: evaluate.result is not None and evaluate.is_settled)


def evaluate_mistakes(stage: Stage) -> QWidget:
    """A misread image with its explanation."""
    evaluated(stage)
    evaluate = stage.window.evaluate_tab
    evaluate.pages.setCurrentWidget(evaluate.mistakes)
    evaluate.mistakes.show_misread()
    wait(200)
    until(lambda: not evaluate.runner.is_evaluating)
    wait(800)  # the explanation
    return stage.window


def evaluate_cell(stage: Stage) -> QWidget:
    """The images of one cell of the matrix."""
    evaluated(stage)
    evaluate = stage.window.evaluate_tab
    evaluate.pages.setCurrentWidget(evaluate.mistakes)
    evaluate.mistakes.open_cell(7, 7)
    wait(800)
    return stage.window


def evaluate_classes(stage: Stage) -> QWidget:
    """The page of the classes."""
    evaluated(stage)
    stage.window.evaluate_tab.pages.setCurrentWidget(stage.window.evaluate_tab.classes)
    return stage.window


def evaluate_robustness(stage: Stage) -> QWidget:
    """The robustness, measured."""
    evaluated(stage)
    evaluate = stage.window.evaluate_tab
    evaluate.pages.setCurrentWidget(evaluate.robustness)
    if evaluate.robustness.buttons.start.isEnabled():
        ends: list[object] = []
        evaluate.runner.robustness_finished.connect(ends.append)
        evaluate.robustness.buttons.start.click()
        until(lambda: bool(ends))
    return stage.window


def evaluate_map(stage: Stage) -> QWidget:
    """The map of the digits, with the drawing on it."""
    evaluated(stage)
    evaluate = stage.window.evaluate_tab
    evaluate.pages.setCurrentWidget(evaluate.map)
    until(lambda: not evaluate.runner._mapping.is_busy)
    wait(100)
    return stage.window


# -------------------------------------------------------------------------------------------------------------- Runs


def runs_of(count: int, *, compared: bool) -> State:
    """The runs, with this number selected."""

    def show(stage: Stage) -> QWidget:
        tab("Runs")(stage)
        runs = stage.window.runs_tab
        runs.refresh()
        runs.view.select_runs({run.run.id for run in runs.store.runs()[-count:]} if count else set())
        runs.actions_row.compare.setChecked(compared)
        until(lambda: not runs.is_working)
        return stage.window

    return show


def runs_not_found(stage: Stage) -> QWidget:
    """A search without a match."""
    runs_of(0, compared=False)(stage)
    stage.window.runs_tab.search.setText("no such run")
    settle()
    stage.dialogs.append(Cleared(stage.window.runs_tab.search))
    return stage.window


class Cleared(QWidget):
    """Clears a search field when it is closed."""

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self._field = field

    def close(self) -> bool:
        """Clear the field."""
        self._field.clear()  # type: ignore[attr-defined]
        return super().close()


# ------------------------------------------------------------------------------------------------------------ Models


def models_of(count: int, page: int, *, compared: bool = False) -> State:
    """The models, with this number selected, and one of the pages at the right."""

    def show(stage: Stage) -> QWidget:
        tab("Models")(stage)
        models = stage.window.models_tab
        until(lambda: bool(models._all))
        of_digits = [model.path for model in models._all if model.header and model.header.spec.input_shape != (1,)]
        models.list.select(set(of_digits[:count]))
        models.pages.pages.setCurrentIndex(page)
        wait(300)
        differences = models.pages.differences
        if compared and differences.examples is None:
            until(differences.buttons.start.isEnabled)
            differences.compare()
            until(lambda: differences.examples is not None)
        return stage.window

    return show


def models_not_found(stage: Stage) -> QWidget:
    """A search without a match."""
    models_of(0, 0)(stage)
    stage.window.models_tab.search.setText("no such model")
    settle()
    stage.dialogs.append(Cleared(stage.window.models_tab.search))
    return stage.window


# ----------------------------------------------------------------------------------------------------------- dialogs


def message(sentence: str, *, is_error: bool) -> State:
    """A message over the page."""

    def show(stage: Stage) -> QWidget:
        tab("Train")(stage)
        (stage.window.messages.show_error if is_error else stage.window.messages.show_message)(sentence)
        return stage.window

    return show


def message_with_button(stage: Stage) -> QWidget:
    """The message after “See its mistakes”: another model is in use, with a button to go back."""
    evaluated(stage)
    sentence, tooltip = "In use now: 784-128-64-10, 97.7 %.", "Use handwriting, 99.5 % again."
    stage.window.messages.show_offer(sentence, "Model before", tooltip, lambda: None)
    return stage.window


def offers(stage: Stage) -> QWidget:
    """The offers of a start: an interrupted run, and a model that could not be saved."""
    tab("Train")(stage)
    for bar, sentence in (
        (stage.window.run_offer, "A first network, started 2026-01-02 03:04, was interrupted; 3 epochs were saved."),
        (stage.window.rescued_offer, "The model convnet could not be saved before Digit Lab ended. It is kept."),
    ):
        bar.label.set_full_text(sentence)
        bar.show()
        stage.dialogs.append(bar)
    return stage.window


def start_page(stage: Stage) -> QWidget:
    """The start page."""
    stage.window.help.show_start_page()
    page = stage.window.findChild(StartPage)
    assert page is not None
    return stage.opened(page)


def guide(name: str) -> State:
    """A page of the guide."""

    def show(stage: Stage) -> QWidget:
        window = stage.window.findChild(GuideWindow) or GuideWindow(stage.window)
        window.open_page(name)
        return stage.opened(window)

    return show


def shortcuts(stage: Stage) -> QWidget:
    """The list of the keys."""
    stage.window.help.show_shortcuts()
    return stage.opened(stage.window.findChild(ShortcutList) or QWidget())


def about(stage: Stage) -> QWidget:
    """About the program."""
    return stage.opened(AboutDialog(stage.window))


def model_card(stage: Stage) -> QWidget:
    """The card of the model in use."""
    stage.window.show_model_card()
    return stage.opened(stage.window.findChild(ModelCardDialog) or QWidget())


def recipe_page(name: str) -> State:
    """The page of a recipe."""

    def show(stage: Stage) -> QWidget:
        before = set(stage.window.findChildren(QDialog))
        stage.window.train_tab.page_requested.emit(name)
        return stage.opened(next(each for each in stage.window.findChildren(QDialog) if each not in before))

    return show


def sweep(stage: Stage) -> SweepDialog:
    """The sweep dialog before its runs."""
    stage.choose_recipe("quick", epochs=1)
    stage.window.training_actions.dialogs.open_sweep()
    dialog = stage.window.findChild(SweepDialog)
    assert dialog is not None
    stage.opened(dialog)
    for entry in dialog.entries.values():
        entry.clear()
    return dialog


def sweep_ended(against: str) -> State:
    """The sweep dialog after four runs; against: the horizontal axis."""

    def show(stage: Stage) -> QWidget:
        dialog = sweep(stage)
        dialog.entries["learning_rate"].setText("0.001 0.01")
        dialog.entries["seed"].setText("1 2")
        dialog.buttons.start.click()
        until(lambda: "4 finished" in dialog.state_label.text())
        dialog.x_axis_choice.setCurrentIndex(max(0, dialog.x_axis_choice.findData(against)))
        return dialog

    return show


def sample(stage: Stage) -> QWidget:
    """The numbers of one example."""
    data = stage.session.data
    assert data is not None
    dialog = SampleDialog(data.training.take(slice(0, 1)).images[0], "5", 1, stage.window)
    dialog.resize(dialog.wanted_size().boundedTo(QSize(*SCREEN)))  # the screen of the tests is smaller
    return stage.opened(dialog)


def crash(stage: Stage) -> QWidget:
    """The report of an error of the program."""
    dialog = CrashDialog("An unexpected error occurred.", "Your drawings are kept.", Path("digitlab.log"))
    dialog.add("ZeroDivisionError: division by zero, in a line of the program that is named here", "Traceback")
    return stage.opened(dialog)


def end_run_question(stage: Stage) -> QWidget:
    """The question whether to end the run for a remedy."""
    train = stage.window.train_tab
    train.advice._ask(Hint("overfitting", "The loss of the validation rises.", "Weight decay", {"weight_decay": 0.01}))
    return stage.opened(train.findChild(QMessageBox) or QWidget())


def file_dialog(attribute: str) -> State:
    """A file dialog of Qt's own, opened by an entry of the menu."""

    def show(stage: Stage) -> QWidget:
        before = set(stage.window.findChildren(QFileDialog))
        getattr(stage.window.files, attribute)()
        return stage.opened(next(each for each in stage.window.findChildren(QFileDialog) if each not in before))

    return show


def menu(title: str = "") -> State:
    """The menu, or a sub-menu of it."""

    def show(stage: Stage) -> QWidget:
        menus = [stage.window.menu, *stage.window.menu.findChildren(QMenu)]
        found = next(each for each in menus if each.title().replace("&", "") == title)
        found.popup(stage.window.mapToGlobal(QPoint(900, 40)))
        stage.dialogs.append(found)
        return found

    return show


def recipe_list(stage: Stage) -> QWidget:
    """The list of the recipes, open."""
    train_ready(stage)
    choice = stage.window.train_tab.settings.recipes.choice
    choice.showPopup()
    wait(100)
    popup = choice.view().window()
    stage.dialogs.append(popup)
    return popup


LONG_MESSAGE = "The model was saved as /home/student/Documents/computer science/networks/my first network.digitnet."

NEW_STATES: dict[str, State] = {f"new {row.title.lower()}": tab(row.title) for row in TABS}
"""The tabs of a window just after its first start, without data, model and runs."""

USED_STATES: dict[str, State] = {
    "train ready": train_ready,
    "train all settings": train_all_settings,
    "train last settings": train_last_settings,
    "train mistake": train_mistake,
    "train many layers": train_many_layers,
    "train diverged": train_diverged,
    "train curve": train_curve,
    "train rate found": train_rate_found,
    "train running": train_running,
    "train stopped": train_stopped,
    "train ended": train_ended,
    "draw nothing": drawing(),
    "draw digit": drawing(SHAPES[7]),
    "draw number": drawing(SHAPES[7], SHAPES[3], SHAPES[1]),
    "draw scribble": drawing(SCRIBBLE),
    "draw epoch": draw_epoch,
    "draw taught": draw_taught,
    "draw error": draw_error,
    "draw erasing": draw_erasing,
    "draw explanation": draw_explanation,
    "inside": inside,
    "inside convolution": inside_number(4, (20, 3, 3)),
    "inside derivation": inside_derivation,
    "inside batch norm": inside_number(2, (3, 5, 6)),
    "my hand start": hand_intro,
    "my hand writing": hand_writing,
    "my hand result": hand_result,
    "evaluate mistakes": evaluate_mistakes,
    "evaluate cell": evaluate_cell,
    "evaluate classes": evaluate_classes,
    "evaluate robustness": evaluate_robustness,
    "evaluate map": evaluate_map,
    "data": tab("Data"),
    "runs": runs_of(0, compared=False),
    "runs one": runs_of(1, compared=False),
    "runs compared": runs_of(2, compared=True),
    "runs all compared": runs_of(5, compared=True),
    "runs not found": runs_not_found,
    "models": models_of(0, 0),
    "models one": models_of(1, 0),
    "models drawing": models_of(2, 1),
    "models differences": models_of(2, 2, compared=True),
    "models not found": models_not_found,
    "message with button": message_with_button,
    "message": message(LONG_MESSAGE, is_error=False),
    "error": message("my first network.digitnet is damaged: its weights are missing.", is_error=True),
    "menu": menu(),
    "menu view": menu("View"),
    "menu theme": menu("Theme"),
    "menu help": menu("Help"),
    "menu recent": menu("Open recent"),
    "recipe list": recipe_list,
    "start page": start_page,
    **{f"guide {name}": guide(name) for name in GUIDE_PAGES},
    "shortcuts": shortcuts,
    "about": about,
    "model card": model_card,
    "recipe page first": recipe_page("quick"),
    "recipe page sine": recipe_page("sine"),
    "sweep": sweep,
    "sweep ended": sweep_ended("learning_rate"),
    "sweep all": sweep_ended(ALL_SETTINGS),
    "sample": sample,
    "crash": crash,
    "end the run": end_run_question,
    "offers": offers,
    "open file": file_dialog("open_file"),
    "save model": file_dialog("save_model_as"),
}
"""The states of a used window, in this order: some continue the one before."""
