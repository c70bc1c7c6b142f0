"""Find the file that belongs to another: the labels beside the images, the test part beside the training part."""

from __future__ import annotations

from pathlib import Path

from nncore.errors import DataError
from nncore.readers.opening import name_of

Swaps = dict[str, str]
"""What stands in a name instead of what; all of it is replaced, in this order."""


def plain(name: str) -> str:
    """A file name without the ways in which copies of MNIST differ: .gz, dots or hyphens, capitals."""
    return name.lower().removesuffix(".gz").replace(".", "-").replace("_", "-")


def find(folder: Path, plain_name: str, like: Path) -> Path | None:
    """The file of that plain name; where there are two, the one compressed (or not) as `like` is."""
    try:
        found = [path for path in folder.iterdir() if plain(path.name) == plain_name and path.is_file()]
    except OSError as error:
        raise DataError(f"{name_of(folder)}: the folder cannot be read: {error.strerror}.") from error
    return min(found, key=lambda path: (path.suffix != like.suffix, path.name), default=None)


def sibling(path: Path, swaps: Swaps) -> Path | None:
    """The file beside `path` whose name differs in the `swaps` alone; None if there is none."""
    name = swapped(plain(path.name), swaps)
    return None if name == plain(path.name) else find(path.parent, name, like=path)


def partner(path: Path, mine: str, other: str, swaps: Swaps) -> Path:
    """The labels file beside an images file, or the other way round. Raises DataError if there is none."""
    found = sibling(path, swaps)
    if found is None:
        expected = swapped(path.name, swaps)
        called = f" called {expected}" if expected != path.name else ""
        raise DataError(f"{name_of(path)}: holds {mine} only; expected a file with its {other} beside it{called}.")
    return found


def swapped(name: str, swaps: Swaps) -> str:
    """`name` with all of `swaps` done."""
    for old, new in swaps.items():
        name = name.replace(old, new)
    return name
