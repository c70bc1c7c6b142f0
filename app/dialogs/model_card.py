"""The model card: what a model is, where it comes from, how good it is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from nncore.files.model_file import Model


def card_rows(model: Model) -> list[tuple[str, str]]:
    """The card as (what, value) for a reader; what is not known is left out."""
    card = model.card
    tested = card.test_accuracy is not None
    accuracy = f"{card.test_accuracy:.2%} of the test set read correctly" if tested else "not tested"
    rows = [
        ("Accuracy", accuracy),
        ("Unseen writers", _writers(card.writer_accuracy)),
        ("Network", model.spec.summary.replace("-", "–") + f", {model.spec.parameter_count:,} weights"),
        ("Data", card.data),
        ("Recipe", card.recipe or "made in the Train tab"),
        ("Settings", _settings(card.settings)),
        ("Epochs", str(card.epochs)),
        ("Seed", "" if card.seed is None else str(card.seed)),
        ("Made", card.created),
        ("Digit Lab version", card.version),
        ("Notes", card.notes),
    ]
    return [(what, value) for what, value in rows if value]


def _writers(accuracy: Mapping[str, float]) -> str:
    """How well writers are read whom the network never saw: the mean, then each of them."""
    if not accuracy:
        return ""
    mean = sum(accuracy.values()) / len(accuracy)
    lowest = min(accuracy.values())
    each = ", ".join(f"{name}: {share:.1%}" for name, share in accuracy.items())
    return (
        f"{mean:.2%} on average, {lowest:.2%} at least; each of {len(accuracy)} writers by a network that was trained "
        f"without them.\n{each}"
    )


def _settings(settings: Mapping[str, object]) -> str:
    """The settings of a run in one line; what is off, which most are, is left out."""
    shown = [_setting(name, value) for name, value in settings.items() if value or name == "batch_size"]
    return ", ".join(shown)


def _setting(name: str, value: object) -> str:
    words = name.replace("_", " ")
    if isinstance(value, dict):
        return f"{words} ({_settings(value)})"
    if value is None:
        return f"{words} full"  # one batch of all examples
    if value is True:
        return words
    return f"{words} {value:g}" if isinstance(value, float) else f"{words} {value}"


class ModelCardDialog(QDialog):
    """Shows the card of one model; its text can be selected."""

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Model card: {model.card.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = QLabel(model.card.name)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        title.setProperty("title", True)
        form = QFormLayout()
        form.setHorizontalSpacing(GROUP_GAP)
        form.setVerticalSpacing(GAP)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for what, value in card_rows(model):
            name, text = QLabel(what), QLabel(value)
            name.setProperty("quiet", True)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            text.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            text.setAccessibleName(what)
            form.addRow(name, text)
        page = QWidget()
        page.setLayout(form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addWidget(title)
        layout.addWidget(scroll)
        layout.addWidget(buttons)
        self.resize(560, 480)
