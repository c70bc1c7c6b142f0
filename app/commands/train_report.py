"""What `train` says while it goes: a few lines for a reader, or JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from app.commands.output import PatientOutput
from nncore.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.training import Training


def with_progress_bar(events: Iterator[TrainingEvent]) -> Iterator[TrainingEvent]:
    """Pass the events on; on a terminal, show on standard error how far the run is."""
    hidden = sys.stderr is None or not sys.stderr.isatty()
    with tqdm(unit=" samples", unit_scale=True, dynamic_ncols=True, disable=hidden, leave=False) as bar:
        for event in events:
            if isinstance(event, Started):
                bar.total = event.epochs * event.samples_per_epoch
                bar.update(event.samples_done)
            elif isinstance(event, StepDone):
                bar.set_description(f"epoch {event.epoch}, loss {event.loss:.3f}", refresh=False)
                bar.update(event.samples)
            yield event


class JsonReporter:
    """One JSON object a line."""

    def __init__(self, output: PatientOutput) -> None:
        self._output = output

    def tell(self, event: TrainingEvent) -> None:
        """Say what happened, if it is worth a line."""
        if isinstance(event, EpochDone):
            figures = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
            self._print("epoch", **{name: getattr(event, name) for name in (*figures, "samples_per_second", "seconds")})
        elif isinstance(event, Diverged):
            # NaN and infinity are not JSON; the message says them in words.
            self._print("diverged", epoch=event.epoch, step=event.step, message=event.message)

    def finish(self, event: Finished, model: Path | None) -> None:
        """Say how the run ended, and where its model is kept."""
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
    """A few lines for a reader."""

    def __init__(self, output: PatientOutput, training: Training) -> None:
        self._say = output.say
        spec, data = training.network.spec, training.data.training
        self._say(f"{spec.summary}: {spec.parameter_count:,} weights; {data.source}, {len(data):,} images")

    def tell(self, event: TrainingEvent) -> None:
        """Say what happened, if it is worth a line."""
        if not isinstance(event, EpochDone):
            return
        line = f"epoch {event.epoch:3}  {_figures(event.training_loss, event.training_accuracy)}"
        if event.validation_loss is not None:
            line += f"   validation: {_figures(event.validation_loss, event.validation_accuracy)}"
        self._say(f"{line}   {event.samples_per_second:9,.0f} samples/s")

    def finish(self, event: Finished, model: Path | None) -> None:
        """Say how the run ended, and where its model is kept."""
        ended = "stopped" if event.stopped else "finished"
        self._say(f"{ended} after {event.epochs} epochs, {event.seconds:.1f} s: {_tested(event)}")
        if model:
            self._say(f"kept as {model}")


def _figures(loss: float, accuracy: float | None) -> str:
    return f"loss {loss:.4f}" + (f"  accuracy {accuracy:7.2%}" if accuracy is not None else "")


def _tested(event: Finished) -> str:
    if event.test is None:
        return "not tested"
    accuracy = event.test.accuracy
    return f"test loss {event.test.loss:.4f}" if accuracy is None else f"test accuracy {accuracy:.2%}"
