"""The JSON header of model files and checkpoints: write dataclasses, and read them with every field checked.

The type of a dataclass field defines its valid values, such as `Annotated[int, NumberRange(0, 10)]`. A field with a
default may be missing, so a new field never makes an older file unreadable. A file may come from an unknown source:
values that Digit Lab never writes raise a ModelFileError that names the field.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from math import prod
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from nncore.errors import ModelFileError, NewerModelFileError, SettingError, printable
from nncore.model.network import NetworkSpec
from nncore.training.settings import stored_name

MAX_HEADER_BYTES = 4_000_000
"""Largest size of a header in bytes. With a history of a thousand epochs it has 200,000 bytes."""

MAX_TEXT_LENGTH = 2000
"""Largest number of characters of a text: a window cannot show more."""

MAX_ENTRIES = 500
"""Largest number of entries of an object or a list of any values: a window cannot show more."""

MAX_LEVELS = 3
"""Largest number of nested levels of an object or a list of any values."""

MAX_WEIGHTS = 2**48
"""Largest number of weights: more than any disk can store."""

T = TypeVar("T")


def header_text(format_name: str, version: int, content: Any, without: Collection[str] = ()) -> str:
    """Return a dataclass as the text of a header, one line for each field; without: fields to leave out.

    A float that is not finite becomes null, because JSON has no such numbers.
    """
    stored = {
        stored_name(each): _to_json(getattr(content, each.name)) for each in fields(content) if each.name not in without
    }
    lines = (
        f" {json.dumps(name)}: {json.dumps(value, allow_nan=False)}"  # json.dumps is slow if it indents
        for name, value in {"format": format_name, "version": version, **stored}.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def parse_header(text: bytes, format_name: str, version: int, kind: str) -> dict[str, Any]:
    """Return the fields of a header, not checked yet.

    version: the newest that can be read. kind: the kind of the file, "model" or "run". Raises ModelFileError.
    """
    if len(text) > MAX_HEADER_BYTES:
        raise ModelFileError(f"its header has {len(text):,} bytes; expected at most {MAX_HEADER_BYTES:,}.")
    try:
        # Python's json takes NaN, Infinity and 1e999, which are not valid JSON: each is read as null.
        header = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise ModelFileError("its header is damaged: it is not JSON.") from None
    if not isinstance(header, dict) or header.pop("format", None) != format_name:
        raise ModelFileError(f"this is not a Digit Lab {kind}: the format in its header must be {format_name!r}.")
    _check_version(header.pop("version", None), version)
    return header


def dataclass_from(kind: type[T], given: object, where: str, *, complete: bool = False) -> T:
    """Return the dataclass `kind` from a JSON object. where: the name of the object for messages, such as "settings".

    complete: whether fields with a default are required too. Raises ModelFileError that names the invalid field.
    """
    try:
        return kind(**checked_fields(kind, given, where, complete=complete))
    except SettingError as problem:
        raise ModelFileError(f"its {where} cannot be used: {problem}") from None


def checked_fields(
    kind: type, given: object, where: str, *, without: Collection[str] = (), complete: bool = False
) -> dict[str, Any]:
    """Return the fields of the dataclass `kind` except `without` from a JSON object; see `dataclass_from`.

    Raises ModelFileError that names the invalid field.
    """
    if not isinstance(given, dict):
        raise ModelFileError(f"its {where} must be an object with named fields; got {_shown(given)}.")
    known = {stored_name(each): each for each in fields(kind) if each.init and each.name not in without}
    for name in given.keys() - known.keys():
        raise ModelFileError(
            f"its {where} has the field {_shown(name)}, which this version of Digit Lab does not know; a newer "
            "version may have written the file."
        )
    for name, each in known.items():
        needed = complete or each.default is each.default_factory is MISSING
        if needed and name not in given:
            raise ModelFileError(f"its {where} is incomplete: it has no {name}.")
    types = _types(kind)
    return {known[name].name: _value(types[known[name].name], value, name, where) for name, value in given.items()}


@lru_cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _value(kind: Any, value: Any, name: str, where: str) -> Any:
    """Return a JSON value as a value of the type `kind`."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        if not _is_plain(inside[0], (), value) or not inside[1].contains(value):
            _raise_wrong_value(kind, value, name, where)
        return value
    if origin in (Union, UnionType):
        optional = next(each for each in inside if each is not NoneType)
        return None if value is None else _value(optional, value, name, where)
    if kind is NetworkSpec:
        return spec_from(value)
    if is_dataclass(kind) and isinstance(value, dict):
        return dataclass_from(kind, value, name)  # type: ignore[arg-type]
    if not _is_plain(origin or kind, inside, value):
        _raise_wrong_value(kind, value, name, where)
    if origin is dict:
        return {
            _value(inside[0], key, name, where): _value(inside[1], each, name, where) for key, each in value.items()
        }
    if origin in (list, tuple):
        each_kind = inside if origin is tuple and Ellipsis not in inside else (inside[0],) * len(value)
        return origin(_value(of, each, name, where) for of, each in zip(each_kind, value, strict=True))
    return value


