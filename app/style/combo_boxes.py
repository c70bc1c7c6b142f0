"""What Qt leaves behind in combo boxes when the style changes."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QComboBox, QStyledItemDelegate

_DELEGATES_OF_QT = ("QComboBoxDelegate", "QComboMenuDelegate")


def keep_delegates() -> None:
    """Give each combo box a delegate that stays when the style changes.

    At each change Qt makes two new delegates for a box that has one of Qt's own, and keeps the old ones. The delegate
    that is set here looks the same, but shows no separators.
    """
    for window in QApplication.topLevelWidgets():
        for box in window.findChildren(QComboBox):
            if box.itemDelegate().metaObject().className() in _DELEGATES_OF_QT:
                box.setItemDelegate(QStyledItemDelegate(box))
