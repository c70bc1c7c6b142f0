"""The numbers, weights and exciting examples of a network as pictures, for files and notebooks."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.evaluation.calculation.tiles import Tiles
from nncore.evaluation.exciting_examples import ExcitingExamples
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.unit_weights import weights_into, weights_out_of
from nncore.model.network import Network
from nncore.reporting.number_text import number_in_words
from nncore.reporting.picture_sheet import TitledPicture, number_colours

MAX_UNITS_IN_LINE = 32
"""The largest number of units in a line of a picture."""


def inspection_pictures(inspection: Inspection, layer: int | None = None) -> list[TitledPicture]:
    """Return a picture of the input and of each layer's output; with `layer`, from 1, of that layer alone.

    A picture has the maps beside each other, or the units in lines. Raises SettingError if there is no such layer.
    """
    if layer is not None:
        chosen = inspection.layer(layer)
        return [numbers_picture(f"{chosen.number} {chosen.label}", chosen.values)]
    shown = inspection.input
    sides = inspection.network.spec.input_shape
    pictures = [numbers_picture("input", shown.reshape(sides) if len(sides) in (2, 3) else shown)]
    return pictures + [numbers_picture(f"{each.number} {each.label}", each.values) for each in inspection.layers]


def unit_pictures(network: Network, layer: int, unit: int) -> list[TitledPicture]:
    """Return pictures of the weights of a unit or map, from 0, of layer `layer`, from 1: into it, and out of it.

    The list is empty for a unit without weights. Raises SettingError if there is no such layer or unit.
    """
    into, out_of = weights_into(network, layer, unit), weights_out_of(network, layer, unit)
    pictures = []
    if into is not None:
        pictures.append(numbers_picture(f"its weights in layer {into.layer}", into.pictures))
    if out_of is not None:
        single = out_of.single
        shown = out_of.pictures if single is None else single
        pictures.append(numbers_picture(f"its weights to layer {out_of.layer}", shown))
    return pictures


def example_pictures(examples: ExcitingExamples, dataset: Dataset) -> list[TitledPicture]:
    """Return the images of the most and then of the least exciting examples, which are rows of `dataset`."""
    pictures = []
    for kind, ranked in (("most", examples.most), ("least", examples.least)):
        for place, (row, value) in enumerate(zip(ranked.rows.tolist(), ranked.values.tolist(), strict=True), start=1):
            pixels = 255 - dataset.take(np.array([row])).images[0]
            text = f"{example_name(dataset, row)}: {number_in_words(value)}"
            pictures.append(TitledPicture(f"{kind} {place}", text, np.repeat(pixels[..., None], 3, axis=2)))
    return pictures


def example_name(dataset: Dataset, row: int) -> str:
    """Return an example in words: "image 1,234, labelled 7"."""
    label = int(dataset.labels[row]) if dataset.class_names else NO_CLASS
    return f"image {row + 1:,}" + ("" if label == NO_CLASS else f", labelled {dataset.class_names[label]}")


def numbers_picture(title: str, values: NDArray[np.floating]) -> TitledPicture:
    """Return numbers (units,), (height, width) or (maps, height, width) as a picture; its text is their shape."""
    text = " × ".join(f"{side:,}" for side in values.shape)
    if values.ndim == 1:
        columns = (
            values.size if values.size <= MAX_UNITS_IN_LINE // 2 else min(MAX_UNITS_IN_LINE, ceil(sqrt(values.size)))
        )
        padded = np.full(-(-values.size // columns) * columns, np.nan)
        padded[: values.size] = values
        values = padded.reshape(-1, columns)
    elif values.ndim == 3:
        values = Tiles(*values.shape).arranged(np.asarray(values, np.float64))
    return TitledPicture(title, text, number_colours(values))
