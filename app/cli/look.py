"""`look`: print what a network computes for one image, layer by layer and number by number."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.cli.images.chosen_image import add_image_options, chosen_image, mnist_test_images
from nncore.data.dataset import DIGITS
from nncore.errors import DataError, SettingError
from nncore.evaluation.calculation.source_lines import joined_source
from nncore.evaluation.exciting_examples import ExcitingExamples, exciting_examples
from nncore.evaluation.inspection import InspectedLayer, Inspection
from nncore.evaluation.inspection_pictures import (
    example_name,
    example_pictures,
    inspection_pictures,
    unit_pictures,
)
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.layers.terms import Position, Terms
from nncore.reporting.image_text import image_text
from nncore.reporting.number_text import decimal_text, number_in_words, percent_text
from nncore.reporting.picture_sheet import sheet_png, sheet_svg
from nncore.system.atomic_write import save_file

PICTURE_SUFFIXES = (".svg", ".png")
MAX_PRINTED_TERMS = 10
"""How many units of a layer, or terms of a sum, are printed; the largest ones. --json prints all."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `look`."""
    add_image_options(parser)
    parser.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model to look into (the bundled model)")
    parser.add_argument("--layer", type=int, metavar="K", help="print the largest numbers of this layer, from 1")
    unit = "with --layer: how this number is computed; a unit, or map, line and column, each from 1"
    parser.add_argument("--unit", type=int, nargs="+", metavar="INDEX", help=unit)
    examples = "with --unit: also the images of MNIST's test set that excite this unit or map most and least"
    parser.add_argument("--examples", action="store_true", help=examples)
    save = "save a picture: of all layers; with --layer of this one; with --unit of the unit's weights and examples"
    parser.add_argument("--save", type=Path, metavar="FILE.svg|.png", help=save)


def run(options: argparse.Namespace) -> int:
    """Print the layers, a layer, or one number; returns the exit status."""
    if options.unit is not None and options.layer is None:
        raise SettingError("unit", "--unit needs --layer: the layer of the number.")
    if options.examples and options.unit is None:
        raise SettingError("examples", "--examples needs --layer and --unit: the unit that they excite.")
    if options.save is not None and options.save.suffix.lower() not in PICTURE_SUFFIXES:
        raise SettingError("save", f"{options.save}: the name of a picture must end in .svg or .png.")
    model = load_model(options.model or bundled_model_path())
    image = chosen_image(options)
    inspection, found = Inspection.of_image(model.network(), image), None
    if options.unit is not None:
        position = tuple(index - 1 for index in options.unit)
        inspection.in_words(options.layer, position)  # an error before the images are looked through
        if options.examples:
            found = _examples(inspection, options.layer, position[0])
        _print_number(inspection, options.layer, position, options.json, found)
    elif options.layer is not None:
        _print_layer(inspection, inspection.layer(options.layer), options.json)
    elif options.json:
        print(json.dumps(inspection.to_json(), allow_nan=not inspection.is_finite))
    else:
        print(image_text(image))
        _print_layers(inspection)
        _print_answers(inspection, model.class_names or DIGITS)
    if options.save is not None:
        _save_picture(inspection, options, found)
    return 0


def _examples(inspection: Inspection, layer: int, unit: int) -> ExcitingExamples:
    found = exciting_examples(inspection.network, mnist_test_images(), layer)
    assert found is not None  # it was not cancelled
    return found.of_unit(unit)


def _save_picture(inspection: Inspection, options: argparse.Namespace, examples: ExcitingExamples | None) -> None:
    """Save what was printed as a picture, and say so on the other output, so that JSON stays JSON."""
    layer, path = options.layer, options.save
    pictures = inspection_pictures(inspection, layer) if options.unit is None else []
    if options.unit is not None:
        pictures = unit_pictures(inspection.network, layer, options.unit[0] - 1)
        if examples is not None:
            pictures += example_pictures(examples, mnist_test_images())
        if not pictures:
            raise DataError(f"Layer {layer} has no weights for this number; --examples adds the images that excite it.")
    title = "The numbers of a network" if layer is None else f"Layer {layer} of a network"
    is_svg = path.suffix.lower() == ".svg"
    save_file(path, sheet_svg(pictures, title).encode() if is_svg else sheet_png(pictures), DataError)
    print(f"Saved {path}.", file=sys.stderr if options.json else sys.stdout)


