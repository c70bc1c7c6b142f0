"""Tables of runs and epochs for spreadsheets and pandas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas
import pytest

from app.storage.run_tables import epochs_table, runs_table, write_run_tables
from nncore.errors import DataError
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig

NAME = '=1+1, "quoted"\nin two lines'


@pytest.fixture
def log(tmp_path: Path) -> Iterator[RunLog]:
    log = RunLog(tmp_path / "runs.sqlite")
    for name, rate in ((NAME, 0.1), ("größer", 0.2)):
        number = log.begin(
            RunSettings(name, NetworkSpec.dense((784, 9, 10)), TrainingConfig(learning_rate=rate), data="d")
        )
        log.add_epochs(
            number,
            [{"epoch": epoch, "training_loss": 1 / epoch, "validation_loss": None} for epoch in (1, 2)],
            np.empty((3, 0), np.float32),
            epochs=2,
            best_accuracy=0.5,
        )
    yield log
    log.close()


def test_both_tables_are_read_back(log: RunLog, tmp_path: Path) -> None:
    runs = [(run, log.epochs(run.id)) for run in log.runs()]
    log.close()
    beside = write_run_tables(runs, tmp_path / "all.csv")
    table, epochs = pandas.read_csv(tmp_path / "all.csv"), pandas.read_csv(beside)
    assert not [column for column in table.columns if column.endswith(".1")]  # pandas renames a duplicate
    assert table["epochs_done"].tolist() == [2, 2]
    assert table["name"].tolist() == ["größer", f"'{NAME}"]  # a spreadsheet must not take it for a formula
    assert table["learning rate"].tolist() == [0.2, 0.1]
    assert table["best_accuracy"].tolist() == [0.5, 0.5]
    assert table["test_accuracy"].isna().all()
    assert epochs["run"].tolist() == [2, 2, 1, 1]
    assert epochs["training_loss"].tolist() == [1.0, 0.5, 1.0, 0.5]
    assert epochs["validation_loss"].isna().all()


@pytest.mark.parametrize(("name", "beside"), [("all.txt", "all epochs.txt"), ("all", "all epochs.csv")])
def test_the_table_of_epochs_has_the_suffix_of_the_table_of_runs(
    log: RunLog, tmp_path: Path, name: str, beside: str
) -> None:
    assert write_run_tables([(log.run(1), [])], tmp_path / name) == tmp_path / beside
    assert (tmp_path / beside).exists()


def test_a_loss_below_zero_stays_a_number(log: RunLog, tmp_path: Path) -> None:
    log.update(1, training_loss=-0.5)
    write_run_tables([(log.run(1), [])], tmp_path / "one.csv")
    log.close()
    text = (tmp_path / "one.csv").read_text(encoding="utf-8-sig")
    assert "-0.5" in text
    assert "'-0.5" not in text


def test_tables_keep_numbers_and_missing_values(log: RunLog) -> None:
    log.update(1, best_epoch=2, seconds=3.0)
    runs = log.runs()
    table, epochs = runs_table(runs), epochs_table([(run, log.epochs(run.id)) for run in runs])
    log.close()
    assert table["best_epoch"].tolist() == [pandas.NA, 2]
    assert table.dtypes[["best_epoch", "best_accuracy"]].astype(str).tolist() == ["Int64", "Float64"]
    assert table["name"].tolist() == ["größer", NAME]  # unchanged: only files need the apostrophe
    assert table.columns[-1] == "machine"
    assert epochs.groupby("run")["training_loss"].min().to_dict() == {1: 0.5, 2: 0.5}


def test_runs_without_epochs_give_a_table_without_rows(log: RunLog, tmp_path: Path) -> None:
    beside = write_run_tables([(log.run(1), [])], tmp_path / "one.csv")
    log.close()
    assert beside.read_bytes() == b"\xef\xbb\xbfrun,name\r\n"


def test_a_missing_folder_gives_a_message(log: RunLog, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="could not be saved"):
        write_run_tables([(log.run(1), [])], tmp_path / "file" / "all.csv")
    log.close()
