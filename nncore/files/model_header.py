"""The header of a model file: what the parameters are, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nncore import __version__
from nncore.data.dataset import DIGITS
from nncore.errors import ModelFileError
from nncore.files.json_header import dataclass_from, header_text, parse_header
from nncore.model.network import NetworkSpec
from nncore.training.settings import Count, Fraction

MODEL_FORMAT = "digitlab-model"
"""The name of the format in the header of a model file."""

MODEL_VERSION = 1
"""The newest version of the format that this program reads, and the one that it writes."""

RATES_FIELD = "learning_rates_from_step"
"""The field of a card's settings with the learning rates: {step: rate}."""

PREPROCESSING = {
    "pixels": "uint8, 0 paper to 255 ink, divided by 255",
    "ink": "fitted into 20 x 20, drawn by distance field, centre of ink in the middle of 28 x 28",
}


@dataclass(frozen=True)
class ModelCard:
    """The origin and the quality of a model.

    Attributes:
        test_accuracy: accuracy on the test set, 0 to 1; None if it was not measured.
        seed, settings: the seed and the settings of the run.
        version: the version of Digit Lab.
        created: ISO date and time, or "".
        writer_accuracy: accuracy on the digits of each writer of a network that was trained in the same way without
            this writer; empty if it was not measured.
    """

    name: str
    data: str = ""
    recipe: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    epochs: Count = 0
    seed: Count | None = None
    test_accuracy: Fraction | None = None
    version: str = __version__
    created: str = ""
    notes: str = ""
    writer_accuracy: dict[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelHeader:
    """The content of a model file except the parameters. history: the rows of a History, {figure: value}."""

    spec: NetworkSpec
    card: ModelCard
    class_names: tuple[str, ...] = DIGITS
    history: tuple[dict[str, float | None], ...] = ()
    preprocessing: dict[str, str] = field(default_factory=lambda: dict(PREPROCESSING))

    def to_json(self) -> str:
        """Return the header as JSON text; a float that is not finite becomes null, because JSON has no such numbers.

        Raises ModelFileError that names the field if `from_json` could not read the text.
        """
        text = header_text(MODEL_FORMAT, MODEL_VERSION, self)
        self.from_json(text.encode())
        return text

    @classmethod
    def from_json(cls, text: bytes, *, with_history: bool = True) -> ModelHeader:
        """Read the text of `to_json`; raises ModelFileError that names the invalid field.

        with_history: False leaves out the history, whose checks take most of the time.
        """
        fields = parse_header(text, MODEL_FORMAT, MODEL_VERSION, "model")
        if not with_history and "history" in fields:
            fields["history"] = []
        header = dataclass_from(cls, fields, "header", complete=True)
        names, spec = header.class_names, header.spec
        if len(names) not in _class_counts(spec):
            raise ModelFileError(f"it names {len(names)} classes, but its network has {spec.outputs} outputs.")
        return header


def _class_counts(spec: NetworkSpec) -> tuple[int, ...]:
    """Return the possible numbers of classes: one per output; 2 for a single sigmoid; 0 for a regression."""
    if spec.output == "softmax":
        return (spec.outputs,)
    return (spec.outputs, 2, 0) if (spec.output, spec.outputs) == ("sigmoid", 1) else (spec.outputs, 0)
