"""PySide6 6.12.0 on Python 3.11 loses a reference to None in each call without a result, and finally aborts."""

from __future__ import annotations

import sys

from PySide6.QtGui import QImage, QPainter, QPen

CALLS = 2000


def test_calls_without_a_result_keep_the_reference_count_of_none(qapp: object) -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter, pen = QPainter(image), QPen()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.setPen(pen)
        image.fill(0)
    # From Python 3.12 on None is immortal: its count never changes, and a lost reference has no effect.
    lost = before - sys.getrefcount(None)
    painter.end()
    assert abs(lost) < CALLS / 10
