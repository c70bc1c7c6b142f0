"""Take pictures of all states: `python -m tests.screenshots FOLDER --theme dark --text 150`. Needs no screen."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from app.style.fonts import TEXT_SCALES


def main() -> int:
    """Write one picture for each state, theme and text size."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where to write the pictures")
    parser.add_argument("--theme", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    sizes = [round(100 * scale) for scale in TEXT_SCALES]
    parser.add_argument(
        "--text", nargs="+", type=int, default=[100, 150, 200], choices=sizes, help="text sizes in percent"
    )
    parser.add_argument("--projector", action="store_true", help="in projector mode")
    parser.add_argument("--only", nargs="+", default=[""], help="only states whose names contain one of these words")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["DIGITLAB_HOME"] = home
        from app.style.theme import Appearance, ThemeChoice
        from app.widgets.tool_tips import ToolTipApplication
        from tests.screenshots.tour import take_pictures

        application = ToolTipApplication(["digitlab"])
        appearances = [
            Appearance(ThemeChoice(theme), size / 100, chosen.projector)
            for theme in chosen.theme
            for size in chosen.text
        ]
        take_pictures(application, chosen.folder, appearances, chosen.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
