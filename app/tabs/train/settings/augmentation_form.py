"""The settings of the augmentation, with digits that show what they do."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit

from app.tabs.train.settings.augmentation_preview import AugmentationPreview
from app.widgets.elements import push_button
from app.widgets.form import LOCKED, SettingsForm
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES
from nncore.preprocessing.augmentation import MAX_DISTORTION, Augmentation
from nncore.reporting.number_text import decimal_text, exact_text
from nncore.training.config import SETTINGS
from nncore.training.settings import NumberRange, Setting

DEFAULT_AUGMENTATION = RECIPES["convnet"].config.augmentation or Augmentation(shift=1.5, rotation=10)
"""The distortions that the form proposes if there are none yet: those of the most accurate recipe."""

SWITCHED_OFF = "Tick “distort images” to change this."
TIPS = {
    "shift": ("shift, pixels", "How far images are moved, in each direction"),
    "rotation": ("rotation, degrees", "How far images are turned, in each direction"),
    "scale": ("size, fraction", "How much images are stretched or shrunk in width and height (0.1: up to a tenth)"),
    "slant": ("slant", "How far images are slanted, in pixels sideways per pixel of height"),
    "elastic": ("elastic, pixels", "How far a smooth random field bends the strokes"),
    "thickness": ("thickness, pixels", "How much thicker or thinner strokes get"),
    "noise": ("noise, fraction of ink", "How much random ink is added to each pixel"),
}


class AugmentationForm(SettingsForm):
    """A form for an Augmentation that can be switched off."""

    def __init__(self) -> None:
        super().__init__()
        self._running = False
        self.distort = QCheckBox("distort images")
        self.add("augmentation", "augmentation", self.distort, SETTINGS["augmentation"].help)
        self.preview = AugmentationPreview()
        others_tip = "Show the same digits, distorted in other ways."
        self.others_button = push_button("Other examples", others_tip, self.preview.draw_others)
        self.add_full_width(self.preview)
        self.add_full_width(self.others_button)
        for field, (name, tip) in TIPS.items():
            sentence = f"{tip}, 0 to {decimal_text(MAX_DISTORTION[field], 6)}. 0 switches it off; the maximum "
            "makes digits unreadable."
            edit = QLineEdit()
            edit.textChanged.connect(self._on_edit)
            self.add(field, name, edit, sentence)
            self.edits[field] = edit
        self.distort.toggled.connect(self._on_edit)
        self.getters["augmentation"] = self.augmentation
        self.show_augmentation(None)

    def augmentation(self) -> Augmentation | None:
        """The distortions; None if switched off. Raises SettingError("augmentation") for the first invalid one."""
        if not self.distort.isChecked():
            return None
        return Augmentation(**{field: self._read(field) for field in self.edits})

    def show_augmentation(self, augmentation: Augmentation | None) -> None:
        """Show these distortions; for None, show the usual ones, switched off."""
        for field, edit in self.edits.items():
            with QSignalBlocker(edit):
                edit.setText(exact_text(getattr(augmentation or DEFAULT_AUGMENTATION, field)))
        self.distort.setChecked(augmentation is not None)
        self._on_edit()

    def set_running(self, running: bool) -> None:
        """Lock all rows during a run, or unlock them."""
        self._running = running
        self._lock_rows()

    def show_problems(self, problems: dict[str, SettingError]) -> None:
        """Mark each invalid distortion, or the whole augmentation if the data has no images."""
        any_is_invalid = False
        for field in self.edits:
            sentence = ""
            if self.distort.isChecked():
                try:
                    self._read(field)
                except SettingError as problem:
                    sentence, any_is_invalid = str(problem), True
            self.rows[field].show_message(sentence)
        self.rows["augmentation"].show_message("" if any_is_invalid else str(problems.get("augmentation", "")))

    def _read(self, field: str) -> float:
        label = TIPS[field][0].split(",")[0]
        value: float = Setting(label, "number", range=NumberRange(0, MAX_DISTORTION[field]), name="augmentation").read(
            self.edits[field].text()
        )
        return value

    @Slot()
    def _on_edit(self) -> None:
        self._lock_rows()
        with suppress(SettingError):  # the row shows the problem; the last examples stay
            self.preview.set_augmentation(self.augmentation())
        self.changed.emit()

    def _lock_rows(self) -> None:
        locked = LOCKED if self._running else ""
        self.rows["augmentation"].lock(locked)
        for field in self.edits:
            self.rows[field].lock(locked or ("" if self.distort.isChecked() else SWITCHED_OFF))
