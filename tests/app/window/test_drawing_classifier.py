"""Drawings are read with the model in use, or with its copy that has learned drawings, under one name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.session.fine_tuning import Adaptation
from app.session.handwriting_teacher import HandwritingTeacher
from app.session.session import Session
from app.window.drawing_classifier import DrawingClassifier
from nncore.files.model_file import save_model
from tests.app.session.samples import model_called


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    assert session.close()


@pytest.fixture
def teacher(qtbot: QtBot) -> Iterator[HandwritingTeacher]:
    teacher = HandwritingTeacher()
    yield teacher
    assert teacher.close()


@pytest.fixture
def classifier(session: Session, teacher: HandwritingTeacher, qtbot: QtBot, tmp_path: Path) -> DrawingClassifier:
    """Reads with the model "first"."""
    classifier = DrawingClassifier(session, teacher)
    open_model(session, qtbot, tmp_path, "first")
    return classifier


def open_model(session: Session, qtbot: QtBot, folder: Path, name: str) -> None:
    save_model(model_called(name), folder / f"{name}.npz")
    with qtbot.waitSignal(session.model_changed):
        session.open_model(folder / f"{name}.npz")


def test_without_a_model_nothing_reads(session: Session, teacher: HandwritingTeacher) -> None:
    classifier = DrawingClassifier(session, teacher)
    assert (classifier.network, classifier.name, classifier.taught_count) == (None, "", 0)


def test_the_model_in_use_reads_and_is_the_base_of_what_is_taught(
    classifier: DrawingClassifier, session: Session, teacher: HandwritingTeacher
) -> None:
    assert classifier.network is session.network is teacher.base
    assert (classifier.name, classifier.taught_count) == ("first", 0)


def test_a_copy_that_has_learned_drawings_reads_until_another_model_is_opened(
    classifier: DrawingClassifier, session: Session, teacher: HandwritingTeacher, qtbot: QtBot, tmp_path: Path
) -> None:
    counts: list[int] = []
    classifier.taught_changed.connect(counts.append)
    assert session.network is not None
    taught = session.network.copy()
    teacher.adapted.emit(Adaptation(taught, 3))
    teacher.adapted.emit(Adaptation(taught, 3))
    assert classifier.network is taught
    assert (classifier.name, counts) == ("first with 3 drawings of yours", [3])
    open_model(session, qtbot, tmp_path, "second")
    assert classifier.network is session.network
    assert (classifier.name, counts) == ("second", [3, 0])


def test_a_renamed_model_reads_under_its_new_name(
    classifier: DrawingClassifier, session: Session, teacher: HandwritingTeacher
) -> None:
    assert session.model_path is not None
    assert session.network is not None
    teacher.adapted.emit(Adaptation(session.network.copy(), 1))
    names: list[str] = []
    classifier.renamed.connect(names.append)
    session.rename_models({session.model_path: ("mine", "")})
    assert names == [classifier.name] == ["mine with 1 drawing of yours"]
