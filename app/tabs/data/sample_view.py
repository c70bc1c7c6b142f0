"""Samples of the data: of all classes, of one class, or duplicates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.data.sample_grid import MOST_SHOWN, SampleGrid
from nncore.data.dataset import NO_CLASS, Dataset
from nncore.data.statistics import DatasetStatistics

PARTS = {"training": "training part", "validation": "validation part", "test": "test part"}
ALL, TWICE, CONFLICTS = "all", "twice", "conflicts"


class SampleView(QWidget):
    """Shows a random sample; `part_chosen`: another part of the data was selected."""

    part_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._figures: DatasetStatistics | None = None
        self._rng = np.random.default_rng(0)
        self.part, self.which, self.again = QComboBox(), QComboBox(), QPushButton("A&nother sample")
        self.grid = SampleGrid()
        self.part.setToolTip("The part of the data to show.")
        self.part.setAccessibleName("Part of the data")
        self.which.setToolTip("Show examples of all classes, of one class, or duplicates.")
        self.which.setAccessibleName("Which examples")
        self.again.setToolTip("Show other random examples.")
        self.part.currentIndexChanged.connect(self._tell_part)
        self.which.currentIndexChanged.connect(self.show_sample)
        self.again.clicked.connect(self.show_sample)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.part)
        row.addWidget(self.which)
        row.addStretch(1)
        row.addWidget(self.again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(row)
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
        self._dataset, self._figures = dataset, None
        self._empty = empty
        self._offer()

    def show_figures(self, figures: DatasetStatistics) -> None:
        """Offer also the duplicates found by the statistics."""
        self._figures = figures
        chosen = self.which.currentData()
        self._offer(chosen)

    def _offer(self, chosen: object = ALL) -> None:
        names = self._dataset.class_names if self._dataset is not None else ()
        offers: list[tuple[str, object]] = [("all classes" if names else "all", ALL)]
        offers += [(name, number) for number, name in enumerate(names)]
        figures = self._figures
        if figures is not None and figures.no_class:
            offers.append(("no class", NO_CLASS))
        if figures is not None and figures.duplicates:
            offers.append((f"duplicates ({figures.duplicate_count:,})", TWICE))
        if figures is not None and figures.conflicts:
            offers.append((f"conflicting labels ({figures.conflict_count:,})", CONFLICTS))
        self.which.blockSignals(True)
        before = self.which.currentData()
        self.which.clear()
        for words, data in offers:
            self.which.addItem(words, data)
        place = next((n for n, (_, data) in enumerate(offers) if data == chosen and type(data) is type(chosen)), 0)
        self.which.setCurrentIndex(place)
        self.which.blockSignals(False)
        for widget in (self.part, self.which, self.again):
            widget.setEnabled(self._dataset is not None)
        if figures is None or before != offers[place][1]:
            self.show_sample()

    @Slot()
    def show_sample(self) -> None:
        """Show another sample of the selected examples."""
        if self._dataset is None:
            self.grid.show_rows(None, np.empty(0, np.intp), self._empty)
            return
        self.grid.show_rows(self._dataset, self._chosen(self._dataset), "This part has no such examples.")
        self.again.setEnabled(self.which.currentData() not in (TWICE, CONFLICTS))

    def _chosen(self, dataset: Dataset) -> NDArray[np.intp]:
        which, figures = self.which.currentData(), self._figures
        if which in (TWICE, CONFLICTS) and figures is not None:
            groups = figures.duplicates if which == TWICE else figures.conflicts
            return np.array([row for group in groups for row in group], np.intp)
        if which == ALL or which is None:
            return self._rng.permutation(len(dataset))[:MOST_SHOWN]
        rows = np.flatnonzero(dataset.targets(slice(None)) == which)
        return self._rng.permutation(rows)[:MOST_SHOWN]

    @Slot()
    def _tell_part(self) -> None:
        if self.part.count():
            self.part_chosen.emit()
