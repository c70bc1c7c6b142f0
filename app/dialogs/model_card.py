"""The model card: architecture, origin and accuracy of a model."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.dialogs.help.help_keys import add_help_keys
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.widgets.elements import text_label
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.plain_text import plain_tooltip
from nncore.errors import SettingError
from nncore.experiments.run_log.descriptions import recipe_title
from nncore.experiments.run_log.logged_run import RunSettings
from nncore.experiments.run_log.model_settings import settings_of_model
from nncore.files.model_file import Model
from nncore.preprocessing.augmentation import DISTORTION_LABELS
from nncore.reporting.number_text import counted_text, decimal_text, percent_text
from nncore.training.config import SETTINGS


def card_rows(model: Model, taught: int = 0) -> list[tuple[str, str]]:
    """The rows of the card as (name, value), without unknown values.

    taught: the number of drawings that a copy of the model, which reads now, has learned.
    """
    card = model.card
    tested = card.test_accuracy is not None
    accuracy = f"{percent_text(card.test_accuracy)} of the test set read correctly" if tested else "not tested"
    rows = [
        ("Accuracy", accuracy),
        ("Taught", f"{counted_text(taught, 'drawing')} of yours, after the accuracy was measured" if taught else ""),
        ("Unseen writers", _writers(card.writer_accuracy)),
        ("Network", model.spec.summary.replace("-", "–") + f", {model.spec.parameter_count:,} weights"),
        ("Data", card.data),
        ("Recipe", recipe_title(card.recipe) or "settings of the Train tab"),
        ("Settings", _settings(card.settings)),
        ("Epochs", str(card.epochs)),
        ("Seed", "" if card.seed is None else str(card.seed)),
        ("Created", card.created),
        ("Digit Lab version", card.version),
        ("Notes", card.notes),
    ]
    return [(name, value) for name, value in rows if value]


def _writers(accuracy: Mapping[str, float]) -> str:
    """The accuracy on writers that the network never saw: the mean, then each writer."""
    if not accuracy:
        return ""
    mean = sum(accuracy.values()) / len(accuracy)
    lowest = min(accuracy.values())
    each = ", ".join(f"{name}: {percent_text(value, 1)}" for name, value in accuracy.items())
    return (
        f"{percent_text(mean)} on average, {percent_text(lowest)} at lowest; each of {len(accuracy)} "
        "writers was read by a network trained "
        f"without that writer.\n{each}"
    )


def _settings(settings: Mapping[str, object]) -> str:
    """The settings of a run in one line, without those that are off."""
    return ", ".join(_setting(name, value) for name, value in settings.items() if value or name == "batch_size")


def _setting(name: str, value: object) -> str:
    setting = SETTINGS.get(name)
    label = setting.label if setting else DISTORTION_LABELS.get(name, name.replace("_", " "))
    if isinstance(value, dict):
        return f"{label} ({_settings(value)})"
    if value is True:
        return label
    if setting is not None and isinstance(value, str | int | None):
        return f"{label} {setting.in_words(value)}"
    return f"{label} {decimal_text(value, 6)}" if isinstance(value, float) else f"{label} {value}"


class ModelCardDialog(QDialog):
    """Shows the card of a model as selectable text. settings_requested: the RunSettings with which it was trained."""

    settings_requested = Signal(RunSettings)

    def __init__(self, model: Model, taught: int = 0, parent: QWidget | None = None) -> None:
        """taught: as for `card_rows`."""
        super().__init__(parent)
        self.setWindowTitle(f"Model card: {model.card.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_help_keys(self, "models")
        title = text_label(model.card.name, "title")
        form = QFormLayout()
        form.setContentsMargins(0, 0, GAP, 0)
        form.setHorizontalSpacing(GROUP_GAP)
        form.setVerticalSpacing(GAP)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for name, value in card_rows(model, taught):
            text = text_label(value)
            text.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            text.setAccessibleName(name)
            form.addRow(text_label(name, "quiet", wraps=False), text)
        page = QWidget()
        page.setLayout(form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(page)
        scroll.setAccessibleName("Model card, scrollable")
        FocusBorder(scroll)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip("Close the card (Esc).")
        buttons.rejected.connect(self.reject)
        self.settings_button = self._settings_button(model)
        buttons.addButton(self.settings_button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addWidget(title)
        layout.addWidget(scroll)
        layout.addWidget(buttons)
        line = self.fontMetrics().height()
        self.resize((QSize(35, 30) * line).boundedTo(self.screen().availableSize() * 0.9))

    def _settings_button(self, model: Model) -> QPushButton:
        """The button that shows the settings of the model; if the file does not have them, its tooltip says so."""
        button = QPushButton("Open settings in &Train")
        try:
            settings = settings_of_model(model.spec, model.card)
        except SettingError as problem:
            button.setEnabled(False)
            button.setToolTip(plain_tooltip(str(problem)))
            return button
        button.setToolTip("Show its training settings, to change them and train again.")
        button.clicked.connect(lambda: self.settings_requested.emit(settings))
        button.clicked.connect(self.accept)
        return button
