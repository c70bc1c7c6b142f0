"""The names, notes and pins that the user gives to kept models: one JSON file for all models of a folder.

    {"format": "digitlab-models", "version": 1,
     "labels": [{"file": "a.npz", "name": "best", "note": "", "is_pinned": true}]}

They are not part of the model files: so a change takes no time for a large model, and a damaged model keeps its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nncore.errors import ModelFileError
from nncore.files.archive import reading_errors
from nncore.files.json_header import MAX_HEADER_BYTES, MAX_TEXT_LENGTH, dataclass_from, header_text, parse_header
from nncore.system.atomic_write import save_file

LABELS_FORMAT = "digitlab-models"
"""The name of the format in the file of labels."""

LABELS_VERSION = 1
"""The newest version of the format that this program reads, and the one that it writes."""

FILE_NAME = re.compile(r"[^/\\\0]{1,255}")
"""The name of a file in the same folder, never a path."""


@dataclass(frozen=True)
class ModelLabel:
    """What the user has said about the model in `file`, a file name; name, note: "" for none."""

    file: str
    name: str = ""
    note: str = ""
    is_pinned: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.name or self.note or self.is_pinned)


@dataclass(frozen=True)
class _Labels:
    labels: tuple[ModelLabel, ...] = ()


def read_labels(path: Path) -> dict[str, ModelLabel]:
    """Return the labels in a file, {file name: label}; empty if there is no file. Raises ModelFileError."""
    if not path.exists():
        return {}
    with reading_errors(path, "list of models") as size:
        if size > MAX_HEADER_BYTES:
            raise ModelFileError(f"it has {size:,} bytes; expected at most {MAX_HEADER_BYTES:,}.")
        fields = parse_header(path.read_bytes(), LABELS_FORMAT, LABELS_VERSION, "list of models")
        labels = dataclass_from(_Labels, fields, "header").labels
        for label in labels:
            if not FILE_NAME.fullmatch(label.file) or label.file in (".", ".."):
                raise ModelFileError("it has a label of something that is not a file name.")
    return {label.file: label for label in labels}


def write_labels(labels: Mapping[str, ModelLabel] | Iterable[ModelLabel], path: Path) -> None:
    """Replace the labels in a file; empty labels are left out. Raises ModelFileError."""
    given = labels.values() if isinstance(labels, Mapping) else labels
    kept = tuple(label for label in given if not label.is_empty)
    text = header_text(LABELS_FORMAT, LABELS_VERSION, _Labels(kept)).encode()
    if len(text) > MAX_HEADER_BYTES:
        raise ModelFileError(f"{path}: there are too many names and notes of models for one file.")
    save_file(path, text, ModelFileError)


def label_text(text: str) -> str:
    """Return a name or note as a label can hold it: shortened, without half surrogate pairs and outer spaces."""
    return text.strip()[:MAX_TEXT_LENGTH].encode(errors="replace").decode()
