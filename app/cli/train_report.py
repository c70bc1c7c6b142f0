"""The output of `train`: a few lines for people, or JSON for programs."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from app.cli.output import FaultTolerantOutput
from nncore.reporting.number_text import counted_text, percent_text
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


class Reporter(ABC):
    """Reports the first epoch, every `every`-th, and the last one, as soon as it is known to be the last."""

    def __init__(self, output: FaultTolerantOutput, every: int = 1) -> None:
        self._output, self._every = output, every
        self._unreported: EpochDone | None = None

    def report(self, event: TrainingEvent) -> None:
        """Report an event, if it needs a line."""
        if isinstance(event, EpochDone):
            is_selected = event.epoch == 1 or event.epoch % self._every == 0
            self._unreported = None if is_selected else event
            if is_selected:
                self._report_epoch(event)

    def finish(self, event: Finished, model: Path | None) -> None:
        """Report the last epoch if it is not reported yet, the result of the run, and the file of its model."""
        if self._unreported is not None:
            self._report_epoch(self._unreported)
        self._report_result(event, model)

    @abstractmethod
    def _report_epoch(self, event: EpochDone) -> None: ...

    @abstractmethod
    def _report_result(self, event: Finished, model: Path | None) -> None: ...


class JsonReporter(Reporter):
    """Writes one JSON object per line."""

    def report(self, event: TrainingEvent) -> None:
        """Report an event, if it needs a line."""
        super().report(event)
        if isinstance(event, Diverged):
            # JSON has no NaN and no infinity; the message contains them as words.
            self._write("diverged", epoch=event.epoch, step=event.step, message=event.message)

    def _report_epoch(self, event: EpochDone) -> None:
        figures = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
        self._write("epoch", **{name: getattr(event, name) for name in (*figures, "samples_per_second", "seconds")})

    def _report_result(self, event: Finished, model: Path | None) -> None:
        self._write(
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

    def _write(self, name: str, **fields: object) -> None:
        self._output.write_line(json.dumps({"event": name, **fields}, allow_nan=False))


class TextReporter(Reporter):
    """Writes a few lines for people."""

    def __init__(self, output: FaultTolerantOutput, training: Training, every: int = 1) -> None:
        super().__init__(output, every)
        spec, data = training.network.spec, training.data.training
        count = f"{len(data):,} {'images' if data.is_bytes else 'points'}"
        source = data.source if data.source.startswith(count) else f"{data.source}, {count}"
        output.write_line(f"{spec.summary}: {spec.parameter_count:,} weights; {source}")

    def _report_epoch(self, event: EpochDone) -> None:
        line = f"epoch {event.epoch:3}  {_figures(event.training_loss, event.training_accuracy)}"
        if event.validation_loss is not None:
            line += f"   validation: {_figures(event.validation_loss, event.validation_accuracy)}"
        self._output.write_line(f"{line}   {event.samples_per_second:9,.0f} samples/s")

    def _report_result(self, event: Finished, model: Path | None) -> None:
        state = "stopped" if event.stopped else "finished"
        self._output.write_line(
            f"{state} after {counted_text(event.epochs, 'epoch')}, {event.seconds:.1f} s: {_tested(event)}"
        )
        if model:
            self._output.write_line(f"saved as {model}")


def _figures(loss: float, accuracy: float | None) -> str:
    return f"loss {loss:.4f}" + (f"  accuracy {accuracy:7.2%}" if accuracy is not None else "")


def _tested(event: Finished) -> str:
    if event.test is None:
        return "not tested"
    accuracy = event.test.accuracy
    return f"test loss {event.test.loss:.4f}" if accuracy is None else f"test accuracy {percent_text(accuracy)}"