def _is_plain(kind: Any, inside: tuple[Any, ...], value: Any) -> bool:
    """Whether a JSON value has this type; the elements of lists and objects are not checked."""
    if kind in (list, tuple):
        return isinstance(value, list) and (kind is list or Ellipsis in inside or len(value) == len(inside))
    if is_dataclass(kind):
        return False
    if kind in (bool, Literal):
        return value in inside if kind is Literal else isinstance(value, bool)
    checks = {dict: _is_object, str: _is_text, int: _is_int, float: _is_number, Any: _is_json_value}
    return checks[kind](value)


def _raise_wrong_value(kind: Any, value: Any, name: str, where: str) -> NoReturn:
    raise ModelFileError(f"{name} in its {where} must be {_in_words(kind)}; got {_shown(value)}.")


def _in_words(kind: Any) -> str:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return f"{_in_words(inside[0])}, {inside[1].in_words}"
    words = {
        dict: f"an object of at most {MAX_ENTRIES} entries", list: "a list", tuple: "a list", int: "a whole number",
        str: f"text of at most {MAX_TEXT_LENGTH} characters", float: "a number", bool: "true or false",
        Any: f"a value of at most {MAX_ENTRIES} entries and {MAX_LEVELS} levels",
    }  # fmt: skip
    if is_dataclass(kind):
        return "an object with named fields"
    return words.get(origin or kind) or " or ".join(map(_shown, inside))


def _shown(value: Any) -> str:
    return printable(json.dumps(value))


def spec_from(described: Any) -> NetworkSpec:
    """Return the network that a header describes. Raises ModelFileError."""
    if not isinstance(described, Mapping):
        raise ModelFileError(f"spec in its header must be the description of a network; got {_shown(described)}.")
    try:
        spec = NetworkSpec.from_json(described)
    except SettingError as problem:
        raise ModelFileError(f"the network in its header cannot be used: {problem}") from None
    if max(prod(spec.input_shape), spec.parameter_count) > MAX_WEIGHTS:
        raise ModelFileError("the network in its header is too large for any file.")
    return spec


def _to_json(value: Any) -> Any:
    """Convert `value` for JSON: null for floats that are not finite, "?" for characters that UTF-8 cannot encode."""
    kind = type(value)  # most values have one of these types
    if kind in (int, bool, NoneType) or (kind is float and math.isfinite(value)) or (kind is str and value.isascii()):
        return value
    if isinstance(value, NetworkSpec):
        return value.to_json()
    if is_dataclass(value):
        return {each.name: _to_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {_to_json(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _check_version(version: object, newest: int) -> None:
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ModelFileError(f"its format version must be a whole number, at least 1; got {_shown(version)}.")
    if version > newest:
        raise NewerModelFileError(
            f"its format version is {version}, but this Digit Lab reads versions up to {newest}. Open it with a newer "
            "Digit Lab."
        )


def _is_text(value: object) -> bool:
    """Whether `value` is text that can be shown and saved; half a surrogate pair cannot be saved."""
    return (
        isinstance(value, str)
        and len(value) <= MAX_TEXT_LENGTH
        and not any("\ud800" <= character <= "\udfff" for character in value)
    )


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    """Whether `value` is a number that a float can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_object(value: object) -> bool:
    return isinstance(value, dict) and len(value) <= MAX_ENTRIES


def _is_json_value(value: object, levels: int = MAX_LEVELS - 1) -> bool:
    """Whether `value` is a plain value, or lists and objects of plain values with at most `levels` levels."""
    if not isinstance(value, dict | list):
        return value is None or isinstance(value, bool | int | float) or _is_text(value)
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return levels > 0 and len(value) <= MAX_ENTRIES and all(_is_json_value(item, levels - 1) for item in items)
