"""A setting has the same limits in the form, in a sweep, on the command line and in the configuration."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.cli.train_options import add_settings
from app.dialogs.sweep.values import DIALOG_SETTINGS, read_values
from app.tabs.data.source_panel import SourcePanel
from app.tabs.train.settings.layer_words import read_blocks
from app.tabs.train.settings.settings_panel import SettingsPanel
from nncore.errors import SettingError
from nncore.experiments.sweep.grid import SWEPT
from nncore.training.config import SETTINGS, TrainingConfig
from nncore.training.settings import MAX_UNITS

WHOLE = {name: setting for name, setting in SETTINGS.items() if setting.kind == "whole number"}


def typed(name: str, text: str, several: bool) -> Any:
    parser = argparse.ArgumentParser()
    add_settings(parser, SWEPT, several)
    return getattr(parser.parse_args([f"--{name.replace('_', '-')}", text]), name)


@pytest.fixture
def panel(qtbot: QtBot) -> SettingsPanel:
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    return panel


@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers_have_the_same_limits_everywhere(name: str, panel: SettingsPanel) -> None:
    edit = panel.learning.batch_size if name == "batch_size" else None
    form = next(form for form in (panel.learning, panel.stopping) if name in form.rows)

    def form_value(value: int) -> object:
        (edit or form.edits[name]).setText(str(value))
        return form.values()[name]

    ways: list[Callable[[int], object]] = [
        lambda value: getattr(replace(TrainingConfig(), **{name: value}), name),  # type: ignore[arg-type]
        form_value,
        lambda value: typed(name, str(value), several=False),
        lambda value: typed(name, str(value), several=True)[0],
        *([lambda value: read_values({name: str(value)})[name][0]] if name in DIALOG_SETTINGS else []),
    ]
    lowest, highest = int(WHOLE[name].range.lowest), int(WHOLE[name].range.highest)
    for way in ways:
        assert [way(lowest), way(highest)] == [lowest, highest]
        for value in (lowest - 1, highest + 1):
            with pytest.raises(SettingError) as rejection:
                way(value)
            assert rejection.value.field == name


def test_the_seed_of_synthetic_digits_has_the_limits_of_a_run_seed(qtbot: QtBot) -> None:
    panel = SourcePanel()
    qtbot.addWidget(panel)
    largest = int(SETTINGS["seed"].range.highest)
    panel.seed.setText(str(largest))
    with qtbot.waitSignal(panel.synthetic_requested) as signal:
        panel.seed.returnPressed.emit()
    assert signal.args == [2000, largest]
    panel.seed.setText(str(largest + 1))
    with qtbot.assertNotEmitted(panel.synthetic_requested):
        panel.seed.returnPressed.emit()


def test_a_layer_has_the_same_maximum_width_in_a_sweep_and_the_train_tab() -> None:
    assert read_values({"hidden": str(MAX_UNITS)}) == {"hidden": [(MAX_UNITS,)]}
    assert len(read_blocks(str(MAX_UNITS))) == 1
    for read in (lambda text: read_values({"hidden": text}), read_blocks):
        with pytest.raises(SettingError, match="1,000,000"):
            read(str(MAX_UNITS + 1))
