"""The rows of the table of a calculation: its terms, largest first, then constants, steps and the result."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position, Terms
from nncore.reporting.number_text import decimals_of, fixed_text, number_in_words

FIRST_TERMS = 5
"""Number of terms that are listed before the row that stands for all others; a click on it lists them, too."""

SUM_COLUMNS = ("x", "w", "w · x")
"""The columns of a sum after the first, which says where the input is."""
OTHER_COLUMNS = ("number", "value")


class TailRow(NamedTuple):
    """A row below the terms: a name, a number as text, and whether it is the result."""

    name: str
    text: str
    is_result: bool = False


class CalculationRows:
    """The rows for one number; texts are made when a row is asked for, so that a million terms cost nothing.

    shows_all: whether all terms are listed, or only the first.
    """

    def __init__(
        self, inspection: Inspection, layer: int, position: Position, terms: Terms, *, shows_all: bool = False
    ) -> None:
        self.terms, self.layer = terms, layer
        self._inspection, self._position = inspection, position
        count = len(terms.inputs)
        self.listed = count if shows_all or count <= FIRST_TERMS + 1 else FIRST_TERMS
        self._texts: dict[int, tuple[str, ...]] = {}
        self.tail = self._tail()

    @property
    def columns(self) -> tuple[str, ...]:
        """The titles of the columns."""
        return (self._place_title, *SUM_COLUMNS) if self.is_sum else OTHER_COLUMNS

    @cached_property
    def _place_title(self) -> str:
        """What the first column of a sum has: "pixel" for line and column, with "map: " before them, or "unit"."""
        picture = self._inspection.picture_shape(self.layer - 1)
        if picture is None:
            return "unit" if self.layer > 1 else "number"
        return "pixel" if picture[0] == 1 else "map: pixel"

    @property
    def is_sum(self) -> bool:
        """Whether the calculation is a weighted sum."""
        return self.terms.weights is not None

    @property
    def rest(self) -> int:
        """The number of terms that one row stands for."""
        return len(self.terms.inputs) - self.listed

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.listed + (self.rest > 0) + len(self.tail)

    def is_rest(self, row: int) -> bool:
        """Whether a row stands for all terms that are not listed."""
        return self.rest > 0 and row == self.listed

    def source(self, row: int) -> Position | None:
        """The position in the layer's input of the term in a row; None for the rows below the terms."""
        return self._source(int(self._order[row])) if 0 <= row < self.listed else None

    def row_of(self, source: Position) -> int | None:
        """The row of the term of a position in the layer's input; None if it is not listed."""
        found = self.index_of(source)
        if found is None:
            return None
        row = int(np.flatnonzero(self._order == found)[0])
        return row if row < self.listed else None

    def index_of(self, source: Position) -> int | None:
        """The index of the term of a position in the layer's input; None if it takes no part."""
        sources = self.terms.sources
        if not len(sources) or len(source) != sources.shape[1]:
            return None
        found = np.flatnonzero((sources == source).all(axis=1))
        return int(found[0]) if len(found) else None

    def share(self, row: int) -> float:
        """The product of a row relative to the largest one, −1 to 1; 0 for the rows without a product."""
        largest = self._largest_product
        if not (self.is_sum and row < self.listed and largest > 0):
            return 0.0
        product = float(self.terms.products[self._order[row]])
        return product / largest if np.isfinite(product) else 0.0

    def texts(self, row: int) -> tuple[str, ...]:
        """The text of each column of a row."""
        if row not in self._texts:
            self._texts[row] = self._made_texts(row)
        return self._texts[row]

    def _made_texts(self, row: int) -> tuple[str, ...]:
        if row < self.listed:
            return self._texts_of_term(int(self._order[row]))
        if self.is_rest(row):
            empty = ("", "") if self.is_sum else ()
            noun = "term" if self.is_sum else "number"
            total = self._product_text(float(self.terms.products[self._order[self.listed :]].sum()))
            return f"and {self.rest:,} more {noun}s", *empty, total if self.is_sum else ""
        tail = self.tail[row - self.listed - (self.rest > 0)]
        return (tail.name, "", "", tail.text) if self.is_sum else (tail.name, tail.text)

    def spoken(self, row: int) -> str:
        """A row in words, for a tool tip and a screen reader."""
        if row < self.listed:
            return self.term_in_words(int(self._order[row]))
        texts = self.texts(row)
        return f"{texts[0]}: {texts[-1]}" if texts[-1] else texts[0]

    def term_in_words(self, index: int) -> str:
        """A term with its place: "map 3 of 24, line 4, column 5: 0.25 · −0.5 = −0.125"."""
        where = self._inspection.place_in_words(self.layer - 1, self._source(index))
        value = number_in_words(float(self.terms.inputs[index]))
        if self.terms.weights is None:
            return f"{where}: {value}{', the largest' if index == self.terms.chosen else ''}"
        weight, product = (number_in_words(float(each[index])) for each in (self.terms.weights, self.terms.products))
        return f"{where}: {value} · {weight} = {product}"

    # ------------------------------------------------------------------ parts

    @cached_property
    def _order(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        return self.terms.order

    @cached_property
    def _largest_product(self) -> float:
        products = np.abs(self.terms.products)
        return float(products[np.isfinite(products)].max(initial=0))

    @cached_property
    def _decimals(self) -> tuple[int, int, int]:
        """The decimals of the columns: inputs, weights, and products with the result.

        A result that is far smaller than its terms gets up to two more decimals than they need.
        """
        inputs, weights, products = self._largest
        least, value = decimals_of(products), self.terms.value
        return decimals_of(inputs), decimals_of(weights), min(least + 2, max(least, decimals_of(abs(value))))

    @cached_property
    def _largest(self) -> tuple[float, float, float]:
        """The largest absolute numbers of the columns."""
        inputs, weights = (
            0.0 if each is None else float(np.abs(each[np.isfinite(each)]).max(initial=0))
            for each in (self.terms.inputs, self.terms.weights)
        )
        constants = [abs(each) for each in (*self.terms.constants.values(), self.terms.value) if np.isfinite(each)]
        return inputs, weights, max([self._largest_product, *constants])

    @property
    def longest_texts(self) -> tuple[str, ...]:
        """The longest text that each column of numbers of a sum may have."""
        return tuple(fixed_text(-each, decimals) for each, decimals in zip(self._largest, self._decimals, strict=True))

    def _source(self, index: int) -> Position:
        return tuple(self.terms.sources[index].tolist())

    def _product_text(self, product: float) -> str:
        return fixed_text(product, self._decimals[2])

    def _texts_of_term(self, index: int) -> tuple[str, ...]:
        terms, place = self.terms, self._inspection.short_place(self.layer - 1, self._source(index))
        if terms.weights is None:
            unit = f"{self._place_title} " if self._place_title in ("unit", "number") else ""
            name = f"x at {unit}{place}{', the largest' if index == terms.chosen else ''}"
            return name, number_in_words(float(terms.inputs[index]), 4)
        inputs, weights, _ = self._decimals
        return (
            place,
            fixed_text(float(terms.inputs[index]), inputs),
            fixed_text(float(terms.weights[index]), weights),
            self._product_text(float(terms.products[index])),
        )

    def _tail(self) -> tuple[TailRow, ...]:
        if self.is_sum:
            names = {"b": "bias b"}
            constants = [TailRow(names.get(name, name), self._product_text(value)) for name, value in
                         self.terms.constants.items()]  # fmt: skip
            return *constants, TailRow("= y", self._product_text(self.terms.value), True)
        rows = [TailRow(name, number_in_words(value, 4)) for name, value in self.terms.constants.items()]
        rows += [TailRow(step.operation, number_in_words(step.value, 4)) for step in self.terms.steps[:-1]]
        formula = self._inspection.layer(self.layer).spec.formula.removeprefix("y = ").partition(";")[0]
        last = self.terms.steps[-1].operation if self.terms.steps else formula
        return *rows, TailRow(f"y = {last}", number_in_words(self.terms.value, 4), True)
