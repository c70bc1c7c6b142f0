"""The output of `train`: a few lines for people, or JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from app.cli.output import FaultTolerantOutput
from nncore.training import Training
from nncore.training.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent


def with_progress_bar(events: Iterator[TrainingEvent]) -> Iterator[TrainingEvent]:
    """Pass the events on; on a terminal, show a progress bar on standard error."""
    hidden = sys.stderr is None or not sys.stderr.isatty()
    with tqdm(unit=" samples", unit_scale=True, dynamic_ncols=True, disable=hidden, leave=False) as bar:
        if hidden:  # the fast path, for runs with very short steps
            yield from events
            return
        for event in events:
            if isinstance(event, Started):
                bar.total = event.epochs * event.samples_per_epoch
                bar.update(event.samples_done)
            elif isinstance(event, StepDone):
                bar.set_description(f"epoch {event.epoch}, loss {event.loss:.3f}", refresh=False)
                bar.update(event.samples)
            yield event


class EpochFilter:
    """Selects the epochs to report: the first, every `every`-th, and the last, which is `left_out` until the end."""

    def __init__(self, every: int) -> None:
        self._every = every
        self.left_out: EpochDone | None = None

    def has(self, event: EpochDone) -> bool:
        """Whether to report this epoch now."""
        is_selected = event.epoch == 1 or event.epoch % self._every == 0
        self.left_out = None if is_selected else event
        return is_selected


class JsonReporter:
    """One JSON object per line; reports the epochs that EpochFilter selects."""

    def __init__(self, output: FaultTolerantOutput, every: int = 1) -> None:
        self._output, self._epochs = output, EpochFilter(every)

    def report(self, event: TrainingEvent) -> None:
        """Report an event, if it needs a line."""
        if isinstance(event, EpochDone) and self._epochs.has(event):
            self._report_epoch(event)
        elif isinstance(event, Diverged):
            # JSON has no NaN and no infinity; the message contains them as words.
            self._print("diverged", epoch=event.epoch, step=event.step, message=event.message)

    def _report_epoch(self, event: EpochDone) -> None:
        figures = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
        self._print("epoch", **{name: getattr(event, name) for name in (*figures, "samples_per_second", "seconds")})

    def finish(self, event: Finished, model: Path | None) -> None:
        """Report how the run ended, and where its model was saved."""
        if self._epochs.left_out is not None:
            self._report_epoch(self._epochs.left_out)
        self._print(
            "finished",
            test_accuracy=event.test.accuracy if event.test else None,
            test_loss=event.test.loss if event.test else None,
            epochs=event.epochs,
            seconds=round(event.seconds, 3),
            stopped=event.stopped,
            reason=event.reason,
            best_epoch=event.best_epoch,
            model=str(model) if model else None,
        )

    def _print(self, name: str, **fields: object) -> None:
        self._output.say(json.dumps({"event": name, **fields}, allow_nan=False))


class TextReporter:
    """A few lines for people; reports the epochs that EpochFilter selects."""

    def __init__(self, output: FaultTolerantOutput, training: Training, every: int = 1) -> None:
        self._say, self._epochs = output.say, EpochFilter(every)
        spec, data = training.network.spec, training.data.training
        count = f"{len(data):,} {'images' if data.is_bytes else 'points'}"
        learnt = data.source if data.source.startswith(count) else f"{data.source}, {count}"
        self._say(f"{spec.summary}: {spec.parameter_count:,} weights; {learnt}")

    def report(self, event: TrainingEvent) -> None:
        """Report an event, if it needs a line."""
        if isinstance(event, EpochDone) and self._epochs.has(event):
            self._report_epoch(event)

    def _report_epoch(self, event: EpochDone) -> None:
        line = f"epoch {event.epoch:3}  {_figures(event.training_loss, event.training_accuracy)}"
        if event.validation_loss is not None:
            line += f"   validation: {_figures(event.validation_loss, event.validation_accuracy)}"
        self._say(f"{line}   {event.samples_per_second:9,.0f} samples/s")

    def finish(self, event: Finished, model: Path | None) -> None:
        """Report how the run ended, and where its model was saved."""
        if self._epochs.left_out is not None:
            self._report_epoch(self._epochs.left_out)
        ended = "stopped" if event.stopped else "finished"
        self._say(f"{ended} after {event.epochs} epochs, {event.seconds:.1f} s: {_tested(event)}")
        if model:
            self._say(f"saved as {model}")


def _figures(loss: float, accuracy: float | None) -> str:
    return f"loss {loss:.4f}" + (f"  accuracy {accuracy:7.2%}" if accuracy is not None else "")


def _tested(event: Finished) -> str:
    if event.test is None:
        return "not tested"
    accuracy = event.test.accuracy
    return f"test loss {event.test.loss:.4f}" if accuracy is None else f"test accuracy {accuracy:.2%}"
