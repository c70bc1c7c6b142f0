"""The command that takes the pictures of all states accepts only what the app offers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.screenshots.__main__ import main


@pytest.mark.parametrize("options", [["--text", "1"], ["--text", "100", "1000"], ["--theme", "blue"]])
def test_an_appearance_that_the_app_does_not_offer_is_rejected(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["screenshots", str(tmp_path / "pictures"), *options])
    with pytest.raises(SystemExit):
        main()
    assert "invalid choice" in capsys.readouterr().err
    assert not (tmp_path / "pictures").exists()
