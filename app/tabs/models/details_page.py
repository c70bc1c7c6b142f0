"""The page of one model: its first layer, its name and note to edit, and where it comes from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.background.throttle import SAVE_MILLISECONDS, Throttle
from app.storage.models.model_library import KeptModel
from app.style.theme import GAP, GROUP_GAP, colours_of
from app.tabs.models.library_work import LibraryWork
from app.tabs.models.model_list import accuracy_text, data_text
from app.widgets.elements import text_label
from app.widgets.weight_picture import weight_pixmap
from nncore.experiments.recipes import RECIPES

PAGE_TILES = 16
"""Units in the picture of a model on its page."""

PICTURE_SIDE = 216
NO_SELECTION = "Select a model to see it. Select two to compare them."
PICTURE_HINT = (
    "The weights of the first layer, of the units with the largest ones: ink on a blue pixel excites the unit, "
    "ink on an orange one inhibits it."
)


class DetailsPage(QWidget):
    """Shows a KeptModel. `label_edited` carries its path, "name" or "note", and the text, while it is typed."""

    label_edited = Signal(Path, str, str)

    def __init__(self, work: LibraryWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._model: KeptModel | None = None
        self.throttle = Throttle(SAVE_MILLISECONDS, self)
        self.throttle.due.connect(self._save)
        self.name, self.note = QLineEdit(), QLineEdit()
        self._before = {"name": "", "note": ""}
        self._edited: set[str] = set()
        for field, edit, purpose in (
            ("name", self.name, "The name of this model; empty for the name of its network."),
            ("note", self.note, "Your note on this model. It is exported with the model."),
        ):
            edit.setObjectName(field)
            edit.setAccessibleName(f"{field.capitalize()} of the model")
            edit.setToolTip(purpose)
            edit.textEdited.connect(self._note_edit)
            edit.editingFinished.connect(self.flush)
            edit.installEventFilter(self)
        self.note.setPlaceholderText("a note")
        self.picture, self.picture_hint = QLabel(), text_label(PICTURE_HINT, "quiet")
        self.picture.setAccessibleName("Weights of the first layer")
        self.empty_label, self.error = text_label(NO_SELECTION, "quiet"), text_label(style="error")
        self.empty_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.facts: dict[str, QLabel] = {}
        self.content = QWidget()
        self._compose()
        work.picture_made.connect(self._show_picture)
        self.show_model(None)

    def _compose(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(GROUP_GAP)
        form.setVerticalSpacing(GAP)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for title, widget in (("Name", self.name), ("Note", self.note)):
            form.addRow(text_label(title, "quiet", wraps=False), widget)
        for title in ("Accuracy", "Network", "Data", "Recipe", "Epochs", "Created", "File"):
            fact = text_label()
            fact.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            fact.setAccessibleName(title)
            self.facts[title] = fact
            form.addRow(text_label(title, "quiet", wraps=False), fact)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, GAP, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.error)
        column.addLayout(form)
        column.addSpacing(GAP)
        column.addWidget(self.picture)
        column.addWidget(self.picture_hint)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.addWidget(self.empty_label, 1)
        layout.addWidget(self.content, 1)

    def show_model(self, model: KeptModel | None) -> None:
        """Show a model; a text that is being edited stays while it is the same model."""
        is_same = self._model is not None and model is not None and self._model.path == model.path
        if not is_same:
            self.flush()
            self._edited.clear()
        self._model = model
        self.empty_label.setVisible(model is None)
        self.content.setVisible(model is not None)
        if model is None:
            return
        for field, edit, text in (("name", self.name, model.name), ("note", self.note, model.note)):
            if field not in self._edited or not edit.hasFocus():
                edit.setText(" ".join(text.split()))
                edit.setCursorPosition(0)
                edit.setReadOnly(model.is_bundled)
                self._before[field] = edit.text()
        self._show_facts(model)
        self._show_picture(model.path)

    def _show_facts(self, model: KeptModel) -> None:
        header = model.header
        self.error.setText(model.problem)
        self.error.setVisible(bool(model.problem))
        card = header.card if header else None
        recipe = RECIPES[card.recipe].title if card and card.recipe in RECIPES else ""
        tested = card is not None and card.test_accuracy is not None
        accuracy = f"{accuracy_text(model)} of the test images" if tested else "not tested"
        weights = f", {header.spec.parameter_count:,} weights" if header else ""
        for title, text in (
            (
                "Accuracy",
                accuracy,
            ),
            ("Network", f"{header.spec.summary}{weights}" if header else ""),
            ("Data", data_text(model)),
            ("Recipe", recipe),
            ("Epochs", f"{card.epochs:,}" if card else ""),
            ("Created", model.created),
            ("File", model.path.name),
        ):
            self.facts[title].setText(text or "–")

    @Slot(Path)
    def _show_picture(self, path: Path) -> None:
        model = self._model
        if model is None or model.path != path:
            return
        found = self._work.picture(path, model.changed, PAGE_TILES) if model.header else None
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap() if found is None else weight_pixmap(found, PICTURE_SIDE, colours_of(self), ratio)
        self.picture.setPixmap(pixmap)
        self.picture_hint.setVisible(found is not None)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._model is not None:
            self._show_picture(self._model.path)

    # ----------------------------------------------------------------- editing

    @Slot()
    def _note_edit(self) -> None:
        self._edited.add(self.sender().objectName())
        self.throttle.request()

    @Slot()
    def _save(self) -> None:
        if self._model is not None:
            for field in sorted(self._edited):
                edit = self.name if field == "name" else self.note
                self.label_edited.emit(self._model.path, field, edit.text())

    @Slot()
    def flush(self) -> None:
        """Save what is being typed now."""
        if self._edited:
            self.throttle.flush()
            self._save()
            self._edited.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc restores the text from before."""
        is_escape = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if is_escape and event.key() == Qt.Key.Key_Escape and isinstance(watched, QLineEdit):  # type: ignore[attr-defined]
            field = watched.objectName()
            if field in self._edited:
                watched.setText(self._before[field])
                self.flush()
                return True
        return super().eventFilter(watched, event)
