"""Seconds of the recipes from notebooks, against the algorithms of their authors in plain NumPy.

Of the long recipes only some steps are measured, because all steps of a recipe cost the same. The time of nncore
includes everything that `train` does: events, health, and the check of the weights after each epoch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from nncore.experiments.recipes import recipe_named
from nncore.model.network import Network
from nncore.training import RandomStreams, Training
from nncore.training.events import StepDone
from tests.bench.child import interleaved
from tests.bench.notebook_algorithms import Classifier, CurveFitter
from tests.bench.report import Figure, Section

STEPS = {"basic-ml": 20, "two-layer": 10, "numpynet": 10, "three-layer": 10, "sine": 20_000}
"""Number of steps that are measured, after as many steps to warm up."""

SHOWN_EVERY = 10
"""Steps after which the notebooks print their accuracy."""


def measure(rounds: int) -> Iterator[Section]:
    """A section for each recipe."""
    for name in STEPS:
        runs = interleaved("tests.bench.notebooks", {"ours": ["ours", name], "plain": ["plain", name]}, range(rounds))
        theirs = Figure("plain NumPy", "ms a step", runs["plain"].of("milliseconds"))
        figure = Figure("nncore", "ms a step", runs["ours"].of("milliseconds"))
        figures = [figure, replace(theirs, compared=figure, at_most=1.0)]
        yield Section(f"Recipe {name}", figures, ["ratio: nncore's time as a fraction of plain NumPy's"])


def ours(name: str) -> float:
    """Return the milliseconds per step of the recipe."""
    recipe = recipe_named(name)
    network = Network(recipe.spec)
    network.initialize(RandomStreams.from_seed(0).initialization)
    events, seen, began = Training(network, recipe.splits(), recipe.config).events(), 0, 0.0
    for event in events:
        if isinstance(event, StepDone):
            seen += 1
            if seen == STEPS[name]:
                began = perf_counter()
            if seen == 2 * STEPS[name]:
                break
    return 1000 * (perf_counter() - began) / STEPS[name]


def plain(name: str) -> float:
    """Return the milliseconds per step of its author's algorithm."""
    recipe, steps = recipe_named(name), STEPS[name]
    data = recipe.splits().training
    X, rate = data.inputs(slice(None)).astype(np.float64), recipe.config.learning_rate
    if recipe.fits_a_curve:
        y, fitter = data.targets(slice(None)).astype(np.float64), CurveFitter(recipe.spec.widths, 0)
        epochs = steps // len(data)
        for _ in range(epochs):
            fitter.epoch(X, y, rate)
        began = perf_counter()
        for _ in range(epochs):
            fitter.epoch(X, y, rate)
        return 1000 * (perf_counter() - began) / steps
    images, labels = np.ascontiguousarray(X.T), data.labels
    classifier = Classifier(recipe.spec.widths, "he" if name == "numpynet" else "uniform", 0)
    classifier.step(images, labels, rate)
    began = perf_counter()
    for step in range(steps):
        classifier.step(images, labels, rate, show=step % SHOWN_EVERY == 0)
    return 1000 * (perf_counter() - began) / steps


if __name__ == "__main__":
    print(json.dumps({"milliseconds": {"ours": ours, "plain": plain}[sys.argv[1]](sys.argv[2])}))
