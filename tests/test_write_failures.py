"""Whatever fails while a file is written: the old file stays as it was, and one sentence says what failed.

For every kind of file that the program writes, each call of the system fails once, until the writing succeeds.
"""

from __future__ import annotations

import argparse
import ast
import errno
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import count
from pathlib import Path
from typing import Self
from unittest import mock

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from app.cli import evaluate, look
from app.cli.desktop_entry import install_desktop_entry
from app.session.typed_settings import SweepValues, write_typed
from app.storage.drawing_file import DrawingFile
from app.storage.ink_library import Example, InkLibrary
from app.storage.run_tables import write_run_tables
from app.style.theme import Appearance, ThemeChoice
from app.window.preferences import WindowPlace, WindowPreferences
from app.window.process.open_requests import OpenRequests
from nncore.data.formats import InkSamples
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import DigitLabError
from nncore.evaluation.snapshots import Snapshot, Snapshots, TrainingPoint
from nncore.experiments.run_log import html_report
from nncore.experiments.run_log.html_report import ReportedRun, write_report
from nncore.experiments.run_log.log import LoggedRun, RunLog, RunLogError, RunSettings
from nncore.files.checkpoint_file import save_checkpoint
from nncore.files.model_file import bundled_model_path, load_model, save_model
from nncore.files.model_labels import ModelLabel, write_labels
from nncore.files.snapshots_file import save_snapshots
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from nncore.handwriting.personal_test.history import HandwritingTestHistory
from nncore.handwriting.personal_test.import_export import export_test
from nncore.handwriting.personal_test.jsonl_file import write_result
from nncore.model.network import NetworkSpec
from nncore.preprocessing.ink import Ink
from nncore.training import TrainingConfig
from nncore.training.step_curve import MAX_CURVE_POINTS
from tests.failing_writes import PROBLEMS, failing_call, limited_file_size
from tests.nncore.handwriting.personal_test.samples import ink, result
from tests.nncore.saved_run import checkpoint

SAMPLES = Path(__file__).parent / "samples" / "formats"

needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of file sizes")

Save = Callable[[Path, int], None]
"""Writes into a folder. The second call, with 1, replaces or extends what the first one, with 0, has written."""

SETTINGS = RunSettings("a run", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), data="MNIST")
CURVE = np.zeros((3, MAX_CURVE_POINTS), np.float32)


def model_saver(name: str) -> Save:
    def save(folder: Path, generation: int) -> None:
        model = load_model(bundled_model_path())
        save_model(replace(model, card=replace(model.card, name=f"model {generation}")), folder / name)

    return save


def save_run(folder: Path, generation: int) -> None:
    save_checkpoint(replace(checkpoint(), recipe=f"recipe {generation}"), folder / "run.checkpoint")


def teach(folder: Path, generation: int) -> None:
    library = InkLibrary(folder / "my hand.unipen")
    library.load()
    library.add(Example(ink(generation), generation, datetime(2026, 1, 1)))


def forget(folder: Path, generation: int) -> None:
    teach(folder, generation) if generation == 0 else reopened(folder).forget()


def restore(folder: Path, generation: int) -> None:
    if generation == 1:
        reopened(folder).restore_forgotten()
        return
    teach(folder, 3)
    reopened(folder).forget()
    teach(folder, 4)


def reopened(folder: Path) -> InkLibrary:
    library = InkLibrary(folder / "my hand.unipen")
    assert library.load() == ""
    return library


def reported_run(generation: int) -> ReportedRun:
    settings = replace(SETTINGS, name=f"run {generation}")
    run = LoggedRun(1, settings, "", "2026-01-01T00:00:00", "finished", 1.0, 1, 9, None, None, 0.5, 0.9, 0.4)
    return ReportedRun(run, [{"epoch": 1, "step": 9, "training_loss": 0.5}], CURVE)


def export_runs(folder: Path, generation: int) -> None:
    reported = reported_run(generation)
    write_run_tables([(reported.run, reported.epochs)], folder / "runs.csv")


def report_on_model(folder: Path, generation: int) -> None:
    out = folder / "report.html"
    inks = SAMPLES / ("hand_bcf3b82.unipen" if generation else "ink_bcf3b82.unipen")
    evaluate.run(argparse.Namespace(model=None, data=None, ink=inks, report=out, json=True))


