"""The Data tab: contents of the data set, and other data to use."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.background.task_queue import TaskQueue, is_cancelled
from app.storage.data_sources import (
    DataReader,
    LoadedData,
    combine,
    generate_digits,
    load_bundled,
    load_own_ink,
    load_path,
)
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.data.class_rows import ClassRows
from app.tabs.data.sample_view import PARTS, SampleView
from app.tabs.data.source_panel import SourcePanel
from app.tabs.tab import Tab
from app.widgets.elements import column_of, row_of, text_label
from app.widgets.layouts.vertical_scroll import VerticalScroll
from app.widgets.plain_text import ElidedLabel
from nncore.data.dataset import Dataset, Splits
from nncore.data.statistics import DatasetStatistics, dataset_statistics
from nncore.reporting.number_text import counted_text, decimal_text, percent_text

READING = "The data is still being read."
STATISTICS_WIDTH = 330
"""Smallest width of the statistics in pixels."""


class DataTab(Tab):
    """Shows the data given to `set_data`. Call `finish` before it is destroyed."""

    data_chosen = Signal(Splits)
    """The Splits to use now."""
    path_opened = Signal(Path)
    """The file or folder whose data was read."""
    fraction_chosen = Signal(float)
    """The fraction of the training part to hold out for validation, 0 to 0.5."""
    progressed = Signal(float)
    """The fraction of the data that is read, 0 to 1; emitted on the reading thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data: Splits | None = None
        self._without_test: Splits | None = None  # the data before a test part was held out
        self._with_test: Splits | None = None  # the same data with a test part of `_test_fraction`
        self._test_fraction = 0.0
        self.statistics: DatasetStatistics | None = None
        self._reading, self._counting = TaskQueue(self), TaskQueue(self)
        self.panel = SourcePanel()
        self.samples = SampleView()
        self.classes = ClassRows()
        self.name, self.statistics_label = ElidedLabel(), text_label()
        self.sizes, self.counting = text_label(style="quiet", wraps=False), text_label(style="quiet", wraps=False)
        self._lay_out()
        self._connect()
        self.set_data(None)

    def _lay_out(self) -> None:
        self.name.setProperty("title", True)
        statistics = QWidget()
        column = column_of(
            text_label("Classes and mean images", "group"), self.counting, self.classes, self.statistics_label
        )
        column.setContentsMargins(0, 0, GAP, 0)
        column.addStretch(1)
        statistics.setLayout(column)
        page = row_of(
            self.panel,
            _card(self.samples),
            _card(VerticalScroll(statistics, STATISTICS_WIDTH)),
            spacing=GROUP_GAP,
        )
        page.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.name)
        layout.addWidget(self.sizes)
        layout.addLayout(page, 1)

    def _connect(self) -> None:
        panel = self.panel
        panel.path_chosen.connect(self.open_path)
        panel.mnist_requested.connect(partial(self._read, load_bundled))
        panel.own_ink_requested.connect(partial(self._read, load_own_ink))
        panel.synthetic_requested.connect(lambda count, seed: self._read(partial(generate_digits, count, seed)))
        panel.fraction_chosen.connect(self.fraction_chosen)
        panel.test_fraction_chosen.connect(self._hold_out_to_test)
        panel.cancel_requested.connect(lambda: self._reading.cancel("read"))
        self._reading.busy_changed.connect(panel.show_busy)
        self._counting.busy_changed.connect(self._show_counting)
        self.progressed.connect(panel.show_progress)
        self.samples.part_chosen.connect(self._show_part)

    # ------------------------------------------------------------- what is shown

    def set_data(self, data: Splits | None) -> None:
        """Show `data`; None while no data has been read."""
        self.data = data
        if data is not self._with_test:
            self._without_test = data
            self._with_test = None
            self._test_fraction = 0.0
        self._counting.cancel("count")
        parts = [part for part in PARTS if data is not None and getattr(data, part) is not None]
        self.samples.set_parts(parts)
        self.name.set_full_text(data.training.source if data is not None else "No data yet")
        sizes = (f"{len(getattr(data, part)):,} in the {PARTS[part]}" for part in parts)
        self.sizes.setText(" · ".join(sizes) or READING)
        has_validation, has_test = (
            getattr(self._without_test, part, None) is not None for part in ("validation", "test")
        )
        self.panel.set_split(has_validation, has_test, self._test_fraction)
        self._show_part()

    def finish(self) -> bool:
        """Cancel reading and counting and wait; False if a thread does not end."""
        self._reading.cancel("read")
        self._counting.cancel("count")
        return self._reading.finish() and self._counting.finish()

    @Slot()
    def _show_part(self) -> None:
        part = self.samples.chosen_part
        dataset: Dataset | None = getattr(self.data, part) if self.data is not None and part else None
        self.statistics = None
        self.samples.show_data(dataset, READING)
        self.classes.show_statistics(None, ())
        self.statistics_label.setText("")
        self._counting.cancel("count")
        if dataset is not None:
            work = partial(dataset_statistics, dataset, cancelled=is_cancelled)
            self._counting.add("count", work, partial(self._show_statistics, dataset), self.statistics_label.setText)

    def _show_statistics(self, dataset: Dataset, statistics: DatasetStatistics | None) -> None:
        if statistics is None or self.data is None or getattr(self.data, self.samples.chosen_part) is not dataset:
            return
        self.statistics = statistics
        self.classes.show_statistics(statistics, dataset.class_names)
        self.samples.show_statistics(statistics)
        self.statistics_label.setText(describe_statistics(statistics, dataset))

    @Slot(bool)
    def _show_counting(self, is_busy: bool) -> None:
        self.counting.setText("Counting …" if is_busy else "")
        self.counting.setVisible(is_busy)

    # -------------------------------------------------------------- other data

    @Slot(object)
    def open_path(self, path: Path) -> None:
        """Read a file or a folder and use its data."""
        self._read(partial(load_path, path), path)

    @Slot(float)
    def _hold_out_to_test(self, fraction: float) -> None:
        """Use this fraction of the training part as test part."""
        without_test = self._without_test
        if without_test is not None and without_test.test is None and fraction != self._test_fraction:
            self._reading.cancel("read")
            work = partial(without_test.with_test, fraction) if fraction else lambda: without_test
            self._reading.add("read", work, partial(self._use_split, fraction), self.panel.show_message)

    def _use_split(self, fraction: float, data: Splits) -> None:
        self._with_test, self._test_fraction = data, fraction
        self.data_chosen.emit(data)

    def _read(self, source: DataReader, path: Path | None = None) -> None:
        self.panel.show_message("")
        self._reading.cancel("read")
        current = self.data if self.panel.adds_to_current else None
        progress = self.progressed.emit

        def work() -> LoadedData | None:
            loaded = source(progress=progress, cancelled=is_cancelled)
            if loaded is None or current is None:
                return loaded
            return LoadedData(combine(current, loaded.data), loaded.note)

        self._reading.add("read", work, partial(self._use, path), self.panel.show_message)

    def _use(self, path: Path | None, loaded: LoadedData | None) -> None:
        if loaded is None:
            self.panel.show_message("", "Cancelled; the data is unchanged.")
            return
        self.panel.show_message("", loaded.note)
        self.data_chosen.emit(loaded.data)
        if path is not None:
            self.path_opened.emit(path)


