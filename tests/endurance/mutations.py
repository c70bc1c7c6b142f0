"""Mutations of files that know their structure: a checksum stays right, so that a reader looks at what is inside."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from tests.nncore.mutation import mutated, random_mutations

SQLITE, PNG = b"SQLite format 3\0", b"\x89PNG\r\n\x1a\n"

DEEP: Any = [[]]
for _ in range(200):
    DEEP = [DEEP]

ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 1.5, 1e308, -1e-308, float("nan"), float("inf"), 10**30, -(2**63), "", "x" * 3000, "\0",
    "é\n", "7", [], {}, [1, "a", None], {"a": []}, DEEP,
)  # fmt: skip
"""Values that replace a value inside a file."""

CELLS: tuple[Any, ...] = (
    None, -1, 0, 2**62, 1e308, float("inf"), "", "x", "[]", "{}", "null", "nan", "[[1]]", '{"epoch": []}', b"", b"\xff",
    "\0", "[" * 5000, "9" * 400, b"\x00" * 12, "2026-13-45T99:00:00",
)  # fmt: skip


def changed(content: bytes, rng: np.random.Generator) -> bytes:
    """A mutation of a file: of its bytes, of a part of it, or of a value inside it."""
    if rng.random() < 0.5:
        inside = _changed_inside(content, rng)
        if inside is not None:
            return inside
    choice = rng.random()
    if choice < 0.1:
        return content[: rng.integers(len(content) + 1)]
    if choice < 0.2:  # a part that is repeated
        start, length = rng.integers(len(content) + 1), rng.integers(1, 2000)
        return content[:start] + content[start : start + length] * int(rng.integers(2, 20)) + content[start:]
    return mutated(content, random_mutations(rng))


def _changed_inside(content: bytes, rng: np.random.Generator) -> bytes | None:
    """A mutation inside the structure of a file; None if the file has none that is known."""
    if content.startswith(b"PK"):
        return _changed_archive(content, rng)
    if content.startswith(b"\x1f\x8b"):
        return gzip.compress(changed(gzip.decompress(content), rng), 1)
    if content.startswith(PNG):
        return _changed_png(content, rng)
    if content.startswith(SQLITE):
        return _changed_log(content, rng)
    if content.lstrip()[:1] in (b"{", b"["):
        return _changed_json_lines(content, rng)
    return None


def _changed_archive(content: bytes, rng: np.random.Generator) -> bytes:
    """The same archive with one member changed, stored or compressed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    chosen = rng.integers(len(members))
    method = zipfile.ZIP_STORED if rng.random() < 0.8 else zipfile.ZIP_DEFLATED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for number, (name, member) in enumerate(members):
            archive.writestr(name, changed(member, rng) if number == chosen else member)
    return packed.getvalue()


def _changed_png(content: bytes, rng: np.random.Generator) -> bytes:
    """The same picture with one chunk changed; its checksum is right."""
    chunks, place = [], len(PNG)
    while place < len(content):
        (size,) = struct.unpack(">I", content[place : place + 4])
        chunks.append((content[place + 4 : place + 8], content[place + 8 : place + 8 + size]))
        place += size + 12
    chosen = 0 if rng.random() < 0.5 else int(rng.integers(len(chunks)))  # the header half of the time
    kind, data = chunks[chosen]
    chunks[chosen] = (kind, mutated(data, random_mutations(rng)))
    written = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
               for kind, data in chunks)  # fmt: skip
    return PNG + b"".join(written)


def _changed_log(content: bytes, rng: np.random.Generator) -> bytes:
    """The same database with some values of its tables replaced."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite"
        path.write_bytes(content)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for _ in range(rng.integers(1, 4)):
            table = ("runs", "epochs")[rng.integers(2)]
            columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
            column = columns[rng.integers(len(columns))]
            try:
                connection.execute(f"UPDATE {table} SET {column} = ?", (_cell(connection, table, column, rng),))
                connection.commit()
            except sqlite3.Error:
                connection.rollback()
        connection.close()
        return path.read_bytes()


def _cell(connection: sqlite3.Connection, table: str, column: str, rng: np.random.Generator) -> Any:
    """An odd value for a column, or its own value with a part of its JSON replaced."""
    (value,) = connection.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchone()
    if isinstance(value, str) and value[:1] in ("{", "[") and rng.random() < 0.7:
        with suppress(ValueError, RecursionError):  # an earlier change has put no JSON there
            return json.dumps(_with_odd_value(json.loads(value), rng))
    return CELLS[rng.integers(len(CELLS))]


def _changed_json_lines(content: bytes, rng: np.random.Generator) -> bytes | None:
    """The same lines of JSON with one value in one line replaced."""
    lines = content.split(b"\n")
    number = rng.integers(len(lines))
    try:
        lines[number] = json.dumps(_with_odd_value(json.loads(lines[number]), rng)).encode()
    except ValueError:
        return None
    return b"\n".join(lines)


def _with_odd_value(value: Any, rng: np.random.Generator) -> Any:
    """The same value with one part of it, at any depth, replaced or removed."""
    if isinstance(value, dict | list) and value and rng.random() < 0.9:
        places = list(value) if isinstance(value, dict) else range(len(value))
        place = places[rng.integers(len(places))]
        if rng.random() < 0.1:
            del value[place]
        else:
            value[place] = _with_odd_value(value[place], rng)
        return value
    return ODD_VALUES[rng.integers(len(ODD_VALUES))]
