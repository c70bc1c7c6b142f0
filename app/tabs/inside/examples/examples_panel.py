"""The panel "Looks for": what excites the chosen unit or map, and its weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStyle, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.inside.examples.example_grid import ExampleGrid, ShownExample
from app.tabs.inside.examples.examples_finder import ExamplesFinder, ExamplesRequest
from app.tabs.inside.examples.weights_view import MAX_TILES, WEIGHTS_HEIGHT_IN_LINES, WeightsView
from app.tabs.inside.input_source import FROM_TEST, FROM_TRAINING
from app.tabs.inside.number_panel import NumberPanel, output_name
from app.widgets.elements import row_of, text_label, without_margins
from app.widgets.form import Choice
from app.widgets.layouts.scroll_page import ScrollPage
from app.widgets.plain_text import ElidedLabel
from nncore.data.dataset import DIGITS, Dataset, Splits
from nncore.evaluation.exciting_examples import ExcitingExamples, LayerExamples, RankedExamples
from nncore.evaluation.first_layer import first_layer_picture
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.inspection_pictures import example_name
from nncore.evaluation.unit_weights import UnitWeights, weights_into, weights_out_of
from nncore.model.layers.terms import Position
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import number_in_words, percent_text

EXAMPLE_SETS = {FROM_TEST: "test images", FROM_TRAINING: "training images"}
NOTHING_CHOSEN = "Choose a unit or a map in the network to see which images excite it."
INPUT_CHOSEN = "The input is not computed. Choose a unit or a map of a layer."
CHANGES_TOO_FAST = "The images are searched for as soon as the network stays the same. Pause the training to see them."
FIRST_LAYER = "The weights of the first layer: a picture for each of its units or maps, the strongest of them."
NO_EXAMPLES = "The open data set has no {}."
NO_IMAGES_TO_SHOW = "This model does not read images, so there are no digits that excite its units."
COLOURS_OF_WEIGHTS = "Blue is positive, orange negative."
MIN_FRAME = 0.2
"""The smallest side of the frame around the place that excites a map, as a share of the image."""

SHOWN_WEIGHTS = 3
"""The number of weights, positive and negative, that a sentence names."""


class ExamplesPanel(NumberPanel):
    """Finds the examples on a thread, for the current network, and shows no result of another one."""

    title: ClassVar[str] = "Looks for"

    image_chosen = Signal(str, int)
    """FROM_TEST or FROM_TRAINING, and the row of an image that the user clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: Splits | None = None
        self._inspection: Inspection | None = None
        self._names: Sequence[str] = DIGITS
        self._layer, self._unit = 0, 0
        self._weights_shown: tuple[Network, int, int] | None = None
        self.finder = ExamplesFinder(self)
        self.heading = ElidedLabel()
        self.part = Choice(EXAMPLE_SETS)
        self.part.setAccessibleName("Images to look through")
        self.part.setToolTip("The images in which the program searches for those that excite the unit.")
        self.state_label = text_label(style="quiet")
        self.most_exciting, self.least_exciting = (
            ExampleGrid("Images that excite it most"),
            ExampleGrid("Images that excite it least"),
        )
        self.first_layer = WeightsView("Weights of the first layer", 2 * WEIGHTS_HEIGHT_IN_LINES)
        self.incoming_weights, self.outgoing_weights = (
            WeightsView("Its weights"),
            WeightsView("Its weights to the next layer"),
        )
        self._lay_out()
        self.part.currentIndexChanged.connect(self._show)
        self.finder.found.connect(self._show_found)
        self.finder.failed.connect(self._show_sentence)
        self.finder.progressed.connect(self._show_progress)
        self.most_exciting.chosen.connect(self._choose)
        self.least_exciting.chosen.connect(self._choose)

    def finish(self) -> bool:
        """Stop looking, and wait for the thread; False if that takes too long."""
        return self.finder.finish()

    @Slot(object)
    def set_data(self, data: Splits) -> None:
        """Look through the images of this data set."""
        self._data = data
        self._show()

    def set_class_names(self, names: Sequence[str]) -> None:
        """The names of the classes of the network's answers."""
        if names != self._names:
            self._names, self._weights_shown = names, None

    def show_number(self, inspection: Inspection | None, layer: int, position: Position) -> None:
        """Show what excites the unit or map of the chosen number."""
        self._inspection = inspection
        self._layer = layer
        self._unit = position[0]
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Look for what was not looked for while it was hidden."""
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking while nobody sees the result."""
        super().hideEvent(event)
        self.finder.stop()

    def minimumSizeHint(self) -> QSize:
        """Four images beside each other, and a scroll bar; it scrolls vertically."""
        width = self.most_exciting.minimumSizeHint().width() + 2 * GAP
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        return QSize(width + bar, super().minimumSizeHint().height())

    # ----------------------------------------------------------------- states

    @property
    def _dataset(self) -> Dataset | None:
        if self._data is None:
            return None
        return self._data.test if self.part.value == FROM_TEST else self._data.training

    @Slot()
    def _show(self) -> None:
        """Show the examples if they are known, and otherwise that they are looked for."""
        if self._inspection is None or self._layer == 0:
            self.heading.set_full_text("")
            self._weights_shown = None
            self.incoming_weights.show_weights(None, "")
            self.outgoing_weights.show_weights(None, "")
            self._show_first_layer(None if self._inspection is None else self._inspection.network)
            self._show_sentence(NOTHING_CHOSEN if self._inspection is None else INPUT_CHOSEN)
            return
        layer = self._inspection.layer(self._layer)
        kind = "unit" if layer.has_units else "map"
        text = f"Layer {self._layer}, {layer.label}: {kind} {self._unit + 1:,} of {len(layer.values):,}"
        output = output_name(self._inspection.network.spec, self._layer, self._unit, self._names)
        self.heading.set_full_text(f"{text}, for {output}" if output else text)
        self._show_weights(self._inspection.network)
        self._find()

    def _find(self) -> None:
        dataset = self._dataset
        if dataset is None or not len(dataset) or self._inspection is None:
            self._show_sentence(NO_EXAMPLES.format(EXAMPLE_SETS[self.part.value]))
        elif not dataset.is_bytes or len(self._inspection.network.spec.input_shape) < 2:
            self._show_sentence(NO_IMAGES_TO_SHOW)
        elif self.isVisible():
            network = self._inspection.network
            is_learning = self.finder.is_working and self.finder.is_for_earlier(network)
            known = self.finder.request(ExamplesRequest(network, self._layer, dataset))
            if known is not None:
                self._show_found(known)
            elif is_learning:
                self._show_sentence(CHANGES_TOO_FAST, keeps_looking=True)
            elif not self.finder.is_started:
                self._show_progress(0.0)

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        dataset = self._dataset
        count = f"{len(dataset):,} " if dataset is not None else ""
        done = f": {percent_text(share, 0)}" if share else " …"
        self._show_sentence(f"Looking through {count}{EXAMPLE_SETS[self.part.value]}{done}", keeps_looking=True)

    def _show_sentence(self, sentence: str, *, keeps_looking: bool = False) -> None:
        """Show a sentence instead of examples."""
        if not keeps_looking:
            self.finder.stop()
        self.state_label.setText(sentence)
        for grid in (self.most_exciting, self.least_exciting):
            grid.set_examples(())
        for part in (*self._headings, self.most_exciting, self.least_exciting):
            part.setVisible(False)

    @Slot(LayerExamples)
    def _show_found(self, found: LayerExamples) -> None:
        dataset = self._dataset
        if dataset is None or self._inspection is None or self._unit >= found.units:
            return
        examples = found.of_unit(self._unit)
        self.state_label.setText(self._computed_on(examples))
        for part in (*self._headings, self.most_exciting, self.least_exciting):
            part.setVisible(True)
        self.most_exciting.set_examples(self._shown(examples.most, dataset))
        self.least_exciting.set_examples(self._shown(examples.least, dataset))

    def _computed_on(self, examples: ExcitingExamples) -> str:
        share = percent_text(examples.active / examples.count, 0 if examples.active in (0, examples.count) else 1)
        return f"Computed on {examples.count:,} {EXAMPLE_SETS[self.part.value]}; above 0 for {share} of them."

    def _shown(self, ranked: RankedExamples, dataset: Dataset) -> list[ShownExample]:
        images = dataset.take(ranked.rows).images
        return [
            ShownExample(
                int(row),
                images[index],
                number_in_words(float(ranked.values[index])),
                self._sentence(int(row), float(ranked.values[index]), dataset),
                self._frame(ranked.places[index]),
            )
            for index, row in enumerate(ranked.rows)
        ]

    def _sentence(self, row: int, value: float, dataset: Dataset) -> str:
        kind = EXAMPLE_SETS[self.part.value].split()[0]
        return f"{kind} {example_name(dataset, row)}: {number_in_words(value)}."

    def _frame(self, place: np.ndarray) -> tuple[float, float, float, float] | None:
        """The part of the image where a map's number is, as shares; None for a unit."""
        if self._inspection is None:
            return None
        shape = self._inspection.layer(self._layer).values.shape
        if len(shape) < 3:
            return None
        line, column = (place + 0.5) / shape[1:]
        height, width = np.maximum(1 / np.array(shape[1:]), MIN_FRAME)
        return line - height / 2, column - width / 2, height, width

    @Slot(int)
    def _choose(self, row: int) -> None:
        self.image_chosen.emit(self.part.value, row)

    # ---------------------------------------------------------------- weights

    def _show_weights(self, network: Network) -> None:
        shown = network, self._layer, self._unit
        if self._weights_shown is not None and self._weights_shown[0] is network and self._weights_shown == shown:
            return
        self._weights_shown = shown
        into = weights_into(network, self._layer, self._unit)
        out = weights_out_of(network, self._layer, self._unit)
        self.incoming_weights.show_weights(None if into is None else into.pictures, _words_of_inputs(into))
        words = _words_of_outputs(out, network.spec, self._names)
        self.outgoing_weights.show_weights(None if out is None else out.pictures, words)
        self._show_first_layer(network)

    def _show_first_layer(self, network: Network | None) -> None:
        """Show the weights of the first layer, which change while the network trains."""
        if network is None:
            self.first_layer.show_picture(None, "")
            return
        with np.errstate(all="ignore"):  # weights that have diverged have no colour
            weights = network.parameters.values.astype(np.float32, copy=False)
            picture = first_layer_picture(network.spec, weights, MAX_TILES)
        self.first_layer.show_picture(picture, FIRST_LAYER)

    # ----------------------------------------------------------------- layout

    def _lay_out(self) -> None:
        self._headings = text_label("Excite it most"), text_label("Excite it least")
        page = QWidget()
        column = without_margins(QVBoxLayout(page))
        column.setContentsMargins(0, GAP, GAP, GAP)
        choice = row_of(self.part)
        choice.addStretch()
        column.addWidget(self.heading)
        column.addLayout(choice)
        column.addWidget(self.state_label)
        for heading, grid in zip(self._headings, (self.most_exciting, self.least_exciting), strict=True):
            column.addWidget(heading)
            column.addWidget(grid)
        column.addWidget(self.incoming_weights)
        column.addWidget(self.outgoing_weights)
        column.addWidget(self.first_layer)
        column.addStretch()
        without_margins(QVBoxLayout(self)).addWidget(ScrollPage(page))


