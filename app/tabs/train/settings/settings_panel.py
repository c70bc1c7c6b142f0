"""The settings of a run: the network, and how it learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.session.typed_settings import TrainSettings
from app.style.theme import GAP
from app.tabs.train.setting_changes import SettingChange
from app.tabs.train.settings.augmentation_form import AugmentationForm
from app.tabs.train.settings.curve_form import CurveForm
from app.tabs.train.settings.form_groups import FormGroups
from app.tabs.train.settings.learning_form import LearningForm
from app.tabs.train.settings.network_form import NetworkForm, are_same_choices
from app.tabs.train.settings.recipe_chooser import RecipeChooser, RestoredRow
from app.tabs.train.settings.settings_in_words import data_line, network_line, recipe_line
from app.widgets.elements import text_label, without_margins
from app.widgets.form import LOCKED, SettingsForm
from app.widgets.plain_text import ElidedLabel
from nncore.data.curves import CurvePoints
from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES, CurveExamples, DigitExamples, Recipe, recipe_named
from nncore.experiments.run_log.log import RunSettings
from nncore.files.json_header import MAX_TEXT_LENGTH
from nncore.model.losses import make_loss
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig, check_settings
from nncore.training.memory import check_memory

FIRST_RECIPE = "quick"
NEW_WEIGHTS = "Train starts with new weights."
ONLY_RATE = "During a run only the learning rate can change."
FROM_LAST_TIME = "Settings from last time"
WIDTH_IN_LETTERS = 42
"""Width of the panel in average letters."""

NEW_FONT_MILLISECONDS = 100
"""The width may shrink until no layout has asked for another size for this time after a change of the font."""

MAX_WIDTH = 400
"""Largest width of the panel in pixels, unless the controls need more."""


class SettingsPanel(QWidget):
    """A form for a NetworkSpec and a TrainingConfig, which a recipe fills in.

    An error is shown under its field. During a run only the learning rate can be changed.
    """

    changed = Signal()
    """A setting was edited; it may be invalid."""
    learning_rate_changed = Signal(float)
    """A new valid learning rate was entered: with Enter, the arrow keys, or by leaving the field."""
    page_requested = Signal(str)
    """The name of the recipe whose page the user wants to see."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = TrainingConfig()
        self.problems: dict[str, SettingError] = {}
        self._running = self._filling = False
        self._dataset: Splits | None = None
        self._fraction: float | None = None
        self._run_fraction: float | None = None
        self._kept_width = 0
        self._new_font = QTimer(self, singleShot=True, interval=NEW_FONT_MILLISECONDS)
        self._new_font.timeout.connect(self._forget_width)
        self.recipes = RecipeChooser()
        self.summary = text_label(style="group")
        self.data = ElidedLabel()
        self.note = text_label(style="quiet")
        self.restored = RestoredRow()
        self.curve = CurveForm()
        self.network = NetworkForm()
        self.learning = LearningForm()
        self.loss = SettingsForm("loss")
        self.augmentation, self.stopping = AugmentationForm(), SettingsForm("stopping")
        self.learning_rate = self.learning.learning_rate
        self.distort = self.augmentation.distort
        self.forms = (self.network, self.curve, self.learning, self.loss, self.augmentation, self.stopping)
        self.form_groups = FormGroups(
            ("Network", self.network, True), ("Curve to learn", self.curve, True), ("Learning", self.learning, True),
            ("Loss and regularization", self.loss, False), ("Augmentation", self.augmentation, False),
            ("Stopping", self.stopping, False),
        )  # fmt: skip
        self.groups, self.more_settings = self.form_groups.groups, self.form_groups.more_settings
        self.scroll_area = QScrollArea()
        self._lay_out()
        for form in self.forms:
            form.changed.connect(self._on_edit)
        self.learning.learning_rate_entered.connect(self.learning_rate_changed)
        self.recipes.chosen.connect(self.choose_recipe)
        self.recipes.page_requested.connect(self.page_requested)
        self.restored.recipe_requested.connect(lambda: self.choose_recipe(self.recipe.name))
        self.choose_recipe(FIRST_RECIPE)
        self._fit_to_font()

    def _lay_out(self) -> None:
        self.data.setProperty("quiet", True)
        self.form_groups.installEventFilter(self)
        self.scroll_area.setWidget(self.form_groups)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = without_margins(QVBoxLayout(self), GAP // 2)
        for widget in (self.recipes, self.summary, self.data, self.note, self.restored):
            layout.addWidget(widget)
        layout.addSpacing(GAP // 2)
        layout.addWidget(self.scroll_area, 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    # ----------------------------------------------------------------- values

    @property
    def is_valid(self) -> bool:
        """Whether a run could begin with these settings."""
        return not self.problems

    @property
    def problem(self) -> str:
        """The first error, in one sentence; empty if there is none."""
        return str(next(iter(self.problems.values()), ""))

    @property
    def recipe(self) -> Recipe:
        """The recipe selected last; its settings may have been changed after that."""
        return self.recipes.recipe

    def spec(self) -> NetworkSpec:
        """The network that the form describes. Raises SettingError if it is invalid or too large."""
        spec = self.network.spec()
        memory = TrainingConfig(
            batch_size=self.learning.read_batch_size(), keep_best=bool(self.stopping.getters["keep_best"]())
        )
        check_memory(spec, memory)
        return spec

    def config(self) -> TrainingConfig:
        """How to train the network. Raises SettingError."""
        settings = {**self.learning.values(), **self.loss.values(), **self.augmentation.values()}
        return replace(self._shown, **settings, **self.stopping.values())

    def points(self) -> CurvePoints | None:
        """The curve to learn; None for digits. Raises SettingError."""
        return self.curve.curve() if self.recipe.fits_a_curve else None

    def points_of(self, run: RunSettings) -> CurvePoints | None:
        """The curve that a run in the log fits; None for digits.

        Raises SettingError("file") if they come from a file that is not open now.
        """
        recipe = RECIPES.get(run.recipe)
        if recipe is None or not recipe.fits_a_curve:
            return None
        examples = CurveExamples.from_description(run.data or recipe.examples.description)
        if examples is not None:
            return examples.curve()
        if self.curve.source != run.data:
            raise SettingError(
                "file", f"The points of {run.data} are not in the log. Open the file in the Train tab first."
            )
        return self.curve.curve()

    def set_values(self, spec: NetworkSpec, config: TrainingConfig, run: RunSettings | None = None) -> None:
        """Show these settings; run: also choose the examples of this run."""
        self.restored.show_sentence("")
        self._filling = True
        if run is not None:
            recipe = RECIPES.get(run.recipe, RECIPES[FIRST_RECIPE])
            self.recipes.show_recipe(recipe.name)
            self._run_fraction = run.validation_fraction
            examples = CurveExamples.from_description(run.data or recipe.examples.description)
            if examples is not None:
                self.curve.show_examples(examples)
        self._shown = config
        try:
            self.network.show_spec(spec)
            for form in (self.learning, self.loss, self.stopping):
                form.show_config(config)
            self.augmentation.show_augmentation(config.augmentation)
        finally:
            self._filling = False
        self._on_edit()

    def typed(self) -> TrainSettings | None:
        """The current settings, for the next start; None for those of the first recipe. Raises SettingError."""
        spec, config, curve = self.spec(), self.config(), self.curve.source if self.recipe.fits_a_curve else ""
        recipe = self.recipe
        if recipe.name == FIRST_RECIPE and are_same_choices(spec, recipe.spec) and config == recipe.config:
            return None
        return TrainSettings(self.recipe.name, spec, config, curve, curve_file=self._curve_file() if curve else "")

    def invalid_entries(self, valid: TrainSettings | None) -> TrainSettings:
        """All entries of the form, for the next start. valid: the settings that were valid last, if there are any."""
        recipe = self.recipe
        if valid is None or valid.recipe != recipe.name:
            valid = TrainSettings(recipe.name, recipe.spec, recipe.config)
        entries = {field: text for form in self.forms for field, text in form.entries().items()}
        return replace(valid, entries={field: text for field, text in entries.items() if len(text) <= MAX_TEXT_LENGTH})

    def restore(self, typed: TrainSettings) -> None:
        """Show settings of an earlier start, and say so; an unknown recipe counts as the first one."""
        run = RunSettings("", typed.spec, typed.config, data=typed.curve, recipe=typed.recipe)
        self.set_values(typed.spec, typed.config, run)
        self._run_fraction = None
        examples, missing = self.recipe.examples, ""
        if isinstance(examples, CurveExamples) and typed.curve not in ("", self.curve.source):
            self.curve.show_examples(examples)  # the points came from a file
            missing = f", without {typed.curve}"
        if isinstance(examples, CurveExamples) and typed.curve_file:
            self.curve.path_to_restore = Path(typed.curve_file)
        self._filling = True
        try:
            for form in self.forms:
                form.show_entries(typed.entries)
        finally:
            self._filling = False
        self._on_edit()
        self.restored.show_sentence(f"{FROM_LAST_TIME}{missing}.")

    def _curve_file(self) -> str:
        """The path of the file of points that is open or will be; "" if there is none, or if no text can hold it."""
        path = str(self.curve.path or self.curve.path_to_restore or "")
        return path if len(path) <= MAX_TEXT_LENGTH and path.isprintable() else ""

    def restore_points(self, path: Path, points: CurvePoints) -> None:
        """Show the points of the file that was open at the last start, unless the user has changed something later."""
        self.curve.show_restored_file(points, path)
        if self.curve.path == path and not self.restored.isHidden():
            self.restored.show_sentence(f"{FROM_LAST_TIME}.")

    @Slot(str)
    def choose_recipe(self, name: str) -> None:
        """Show the settings of the recipe `name`. Raises SettingError if there is none."""
        recipe = recipe_named(name)
        self._run_fraction = None
        self.mark(())
        self.recipes.show_recipe(name)
        self._filling = True  # the network does not suit the curve yet
        if isinstance(recipe.examples, CurveExamples):
            self.curve.show_examples(recipe.examples)
        self.set_values(recipe.spec, recipe.config)
        self._fit_network()

    def mark(self, changes: Sequence[SettingChange]) -> None:
        """Mark the settings that were changed, and show the first; the marks stay until the next run or recipe."""
        first = self.form_groups.mark({each.field: f"Changed from {each.before}." for each in reversed(changes)})
        if first is not None:
            self.scroll_area.ensureWidgetVisible(first)

    def run_settings(self) -> RunSettings:
        """The settings that a run would have. Raises SettingError."""
        points = self.points()
        data = points.source if points else ""
        return RunSettings(
            "",
            self.spec(),
            self.config(),
            data=data,
            recipe=self.recipe.name,
            validation_fraction=self.validation_fraction,
        )

    def set_data(self, data: Splits) -> None:
        """Use these examples: name them, adapt the network to them, and preview the augmentation with them."""
        self._dataset = data
        if data.training.is_bytes:
            self.augmentation.preview.set_digits(data.training.images)
        self._fit_network()
        self._on_edit()

    def hold_out(self, fraction: float) -> None:
        """Hold out this fraction of the images, instead of the fraction of a recipe."""
        self._fraction, self._run_fraction = fraction, None
        self._on_edit()

    @property
    def validation_fraction(self) -> float:
        """The fraction of the images to hold out: that of the run shown, the one chosen, or else the recipe's."""
        fractions = self._run_fraction, self._fraction, self.recipe.validation_fraction
        return next(fraction for fraction in fractions if fraction is not None)

    @property
    def _training(self) -> Dataset | None:
        return None if self._dataset is None else self._dataset.training

    def _fit_network(self) -> None:
        """Adapt the inputs and outputs of the network to the examples."""
        data = self._training
        if data is not None and data.class_names and not self.recipe.fits_a_curve:
            self.network.fit_data(data.input_shape, len(data.class_names))

    def set_running(self, running: bool) -> None:
        """Lock the settings that cannot change during a run, or unlock them."""
        self._running = running
        if running:
            self.mark(())
        self.recipes.lock(LOCKED if running else "")
        self.restored.lock(LOCKED if running else "")
        for form in self.forms:
            form.set_running(running)
        self._on_edit()

    @Slot()
    def _on_edit(self) -> None:
        if self._filling:
            return
        self.problems = self._all_problems()
        # Only images can be distorted, and only a regression has a curve.
        self.form_groups.show_problems(
            self.problems, unused=self.augmentation if self.recipe.fits_a_curve else self.curve
        )
        self._summarize(self.network.draw())
        self.changed.emit()

    def _all_problems(self) -> dict[str, SettingError]:
        """All errors, by setting; those of the network first."""
        problems: dict[str, SettingError] = {}
        for form in self.forms[1:]:
            if form is not self.curve or self.recipe.fits_a_curve:
                problems |= form.problems()
        try:
            spec = self.spec()
            loss: dict[str, Any] = {field: read() for field, read in self.loss.getters.items() if field not in problems}
            make_loss(loss["loss"], spec.output, loss.get("label_smoothing", 0.0))
            if not problems:
                self._check_with_data(spec)
        except SettingError as problem:
            problems = {problem.field: problem, **problems}
        return problems

    def _check_with_data(self, spec: NetworkSpec) -> None:
        """Raise SettingError if data and settings do not suit each other."""
        points, data, examples = self.points(), self._dataset, self.recipe.examples
        if points is not None:
            data = points.splits()
        elif data is not None:
            held_out = self.validation_fraction or (isinstance(examples, DigitExamples) and examples.held_out)
            data = Splits(data.training, data.training if held_out else data.validation)
        if data is not None:
            check_settings(spec, data, self.config())

    def _summarize(self, spec: NetworkSpec | None) -> None:
        recipe = self.recipe
        fits_another = recipe.fits_a_curve and self.curve.source != recipe.examples.description
        changed = bool(self.problems) or spec != recipe.spec or self.config() != recipe.config or fits_another
        self.note.setText(ONLY_RATE if self._running else f"{recipe_line(recipe, changed=changed)} {NEW_WEIGHTS}")
        curve = self.curve.line or "No curve yet. Correct the marked entries below."
        self.data.set_full_text(
            curve if recipe.fits_a_curve else data_line(recipe, self._training, self.validation_fraction)
        )
        self.summary.setText(network_line(spec))

    # ------------------------------------------------------------------- font

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the panel as wide as its controls need in their current font; does not filter any event."""
        if event.type() == QEvent.Type.LayoutRequest:
            if self._new_font.isActive():
                self._new_font.start()
                self._kept_width = 0
            self._fit_to_font()
        return False

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font: the width may shrink until all layouts have been done with it."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_new_font"):
            self._new_font.start()

    @Slot()
    def _forget_width(self) -> None:
        self._kept_width = 0
        self._fit_to_font()

    def _fit_to_font(self) -> None:
        self.form_groups.align_names()
        bar = self.scroll_area.verticalScrollBar().sizeHint().width()
        wanted = min(WIDTH_IN_LETTERS * self.fontMetrics().averageCharWidth(), MAX_WIDTH)
        # Collapsed groups count too, so that the panel keeps its width when one opens.
        needed = max(form.minimumSizeHint().width() for form in self.forms) + GAP
        width = max(wanted, needed + bar, self.form_groups.minimumSizeHint().width() + bar)
        # The width only grows, unless the font changes: removing a layer must not move the window.
        self._kept_width = max(width, self._kept_width)
        self.setFixedWidth(self._kept_width)
