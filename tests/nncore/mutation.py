"""Changes of random bytes in a file, for the fuzz tests of all readers of files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from nncore.errors import ModelFileError
from nncore.files.model_file import load_model

Mutation = tuple[float, int, bytes]

mutations: st.SearchStrategy[list[Mutation]] = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 40),
        st.one_of(st.binary(max_size=4), st.sampled_from([b"\n", b",", b"-1", b"nan", b"1e9", b'"', b".PEN_UP\n"])),
    ),
    min_size=1,
    max_size=5,
)


def mutated(content: bytes, changes: list[Mutation]) -> bytes:
    """Return `content` with some parts replaced.

    changes: for each part, its position from 0 (start) to 1 (end), its length in bytes, and the bytes that replace it.
    """
    for place, length, replacement in changes:
        start = round(place * len(content))
        content = content[:start] + replacement + content[start + length :]
    return content


def check_loaded_or_rejected(path: Path) -> None:
    """Check that a model of 784 inputs loads and predicts, or that the error is one line that begins with `path`."""
    message = f"{path}: was read"
    try:
        model = load_model(path)
    except ModelFileError as error:
        message = str(error)
    else:
        with np.errstate(over="ignore", invalid="ignore"):  # a changed byte can make weights huge
            assert model.network().predict(np.zeros((1, 784), np.float32)).shape == (1, model.spec.outputs)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1


def random_mutations(rng: np.random.Generator) -> list[Mutation]:
    """Return changes like those of the strategy `mutations`, drawn from `rng`; half of them keep the file's length."""
    words = (b"\n", b",", b"-1", b"nan", b"1e9", b'"', b".PEN_UP\n", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80")
    changes = []
    for _ in range(rng.integers(1, 6)):
        replacement = words[rng.integers(len(words))] if rng.random() < 0.5 else rng.bytes(int(rng.integers(0, 5)))
        length = len(replacement) if rng.random() < 0.5 else int(rng.integers(0, 41))
        changes.append((float(rng.random()), length, replacement))
    return changes