def _words_of_inputs(weights: UnitWeights | None) -> str:
    if weights is None:
        return "It has no weights of its own."
    count, height, width = weights.pictures.shape
    if count > 1:
        return f"Its weights, in layer {weights.layer}: one picture for each of {count:,} maps. {COLOURS_OF_WEIGHTS}"
    if height > 1:
        return f"Its weights, in layer {weights.layer}, in the places of the pixels. {COLOURS_OF_WEIGHTS}"
    return f"Its {width:,} weights, in layer {weights.layer}. {COLOURS_OF_WEIGHTS}"


def _words_of_outputs(weights: UnitWeights | None, spec: NetworkSpec, names: Sequence[str]) -> str:
    if weights is None:
        return "No later layer has weights for it."
    single = weights.single
    if single is None:
        return f"Its weights to layer {weights.layer}: one picture for each of {len(weights.pictures):,} units or maps."
    order = np.argsort(single, kind="stable")
    named = [*order[::-1][:SHOWN_WEIGHTS], *order[:SHOWN_WEIGHTS]] if single.size > 2 * SHOWN_WEIGHTS else order[::-1]
    units = [output_name(spec, weights.layer, index, names) or f"unit {index + 1}" for index in named]
    words = ", ".join(
        f"{unit} {number_in_words(float(single[index]))}" for unit, index in zip(units, named, strict=True)
    )
    return f"Its weights to layer {weights.layer}. Largest and smallest: {words}."
