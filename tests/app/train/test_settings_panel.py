from collections.abc import Callable

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.train.settings_panel import SettingsPanel
from nncore.augment import Augmentation
from nncore.errors import SettingError
from nncore.network import NetworkSpec
from nncore.recipes import RECIPES
from nncore.training import TrainingConfig


@pytest.fixture
def panel(qtbot: QtBot) -> SettingsPanel:
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    panel.resize(panel.width(), 700)
    panel.show()
    return panel


def type_into(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)


def message(panel: SettingsPanel, field: str) -> str:
    row = (panel.network.rows | panel.learning.rows)[field]
    return row.message.text() if row.message.isVisible() else ""


def test_it_begins_with_a_network_that_learns_well(panel: SettingsPanel) -> None:
    assert panel.is_valid
    assert panel.spec() == NetworkSpec.dense((784, 128, 64, 10))
    assert panel.config() == RECIPES["quick"].config
    assert panel.summary.text() == "784 – 128 – 64 – 10 · 109,386 weights"


@given(
    widths=st.lists(st.integers(1, 300), max_size=4),
    data=st.data(),
    initialization=st.sampled_from(["he", "uniform"]),
    config=st.builds(
        TrainingConfig,
        optimizer=st.sampled_from(["sgd", "momentum", "adam"]),
        learning_rate=st.floats(1e-9, 100).map(lambda rate: float(f"{rate:.6g}")),
        batch_size=st.none() | st.integers(1, 5000),
        epochs=st.integers(1, 1000),
        seed=st.integers(0, 2**32 - 1),
        schedule=st.sampled_from(["constant", "cosine"]),
        augmentation=st.none() | st.just(Augmentation(shift=1.0, rotation=5.0)),
    ),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_is_what_is_read(
    panel: SettingsPanel, widths: list[int], data: st.DataObject, initialization: str, config: TrainingConfig
) -> None:
    names = st.sampled_from(["relu", "leaky_relu", "sigmoid", "tanh", "linear"])
    activations = data.draw(st.lists(names, min_size=len(widths), max_size=len(widths)))
    spec = NetworkSpec.dense((784, *widths, 10), activations, initialization)
    panel.set_values(spec, config)
    assert panel.is_valid
    assert panel.spec() == spec
    assert panel.config() == config


def test_a_spec_for_other_data_keeps_its_inputs_and_classes(panel: SettingsPanel) -> None:
    spec = NetworkSpec.dense((64, 5, 3), input_shape=(8, 8))
    panel.set_values(spec, TrainingConfig())
    assert panel.spec() == spec
    assert panel.summary.text() == f"64 – 5 – 3 · {spec.parameter_count} weights"


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("learning_rate", "0", "Learning rate 0 cannot train"),
        ("learning_rate", "-0.1", "Learning rate -0.1 cannot train"),
        ("learning_rate", "inf", "Learning rate inf cannot train"),
        ("learning_rate", "nan", "Learning rate nan cannot train"),
        ("learning_rate", "fast", "“fast” is no number"),
        ("batch_size", "0", "Batch size 0 is out of range"),
        ("epochs", "2.5", "“2.5” will not do"),
        ("seed", "-1", "Seed -1 is out of range"),
    ],
)
def test_a_wrong_value_is_marked_where_it_stands(
    panel: SettingsPanel, qtbot: QtBot, field: str, typed: str, complaint: str
) -> None:
    with qtbot.waitSignal(panel.changed):
        type_into(qtbot, getattr(panel.learning, field), typed)
    assert complaint in message(panel, field)
    assert not panel.is_valid
    assert panel.problem == message(panel, field)
    with pytest.raises(SettingError) as refusal:
        panel.config()
    assert refusal.value.field == field
    type_into(qtbot, getattr(panel.learning, field), "1")
    assert message(panel, field) == ""
    assert panel.is_valid


def test_a_layer_of_width_zero_is_refused_under_the_layers(panel: SettingsPanel, qtbot: QtBot) -> None:
    type_into(qtbot, panel.network.hidden_layers, "64 0")
    assert message(panel, "layers").startswith("Hidden layer 2 has width 0")
    assert "109,386" not in panel.summary.text()
    with pytest.raises(SettingError):
        panel.spec()


def test_all_wrong_fields_are_marked_at_once(panel: SettingsPanel, qtbot: QtBot) -> None:
    for field in (panel.network.hidden_layers, panel.learning.learning_rate, panel.learning.epochs):
        type_into(qtbot, field, "?")
    assert all(message(panel, field) for field in ("layers", "learning_rate", "epochs"))


def test_a_network_that_does_not_fit_into_memory_is_refused_with_both_figures(
    panel: SettingsPanel, qtbot: QtBot
) -> None:
    assert psutil.virtual_memory().available < 28e12
    type_into(qtbot, panel.network.hidden_layers, "1000000 1000000")
    assert message(panel, "layers").count(" GB") == 2
    assert not panel.is_valid


