"""One drawing of a test, enlarged: requested digit, digit read, why, and a button that teaches the digit."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.tabs.my_hand.drawing_explanation import DrawingExplanation
from app.tabs.my_hand.formatting import caption, probabilities_in_words
from app.widgets.elements import enable, push_button, text_label, without_margins
from app.widgets.explanation import describe_occlusion, with_article
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.occlusion_view import OcclusionView
from nncore.handwriting.personal_test.result import ReadDrawing
from nncore.preprocessing.ink import Ink

NOTHING_SELECTED = "Select a drawing to see which part its answer depends on."
COMPUTING_OCCLUSION = "Computing which part the answer depends on …"
NO_MODEL_FOR_A_MAP = "Open a model that reads digits to see which part its answer depends on."


class DrawingView(QWidget):
    """Shows a ReadDrawing and, once it is computed, its DrawingExplanation.

    `teach_requested` carries the ink and the requested digit, `show_requested` the ink.
    """

    teach_requested = Signal(Ink, int)
    show_requested = Signal(Ink)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drawing: ReadDrawing | None = None
        self._taught: set[int] = set()
        self._obstacle = ""
        self.image_view = OcclusionView()
        self.title, self.sentence = text_label(style="group"), text_label()
        self.occlusion_text = text_label(style="quiet")
        self.teach_button = push_button("", "", self._teach)
        show_tip = "Show this drawing on the canvas of the Draw tab."
        self.show_button = push_button("Sho&w on Draw", show_tip, self._request_show)
        # The second one is as wide as its text, which changes; with a large font it is in a line of its own.
        buttons = FlowLayout(self.show_button, self.teach_button)
        page = without_margins(QVBoxLayout(self))
        page.addWidget(self.title)
        page.addWidget(self.image_view, 100)  # takes all the space while it is shown
        page.addWidget(self.sentence)
        page.addWidget(self.occlusion_text)
        page.addLayout(buttons)
        page.addStretch()
        self.show_drawing(None)

    def show_drawing(self, drawing: ReadDrawing | None) -> None:
        """Show `drawing`, without its explanation yet; nothing for None."""
        self.drawing = drawing
        self.image_view.show_image(None)
        self.title.setText(caption(drawing).capitalize() if drawing else "")
        self.sentence.setText(probabilities_in_words(drawing) if drawing else "")
        self.occlusion_text.setText(COMPUTING_OCCLUSION if drawing else NOTHING_SELECTED)
        for widget in (self.title, self.sentence, self.image_view, self.teach_button, self.show_button):
            widget.setVisible(drawing is not None)
        self._update_teach_button()

    def show_explanation(self, explanation: DrawingExplanation) -> None:
        """Show how the current model reads the drawing."""
        self.image_view.show_image(explanation.image, explanation.occlusion)
        if explanation.occlusion is None or explanation.digit is None or self.drawing is None:
            self.occlusion_text.setText(NO_MODEL_FOR_A_MAP)
        else:
            previous_digit = int(self.drawing.probabilities.argmax())
            digit = with_article(explanation.digit)
            now = "" if explanation.digit == previous_digit else f"The current model reads {digit}. "
            self.occlusion_text.setText(now + describe_occlusion(explanation.occlusion, digit))
        self.image_view.setAccessibleDescription(self.occlusion_text.text())

    def enable_teaching(self) -> None:
        """Enable the teach button for every drawing again."""
        self._taught.clear()
        self._update_teach_button()

    def set_teaching_obstacle(self, reason: str) -> None:
        """Disable the teach button because of `reason`, a sentence; "" enables it."""
        if reason != self._obstacle:
            self._obstacle = reason
            self._update_teach_button()

    def _update_teach_button(self) -> None:
        if self.drawing is None:
            return
        taught = id(self.drawing) in self._taught
        digit = self.drawing.prompted
        self.teach_button.setText(f"&Teach it as {with_article(digit)}")
        obstacle = "The model has already learned this drawing." if taught else self._obstacle
        purpose = f"Teach the model that you write {with_article(digit)} like this. The drawing stays on this computer."
        enable(self.teach_button, purpose, obstacle)

    @Slot()
    def _teach(self) -> None:
        if self.drawing is not None:
            self._taught.add(id(self.drawing))
            self._update_teach_button()
            self.show_button.setFocus()  # the pressed button is disabled now
            self.teach_requested.emit(self.drawing.ink, self.drawing.prompted)

    @Slot()
    def _request_show(self) -> None:
        if self.drawing is not None:
            self.show_requested.emit(self.drawing.ink)
