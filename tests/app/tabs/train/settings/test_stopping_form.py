import pytest
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.stopping_form import StoppingForm
from nncore.training import TrainingConfig


@pytest.fixture
def form(qtbot: QtBot) -> StoppingForm:
    form = StoppingForm()
    qtbot.addWidget(form)
    form.show_config(TrainingConfig())
    return form


def test_an_empty_field_is_no_limit(form: StoppingForm) -> None:
    assert form.values() == {"steps": None, "seconds": None, "patience": None, "keep_best": False}
    assert form.steps.placeholderText() == "no limit"


def test_what_is_shown_is_what_is_read(form: StoppingForm) -> None:
    form.show_config(TrainingConfig(steps=500, seconds=2.5, patience=3, keep_best=True))
    assert form.values() == {"steps": 500, "seconds": 2.5, "patience": 3, "keep_best": True}
    form.show_config(TrainingConfig())
    assert form.values() == {"steps": None, "seconds": None, "patience": None, "keep_best": False}


def test_every_wrong_entry_is_found_by_its_name(form: StoppingForm) -> None:
    for edit in (form.steps, form.seconds, form.patience):
        edit.setText("0")
    assert list(form.problems()) == ["steps", "seconds", "patience"]


def test_ticking_says_that_something_changed(form: StoppingForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed):
        form.keep_best.click()
    assert form.values()["keep_best"] is True