def test_one_sample_and_full_batch_need_no_batch_size(panel: SettingsPanel, qtbot: QtBot) -> None:
    type_into(qtbot, panel.learning.batch_size, "")
    assert not panel.is_valid
    qtbot.keyClick(panel.learning.batch, Qt.Key.Key_Down)
    assert panel.config().batch_size is None
    assert not panel.learning.batch_size.isEnabled()
    assert "choose mini-batch" in panel.learning.batch_size.toolTip()
    qtbot.keyClick(panel.learning.batch, Qt.Key.Key_Down)
    assert panel.config().batch_size == 1


def test_during_a_run_all_is_locked_with_a_reason_but_the_learning_rate(panel: SettingsPanel) -> None:
    panel.set_running(True)
    for name, row in (panel.network.rows | panel.learning.rows).items():
        assert row.control.isEnabled() == (name == "learning_rate")
        assert ("Locked while a run is on" in row.control.toolTip()) == (name != "learning_rate")
    assert not panel.distort.isEnabled()
    assert "only the learning rate" in panel.note.text()
    panel.set_running(False)
    assert all(row.control.isEnabled() for row in (panel.network.rows | panel.learning.rows).values())


def test_a_learning_rate_applies_when_it_is_entered_not_while_it_is_typed(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.set_running(True)
    rates: list[float] = []
    panel.learning_rate_changed.connect(rates.append)
    type_into(qtbot, panel.learning_rate, "1e-4")
    assert rates == []
    assert message(panel, "learning_rate") == "Press Enter to apply it."
    qtbot.keyClick(panel.learning_rate, Qt.Key.Key_Return)
    assert rates == [1e-4]
    assert message(panel, "learning_rate") == ""
    qtbot.keyClick(panel.learning_rate, Qt.Key.Key_Up)
    assert rates == [1e-4, pytest.approx(2e-4)]


def test_a_rate_that_cannot_train_is_not_announced_and_the_run_goes_on(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.set_running(True)
    with qtbot.assertNotEmitted(panel.learning_rate_changed):
        for typed in ("0", "-1", "inf", "nan", "abc", ""):
            type_into(qtbot, panel.learning_rate, typed)
            qtbot.keyClick(panel.learning_rate, Qt.Key.Key_Return)
            assert message(panel, "learning_rate").endswith("The run goes on with 0.003.")


def test_distortions_are_those_of_the_model_in_the_box(panel: SettingsPanel) -> None:
    panel.distort.setChecked(True)
    assert panel.config().augmentation is not None
    assert panel.config().augmentation == RECIPES["convnet"].config.augmentation


def test_the_line_on_the_data_stands_under_the_summary_and_only_when_there_is_one(
    panel: SettingsPanel, qtbot: QtBot
) -> None:
    assert not panel.data.isVisible()
    panel.set_data_line("MNIST, training part: 60,000 images")
    assert panel.data.isVisible()
    assert panel.data.text() == "MNIST, training part: 60,000 images"
    qtbot.waitUntil(lambda: panel.data.y() >= panel.summary.geometry().bottom())
    panel.set_data_line("")
    assert not panel.data.isVisible()


def test_a_long_line_on_the_data_is_cut_short_and_the_panel_stays_as_wide(panel: SettingsPanel, qtbot: QtBot) -> None:
    before, name = panel.width(), "a very long name " * 20 + "<b>of a file</b>.csv"
    panel.set_data_line(f"{name}: 3 images")
    qtbot.wait(1)
    assert panel.data.text().endswith("…")
    assert panel.data.fontMetrics().horizontalAdvance(panel.data.text()) <= panel.data.width()
    assert "&lt;b&gt;of a file" in panel.data.toolTip()
    assert panel.width() == before


def test_every_control_has_a_name_and_a_sentence(panel: SettingsPanel) -> None:
    controls = [
        *panel.findChildren(QLineEdit),
        *panel.findChildren(QComboBox),
        *panel.findChildren(QAbstractButton),
    ]
    assert len(controls) > 15
    for control in controls:
        assert control.toolTip().endswith(".")
        assert control.accessibleName() or getattr(control, "text", str)()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_is_cut_off_in_any_font(
    panel: SettingsPanel, qtbot: QtBot, enlarge_font: Callable[[float], None], scale: float
) -> None:
    enlarge_font(scale)
    panel.resize(panel.width(), 400)
    qtbot.wait(1)
    assert panel._scroll.verticalScrollBar().isVisible()
    assert panel._content.minimumSizeHint().width() <= panel._scroll.viewport().width()
    assert panel.minimumSizeHint().height() < 400