def picture_of_a_network(folder: Path, generation: int) -> None:
    look.run(
        argparse.Namespace(
            file=None, model=None, image=generation + 1, layer=None, unit=None, examples=False, json=True,
            save=folder / "network.png",
        )
    )  # fmt: skip


def install(folder: Path, generation: int) -> None:
    environment = mock.patch.dict(os.environ, XDG_DATA_HOME=str(folder), APPIMAGE=f"/programs/digitlab {generation}")
    with environment, mock.patch.object(shutil, "which", return_value=None):  # no program of the desktop is started
        install_desktop_entry()


def draw(folder: Path, generation: int) -> None:
    file = DrawingFile(folder)
    try:
        file.write(ink(generation))
    finally:
        file.release()


def clear_drawing(folder: Path, generation: int) -> None:
    if generation == 0:
        draw(folder, 0)
        return
    file = DrawingFile(folder)
    try:
        file.write(Ink(()))
    finally:
        file.release()


def keep_epochs(folder: Path, generation: int) -> None:
    spec = NetworkSpec.dense((4, 2))
    values = np.full(spec.parameter_count, generation, np.float32)
    save_snapshots(
        Snapshots.from_snapshots(spec, tuple(Snapshot(TrainingPoint(epoch), values) for epoch in (0, 1))),
        5,
        folder / "epochs.npz",
    )


def keep_typed(folder: Path, generation: int) -> None:
    write_typed(SweepValues({"learning_rate": f"0.{generation + 1}"}), folder / "sweep.json")


def forget_typed(folder: Path, generation: int) -> None:
    keep_typed(folder, 0) if generation == 0 else write_typed(None, folder / "sweep.json")


def label_models(folder: Path, generation: int) -> None:
    write_labels([ModelLabel("a.npz", f"name {generation}")], folder / "labels.json")


