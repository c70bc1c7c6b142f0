"""The JSON that the files we write begin with: written strictly, and read with every field checked.

A file may come from anywhere: whatever no Digit Lab can have written is refused with a ModelFileError.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from nncore.errors import ModelFileError, SettingError
from nncore.model.network import NetworkSpec

LARGEST_HEADER = 4_000_000
"""Bytes of a header as text, which a thousand epochs make 200,000 long."""

LONGEST_TEXT, HIGHEST_COUNT = 2000, 2**63
"""Characters of a text, and the largest epoch or seed: more could not be shown in a window."""

MOST_WEIGHTS = 2**48
"""More than any disk holds; a larger number in a header is not even worth printing."""

Check = tuple[Callable[[Any], bool], str]
"""Whether a value is right, and in words what it should be."""


def written(format_name: str, version: int, fields: Mapping[str, Any]) -> str:
    """The header as text; a float that is not finite becomes null, because JSON has no such numbers."""
    return json.dumps(_storable({"format": format_name, "version": version, **fields}), indent=1, allow_nan=False)


def read(text: bytes, format_name: str, version: int, checks: Mapping[str, Check], kind: str) -> dict[str, Any]:
    """The fields of a header, all those that `checks` names and each as it should be.

    version: the newest that can be read. kind: what the file should be, in a word. Raises ModelFileError.
    """
    try:
        # Python's json takes NaN and Infinity, which are no JSON, and 1e999 for infinite: each is no number here.
        header = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise ModelFileError("its header is damaged: it is no JSON.") from None
    if not isinstance(header, dict) or header.get("format") != format_name:
        raise ModelFileError(f"this is no Digit Lab {kind}: its header says something else.")
    _check_version(header.get("version"), version)
    for name in checks:
        if name not in header:
            raise ModelFileError(f"its header is incomplete: it has no {name}.")
    check_fields({name: header[name] for name in checks}, checks, "header")
    return header


def check_fields(given: Mapping[str, Any], checks: Mapping[str, Check], where: str) -> None:
    """Raise ModelFileError unless each of the fields `given` is as `checks` wants it."""
    for name, value in given.items():
        right, kind = checks[name]
        if not right(value):
            raise ModelFileError(f"{name} in its {where} is of the wrong kind; expected {kind}.")


def spec_from(described: Mapping[str, Any]) -> NetworkSpec:
    """The network that a header describes."""
    try:
        spec = NetworkSpec.from_json(described)
    except SettingError as problem:
        raise ModelFileError(f"the network in its header does not work: {problem}") from None
    if max(prod(spec.input_shape), spec.parameter_count) > MOST_WEIGHTS:
        raise ModelFileError("the network in its header is larger than any file.")
    return spec


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


def _check_version(version: object, newest: int) -> None:
    if not is_count(version) or version == 0:
        raise ModelFileError("its header gives no format version; expected a whole number from 1 up.")
    assert isinstance(version, int)
    if version > newest:
        raise ModelFileError(
            f"it has format version {version}, this Digit Lab reads up to {newest}: a newer one made it."
        )


def is_text(value: object) -> bool:
    """Whether it is text that can be shown and saved: half a surrogate pair cannot, nor can a book."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST_TEXT
        and not any("\ud800" <= character <= "\udfff" for character in value)
    )


def is_whole(value: object, least: int, most: int = HIGHEST_COUNT) -> bool:
    """Whether it is a whole number in a range."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_count(value: object) -> bool:
    """Whether it is a whole number from 0 up."""
    return is_whole(value, 0)


def is_number(value: object) -> bool:
    """Whether it is a number that a float can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_figure(value: object) -> bool:
    """Whether it is such a number, or none."""
    return value is None or is_number(value)


def is_object(value: object) -> bool:
    """Whether it is fields with names."""
    return isinstance(value, dict)


def is_texts(value: object) -> bool:
    """Whether it is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


def is_history(value: object) -> bool:
    """Whether it is a list of named figures for each epoch."""
    return isinstance(value, list) and all(
        isinstance(row, dict) and all(map(is_text, row)) and all(map(is_figure, row.values())) for row in value
    )


TEXT: Check = (is_text, "text")
SPEC: Check = (is_object, "the description of a network")
HISTORY: Check = (is_history, "a list of named numbers for each epoch")