def _print_layers(inspection: Inspection) -> None:
    print(f"{'':>3} {'layer':15}{'output':>14}{'smallest':>11}{'mean':>11}{'largest':>11}{'zeros':>9}")
    print(f"{'':>3} {'input':15}{_shape(inspection.input):>14}{_range_of(inspection.input)}")
    for layer in inspection.layers:
        print(f"{layer.number:>3} {layer.label:15}{_shape(layer.values):>14}{_range_of(layer.values)}")


def _range_of(values: NDArray[np.floating]) -> str:
    zeros = percent_text(float((values == 0).mean()), 0)
    figures = (decimal_text(float(figure), 4) for figure in (values.min(), values.mean(), values.max()))
    return "".join(f"{figure:>11}" for figure in figures) + f"{zeros:>9}"


def _shape(values: NDArray[np.floating]) -> str:
    return " × ".join(str(side) for side in values.shape)


def _print_answers(inspection: Inspection, names: tuple[str, ...]) -> None:
    print()
    for index in np.argsort(-inspection.answers)[:3]:
        print(f"{names[index] if index < len(names) else index}: {percent_text(float(inspection.answers[index]), 2)}")


def _print_layer(inspection: Inspection, layer: InspectedLayer, as_json: bool) -> None:
    if as_json:
        print(json.dumps(inspection.to_json()["layers"][layer.number - 1], allow_nan=not inspection.is_finite))
        return
    print(f"layer {layer.number}, {layer.label}: {layer.spec.formula}")
    order = np.argsort(-layer.values, axis=None, kind="stable")[:MAX_PRINTED_TERMS]
    for flat in order:
        position = tuple(int(index) for index in np.unravel_index(flat, layer.values.shape))
        print(inspection.in_words(layer.number, position))
    if layer.values.size > MAX_PRINTED_TERMS:
        print(f"... and {layer.values.size - MAX_PRINTED_TERMS:,} smaller ones")


def _print_number(
    inspection: Inspection, layer: int, position: Position, as_json: bool, examples: ExcitingExamples | None
) -> None:
    terms = inspection.terms(layer, position)
    if as_json:
        described = {"layer": layer, "position": [index + 1 for index in position]}
        formula = inspection.layer(layer).spec.formula
        fields = {**described, "formula": formula, **terms.to_json(), "sources": (terms.sources + 1).tolist()}
        if examples is not None:
            fields["examples"] = examples.to_json()
        print(json.dumps(fields, allow_nan=not inspection.is_finite))
        return
    print(inspection.in_words(layer, position))
    print(inspection.layer(layer).spec.formula)
    for name, value in terms.constants.items():
        print(f"  {name} = {decimal_text(value, 6)}")
    for step in terms.steps:
        print(f"  {step.operation} = {decimal_text(step.value, 6)}")
    for index in terms.order[:MAX_PRINTED_TERMS]:
        print(_term_line(terms, int(index)))
    if len(terms.inputs) > MAX_PRINTED_TERMS:
        rest = float(terms.products[terms.order[MAX_PRINTED_TERMS:]].sum())
        print(f"  and {len(terms.inputs) - MAX_PRINTED_TERMS:,} smaller terms, together {decimal_text(rest, 6)}")
    print(f"  y = {decimal_text(terms.value, 6)}")
    if examples is not None:
        _print_examples(examples)
    source = inspection.source_of(layer)
    if layer == len(inspection.layers):
        source += inspection.source_of_answers()
    print(f"\nThe lines of Python that compute it:\n\n{joined_source(source)}", end="")


def _print_examples(examples: ExcitingExamples) -> None:
    active = percent_text(examples.active / examples.count, 1)
    print(f"\nOf {examples.count:,} test images, {active} give more than 0. It is excited")
    for kind, ranked in (("most", examples.most), ("least", examples.least)):
        print(f"  {kind} by")
        for row, value in zip(ranked.rows.tolist(), ranked.values.tolist(), strict=True):
            print(f"    {example_name(mnist_test_images(), row)}: {number_in_words(value)}")


def _term_line(terms: Terms, index: int) -> str:
    where = " ".join(str(each + 1) for each in terms.sources[index])
    value, chosen = float(terms.inputs[index]), ", the largest" if terms.chosen == index else ""
    if terms.weights is None:
        return f"  x({where}) = {decimal_text(value, 6)}{chosen}"
    weight = float(terms.weights[index])  # below, + 0.0 turns -0 into 0
    return (
        f"  w·x({where}) = {decimal_text(weight, 6)} · {decimal_text(value, 6)} = "
        f"{decimal_text(weight * value + 0.0, 6)}"
    )
