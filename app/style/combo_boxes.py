"""What Qt leaves behind in combo boxes when the style changes."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemDelegate, QApplication, QComboBox

_DELEGATES_OF_QT = ("QComboBoxDelegate", "QComboMenuDelegate")


def delete_replaced_delegates(app: QApplication) -> None:
    """Delete what painted the options of all combo boxes before: Qt makes new delegates and keeps the old ones."""
    for box in app.allWidgets():
        if isinstance(box, QComboBox):
            found = box.findChildren(QAbstractItemDelegate)
            made_by_qt = [each for each in found if each.metaObject().className() in _DELEGATES_OF_QT]
            if len(made_by_qt) > 1:  # else the box may have no list yet, and `itemDelegate` would make one
                for each in made_by_qt:
                    if each is not box.itemDelegate():
                        each.deleteLater()
