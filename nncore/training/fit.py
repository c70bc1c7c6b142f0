"""`fit`: a whole training in one call, for programs that do not need its events one by one."""

from __future__ import annotations

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.model.network import Network
from nncore.reporting.number_text import percent_text
from nncore.training.config import TrainingConfig
from nncore.training.events import Diverged, EpochDone, Finished, Started
from nncore.training.history import History
from nncore.training.loop import Training


def fit(
    network: Network, data: Splits, config: TrainingConfig, *, verbose: bool = True, cores: int | None = None
) -> History:
    """Train `network` in place to the end of the run; returns the figures of its epochs.

    verbose: print one line per epoch, and one for the test set if the data has one. cores: as in `train`, which runs
    the same training and yields its events. Raises SettingError if the data does not fit the network, or if the
    training diverges; the network then has the weights of the last whole epoch.
    """
    training = Training(network, data, config, cores=cores)
    epochs = config.epochs
    for event in training.events():
        if isinstance(event, Diverged):
            raise SettingError("learning_rate", f"{event.message} Try a lower learning rate.")
        if isinstance(event, Started):
            epochs = event.epochs
        if verbose and isinstance(event, EpochDone | Finished):
            line = _epoch_line(event, epochs) if isinstance(event, EpochDone) else _test_line(event)
            if line:
                print(line, flush=True)
    return training.history


def _epoch_line(event: EpochDone, epochs: int) -> str:
    figures = [f"loss {event.training_loss:.4f}"]
    if event.training_accuracy is not None:
        figures.append(f"accuracy {percent_text(event.training_accuracy)}")
    if event.validation_loss is not None:
        figures.append(f"validation loss {event.validation_loss:.4f}")
    if event.validation_accuracy is not None:
        figures.append(f"validation accuracy {percent_text(event.validation_accuracy)}")
    return f"Epoch {event.epoch} of {epochs}: {', '.join(figures)}, {event.seconds:.1f} s"


def _test_line(event: Finished) -> str:
    """The result on the test set as a line; "" without a test set."""
    if event.test is None:
        return ""
    accuracy = event.test.accuracy
    return f"Test loss {event.test.loss:.4f}" if accuracy is None else f"Test accuracy {percent_text(accuracy)}"
