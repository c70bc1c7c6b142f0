"""One row for each setting: its name, its range, its help, and how it is read from text and shown as text.

Forms, command line, sweeps, reports and the checks of files are made from these rows; the rows of a training are the
fields of `nncore.training.config.TrainingConfig`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from math import isfinite
from numbers import Real
from typing import Annotated, Any, Literal, NoReturn, TypeAlias

from nncore.errors import SettingError, printable
from nncore.reporting.number_text import decimal_text

MAX_INTEGER = 2**63 - 1
"""The limit of counts and seeds without a limit of their own: SQLite stores no larger whole number."""

MAX_UNITS = 1_000_000
"""The largest width of a layer that a user can enter."""

MAX_FLOAT = sys.float_info.max

SettingKind = Literal["choice", "whole number", "number", "flag", "widths", "distortions"]
SettingGroup = Literal["network", "learning", "loss", "augmentation", "stopping"]

THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(?!\d)", re.ASCII)


STORED_NAME = "stored name"
"""The key of a field's metadata with its name in files and in the log, if the code has another name for it."""


def stored_name(of: Field[Any]) -> str:
    """Return the name of a dataclass's field in files and in the log."""
    name: str = of.metadata.get(STORED_NAME, of.name)
    return name


@dataclass(frozen=True)
class NumberRange:
    """The numbers from `lowest` to `highest`; above: `lowest` itself is excluded; below: `highest` is excluded."""

    lowest: float = 0
    highest: float = MAX_FLOAT
    above: bool = False
    below: bool = False

    def contains(self, value: float) -> bool:
        """Whether `value` is in the range; NaN never is."""
        least = self.lowest < value if self.above else self.lowest <= value
        return least and (value < self.highest if self.below else value <= self.highest)

    @property
    def in_words(self) -> str:
        """The range after "must be": "at least 1", "above 0", "at least 0 and below 1", "from 1 to 10"."""
        lowest, highest = (
            f"{limit:,.0f}" if float(limit).is_integer() else decimal_text(limit, 12)
            for limit in (self.lowest, self.highest)
        )
        if self.highest >= MAX_INTEGER:
            return f"above {lowest}" if self.above else f"at least {lowest}"
        if not (self.above or self.below):
            return f"from {lowest} to {highest}"
        return f"{'above' if self.above else 'at least'} {lowest} and {'below' if self.below else 'at most'} {highest}"


Count: TypeAlias = Annotated[int, NumberRange(0, MAX_INTEGER)]
Positive: TypeAlias = Annotated[float, NumberRange(0, above=True)]
NotNegative: TypeAlias = Annotated[float, NumberRange(0)]
Fraction: TypeAlias = Annotated[float, NumberRange(0, 1)]
"""Types of fields that are checked when a file is read."""


