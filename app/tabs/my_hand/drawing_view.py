"""One drawing of a test in large: what was asked, what was read and why, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.my_hand.explain import Look
from app.tabs.my_hand.texts import caption, how_sure
from app.widgets.explanation import a_digit, what_mattered
from app.widgets.occlusion_view import LookedAt
from nncore.handwriting.personal_test.result import ReadDrawing

NOTHING = "Choose a drawing, and what the network looked at will appear here."
LOOKING = "Finding out what the network looked at …"
NO_NETWORK = "Open a model that reads digits, and what it looks at will be marked here."


class DrawingView(QWidget):
    """Shows a ReadDrawing and, when it comes, the Look at it.

    `teach_requested` carries the ink and the digit asked for, `show_requested` the ink.
    """

    teach_requested = Signal(object, int)
    show_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drawing: ReadDrawing | None = None
        self._taught: set[int] = set()
        self.picture = LookedAt()
        self.title, self.sentence, self.why = QLabel(), QLabel(), QLabel()
        self.title.setProperty("group", True)
        self.why.setProperty("quiet", True)
        for label in (self.title, self.sentence, self.why):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.teach_button, self.show_button = QPushButton(), QPushButton("Sho&w on Draw")
        self.show_button.setToolTip("Put this drawing on the canvas of the Draw tab.")
        self.teach_button.clicked.connect(self._teach)
        self.show_button.clicked.connect(self._show)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self.teach_button)
        buttons.addWidget(self.show_button)
        buttons.addStretch()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(GAP)
        page.addWidget(self.title)
        page.addWidget(self.picture, 100)  # all the room while it is shown
        page.addWidget(self.sentence)
        page.addWidget(self.why)
        page.addLayout(buttons)
        page.addStretch()
        self.show_drawing(None)

    def show_drawing(self, drawing: ReadDrawing | None) -> None:
        """Show `drawing`, still without a Look; or nothing."""
        self.drawing = drawing
        self.picture.show_picture(None)
        self.title.setText(caption(drawing).capitalize() if drawing else "")
        self.sentence.setText(how_sure(drawing) if drawing else "")
        self.why.setText(LOOKING if drawing else NOTHING)
        for widget in (self.title, self.sentence, self.picture, self.teach_button, self.show_button):
            widget.setVisible(drawing is not None)
        self._name_teaching()

    def show_look(self, look: Look) -> None:
        """Show what the model in use makes of the drawing."""
        self.picture.show_picture(look.image, look.looked)
        if look.looked is None or look.digit is None or self.drawing is None:
            self.why.setText(NO_NETWORK)
        else:
            before = int(self.drawing.probabilities.argmax())
            now = "" if look.digit == before else f"The model in use now reads {a_digit(look.digit)}. "
            self.why.setText(now + what_mattered(look.looked, a_digit(look.digit)))
        self.picture.setAccessibleDescription(self.why.text())

    def forget_taught(self) -> None:
        """Offer to teach every drawing anew."""
        self._taught.clear()
        self._name_teaching()

    def _name_teaching(self) -> None:
        if self.drawing is None:
            return
        taught = id(self.drawing) in self._taught
        digit = self.drawing.prompted
        self.teach_button.setText("Taught" if taught else f"&Teach it as {a_digit(digit)}")
        self.teach_button.setEnabled(not taught)
        self.teach_button.setToolTip(
            "This drawing was handed to Teach my hand already."
            if taught
            else f"Let the model learn from this drawing that your {digit} looks like that. Nothing is sent anywhere."
        )

    @Slot()
    def _teach(self) -> None:
        if self.drawing is not None:
            self._taught.add(id(self.drawing))
            self._name_teaching()
            self.show_button.setFocus()  # the button pressed is disabled now
            self.teach_requested.emit(self.drawing.ink, self.drawing.prompted)

    @Slot()
    def _show(self) -> None:
        if self.drawing is not None:
            self.show_requested.emit(self.drawing.ink)
