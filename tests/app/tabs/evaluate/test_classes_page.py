from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.tabs.evaluate.classes_page import ClassesPage
from tests.app.tabs.evaluate.samples import examination


def test_it_shows_the_figures_of_an_examination(qtbot: QtBot) -> None:
    page = ClassesPage()
    qtbot.addWidget(page)
    page.show_examination(examination())
    judgement = examination().judgement
    recall = page.table.item(7, 3)
    assert page.table.rowCount() == 10
    assert recall is not None
    assert recall.text() == f"{100 * judgement.confusion[7, 7] / judgement.confusion[7].sum():.2f}"
    assert page.plot.bins == judgement.bins
    assert f"{judgement.calibration_error:.2%}" in page.error.text()
