"""Every field of a checkpoint's header is checked before a run continues from it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from tests.nncore.saved_run import (
    TRAINED_WITH,
    check_read_or_rejected,
    checkpoint,
    error_message,
    header_of,
    with_header,
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_checkpoint(checkpoint(), tmp_path / "run.npz")
    return tmp_path / "run.npz"


def test_a_missing_setting_gets_its_default(saved: Path) -> None:
    header = header_of(saved)
    del header["config"]["patience"], header["config"]["augmentation"]["noise"]
    assert load_checkpoint(with_header(saved, header)).config == replace(TRAINED_WITH, patience=None)


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda h: h["config"].update(learning_rate=0),
            "settings cannot be used: Learning rate must be above 0",
        ),
        (lambda h: h["config"].update(epochs=10**9 + 1), "its settings cannot be used: Epochs must be from 1 to"),
        (lambda h: h["config"].update(epochs="4"), 'epochs in its settings must be a whole number; got "4".'),
        (lambda h: h["config"].update(epochs=True), "epochs in its settings"),
        (lambda h: h["config"].update(epochs=2), "its counters contradict each other"),
        (lambda h: h["config"].update(steps=7), "its counters contradict each other"),
        (lambda h: h["config"].update(batch_size=65), "its counters contradict each other"),
        (lambda h: h["config"].update(optimizer="lion"), "its settings cannot be used: Optimizer must be one of"),
        (lambda h: h["config"].update(keep_best=0), "keep_best in its settings"),
        (lambda h: h["config"].update(keep_best=None), "keep_best in its settings"),
        (
            lambda h: h["config"].update(depth=3),
            'its settings has the field "depth", which this version of',
        ),
        (lambda h: h["config"]["augmentation"].update(shift=101), "its augmentation cannot be used: "),
        (lambda h: h["config"]["augmentation"].update(shift="1"), "shift in its augmentation"),
        (lambda h: h["config"]["augmentation"].update(shake=1), 'its augmentation has the field "shake"'),
        (lambda h: h["config"].update(augmentation=[]), "augmentation in its settings"),
        (lambda h: h["counters"].update(step=-1), "step in its counters"),
        (lambda h: h["counters"].update(step=8.0), "step in its counters"),
        (lambda h: h["counters"].update(step=9), "is not the number of steps of the run (9)"),
        (lambda h: h["counters"].update(examples=0), "examples in its counters"),
        (lambda h: h["counters"].update(epoch=4), "contradict"),
        (lambda h: h["counters"].update(epochs_done=3), "contradict"),
        (lambda h: h["counters"].update(epoch_is_open=False), "contradict"),
        (lambda h: h["counters"].update(epoch_is_open=1), "epoch_is_open in its counters"),
        (lambda h: h["counters"].update(steps_in_epoch=4), "contradict"),
        (lambda h: h["counters"].update(samples_in_epoch=0), "contradict"),
        (lambda h: h["counters"].update(right=129), "contradict"),
        (lambda h: h["counters"].update(best_epoch=3), "contradict"),
        (lambda h: h["counters"].update(best_epoch=0), "contradict"),
        (lambda h: h["counters"].update(best_loss=None), "contradict"),
        (lambda h: h["counters"].update(best_loss="low"), "best_loss in its counters"),
        (lambda h: h["counters"].update(seconds=-1), "seconds in its counters"),
        (lambda h: h["counters"].update(summed_loss=None), "summed_loss in its counters"),
        (lambda h: h["counters"].pop("right"), "its counters is incomplete: it has no right"),
        (lambda h: h.update(optimizer_steps=7), "the number of optimizer steps (7)"),
        (lambda h: h.update(learning_rate=-0.1), "learning_rate in its header"),
        (lambda h: h.update(rates_used=[[1, 0.1], [1, 0.2]]), "rates_used in its header"),
        (lambda h: h.update(rates_used=[[0, 0.1]]), "rates_used in its header"),
        (lambda h: h.update(rates_used=[[1, 0]]), "rates_used in its header"),
        (lambda h: h.update(rates_used=[[1]]), "rates_used in its header"),
        (lambda h: h.update(random_states=h["random_states"][:-1]), "random_states in its header"),
        (lambda h: h["random_states"][1].update(bit_generator="MT19937"), "bit_generator in its state of random"),
        (lambda h: h["random_states"][1]["state"].update(state=2**128), "state in its state must be a whole number"),
        (lambda h: h["random_states"][1]["state"].update(inc=4), "inc in its state of random numbers must be odd"),
        (lambda h: h["random_states"][1].update(has_uint32=2), "has_uint32 in its state"),
        (lambda h: h["random_states"][1].update(uinteger=-1), "uinteger in its state"),
        (lambda h: h["shuffled_from"].pop("state"), "its state of random numbers is incomplete: it has no state"),
        (lambda h: h.update(history=[]), "its history does not match its number of epochs"),
        (lambda h: h["history"][0].update(epoch=0), "its history does not match"),
        (lambda h: h["history"][1].update(epoch=1), "its history does not match"),
        (lambda h: h["history"][1].update(epoch=3), "its history does not match"),
        (lambda h: h["history"][1].pop("seconds"), "its history does not match"),
        (lambda h: h["history"][1].update(training_loss="low"), "history in its header"),
        (lambda h: h.update(validation_share=1), "validation_share in its header"),
        (lambda h: h.update(data_check=2**32), "data_check in its header"),
        (lambda h: h.update(recipe="x" * 5000), "recipe in its header"),
        (lambda h: h["spec"]["layers"][0].update(units=0), "network in its header cannot be used"),
        (lambda h: h["spec"]["layers"][0].update(units=10**9), "but values.npy inside holds"),
        (lambda h: h.pop("counters"), "its counters must be an object with named fields"),
    ],
)
def test_an_invalid_header_is_rejected(saved: Path, change: Change, sentence: str) -> None:
    header = header_of(saved)
    change(header)
    assert sentence in error_message(with_header(saved, header))


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to every value inside a JSON value."""
    inside: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [path for path in [path] if path] + [p for key, held in inside for p in places(held, (*path, key))]


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, -1, 2, 3, 7, 190, 2**31, 10**40, -(10**40), 0.5, 1e-300, 1e308, "", "adam", [], {}, [[]]]
)


@settings(max_examples=300)
@given(data=st.data())
def test_any_value_in_the_header_is_read_or_rejected(saved: Path, data: st.DataObject) -> None:
    header = copy.deepcopy(header_of(saved))
    *holders, key = data.draw(st.sampled_from(places(header)))
    holder: Any = header
    for each in holders:
        holder = holder[each]
    holder[key] = data.draw(ODD)
    check_read_or_rejected(with_header(saved, header))
