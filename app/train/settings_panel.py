"""The settings of a run: the network, and how it learns."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.plain_text import ElidedLabel
from app.theme import GAP
from app.train.collapsible_group import CollapsibleGroup
from app.train.form import LOCKED, Form
from app.train.learning_form import LearningForm
from app.train.network_form import NetworkForm
from nncore.errors import SettingError
from nncore.memory import check_memory
from nncore.network import NetworkSpec
from nncore.recipes import RECIPES
from nncore.training import TrainingConfig

MODERATE_DISTORTIONS = RECIPES["convnet"].config.augmentation
"""Those that the model in the box was trained with."""

WHAT_IT_TAKES = "Every run starts from fresh weights."
ONLY_RATE = "During a run only the learning rate can change."
LETTERS_ACROSS, MOST_ACROSS = 42, 400
"""How many average letters the panel is wide, and how many pixels at most unless its controls need more."""


class SettingsPanel(QWidget):
    """A form for a NetworkSpec and a TrainingConfig.

    What is wrong is said under the field that holds it. During a run only the learning rate can be changed.
    """

    changed = Signal()
    """A setting was edited; it may now be wrong."""
    learning_rate_changed = Signal(float)
    """A new learning rate that can be used was entered: with Enter, the arrow keys, or by leaving the field."""

    def __init__(self) -> None:
        super().__init__()
        self._distortions = MODERATE_DISTORTIONS
        self._problems: dict[str, SettingError] = {}
        self._running = False
        self.summary, self.data, self.note = QLabel(), ElidedLabel(), QLabel()
        self.network, self.learning, self._augmentation = NetworkForm(), LearningForm(), Form()
        self.learning_rate = self.learning.learning_rate
        self.distort = QCheckBox("distort images")
        self._augmentation.add(
            "augmentation",
            "augmentation",
            self.distort,
            "Shift, turn and stretch each image a little anew in every epoch: slower, but it reads handwriting better.",
        )
        self._forms = (self.network, self.learning, self._augmentation)
        self.groups = (
            CollapsibleGroup("Network", self.network),
            CollapsibleGroup("Learning", self.learning),
            CollapsibleGroup("Augmentation", self._augmentation, is_open=False),
        )
        self._lay_out()
        for form in (self.network, self.learning):
            form.changed.connect(self._on_edit)
        self.distort.toggled.connect(self._on_edit)
        self.learning.learning_rate_entered.connect(self.learning_rate_changed)
        self.set_values(RECIPES["quick"].spec, RECIPES["quick"].config)
        self._fit_to_font()

    def _lay_out(self) -> None:
        self.summary.setProperty("group", True)
        for label in (self.data, self.note):
            label.setProperty("quiet", True)
        self._content = QWidget()
        groups = QVBoxLayout(self._content)
        groups.setContentsMargins(0, 0, GAP, 0)
        groups.setSpacing(GAP)
        for group in self.groups:
            groups.addWidget(group)
        groups.addStretch()
        self._content.installEventFilter(self)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._content)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP // 2)
        for line in (self.summary, self.note):
            line.setWordWrap(True)
        for line in (self.summary, self.data, self.note):
            layout.addWidget(line)
        layout.addSpacing(GAP // 2)
        layout.addWidget(self._scroll, 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    # ----------------------------------------------------------------- values

    @property
    def is_valid(self) -> bool:
        """Whether a run could begin with these settings."""
        return not self._problems

    @property
    def problem(self) -> str:
        """What is wrong first, in one sentence; empty if nothing is."""
        return str(next(iter(self._problems.values()), ""))

    def spec(self) -> NetworkSpec:
        """The network described. Raises SettingError, for one too large for this machine too."""
        spec = self.network.spec()
        check_memory(spec, TrainingConfig(batch_size=self.learning.read_batch_size()))
        return spec

    def config(self) -> TrainingConfig:
        """How to train it. Raises SettingError."""
        return self.learning.config(self._distortions if self.distort.isChecked() else None)

    def set_values(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        """Show these settings."""
        self._distortions = config.augmentation or MODERATE_DISTORTIONS
        self.distort.setChecked(config.augmentation is not None)
        self.network.show_spec(spec)
        self.learning.show_config(config)
        self._on_edit()

    def set_data_line(self, text: str) -> None:
        """Say in one line which data set is in use; empty: nothing to say."""
        self.data.set_whole_text(text)

    def set_running(self, running: bool) -> None:
        """Lock what a run cannot change, and say so; or unlock it."""
        self._running = running
        self.network.set_locked(running)
        self.learning.set_running(running)
        self._augmentation.rows["augmentation"].lock(LOCKED if running else "")
        self._on_edit()

    @Slot()
    def _on_edit(self) -> None:
        self._problems = self.learning.problems()
        try:
            self.spec()
        except SettingError as problem:
            self._problems = {problem.field: problem, **self._problems}
        self.network.say(self._problems)
        self.learning.say(self._problems)
        self._summarize()
        self.changed.emit()

    def _summarize(self) -> None:
        self.note.setText(ONLY_RATE if self._running else WHAT_IT_TAKES)
        try:
            spec = self.network.spec()
        except SettingError:
            self.summary.setText("No network yet: see hidden layers.")
            return
        self.summary.setText(f"{spec.summary.replace('-', '–')} · {spec.parameter_count:,} weights")

    # ------------------------------------------------------------------- font

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as wide as the controls need in the font that they have now; keeps no event from them."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_to_font()
        return False

    def _fit_to_font(self) -> None:
        names = max(form.label_width for form in self._forms)
        for form in self._forms:
            form.set_label_width(names)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        wanted = min(LETTERS_ACROSS * self.fontMetrics().averageCharWidth(), MOST_ACROSS)
        self.setFixedWidth(max(wanted, self._content.minimumSizeHint().width() + bar))
