"""What a model file says of its parameters, as JSON: written strictly, and read with every field checked."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from math import prod
from typing import Any

from nncore import __version__
from nncore.dataset import DIGITS
from nncore.errors import ModelFileError, SettingError
from nncore.network import NetworkSpec

FORMAT, VERSION = "digitlab-model", 1

LONGEST_TEXT, HIGHEST_COUNT, MOST_SETTINGS = 2000, 2**63, 500
"""Of a card: characters of a text, the largest epoch or seed, settings. More could not be shown in a window."""

MOST_WEIGHTS = 2**48
"""More than any disk holds; a larger number in a header is not even worth printing."""

PREPROCESSING = {
    "pixels": "uint8, 0 paper to 255 ink, divided by 255",
    "ink": "fitted into 20 x 20, drawn by distance field, centre of ink in the middle of 28 x 28",
}


@dataclass(frozen=True)
class ModelCard:
    """Where a model comes from and how good it is, for whoever uses it.

    test_accuracy: share of the test set answered correctly, 0 to 1; None if it was never tested. epochs: 0 or more.
    seed: of the run, 0 or more; settings: the run's, as {name: value}. version: of Digit Lab. created: ISO date and
    time, or "".
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
        header = {
            "format": FORMAT,
            "version": VERSION,
            "spec": self.spec.to_json(),
            "class_names": self.class_names,
            "preprocessing": self.preprocessing,
            "history": self.history,
            "card": asdict(self.card),
        }
        return json.dumps(_storable(header), indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: bytes) -> ModelHeader:
        """The opposite of `to_json`; raises ModelFileError for anything that no Digit Lab can have written."""
        try:
            # Python's json takes NaN and Infinity, which are no JSON, and 1e999 for infinite: each is no number here.
            header = json.loads(text, parse_float=_finite, parse_constant=_finite)
        except (ValueError, RecursionError):
            raise ModelFileError("its header is damaged: it is no JSON.") from None
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise ModelFileError("this is no Digit Lab model: its header says something else.")
        _check_version(header.get("version"))
        for name, (right, kind) in HEADER_FIELDS.items():
            if name not in header:
                raise ModelFileError(f"its header is incomplete: it has no {name}.")
            if not right(header[name]):
                raise ModelFileError(f"{name} in its header is of the wrong kind; expected {kind}.")
        spec, names = _spec_from(header["spec"]), tuple(header["class_names"])
        if len(names) != spec.classes:
            raise ModelFileError(f"it names {len(names)} classes, its network tells {spec.classes} apart.")
        card, history = _card_from(header["card"]), tuple(header["history"])
        return cls(spec, card, names, history, header["preprocessing"])


def _storable(value: Any) -> Any:
    """`value` with null for floats that are not finite, and "?" for characters that no text file can hold."""
    if isinstance(value, dict):
        return {_storable(name): _storable(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(held) for held in value]
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _check_version(version: object) -> None:
    if not _is_count(version) or version == 0:
        raise ModelFileError("its header gives no format version; expected a whole number from 1 up.")
    assert isinstance(version, int)
    if version > VERSION:
        raise ModelFileError(
            f"it has format version {version}, this Digit Lab reads up to {VERSION}: a newer one made it."
        )


def _spec_from(described: object) -> NetworkSpec:
    assert isinstance(described, dict)
    try:
        spec = NetworkSpec.from_json(described)
    except SettingError as problem:
        raise ModelFileError(f"the network in its header does not work: {problem}") from None
    if max(prod(spec.input_shape), spec.parameter_count) > MOST_WEIGHTS:
        raise ModelFileError("the network in its header is larger than any file.")
    return spec


def _card_from(filled_in: object) -> ModelCard:
    assert isinstance(filled_in, dict)
    unknown = filled_in.keys() - {each.name for each in fields(ModelCard)}
    if unknown or "name" not in filled_in:
        raise ModelFileError("its card is incomplete, or has a field that Digit Lab does not know.")
    for name, value in filled_in.items():
        right, kind = CARD_FIELDS[name]
        if not right(value):
            raise ModelFileError(f"{name} in its card is of the wrong kind; expected {kind}.")
    return ModelCard(**filled_in)


def _is_text(value: object) -> bool:
    """Whether it is text that can be shown and saved: half a surrogate pair cannot, nor can a book."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST_TEXT
        and not any("\ud800" <= character <= "\udfff" for character in value)
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_COUNT


def _is_figure(value: object) -> bool:
    """Whether it is a number that a float can hold, or none."""
    return value is None or (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
    )


def _is_share(value: object) -> bool:
    return value is None or (_is_figure(value) and isinstance(value, int | float) and 0 <= value <= 1)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _are_settings(value: object, levels: int = 3) -> bool:
    """Whether it is named plain values, or those again, in `levels` at most; a deeper one could not be saved again."""
    if isinstance(value, dict | list) and len(value) > MOST_SETTINGS:
        return False
    if levels and isinstance(value, dict):
        return all(map(_is_text, value)) and all(_are_settings(held, levels - 1) for held in value.values())
    if levels and isinstance(value, list):
        return all(_are_settings(held, levels - 1) for held in value)
    return value is None or isinstance(value, bool | int | float) or _is_text(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_named_texts(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, [*value, *value.values()]))


def _is_history(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict) and all(map(_is_text, row)) and all(map(_is_figure, row.values())) for row in value
    )


Check = tuple[Callable[[object], bool], str]
"""Whether a value is right, and in words what it should be."""

TEXT: Check = (_is_text, "text")

HEADER_FIELDS: dict[str, Check] = {
    "spec": (_is_object, "the description of a network"),
    "card": (_is_object, "fields with names"),
    "class_names": (_is_texts, "a list of texts"),
    "history": (_is_history, "a list of named numbers for each epoch"),
    "preprocessing": (_is_named_texts, "named texts"),
}

CARD_FIELDS: dict[str, Check] = {
    "name": TEXT,
    "data": TEXT,
    "recipe": TEXT,
    "settings": (lambda value: _is_object(value) and _are_settings(value), "named values"),
    "epochs": (_is_count, "a whole number from 0 up"),
    "seed": (lambda value: value is None or _is_count(value), "a whole number from 0 up, or null"),
    "test_accuracy": (_is_share, "a number from 0 to 1, or null"),
    "version": TEXT,
    "created": TEXT,
    "notes": TEXT,
}
"""Every field of a ModelCard, as the window and the next save count on it."""
