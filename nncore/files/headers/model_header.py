"""What a model file says of its parameters, as JSON: written strictly, and read with every field checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from nncore import __version__
from nncore.data.dataset import DIGITS
from nncore.errors import ModelFileError
from nncore.files.headers.json_header import (
    HISTORY,
    SPEC,
    TEXT,
    Check,
    check_fields,
    is_count,
    is_figure,
    is_object,
    is_text,
    is_texts,
    read,
    spec_from,
    written,
)
from nncore.files.headers.json_header import LARGEST_HEADER as LARGEST_HEADER
from nncore.model.network import NetworkSpec

FORMAT, VERSION = "digitlab-model", 1

MOST_SETTINGS = 500
"""More could not be shown in a window."""

PREPROCESSING = {
    "pixels": "uint8, 0 paper to 255 ink, divided by 255",
    "ink": "fitted into 20 x 20, drawn by distance field, centre of ink in the middle of 28 x 28",
}


@dataclass(frozen=True)
class ModelCard:
    """Where a model comes from and how good it is, for whoever uses it.

    test_accuracy: share of the test set answered correctly, 0 to 1; None if it was never tested. epochs: 0 or more.
    seed: of the run, 0 or more; settings: the run's, as {name: value}. version: of Digit Lab. created: ISO date and
    time, or "". writer_accuracy: share of each writer's digits answered correctly, 0 to 1, by a network trained in the
    same way but without this writer; empty if that was not asked.
    """

    name: str
    data: str = ""
    recipe: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    epochs: int = 0
    seed: int | None = None
    test_accuracy: float | None = None
    version: str = __version__
    created: str = ""
    notes: str = ""
    writer_accuracy: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelHeader:
    """Everything that a model file holds but the parameters; history: one {figure: value} an epoch."""

    spec: NetworkSpec
    card: ModelCard
    class_names: tuple[str, ...] = DIGITS
    history: tuple[dict[str, float | None], ...] = ()
    preprocessing: dict[str, str] = field(default_factory=lambda: dict(PREPROCESSING))

    def to_json(self) -> str:
        """As text; a float that is not finite becomes null, because JSON has no such numbers."""
        return written(
            FORMAT,
            VERSION,
            {
                "spec": self.spec.to_json(),
                "class_names": self.class_names,
                "preprocessing": self.preprocessing,
                "history": self.history,
                "card": asdict(self.card),
            },
        )

    @classmethod
    def from_json(cls, text: bytes) -> ModelHeader:
        """The opposite of `to_json`; raises ModelFileError for anything that no Digit Lab can have written."""
        header = read(text, FORMAT, VERSION, HEADER_FIELDS, "model")
        spec, names = spec_from(header["spec"]), tuple(header["class_names"])
        if len(names) not in _class_counts(spec):
            raise ModelFileError(f"it names {len(names)} classes, its network tells {spec.outputs} apart.")
        card, history = _card_from(header["card"]), tuple(header["history"])
        return cls(spec, card, names, history, header["preprocessing"])


def _class_counts(spec: NetworkSpec) -> tuple[int, ...]:
    """How many classes a network may be for: one an output; two where one output says yes or no; none for numbers."""
    if spec.output == "softmax":
        return (spec.outputs,)
    return (spec.outputs, 2, 0) if (spec.output, spec.outputs) == ("sigmoid", 1) else (spec.outputs, 0)


def _card_from(filled_in: object) -> ModelCard:
    assert isinstance(filled_in, dict)
    unknown = filled_in.keys() - {each.name for each in fields(ModelCard)}
    if unknown or "name" not in filled_in:
        raise ModelFileError("its card is incomplete, or has a field that Digit Lab does not know.")
    check_fields(filled_in, CARD_FIELDS, "card")
    return ModelCard(**filled_in)


def _is_share(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and is_figure(value) and 0 <= value <= 1)


def _are_shares(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= MOST_SETTINGS
        and all(is_text(name) and share is not None and _is_share(share) for name, share in value.items())
    )


def _are_settings(value: object, levels: int = 3) -> bool:
    """Whether it is named plain values, or those again, in `levels` at most; a deeper one could not be saved again."""
    if isinstance(value, dict | list) and len(value) > MOST_SETTINGS:
        return False
    if levels and isinstance(value, dict):
        return all(map(is_text, value)) and all(_are_settings(held, levels - 1) for held in value.values())
    if levels and isinstance(value, list):
        return all(_are_settings(held, levels - 1) for held in value)
    return value is None or isinstance(value, bool | int | float) or is_text(value)


def _is_named_texts(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_text, [*value, *value.values()]))


HEADER_FIELDS: dict[str, Check] = {
    "spec": SPEC,
    "card": (is_object, "fields with names"),
    "class_names": (is_texts, "a list of texts"),
    "history": HISTORY,
    "preprocessing": (_is_named_texts, "named texts"),
}

CARD_FIELDS: dict[str, Check] = {
    "name": TEXT,
    "data": TEXT,
    "recipe": TEXT,
    "settings": (lambda value: is_object(value) and _are_settings(value), "named values"),
    "epochs": (is_count, "a whole number from 0 up"),
    "seed": (lambda value: value is None or is_count(value), "a whole number from 0 up, or null"),
    "test_accuracy": (_is_share, "a number from 0 to 1, or null"),
    "version": TEXT,
    "created": TEXT,
    "notes": TEXT,
    "writer_accuracy": (_are_shares, "a share from 0 to 1 for each named writer"),
}
"""Every field of a ModelCard, as the window and the next save count on it."""
