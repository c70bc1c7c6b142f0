"""What a change of the settings changes: for each setting its row in the forms, and its value before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nncore.experiments.run_log.descriptions import differing_settings
from nncore.experiments.run_log.logged_run import RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.config import SETTINGS

ROWS_OF_NETWORK = {
    "network": "layers",
    "activations": "layers",
    "initialization": "initialization",
    "output": "output",
}
"""The row of the forms that shows a property of the network; `descriptions` names the properties."""

CHANGEABLE = ("learning_rate", "epochs", "steps", "seconds")
"""The settings with which an ended run can be trained on."""

Settings = tuple[NetworkSpec, TrainingConfig]


@dataclass(frozen=True)
class SettingChange:
    """A change of one setting: its name in words, its row in the forms, and both values in words."""

    label: str
    field: str
    before: str
    after: str


def setting_changes(before: Settings, after: Settings) -> tuple[SettingChange, ...]:
    """The settings that differ between `before` and `after`, those of the network first."""
    rows = ROWS_OF_NETWORK | {setting.label: name for name, setting in SETTINGS.items()}
    differences = differing_settings([RunSettings("", *before, data=""), RunSettings("", *after, data="")])
    return tuple(SettingChange(label, rows[label], *values) for label, values in differences.items() if label in rows)


def changes_in_words(changes: Sequence[SettingChange]) -> str:
    """The changes in one line: "learning rate from 10 to 0.001, activations from sigmoid to ReLU"."""
    return ", ".join(f"{each.label} from {each.before} to {each.after}" for each in changes)


def difference(shown: RunSettings, run: RunSettings) -> str:
    """The first setting in which the settings shown differ from those of an ended run, in words; "" if none does.

    The CHANGEABLE settings are not compared.
    """
    limits = {name: getattr(shown.config, name) for name in CHANGEABLE}
    same_limits = replace(run, name=shown.name, config=replace(run.config, **limits), rates=shown.rates)
    return next(iter(differing_settings([shown, same_limits])), "")
