"""The top of the Evaluate tab: accuracy with its interval, what was evaluated, and progress."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.widgets.elements import reserve_place, row_of, set_style, text_label, without_margins
from app.widgets.plain_text import ElidedLabel
from app.widgets.start_stop import StartStopButtons
from nncore.reporting.number_text import percent_range_text, percent_text

NOTHING_TO_EVALUATE = "There is no model yet, or no data."
EVALUATED_PARTS = {"test": "test part", "validation": "validation part", "training": "training part"}


class SummaryHeader(QWidget):
    """`part_chosen`: another part of the data was selected; `evaluate_requested`, `cancel_requested`: the buttons."""

    part_chosen = Signal()
    evaluate_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accuracy, self.interval = text_label("–", "value", wraps=False), text_label(wraps=False)
        self._note = ""
        self._figures = ""
        self._about = ""
        self._message = ""
        self.about = ElidedLabel()
        self.about.setProperty("quiet", True)
        reserve_place(self.about)
        self.accuracy.setToolTip("The fraction of images read correctly.")
        self.interval.setToolTip("95 % confidence interval (Wilson) of the accuracy on many more such images.")
        self.part = QComboBox()
        self.part.setToolTip("Part of the data to evaluate on. The training part gives too high an accuracy.")
        self.part.setAccessibleName("Part of the data")
        self.part.currentIndexChanged.connect(lambda _: self.part_chosen.emit())
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the evaluation")
        reserve_place(self.progress)
        purposes = "Evaluate the model again.", "Stop the evaluation; the last result stays."
        self.buttons = StartStopButtons(
            QPushButton("&Evaluate again"), QPushButton("&Cancel"), purposes=purposes,
            idle="There is no evaluation to cancel.", busy="The model is being evaluated.",
        )  # fmt: skip
        self.buttons.start_requested.connect(self.evaluate_requested)
        self.buttons.stop_requested.connect(self.cancel_requested)
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
        self.interval.setVisible(result is not None)
        if result is None:
            self.accuracy.setText("–")
            self._show_line("", self._message, is_error=False)
            return
        predictions = result.predictions
        low, high = predictions.interval
        accuracy = predictions.accuracy
        self.accuracy.setText(percent_text(accuracy))
        self.interval.setText(f"{percent_range_text(low, high)} (95 % interval)")
        misread = predictions.count - predictions.correct
        self._figures = f"{misread:,} of {predictions.count:,} misread · {predictions.source}"
        self.show_name(result.model)

    def show_name(self, name: str) -> None:
        """The model of the result has this name now."""
        self._show_line(f"{self._figures} · {name}", self._message, is_error=bool(self.about.property("error")))

    def show_note(self, note: str) -> None:
        """Begin the line about the result with this note; "" for none."""
        self._note = note
        self._show_line(self._about, self._message, is_error=bool(self.about.property("error")))

    def show_message(self, sentence: str, is_error: bool = False) -> None:
        """Show `sentence` below the figures, instead of what was evaluated; "" shows that again. Nothing moves."""
        self._show_line(self._about, sentence, is_error=is_error)

    def _show_line(self, about: str, message: str, *, is_error: bool) -> None:
        self._about, self._message = about, message
        set_style(self.about, "error", enabled=is_error and bool(message))
        self.about.set_full_text(message or (about and f"{self._note}{about}"))

    def show_busy(self, is_busy: bool, can_evaluate: bool) -> None:
        """Offer to cancel a running evaluation, otherwise to evaluate again."""
        self.progress.setVisible(is_busy)
        self.buttons.show_state(is_busy=is_busy, obstacle="" if can_evaluate else NOTHING_TO_EVALUATE)

    def _compose(self) -> None:
        texts, figures = QVBoxLayout(), QHBoxLayout()
        figures.setSpacing(GROUP_GAP)
        figures.addWidget(self.accuracy)
        figures.addWidget(self.interval, 1, Qt.AlignmentFlag.AlignBottom)
        texts.setSpacing(2)
        texts.addLayout(figures)
        texts.addWidget(self.about)
        row = without_margins(QHBoxLayout(self))
        controls = QVBoxLayout()
        controls.setSpacing(GAP // 2)
        controls.addLayout(row_of(self.part, self.buttons))
        controls.addWidget(self.progress)
        row.addLayout(texts, 1)
        row.addLayout(controls)
        row.setAlignment(controls, Qt.AlignmentFlag.AlignTop)
