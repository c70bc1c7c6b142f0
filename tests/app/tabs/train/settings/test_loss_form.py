import pytest
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.loss_form import LossForm
from nncore.errors import SettingError
from nncore.training import TrainingConfig


@pytest.fixture
def form(qtbot: QtBot) -> LossForm:
    form = LossForm()
    qtbot.addWidget(form)
    form.show_config(TrainingConfig())
    return form


def test_it_begins_with_what_changes_nothing(form: LossForm) -> None:
    assert form.values() == {"loss": None, "label_smoothing": 0.0, "weight_decay": 0.0, "clip_norm": None}


def test_what_is_shown_is_what_is_read(form: LossForm) -> None:
    form.show_config(TrainingConfig(loss="mean_squared_error", label_smoothing=0.1, weight_decay=1e-4, clip_norm=0.5))
    assert form.values() == {
        "loss": "mean_squared_error", "label_smoothing": 0.1, "weight_decay": 1e-4, "clip_norm": 0.5,
    }  # fmt: skip


def test_every_wrong_entry_is_found_by_its_name(form: LossForm) -> None:
    form.label_smoothing.setText("1")
    form.weight_decay.setText("")
    form.clip_norm.setText("0")
    assert list(form.problems()) == ["label_smoothing", "weight_decay", "clip_norm"]
    with pytest.raises(SettingError, match="Label smoothing 1 is out of range"):
        form.values()
