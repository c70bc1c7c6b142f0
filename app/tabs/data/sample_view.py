"""Examples of the data: of all classes, of one class, or duplicates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.tabs.data.sample_dialog import SampleDialog
from app.tabs.data.sample_grid import MAX_EXAMPLES_SHOWN, SampleGrid
from app.widgets.elements import push_button, without_margins
from app.widgets.form import Choice
from app.widgets.layouts.flow_layout import FlowLayout
from nncore.data.dataset import NO_CLASS, Dataset
from nncore.data.statistics import DatasetStatistics

PARTS = {"training": "training part", "validation": "validation part", "test": "test part"}
ALL_SAMPLES = "all"
"""The choice of all images."""

DUPLICATES = "duplicates"
"""The choice of images that occur more than once."""

CONFLICTS = "conflicts"
"""The choice of equal images with different labels."""


class SampleView(QWidget):
    """Shows a random sample of a part of the data. `part_chosen`: the user has selected another part."""

    part_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._empty = ""
        self._statistics: DatasetStatistics | None = None
        self._rng = np.random.default_rng(0)
        self.part, self.class_choice = Choice({}), Choice({})
        self.again_button = push_button("A&nother sample", "Show other random examples.", self.show_sample)
        self.grid = SampleGrid()
        self.grid.example_opened.connect(self._open_example)
        self.part.setToolTip("The part of the data to show.")
        self.part.setAccessibleName("Part of the data")
        self.class_choice.setToolTip("Show examples of all classes, of one class, or duplicates.")
        self.class_choice.setAccessibleName("Which examples")
        self.part.currentIndexChanged.connect(self._emit_part)
        self.class_choice.currentIndexChanged.connect(self.show_sample)
        choices = QWidget()
        choices.setLayout(FlowLayout(self.part, self.class_choice))
        choices.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = without_margins(QVBoxLayout(self))
        layout.addLayout(FlowLayout(choices, self.again_button))
        layout.addWidget(self.grid, 1)
        self.show_data(None)

    @property
    def chosen_part(self) -> str:
        """The key of the selected part; "" without data."""
        return self.part.currentData() or ""

    def set_parts(self, parts: list[str]) -> None:
        """Offer these keys of PARTS and select the first, without emitting `part_chosen`."""
        self.part.blockSignals(True)
        self.part.clear()
        for part in parts:
            self.part.addItem(PARTS[part], part)
        self.part.blockSignals(False)

    def show_data(self, dataset: Dataset | None, empty: str = "") -> None:
        """Show a sample of `dataset`; for None the sentence `empty`."""
        self._dataset, self._statistics = dataset, None
        self._empty = empty
        self._list_choices()

    def show_statistics(self, statistics: DatasetStatistics) -> None:
        """Offer also the duplicates that `statistics` contains."""
        self._statistics = statistics
        chosen = self.class_choice.currentData()
        self._list_choices(chosen)

    def _list_choices(self, chosen: object = ALL_SAMPLES) -> None:
        names = self._dataset.class_names if self._dataset is not None else ()
        choices: list[tuple[str, object]] = [("all classes" if names else "all", ALL_SAMPLES)]
        choices += [(name, index) for index, name in enumerate(names)]
        statistics = self._statistics
        if statistics is not None and statistics.no_class:
            choices.append(("no class", NO_CLASS))
        if statistics is not None and statistics.duplicates:
            choices.append((f"duplicates ({statistics.duplicate_count:,})", DUPLICATES))
        if statistics is not None and statistics.conflicts:
            choices.append((f"conflicting labels ({statistics.conflict_count:,})", CONFLICTS))
        self.class_choice.blockSignals(True)
        before = self.class_choice.currentData()
        self.class_choice.clear()
        for text, data in choices:
            self.class_choice.addItem(text, data)
        place = next((n for n, (_, data) in enumerate(choices) if data == chosen and type(data) is type(chosen)), 0)
        self.class_choice.setCurrentIndex(place)
        self.class_choice.blockSignals(False)
        for widget in (self.part, self.class_choice, self.again_button):
            widget.setEnabled(self._dataset is not None)
        if statistics is None or before != choices[place][1]:
            self.show_sample()

    @Slot()
    def show_sample(self) -> None:
        """Show another sample of the selected examples."""
        if self._dataset is None:
            self.grid.show_rows(None, np.empty(0, np.intp), self._empty)
            return
        self.grid.show_rows(self._dataset, self._selected_rows(self._dataset), "This part has no such examples.")
        self.again_button.setEnabled(self.class_choice.currentData() not in (DUPLICATES, CONFLICTS))

    def _selected_rows(self, dataset: Dataset) -> NDArray[np.intp]:
        which, statistics = self.class_choice.currentData(), self._statistics
        if which in (DUPLICATES, CONFLICTS) and statistics is not None:
            groups = statistics.duplicates if which == DUPLICATES else statistics.conflicts
            return np.array([row for group in groups for row in group], np.intp)
        if which == ALL_SAMPLES or which is None:
            return self._rng.permutation(len(dataset))[:MAX_EXAMPLES_SHOWN]
        rows = np.flatnonzero(dataset.targets(slice(None)) == which)
        return self._rng.permutation(rows)[:MAX_EXAMPLES_SHOWN]

    @Slot(int)
    def _open_example(self, row: int) -> None:
        """Show the numbers of an example."""
        if self._dataset is not None:
            one = np.array([row])
            data = self._dataset
            values = data.take(one).images[0] if data.is_bytes else data.inputs(one)[0].reshape(-1)
            SampleDialog(values, self.grid.label(row), row + 1, self).open()

    @Slot()
    def _emit_part(self) -> None:
        if self.part.count():
            self.part_chosen.emit()
