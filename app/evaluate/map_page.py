"""Map: what each layer makes of the digits, flattened to two dimensions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.evaluate.examination import Examination
from app.evaluate.examiner import Map
from app.evaluate.map_plot import MapPlot
from app.parts.looked_at import LookedAt
from app.theme import GAP, GROUP_GAP
from nncore.projection import views_of, why_no_tsne

METHODS = ("Principal components", "t-SNE")
POINT = "Point at a digit to see its image; click it to see why it was read so."
WORKING = "Mapping …"
WORKING_LONG = "t-SNE pulls like to like; this takes some seconds …"
STOPPED = "Stopped before its end."


class MapPage(QWidget):
    """Choose a layer and a way to flatten it.

    `wanted` carries (view, by t-SNE), `stop_requested` that it is not any more; `picked` an image's row.
    """

    wanted = Signal(int, bool)
    stop_requested = Signal()
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.examination: Examination | None = None
        self.map: Map | None = None
        self.view, self.method = QComboBox(), QComboBox()
        self.view.setToolTip("Whose view to map: the pixels as they come in, or what a layer makes of them.")
        self.view.setAccessibleName("Layer")
        self.method.addItems(METHODS)
        self.method.setToolTip(
            "Principal components: at once, distances mean something. "
            "t-SNE: takes seconds, keeps neighbours together; what is far apart means little."
        )
        self.method.setAccessibleName("How it is flattened")
        self.sentence, self.caption = QLabel(), QLabel(POINT)
        for label in (self.sentence, self.caption):
            label.setProperty("quiet", True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
        self._is_busy = False
        self.button = QPushButton()
        self.button.clicked.connect(self._press)
        self.button.hide()
        self.plot, self.picture = MapPlot(), LookedAt()
        self.picture.setToolTip("The image of the digit that the pointer is at.")
        self.picture.setAccessibleName("The image pointed at")
        self.view.currentIndexChanged.connect(self.request)
        self.method.currentIndexChanged.connect(self.request)
        self.plot.pointed_at.connect(self._show_pointed)
        self.plot.picked.connect(self._pick)
        self._compose()

    @property
    def by_tsne(self) -> bool:
        """Whether t-SNE is chosen."""
        return self.method.currentIndex() == 1

    def show_examination(self, examination: Examination) -> None:
        """Offer its views; a map of it comes by `request`."""
        before, self.examination = self.examination, examination
        if before is None or before.network.spec != examination.network.spec:
            names = views_of(examination.network)
            self.view.blockSignals(True)
            self.view.clear()
            self.view.addItems(names)
            self.view.setCurrentIndex(_last_hidden(len(names)))
            self.view.blockSignals(False)

    @Slot()
    def request(self) -> None:
        """Ask for the map that is chosen, or say why there is none."""
        reason = why_no_tsne() if self.by_tsne else None
        if self.examination is None:
            return
        if reason is not None:
            self.sentence.setText(reason)
            return
        self.sentence.setText(WORKING_LONG if self.by_tsne else WORKING)
        self.wanted.emit(self.view.currentIndex(), self.by_tsne)

    @Slot(object)
    def show_map(self, found: Map | None) -> None:
        """Show a map, one that is still being improved with how far it is; None, of one given up, draws nothing."""
        if found is None:
            return
        self.map = found
        judgement = found.examination.judgement
        labels, misread = judgement.labels[found.rows], (judgement.labels != judgement.answers)[found.rows]
        self.plot.set_points(found.projection.points, labels, judgement.class_names, misread)
        said = f"{len(labels):,} digits; a ring marks those misread."
        if found.done < 1:
            said = f"t-SNE has done {found.done:.0%} …"
        if found.projection.explained is not None:
            said += f" The two axes show {sum(found.projection.explained):.0%} of the variance."
        self.sentence.setText(said)
        self._show_pointed(-1)

    @Slot(bool)
    def show_busy(self, is_busy: bool) -> None:
        """Offer to stop what takes long, and to map again what was stopped."""
        self._is_busy = is_busy
        stopped = not is_busy and self.sentence.text().endswith("…")
        if stopped:
            self.sentence.setText(STOPPED)
        self.button.setText("&Stop" if is_busy else "Map &again")
        self.button.setToolTip("End the mapping; what is drawn so far stays." if is_busy else "Map once more.")
        self.button.setVisible(stopped or (is_busy and self.by_tsne))

    @Slot()
    def _press(self) -> None:
        if self._is_busy:
            self.stop_requested.emit()
        else:
            self.request()

    @Slot(str)
    def refuse(self, sentence: str) -> None:
        """Say why there is no map."""
        self.sentence.setText(sentence)

    @Slot(int)
    def _show_pointed(self, number: int) -> None:
        if number < 0 or self.map is None:
            return  # the last one stays: it may be looked at in peace
        examination, row = self.map.examination, int(self.map.rows[number])
        self.picture.show_picture(examination.image(row))
        self.caption.setText(f"{examination.caption(row)}, {examination.sureness(row)} sure. {POINT}")

    @Slot(int)
    def _pick(self, number: int) -> None:
        shown, present = self.map, self.examination
        if shown is not None and present is not None and shown.examination.dataset is present.dataset:
            self.picked.emit(int(shown.rows[number]))

    def _compose(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(GAP)
        for name, widget in (("Layer", self.view), ("Flattened by", self.method)):
            label = QLabel(name)
            label.setProperty("group", True)
            label.setBuddy(widget)
            widget.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            widget.setMinimumContentsLength(18)
            side.addWidget(label)
            side.addWidget(widget)
        told = QHBoxLayout()
        told.setSpacing(GAP)
        told.addWidget(self.sentence, 1)
        told.addWidget(self.button)
        side.addLayout(told)
        side.addSpacing(GAP)
        side.addWidget(self.picture, 10)
        side.addWidget(self.caption)
        side.addStretch(1)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        page.addLayout(side, 1)
        page.addWidget(self.plot, 3)


def _last_hidden(views: int) -> int:
    """The view that goes into the last layer: where most networks have the classes apart."""
    return max(0, views - 2)
