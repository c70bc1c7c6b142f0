"""One row per class: mean image, name, and a bar with the number of examples."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, colours_of
from app.widgets.grey_image import thumbnail
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.tool_tips import show_cell_tool_tip
from nncore.data.statistics import DatasetStatistics
from nncore.reporting.number_text import counted_text, percent_text

MEAN_DIGIT_SIDE = 40
"""Side of a mean image in logical pixels."""


class ClassRows(QWidget):
    """Paints counts and mean images."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._statistics: DatasetStatistics | None = None
        self._names: tuple[str, ...] = ()
        self._thumbnails: list[QPixmap] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName("Examples of each class")
        self.pictures = PictureActions(self, "examples of each class")
        self.setToolTip("Number of examples and mean image of each class.")

    def show_statistics(self, statistics: DatasetStatistics | None, names: tuple[str, ...]) -> None:
        """Show the counts of the classes `names`; nothing for None."""
        self._statistics, self._names = statistics, names
        self._thumbnails = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if statistics is None else Qt.FocusPolicy.StrongFocus)
        counts = [] if statistics is None else statistics.counts.tolist()
        self.setAccessibleDescription(", ".join(f"{n}: {c:,}" for n, c in zip(names, counts, strict=False)))
        self.updateGeometry()
        self.update()

    @property
    def row_height(self) -> int:
        """Height of a row in pixels."""
        return max(MEAN_DIGIT_SIDE, self.fontMetrics().height()) + GAP // 2

    def sizeHint(self) -> QSize:
        """All rows."""
        rows = len(self._names) if self._statistics is not None else 0
        return QSize(280, rows * self.row_height)

    def minimumSizeHint(self) -> QSize:
        """All rows, with bars long enough to compare."""
        return QSize(200, self.sizeHint().height())

    def description(self, row: int) -> str:
        """The tooltip of a row."""
        assert self._statistics is not None
        count, fraction = int(self._statistics.counts[row]), 0.0
        if self._statistics.count:
            fraction = count / self._statistics.count
        return f"{self._names[row]}: {counted_text(count, 'example')}, {percent_text(fraction, 1)} of all"

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the row under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._statistics is not None:
            row = event.pos().y() // self.row_height
            if 0 <= row < len(self._names):
                area = QRect(0, row * self.row_height, self.width(), self.row_height)
                show_cell_tool_tip(self, area, f"{self.description(row)}.")
                return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        self._thumbnails = []
        self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows."""
        statistics, colours, metrics = self._statistics, colours_of(self), self.fontMetrics()
        if statistics is None or not len(statistics.counts):
            return
        if statistics.means is not None and not self._thumbnails:
            ratio = self.devicePixelRatioF()
            means = statistics.means.round().astype("uint8")
            self._thumbnails = [thumbnail(mean, MEAN_DIGIT_SIDE, colours, ratio) for mean in means]
        left = MEAN_DIGIT_SIDE + GAP if self._thumbnails else 0
        name_width = min(self.width() // 3, max(metrics.horizontalAdvance(name) for name in self._names))
        count_width = metrics.horizontalAdvance(f"{statistics.count:,}")
        bar_left = left + name_width + GAP
        bar_room = max(8, self.width() - bar_left - count_width - GAP)
        max_count = max(1, int(statistics.counts.max()))
        with QPainter(self) as painter:
            for row, (name, count) in enumerate(zip(self._names, statistics.counts.tolist(), strict=True)):
                top, height = row * self.row_height, self.row_height - GAP // 2
                if self._thumbnails:
                    painter.drawPixmap(0, top, self._thumbnails[row])
                painter.setPen(QColor(colours.text))
                shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_width)
                painter.drawText(QRectF(left, top, name_width, height), Qt.AlignmentFlag.AlignVCenter, shown)
                bar = QRectF(bar_left, top + height / 4, bar_room * count / max_count, height / 2)
                painter.fillRect(bar, QColor(colours.bar))
                count_area = QRectF(self.width() - count_width, top, count_width, height)
                align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(count_area, align, f"{count:,}")
