"""The time in which the Calculation panel of the Inside tab follows a new input, with the model in the box.

`numbers`: from a new inspection until all widgets have their numbers; `painted`: until they are painted. It is the time
of the processor, which other programs change least: the panel waits for nothing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from time import process_time

import numpy as np

from nncore.system.blas_threads import one_blas_thread
from tests.bench.child import interleaved
from tests.bench.report import Figure, Section

IMAGES = 300
NUMBERS = {
    "convolution": (4, (3, 2, 3)), "batch normalization": (5, (3, 2, 3)), "ReLU": (6, (3, 2, 3)), "dense": (8, (17,)),
    "output": (11, (7,)),
}  # fmt: skip
"""Layer and position of the number that is shown."""

AT_MOST = 16.0
"""Half of the 33 ms in which 99 of 100 frames shall be shown: the network beside the panel is painted, too."""


def measure(rounds: int) -> Iterator[Section]:
    """Each kind of layer in turn, `rounds` times."""
    runs = interleaved("tests.bench.calculation", {name: [name] for name in NUMBERS}, range(rounds))
    figures = []
    for name in NUMBERS:
        figures.append(Figure(f"{name}: numbers, median", "ms", runs[name].of("numbers")))
        figures.append(Figure(f"{name}: painted, median", "ms", runs[name].of("painted")))
        slowest = runs[name].of("painted, 99th percentile")
        figures.append(Figure(f"{name}: painted, 99th percentile", "ms", slowest, at_most=AT_MOST))
    yield Section("The Calculation panel follows a new input", figures)


def updates(name: str) -> dict[str, float]:
    """Return the milliseconds in which the panel follows IMAGES test images."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.style.theme import Appearance, ThemeChoice, apply_appearance
    from app.tabs.inside.calculation.calculation_panel import CalculationPanel
    from nncore.data.dataset import load_mnist
    from nncore.evaluation.inspection import Inspection
    from nncore.files.model_file import bundled_model_path, load_model

    application = QApplication([])
    apply_appearance(application, Appearance(theme=ThemeChoice.LIGHT))
    network, test, (layer, position) = load_model(bundled_model_path()).network(), load_mnist().test, NUMBERS[name]
    assert test is not None
    inspections = [Inspection.of_image(network, image) for image in test.images[: IMAGES + 20]]
    panel = CalculationPanel()
    panel.resize(440, 700)
    panel.show()
    found = []
    for inspection in inspections:
        began = process_time()
        panel.show_number(inspection, layer, position)
        shown = process_time()
        application.processEvents()
        found.append((1000 * (shown - began), 1000 * (process_time() - began)))
    numbers, painted = np.array(found[20:]).T  # the first ones also lay the panel out
    return {
        "numbers": float(np.median(numbers)),
        "painted": float(np.median(painted)),
        "painted, 99th percentile": float(np.percentile(painted, 99)),
    }


if __name__ == "__main__":
    with one_blas_thread():  # as in the app
        print(json.dumps(updates(sys.argv[1])))
