"""The start page: what a new user can do first. It is shown at the first start, and from the menu."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.dialogs.help.help_keys import add_help_keys
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.widgets.elements import push_button, text_label

WIDTH = 520
"""Width of the page in pixels."""


class ChoiceButton(QPushButton):
    """A wide button with a title and one sentence below it."""

    def __init__(self, title: str, sentence: str, key_hint: str = "") -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.setToolTip(f"{sentence} {key_hint}".strip())
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        name, below = text_label(title), text_label(sentence, "quiet")
        font = QFont(name.font())
        font.setWeight(QFont.Weight.DemiBold)
        name.setFont(font)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GAP, GROUP_GAP, GAP)
        layout.setSpacing(GAP // 2)
        for label in (name, below):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)

    def hasHeightForWidth(self) -> bool:
        """With a large font the sentence has several lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the two texts at this width, in pixels."""
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else super().heightForWidth(width)

    def sizeHint(self) -> QSize:
        """The size of the two texts."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The size hint: no text may be cut."""
        return self.sizeHint()


class StartPage(QDialog):
    """A small window beside the main window, which stays usable. Esc, or a click in the main window, closes it."""

    draw_chosen = Signal()
    """Draw a digit."""
    train_chosen = Signal()
    """Train the first network."""
    open_chosen = Signal()
    """Open a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Welcome to Digit Lab")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_help_keys(self, "first_steps")
        self.draw = ChoiceButton("Draw a digit", "See what a trained network reads while you draw.")
        self.train = ChoiceButton(
            "Train your first network", "Watch it learn for some seconds, then let each of its epochs read your digit."
        )
        self.open_file = ChoiceButton("Open a file", "A model, a data set, or a picture of a digit.")
        self.close_button = push_button("Continue without this page", "Close this page (Esc).", self.reject)
        self.close_button.setAutoDefault(False)
        for button, signal in (
            (self.draw, self.draw_chosen), (self.train, self.train_chosen), (self.open_file, self.open_chosen),
        ):  # fmt: skip
            button.clicked.connect(self.accept)
            button.clicked.connect(signal)
        self._has_been_active = False
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addWidget(text_label("Welcome to Digit Lab", "title"))
        layout.addWidget(text_label("See a neural network learn to read handwriting. What do you want to do?"))
        layout.addSpacing(GAP)
        for button in (self.draw, self.train, self.open_file):
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addSpacing(GAP)
        hint = text_label("This page is also in the menu. F1 opens the guide.", "quiet")
        layout.addWidget(hint)
        layout.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(WIDTH)
        self.draw.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Be high enough for the wrapped sentences, whose font is known now."""
        super().showEvent(event)
        layout = self.layout()
        assert layout is not None
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Close when the user continues in the main window; at the start that window may get the focus first."""
        if new is None:
            return
        if new.window() is self:
            self._has_been_active = True
        elif self._has_been_active and self.isVisible() and new.window() is self.parentWidget():
            self.reject()
