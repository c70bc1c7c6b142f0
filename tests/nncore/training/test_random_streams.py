"""Streams are independent, and continue from a saved state."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nncore.training.random_streams import PARTS_PER_PASS, RandomStreams


def drawn(streams: RandomStreams) -> list[float]:
    generators = (streams.initialization, streams.split, streams.shuffling, *streams.augmentation, *streams.dropout)
    return [float(generator.random()) for generator in generators]


def test_each_stream_has_different_numbers() -> None:
    assert len(set(drawn(RandomStreams.from_seed(0)))) == 3 + 2 * PARTS_PER_PASS
    assert drawn(RandomStreams.from_seed(0)) == drawn(RandomStreams.from_seed(0))
    assert not set(drawn(RandomStreams.from_seed(0))) & set(drawn(RandomStreams.from_seed(1)))


def test_restored_streams_continue_with_the_same_numbers() -> None:
    streams, again = RandomStreams.from_seed(5), RandomStreams.from_seed(9)
    for generator in (streams.shuffling, *streams.augmentation, *streams.dropout):
        generator.random(17, dtype=np.float32)  # half of a 64-bit number is kept for the next one
    states = json.loads(json.dumps(streams.states()))
    expected = drawn(streams)[2:]
    again.restore(states)
    assert drawn(again)[2:] == expected


def test_saved_states_do_not_change_when_numbers_are_drawn() -> None:
    streams = RandomStreams.from_seed(5)
    states = streams.states()
    expected = drawn(streams)[2:]
    streams.restore(states)
    assert drawn(streams)[2:] == expected


def test_restoring_too_few_states_raises_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        RandomStreams.from_seed(0).restore(RandomStreams.from_seed(0).states()[:-1])
