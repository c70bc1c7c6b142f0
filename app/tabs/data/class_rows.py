"""One row per class: mean image, name, and a bar with the number of examples."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.style.theme import GAP, colours_of
from app.widgets.grey_image import thumbnail
from nncore.data.statistics import DatasetStatistics

PICTURE = 40
"""Side of a mean image in logical pixels."""


class ClassRows(QWidget):
    """Paints counts and mean images."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: DatasetStatistics | None = None
        self._names: tuple[str, ...] = ()
        self._pictures: list[QPixmap] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName("Examples of each class")
        self.setToolTip("Number of examples and mean image of each class.")

    def show_figures(self, figures: DatasetStatistics | None, names: tuple[str, ...]) -> None:
        """Show the counts of the classes `names`; nothing for None."""
        self._figures, self._names = figures, names
        self._pictures = []
        counts = [] if figures is None else figures.counts.tolist()
        self.setAccessibleDescription(", ".join(f"{n}: {c:,}" for n, c in zip(names, counts, strict=False)))
        self.updateGeometry()
        self.update()

    @property
    def row_height(self) -> int:
        """Height of a row in pixels."""
        return max(PICTURE, self.fontMetrics().height()) + GAP // 2

    def sizeHint(self) -> QSize:
        """All rows."""
        rows = len(self._names) if self._figures is not None else 0
        return QSize(280, rows * self.row_height)

    def minimumSizeHint(self) -> QSize:
        """All rows, with bars long enough to compare."""
        return QSize(200, self.sizeHint().height())

    def description(self, row: int) -> str:
        """The tooltip of a row."""
        assert self._figures is not None
        count, share = int(self._figures.counts[row]), 0.0
        if self._figures.count:
            share = count / self._figures.count
        return f"{self._names[row]}: {count:,} examples, {share:.1%} of all"

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the row under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._figures is not None:
            row = event.pos().y() // self.row_height
            if 0 <= row < len(self._names):
                QToolTip.showText(event.globalPos(), self.description(row), self)
                return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        self._pictures = []
        self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows."""
        figures, colours, metrics = self._figures, colours_of(self), self.fontMetrics()
        if figures is None or not len(figures.counts):
            return
        if figures.means is not None and not self._pictures:
            ratio = self.devicePixelRatioF()
            means = figures.means.round().astype("uint8")
            self._pictures = [thumbnail(mean, PICTURE, colours, ratio) for mean in means]
        left = PICTURE + GAP if self._pictures else 0
        name_width = min(self.width() // 3, max(metrics.horizontalAdvance(name) for name in self._names))
        count_width = metrics.horizontalAdvance(f"{figures.count:,}")
        bar_left = left + name_width + GAP
        room = max(8, self.width() - bar_left - count_width - GAP)
        most = max(1, int(figures.counts.max()))
        with QPainter(self) as painter:
            for row, (name, count) in enumerate(zip(self._names, figures.counts.tolist(), strict=True)):
                top, height = row * self.row_height, self.row_height - GAP // 2
                if self._pictures:
                    painter.drawPixmap(0, top, self._pictures[row])
                painter.setPen(QColor(colours.text))
                shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_width)
                painter.drawText(QRectF(left, top, name_width, height), Qt.AlignmentFlag.AlignVCenter, shown)
                bar = QRectF(bar_left, top + height / 4, room * count / most, height / 2)
                painter.fillRect(bar, QColor(colours.bar))
                right = QRectF(self.width() - count_width, top, count_width, height)
                align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(right, align, f"{count:,}")