@dataclass(frozen=True)
class Setting:
    """One setting: its label, its allowed values, and its help text.

    Attributes:
        label: its name in the window.
        purpose, extremes: what the setting does, and what happens at the ends of its range; both are sentences without
            the last full stop, and `help` puts the range between them.
        group: the form that shows it.
        range: of a number.
        choices: of a choice, {value: label}.
        none_text: the text for None; "" if the setting cannot be None.
        examples: some values, separated by spaces.
        swept: whether a sweep can vary it.
        in_dialog: whether the sweep dialog offers it too.
    """

    label: str
    kind: SettingKind
    group: SettingGroup | None = None
    purpose: str = ""
    extremes: str = ""
    range: NumberRange = NumberRange()
    choices: Mapping[str, str] = field(default_factory=dict)
    none_text: str = ""
    examples: str = ""
    swept: bool = True
    in_dialog: bool = False
    name: str = ""

    @property
    def help(self) -> str:
        """What it does with its range, and in the next sentences what happens at the ends of the range."""
        limits = f" ({self.range.in_words})" if self.kind in ("whole number", "number") else ""
        return f"{self.purpose}{limits}. {self.extremes}."

    @property
    def title(self) -> str:
        """The label at the beginning of a sentence."""
        return self.label[:1].upper() + self.label[1:]

    def check(self, value: object) -> None:
        """Raise SettingError unless the setting may have this value."""
        if value is None and self.none_text:
            return
        is_valid = True
        match self.kind:
            case "choice":
                is_valid = value in tuple(self.choices)
            case "flag":
                is_valid = isinstance(value, bool)
            case "widths":
                is_valid = isinstance(value, tuple) and all(map(self.range.contains, value))
            case "whole number" | "number":
                self._check_number(value)
        if not is_valid:
            self._reject(self._expected, value)

    def _check_number(self, value: Any) -> None:
        has_type = isinstance(value, int if self.kind == "whole number" else Real)
        if not has_type or isinstance(value, bool):
            self._reject(self._expected, value)
        if not isinstance(value, int):
            value = float(value)  # a float32 cannot be compared with the largest float
        if self.range.contains(value):
            return
        if isinstance(value, int) and value > self.range.highest == MAX_INTEGER:
            self._reject(f"at most {MAX_INTEGER:,}", value)
        finite = isinstance(value, int) or isfinite(value)
        self._reject(self.range.in_words if finite else f"a finite number, {self.range.in_words}", value)

    def plain(self, value: Any) -> Any:
        """A checked value as files keep it, so that it is read back equal: no infinite limit, no NumPy number."""
        if self.kind != "number" or value is None:
            return value
        number = value if type(value) is int else float(value)
        return None if self.none_text and not isfinite(number) else number

    def read(self, text: str) -> Any:
        """The value that a user typed. Raises SettingError unless the setting may have it.

        Numbers may have a decimal comma, but "1,000" raises SettingError because it could mean 1 or 1000.
        """
        text = text.strip()
        if self.none_text and text in ("", "none", self.none_text):
            return None
        value = self._converted(text)
        self.check(value)
        return value

    def _converted(self, text: str) -> Any:
        """The value in a text; the text itself if it has no value of this kind, so that `check` raises an error."""
        match self.kind:
            case "flag":
                return {"yes": True, "no": False}.get(text, text)
            case "whole number":
                return int(text) if re.fullmatch(r"[+-]?\d{1,4000}", text, re.ASCII) else text
            case "number":
                if THOUSANDS.match(text):
                    self._reject("written with a decimal point, such as 1.5, and without thousands separators", text)
                try:
                    return float(text.replace(",", ".", 1))
                except ValueError:
                    return text
            case "widths":
                widths = [] if text == "none" else text.split("-")
                is_valid = all(re.fullmatch(r"\d{1,19}", width, re.ASCII) for width in widths)
                return tuple(map(int, widths)) if is_valid else text
        return text

    @property
    def _expected(self) -> str:
        match self.kind:
            case "choice":
                return f"one of {', '.join(self.choices)}"
            case "flag":
                return "yes or no"
            case "widths":
                return f"none, or widths {self.range.in_words} joined by hyphens, such as 128-64"
        return f"a {self.kind}, {self.range.in_words}"

    def _reject(self, expected: str, value: object) -> NoReturn:
        """Raise the SettingError."""
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
            given = f"a far {'larger' if value > 0 else 'smaller'} number"
        elif isinstance(value, int | float) and not isinstance(value, bool):
            given = f"{value:,}" if isinstance(value, int) else decimal_text(value, 6)
        else:
            given = "nothing" if value in ("", None) else f"“{printable(str(value), 20)[:40]}”"
        raise SettingError(self.name, f"{self.title} must be {expected}; got {given}.")

    def in_words(self, value: Any) -> str:
        """A value as text, in the form in which a user enters it."""
        if value is None:
            return self.none_text
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return "-".join(map(str, value)) or "none"
        return decimal_text(value, 6) if isinstance(value, float) else self.choices.get(value, str(value))


def setting_row(
    default: Any, label: str, kind: SettingKind, group: SettingGroup, purpose: str, extremes: str, **more: Any
) -> Any:
    """A field of a dataclass with its row; more: the other fields of Setting."""
    return field(default=default, metadata={"setting": Setting(label, kind, group, purpose, extremes, **more)})


def settings_by_name(settings: type) -> dict[str, Setting]:
    """The rows of a dataclass, each by the name of its field; raises KeyError for a field without a row."""
    return {each.name: replace(each.metadata["setting"], name=each.name) for each in fields(settings)}
