"""The mistakes a user can make, each as one clear sentence."""


class DigitLabError(ValueError):
    """Something given from outside cannot be used; the message says what, where, and what was expected."""


class SettingError(DigitLabError):
    """A setting is out of its range.

    `field` names the setting (a field of TrainingConfig, or "layers"), so that a form can show the message
    beside the control that holds it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class DataError(DigitLabError):
    """A data file cannot be read; the message names file, row and column where there are any."""


class ModelFileError(DigitLabError):
    """A model file is unreadable, truncated, foreign, or from a newer version."""
