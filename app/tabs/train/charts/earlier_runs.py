"""Earlier runs behind the live curves: their lines and their legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from app.style.run_dashes import MAX_EARLIER_RUNS, RUN_DASHES
from app.style.theme import GROUP_GAP, colours_of, line_width
from app.tabs.train.charts.curve import Curve, Smoothed, Values
from app.widgets.elements import close_button, without_margins
from app.widgets.plain_text import ElidedLabel
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.descriptions import labels_by_difference
from nncore.experiments.run_log.html_report import ReportedRun
from nncore.experiments.run_log.logged_run import RunSettings
from nncore.model.losses import DEFAULT_LOSSES
from nncore.training.history import EpochFigures

EARLIER_RUN_OPACITY = 0.9
EARLIER_RUN_BUCKETS = 150
"""Buckets of an earlier run's curve, few to be painted quickly."""

SMOOTHED_FRACTION = 0.04
"""Fraction of an epoch that a smoothed line averages over, as for the live curves."""

LEGEND_COLUMNS = 2

CurveKind = Literal["training", "validation"]


@dataclass(frozen=True, eq=False)
class EarlierLine:
    """One line of an earlier run: x (n,) epochs, y (n,) in the chart's unit; `dash` of RUN_DASHES."""

    kind: CurveKind
    dash: int
    x: Values
    y: Values


class ShownRun(Protocol):
    """A run whose lines can be shown behind the live curves.

    name: of the run. differs: the settings that differ from the other runs. task: what it learns; only runs of the
    same task are comparable. loss: the name of its loss function; "" if unknown. length: its number of epochs.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def differs(self) -> str: ...  # noqa: D102
    @property
    def task(self) -> str: ...  # noqa: D102
    @property
    def loss(self) -> str: ...  # noqa: D102
    @property
    def length(self) -> float: ...  # noqa: D102
    def losses(self, dash: int) -> list[EarlierLine]: ...  # noqa: D102
    def accuracies(self, dash: int) -> list[EarlierLine]: ...  # noqa: D102


def task_of(settings: RunSettings) -> str:
    """What a run with these settings learns: the description of its curve, or its number of classes."""
    recipe = RECIPES.get(settings.recipe)
    if recipe is not None and recipe.fits_a_curve:
        return settings.data or recipe.examples.description
    return f"{settings.spec.outputs} classes"


def loss_of(settings: RunSettings) -> str:
    """The name of the loss of a run with these settings."""
    return settings.config.loss or DEFAULT_LOSSES[settings.spec.output]


@dataclass(frozen=True, eq=False)
class EarlierRun:
    """An earlier run. differs: the settings that differ from the other runs.

    Attributes:
        epochs: its figures epoch by epoch.
        curve: (3, n) step, loss and accuracy (0 to 1), of `steps_per_epoch` steps an epoch; 0 if no epoch has ended, so
            that it is unknown where in an epoch a step is, and no curve is drawn.
        task, loss: as in ShownRun.
    """

    name: str
    differs: str
    epochs: Sequence[EpochFigures]
    curve: NDArray[np.float32]
    steps_per_epoch: float
    task: str = ""
    loss: str = ""

    @property
    def length(self) -> float:
        """The number of its epochs."""
        return float(self.epochs[-1]["epoch"] or 0) if self.epochs else 0.0

    def losses(self, dash: int) -> list[EarlierLine]:
        """Smoothed training loss and validation loss."""
        return self._lines(dash, 1, "validation_loss", 1.0)

    def accuracies(self, dash: int) -> list[EarlierLine]:
        """Smoothed training accuracy and validation accuracy, in per cent."""
        return self._lines(dash, 2, "validation_accuracy", 100.0)

    def _lines(self, dash: int, row: int, field: str, scale: float) -> list[EarlierLine]:
        training, validation = Curve(EARLIER_RUN_BUCKETS), Curve(EARLIER_RUN_BUCKETS)
        if not self.steps_per_epoch:
            return []
        epochs, values = self.curve[0] / self.steps_per_epoch, scale * self.curve[row].astype(np.float64)
        points_per_epoch = len(epochs) / max(1.0, self.length)
        smoothed = Smoothed(max(1.0, SMOOTHED_FRACTION * points_per_epoch)).extend(values)
        training.extend(epochs.astype(np.float64), smoothed)
        for each in self.epochs:
            value = each.get(field)
            if value is not None:
                validation.append(float(each["epoch"] or 0), scale * value)
        return [
            EarlierLine("training", dash, *training.points()),
            EarlierLine("validation", dash, *validation.points()),
        ]


def earlier_runs_of(runs: Sequence[ReportedRun]) -> list[EarlierRun]:
    """Convert logged runs, at most MAX_EARLIER_RUNS."""
    runs = runs[:MAX_EARLIER_RUNS]
    differences = labels_by_difference([each.run.settings for each in runs])
    return [
        EarlierRun(
            each.run.settings.name,
            differs if each.run.epochs else f"not drawn, no epoch ended; {differs}".removesuffix("; "),
            each.epochs,
            each.curve,
            each.run.steps / each.run.epochs if each.run.epochs and each.run.steps else 0.0,
            task_of(each.run.settings),
            loss_of(each.run.settings),
        )
        for each, differs in zip(runs, differences, strict=True)
    ]


def earlier_pen(colour: QColor, dash: int) -> QPen:
    """The faint dashed pen of an earlier run."""
    colour = QColor(colour)
    colour.setAlphaF(EARLIER_RUN_OPACITY)
    pen = QPen(colour, line_width())
    pen.setCosmetic(True)
    pen.setDashPattern(list(RUN_DASHES[dash]))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


class EarlierRunsLegend(QWidget):
    """Dash pattern, name and differing settings of each earlier run, with a button to remove it; hidden without any."""

    removed = Signal(int)
    """The number of the run that the user removes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels: list[ElidedLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GROUP_GAP)
        self._grid.setVerticalSpacing(0)
        self.hide()

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show `runs` in the order of their dash patterns."""
        while (taken := self._grid.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.labels = []
        for index, run in enumerate(runs):
            label = ElidedLabel()
            label.setProperty("quiet", True)
            label.set_full_text(f"{run.name}: {run.differs}" if run.differs else run.name)
            self.labels.append(label)
            entry = QWidget()
            row = without_margins(QHBoxLayout(entry))
            row.addWidget(_DashSample(index))
            row.addWidget(label, 1)
            row.addWidget(close_button(f"Remove the curves of {run.name}", partial(self.removed.emit, index)))
            self._grid.addWidget(entry, index // LEGEND_COLUMNS, index % LEGEND_COLUMNS)
        for column in range(LEGEND_COLUMNS):
            self._grid.setColumnStretch(column, int(column < len(runs)))
        self.setAccessibleName("Earlier runs behind the curves")
        self.setAccessibleDescription("; ".join(label.full_text for label in self.labels))
        self.setVisible(bool(runs))


class _DashSample(QWidget):
    """A sample of a dash pattern."""

    def __init__(self, dash: int) -> None:
        super().__init__()
        self._dash = dash
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as the text, and three times as wide."""
        return QSize(3 * self.fontMetrics().height(), self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it in the text colour: the dash identifies the run, colours identify training and validation."""
        pen = earlier_pen(QColor(colours_of(self).text), self._dash)
        with QPainter(self) as painter:
            painter.setPen(pen)
            painter.drawLine(0, self.height() // 2, self.width(), self.height() // 2)
