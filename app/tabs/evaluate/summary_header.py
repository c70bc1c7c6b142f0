"""The top of the Evaluate tab: accuracy with its interval, what was evaluated, and progress."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.widgets.elements import push_button, row_of, set_style, text_label, without_margins
from app.widgets.plain_text import ElidedLabel
from nncore.reporting.number_text import percent_range_text, percent_text

EVALUATED_PARTS = {"test": "test part", "validation": "validation part", "training": "training part"}


class SummaryHeader(QWidget):
    """`part_chosen`: another part of the data was selected; `evaluate_requested`, `cancel_requested`: the button."""

    part_chosen = Signal()
    evaluate_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accuracy, self.interval = text_label("–", "value", wraps=False), text_label(wraps=False)
        self.message, self.about = text_label(), ElidedLabel()
        self.about.setProperty("quiet", True)
        self.accuracy.setToolTip("The share of images read correctly.")
        self.interval.setToolTip("95 % confidence interval (Wilson) of the accuracy on many more such images.")
        self.part = QComboBox()
        self.part.setToolTip("Part of the data to evaluate on. The training part gives too high an accuracy.")
        self.part.setAccessibleName("Part of the data")
        self.part.currentIndexChanged.connect(lambda _: self.part_chosen.emit())
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setFixedWidth(120)
        self.progress.setAccessibleName("Progress of the evaluation")
        self.button = push_button("", "", self._on_click)
        self._is_busy = False
        self._compose()
        self.show_busy(False, False)

    def set_parts(self, parts: list[str]) -> None:
        """Offer these parts of the data, keys of EVALUATED_PARTS; the first is selected."""
        with QSignalBlocker(self.part):
            self.part.clear()
            for part in parts:
                self.part.addItem(EVALUATED_PARTS[part], part)
        self.part.setVisible(bool(parts))

    @property
    def chosen_part(self) -> str:
        """The key of the selected part; "" without data."""
        return self.part.currentData() or ""

    def show_result(self, result: EvaluationResult | None) -> None:
        """Show its accuracy; a dash for None."""
        for widget in (self.interval, self.about):
            widget.setVisible(result is not None)
        if result is None:
            self.accuracy.setText("–")
            return
        predictions = result.predictions
        low, high = predictions.interval
        accuracy = predictions.accuracy
        self.accuracy.setText(percent_text(accuracy))
        self.interval.setText(f"{percent_range_text(low, high)} (95 % interval)")
        misread = predictions.count - predictions.correct
        self.about.set_full_text(
            f"{misread:,} of {predictions.count:,} misread · {predictions.source} · {result.model}"
        )

    def show_message(self, sentence: str, is_error: bool = False) -> None:
        """Show `sentence` below the figures; "" hides it."""
        set_style(self.message, "error", is_error)
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def show_busy(self, is_busy: bool, can_evaluate: bool) -> None:
        """Offer to cancel a running evaluation, otherwise to evaluate again."""
        self._is_busy = is_busy
        self.progress.setVisible(is_busy)
        self.button.setText("&Cancel" if is_busy else "&Evaluate again")
        self.button.setEnabled(is_busy or can_evaluate)
        self.button.setToolTip(
            "Stop the evaluation; the last result stays."
            if is_busy
            else "Evaluate the model again."
            if can_evaluate
            else "There is no model yet, or no data."
        )

    @Slot()
    def _on_click(self) -> None:
        (self.cancel_requested if self._is_busy else self.evaluate_requested).emit()

    def _compose(self) -> None:
        self.button.setMinimumWidth(self.button.fontMetrics().horizontalAdvance("Evaluate again") + 4 * GAP)
        texts, figures = QVBoxLayout(), QHBoxLayout()
        figures.setSpacing(GROUP_GAP)
        figures.addWidget(self.accuracy)
        figures.addWidget(self.interval, 1, Qt.AlignmentFlag.AlignBottom)
        texts.setSpacing(2)
        texts.addLayout(figures)
        texts.addWidget(self.about)
        texts.addWidget(self.message)
        row = without_margins(QHBoxLayout(self))
        controls = row_of(self.progress, self.part, self.button)
        for widget in (self.progress, self.part, self.button):
            controls.setAlignment(widget, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(texts, 1)
        row.addLayout(controls)
        row.setAlignment(controls, Qt.AlignmentFlag.AlignTop)