def describe_statistics(statistics: DatasetStatistics, dataset: Dataset) -> str:
    """The statistics of a data set, one line each."""
    sides = " x ".join(map(str, dataset.input_shape))
    unit = "pixels" if dataset.is_bytes else "number" if sides == "1" else "numbers"
    lines = [f"{counted_text(statistics.count, 'example')} of {sides} {unit}"]
    if statistics.no_class:
        lines.append(f"{statistics.no_class:,} without a class")
    if statistics.ever_inked is not None:
        inked, pixels = int(statistics.ever_inked.sum()), statistics.ever_inked.size
        lines.append(
            f"pixels: mean {statistics.mean:.3f}, standard deviation {statistics.deviation:.3f} (0 paper, 1 ink)"
        )
        lines.append(f"{percent_text(statistics.ink_fraction, 1)} of all pixels have ink")
        lines.append(f"{pixels - inked:,} of {pixels:,} pixels have no ink in any image")
    else:
        lines.append(
            f"mean {decimal_text(statistics.mean, 4)}, standard deviation {decimal_text(statistics.deviation, 4)}"
        )
    lines.append(f"{statistics.duplicate_count:,} duplicates" if statistics.duplicate_count else "no duplicates")
    if statistics.conflict_count:
        lines.append(f"{statistics.conflict_count:,} duplicates with conflicting labels")
    return "\n".join(lines)


def _card(inside: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("card", True)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(GROUP_GAP, GAP, GROUP_GAP, GAP)
    layout.addWidget(inside)
    return frame