SAVES: dict[str, Save] = {
    "model": model_saver("model.digitnet"),
    "ONNX": model_saver("model.onnx"),
    "script": model_saver("model.py"),
    "checkpoint": save_run,
    "taught drawings": teach,
    "forgotten drawings": forget,
    "restored drawings": restore,
    "handwriting test": lambda folder, generation: write_result(result(f"2026-01-0{generation + 1}"), folder / "a"),
    "unfinished handwriting test": lambda folder, generation: HandwritingTestHistory(folder).store_unfinished(
        HandwritingTest((1, 2), (ink(generation),))
    ),
    "exported handwriting test": lambda folder, generation: export_test(
        result(f"2026-01-0{generation + 1}T00:00:00"), folder / "test.csv"
    ),
    "exported drawings": lambda folder, generation: write_ink(
        InkSamples((ink(generation),), (generation,), ("me",), "test"), folder / "test.unipen"
    ),
    "table of runs": export_runs,
    "report on runs": lambda folder, generation: write_report([reported_run(generation)], folder / "report.html"),
    "report on a model": report_on_model,
    "picture of a network": picture_of_a_network,
    "desktop entry": install,
    "drawing on the canvas": draw,
    "cleared canvas": clear_drawing,
    "epochs of the last run": keep_epochs,
    "typed settings": keep_typed,
    "forgotten settings": forget_typed,
    "names of models": label_models,
}
"""Every kind of file that is written as a whole."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class StandingClock(datetime):
    """A clock that shows one time: a report names the minute in which it is written."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """The same time at every call."""
        return cls(2026, 1, 1, tzinfo=tz)


@pytest.mark.parametrize("number", PROBLEMS, ids=errno.errorcode.get)
@pytest.mark.parametrize("kind", SAVES)
def test_after_any_failed_call_each_file_is_the_old_one_or_the_complete_new_one(
    kind: str, number: int, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_report, "datetime", StandingClock)
    save, folder, kept = SAVES[kind], tmp_path / "folder", tmp_path / "kept"
    save(folder, 0)
    shutil.copytree(folder, kept)
    old = contents(folder)
    outcomes: list[tuple[str, dict[str, bytes]]] = []
    for failing in count():
        sentence = ""
        with failing_call(failing, number) as call:
            try:
                save(folder, 1)
            except DigitLabError as problem:
                sentence = str(problem)
        outcomes.append((sentence, contents(folder)))
        if not call.was_reached:
            break
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
    *failed, (last_sentence, new) = outcomes
    assert last_sentence == ""
    assert new != old
    assert any(sentence for sentence, _ in failed)
    for sentence, found in failed:
        if not sentence:  # only the folder could not be flushed
            assert found == new
            continue
        assert os.strerror(number) in sentence
        assert str(folder) in sentence or any(Path(name).name in sentence for name in (*old, *new))
        assert len(sentence.splitlines()) == 1
        for name in {*found, *old, *new}:
            assert found.get(name) in (old.get(name), new.get(name)), f"{name} after: {sentence}"
        if len({*old, *new}) == 1:
            assert found == old


def log_epochs(path: Path, number: int) -> None:
    """Log a run of two epochs; its name is `number`."""
    with RunLog(path) as log:
        run = log.begin(replace(SETTINGS, name=str(number)))
        for epoch in (1, 2):
            log.add_epochs(run, [{"epoch": epoch, "training_loss": float(number)}], CURVE, epochs=epoch)
        log.end(run, "finished")


@needs_limits
def test_a_log_that_cannot_grow_keeps_all_that_was_written(tmp_path: Path) -> None:
    """At any size of its files: what a failed call was to write is missing as a whole, and all before is there."""
    log_epochs(tmp_path / "kept" / "runs.sqlite", 0)
    failures = 0
    for size in count(0, 3000):
        folder = tmp_path / f"limit {size}"
        shutil.copytree(tmp_path / "kept", folder)
        path, problem = folder / "runs.sqlite", None
        with limited_file_size(size):
            try:
                log_epochs(path, 1)
            except RunLogError as error:
                problem = str(error)
        with RunLog(path) as log:
            runs = log.runs()
            assert runs[-1].settings.name == "0"
            assert [row["training_loss"] for row in log.epochs(runs[-1].id)] == [0.0, 0.0]
            np.testing.assert_array_equal(log.curve(runs[-1].id), CURVE)
            for run in runs[:-1]:
                assert len(log.epochs(run.id)) == run.epochs
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if problem is None:
            break
        failures += 1
        assert problem.startswith(f"{path}: ")
        assert len(problem.splitlines()) == 1
    assert failures > 5
    assert [run.settings.name for run in runs] == ["1", "0"]


@needs_limits
def test_preferences_that_cannot_be_written_stay_as_they_were(user_files: Path) -> None:
    path, new = user_files / "settings.ini", WindowPlace(QRect(5, 6, 700, 800), Qt.WindowState.WindowFullScreen)

    def store(theme: ThemeChoice, place: WindowPlace, recent: str) -> list[str]:
        """Store them; returns what the user is told."""
        preferences, sentences = WindowPreferences(), list[str]()
        preferences.on_failure = sentences.append
        preferences.add_recent_file(Path(f"/{recent}.npz"))
        preferences.appearance = Appearance(theme)
        preferences.keep_place("a screen", place)
        del preferences  # writes the file
        return sentences

    assert store(ThemeChoice.DARK, WindowPlace(QRect(1, 2, 300, 400)), "old") == []
    old, states = path.read_bytes(), []
    for size in count(0, 7):
        with limited_file_size(size):
            told = store(ThemeChoice.LIGHT, new, "new")
        states.append(path.read_bytes())
        if states[-1] != old and not told:
            break
        assert told == [f"{path}: the settings of the window could not be saved."]
    assert len(states) > 1
    assert WindowPreferences().recent_files == [Path("/new.npz"), Path("/old.npz")]
    assert WindowPreferences().appearance == Appearance(ThemeChoice.LIGHT)
    assert WindowPreferences().place("a screen") == new
    assert [each.name for each in user_files.iterdir()] == ["settings.ini"]


@pytest.mark.parametrize("number", PROBLEMS, ids=errno.errorcode.get)
def test_files_that_cannot_be_handed_over_are_opened_in_a_window_of_their_own(
    number: int, tmp_path: Path, qapp: QApplication
) -> None:
    """Then `hand_over` returns False, and the open window finds no half of a request."""
    window = OpenRequests(tmp_path)
    window.listen()
    requests = tmp_path / "open"
    for failing in count():
        with failing_call(failing, number) as call:
            assert not OpenRequests(tmp_path).hand_over([Path("/a.npz")], 0.0)
        for path in requests.glob("*.json"):
            assert json.loads(path.read_bytes()) == ["/a.npz"]
        if not call.was_reached:
            break
        shutil.rmtree(requests)
        requests.mkdir()
    assert failing > 5
    assert list(requests.glob("*.json")) == []
    window.close()


# ------------------------------------------------------- nothing is forgotten

WRITES = {
    "app/background/crash_trace.py:_opened": "a trace of a crash is added to; without it the trace is printed",
    "nncore/system/crash_trace.py:trace_helper_crashes": "a trace of a crash is added to, if the file can be written",
    "app/cli/desktop_entry.py:install_desktop_entry": "desktop entry",
    "app/cli/evaluate.py:_write_report": "report on a model",
    "app/cli/look.py:_save_picture": "picture of a network",
    "app/session/snapshots_keeper.py:load_last_snapshots": "a damaged file is renamed if it can be",
    "app/session/typed_settings.py:write_typed": "typed settings",
    "app/storage/drawing_file.py:DrawingFile": "a damaged file is renamed if it can be",
    "app/storage/ink_library.py:InkLibrary": "a damaged file is renamed, or the program does not write it",
    "app/storage/models/model_library.py:ModelLibrary": "names of models; a file is moved by one call",
    "app/storage/run_log_file.py:rename_damaged": "a damaged file is renamed, or the error is reported",
    "app/storage/run_tables.py:write_run_tables": "table of runs",
    "app/widgets/pictures/picture_actions.py:PictureActions": "as `save_file`; the sentence is shown in a dialog",
    "app/window/preferences.py:WindowPreferences": "test_preferences_that_cannot_be_written_stay_as_they_were",
    "app/window/process/open_requests.py:OpenRequests": (
        "test_files_that_cannot_be_handed_over_are_opened_in_a_window_of_their_own"
    ),
    "app/window/process/program_log.py:start_log": "without the file, the log is printed",
    "nncore/data/formats/unipen_writer.py:write_ink": "exported drawings",
    "nncore/experiments/run_log/html_report.py:write_report": "report on runs",
    "nncore/experiments/run_log/connection.py:LogConnection": "test_a_log_that_cannot_grow_keeps_all_that_was_written",
    "nncore/experiments/sweep/shared_data.py:share_data": "temporary files of a sweep",
    "nncore/files/checkpoint_file.py:save_checkpoint": "checkpoint",
    "nncore/files/model_file.py:save_model": "model",
    "nncore/files/model_labels.py:write_labels": "names of models",
    "nncore/files/snapshots_file.py:save_snapshots": "epochs of the last run",
    "nncore/handwriting/personal_test/drawings_csv.py:write_csv": "exported handwriting test",
    "nncore/handwriting/personal_test/history.py:_renamed": "a file is renamed by one call",
    "nncore/handwriting/personal_test/jsonl_file.py:_write": "handwriting test",
    "nncore/system/atomic_write.py:save_file": "all kinds",
    "nncore/system/atomic_write.py:write_atomically": "all kinds",
}
"""Every function or class that writes or renames files: its row in SAVES, its test, or what happens if it fails."""

WRITERS = {
    "save_file", "write_atomically", "write_text", "write_bytes", "rename", "QSettings", "mkstemp",
    "RotatingFileHandler", "NamedTemporaryFile", "save", "savez", "savez_compressed", "tofile", "savetxt",
}  # fmt: skip
"""Functions that write files. `connect` of sqlite3, `replace`, `save` and `open` are looked at more closely."""


def writes(call: ast.Call) -> bool:
    """Whether a call in the program writes or renames a file."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    owner = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
    texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if name in ("open", "fdopen"):
        return any(text[:1] in "wax" or "+" in text for text in texts if set(text) <= set("rwaxbt+") and text)
    if name == "connect":
        return owner == "sqlite3"
    if name == "replace":  # of a path, not of a text or of a data class
        return owner == "os" or owner.endswith("path")
    if name in ("save", "savez", "savez_compressed", "savetxt"):
        return owner == "np"
    if name == "rename":
        return owner not in ("log", "self.store", "store")
    return name in WRITERS


def test_every_place_that_writes_a_file_is_tested() -> None:
    """A new one needs a row in SAVES, or a test of its own, and a row in WRITES."""
    root, found = Path(__file__).parent.parent, set[str]()
    for path in (*root.glob("app/**/*.py"), *root.glob("nncore/**/*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if any(isinstance(each, ast.Call) and writes(each) for each in ast.walk(statement)):
                found.add(f"{path.relative_to(root).as_posix()}:{getattr(statement, 'name', '')}")
    assert found - set(WRITES) == set()
    assert set(WRITES) - found == set()
    assert {test for test in WRITES.values() if test.startswith("test_")} <= set(globals())
