"""Results are exported and imported as CSV or UNIPEN, with readings or to be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from nncore.data.formats import read_ink
from nncore.errors import DataError
from nncore.handwriting.personal_test.import_export import export_test, import_test
from nncore.handwriting.personal_test.result import HandwritingTestResult
from nncore.model.network import Network
from tests.nncore.handwriting.personal_test.samples import DATE, assert_same, assert_same_ink, network, result

NOW = "2026-02-03T10:00:00"
UNIPEN = """.SEGMENT DIGIT 0 ? "7"
.PEN_DOWN
0 10
5 10
2 0
.PEN_UP
.SEGMENT DIGIT 1 ? "1"
.PEN_DOWN
1 9
1 0
.PEN_UP
"""


def bring_in(path: Path, classifier: Network | None = None) -> HandwritingTestResult:
    return import_test(path, classifier, model="new", date=NOW)


def test_csv_restores_the_readings_with_any_open_model(tmp_path: Path) -> None:
    export_test(result(), tmp_path / "x.CSV")
    assert_same(bring_in(tmp_path / "x.CSV", network()), result())
    assert_same(bring_in(tmp_path / "x.CSV", None), result())


def test_unipen_restores_the_strokes_which_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "x.unipen"
    export_test(result(), path)
    assert read_ink(path).labels == (7, 4, 7, 0)
    back = bring_in(path, network())
    assert (back.model, back.date) == ("new", NOW)
    for one, other in zip(back.drawings, result().drawings, strict=True):
        assert one.prompted == other.prompted
        assert_same_ink(one.ink, other.ink)


def test_labels_of_ink_from_another_program_are_the_requested_digits(tmp_path: Path) -> None:
    path = tmp_path / "whatever.dat"
    path.write_text("\ufeff\n" + UNIPEN, encoding="utf-8")
    assert [drawing.prompted for drawing in bring_in(path, network()).drawings] == [7, 1]


def test_a_table_of_strokes_is_read_by_the_open_model_with_the_given_date(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("prompted,strokes\n7,0 0 1 0 0.5 1\n", encoding="utf-8")
    back = bring_in(path, network())
    assert (back.model, back.date, len(back.drawings)) == ("new", NOW, 1)
    with pytest.raises(DataError, match="no model is open to read the drawings"):
        bring_in(path)


def test_readings_without_a_date_get_the_given_date(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    export_test(result(), path)
    path.write_text(path.read_text(encoding="utf-8").replace(DATE, ""), encoding="utf-8")
    assert bring_in(path).date == NOW


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        (UNIPEN.replace('"1"', '"?"'), "sample 2: there is no label"),
        (UNIPEN.removesuffix(".PEN_UP\n"), "row 8: found a .PEN_DOWN without its .PEN_UP"),
        (UNIPEN.replace("5 10", "nan 10"), 'row 4: found "nan 10"'),
        ("hello", "row 1: found the columns hello"),
    ],
)
def test_a_file_that_is_not_a_test_is_rejected_with_its_row(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.txt") as error:
        bring_in(path, network())
    assert message in str(error.value)


def test_a_file_with_too_many_samples_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nncore.handwriting.personal_test.import_export.MAX_DRAWINGS", 1)
    path = tmp_path / "x.unipen"
    path.write_text(UNIPEN, encoding="utf-8")
    with pytest.raises(DataError, match="found 2 samples; expected at most 1"):
        bring_in(path, network())


def test_reading_a_file_can_be_cancelled_before_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("prompted,strokes\n" + "1,0 0 1 1\n" * 10_000 + "wrong\n")
    answers = iter([False] * 4)
    with pytest.raises(DataError, match="cancelled"):
        import_test(path, network(), model="", date=NOW, cancelled=lambda: not next(answers, False))


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "x.unipen"
    path.write_text(UNIPEN, encoding="utf-8")
    with pytest.raises(DataError, match="cancelled"):
        import_test(path, network(), model="", date=NOW, cancelled=lambda: True)
