"""Finds the exciting examples of a layer on a thread, and keeps the examples of the current network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.task_queue import TaskQueue, in_whole_percent, is_cancelled
from nncore.data.dataset import Dataset
from nncore.evaluation.exciting_examples import LayerExamples, exciting_examples
from nncore.model.network import Network

START_MILLISECONDS = 300
"""The work begins when network, layer and data have stayed the same for this time; a run in progress changes them."""


class ExamplesRequest(NamedTuple):
    """What is looked for: the exciting examples of `layer`, from 1, among those of a data set."""

    network: Network
    layer: int
    dataset: Dataset

    def is_same_as(self, other: ExamplesRequest | None) -> bool:
        """Whether it is about the same objects."""
        return other is not None and all(one is another for one, another in zip(self, other, strict=True))


class ExamplesFinder(QObject):
    """Works on the newest request; an older one is cancelled."""

    found = Signal(LayerExamples)
    """The examples of the newest request."""
    failed = Signal(str)
    """One sentence: why there are none."""
    progressed = Signal(float)
    """The share of the work that is done, 0 to 1."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = TaskQueue(self)
        self._request: ExamplesRequest | None = None
        self._known: list[tuple[ExamplesRequest, LayerExamples]] = []
        self._timer = QTimer(self, singleShot=True, interval=START_MILLISECONDS)
        self._timer.timeout.connect(self._start)

    @property
    def is_working(self) -> bool:
        """Whether examples are being looked for, or will be."""
        return self._timer.isActive() or self._tasks.has("examples")

    @property
    def is_started(self) -> bool:
        """Whether the work on the newest request has started; `progressed` then says how far it is."""
        return self._tasks.has("examples")

    def is_for_earlier(self, network: Network) -> bool:
        """Whether the newest request is about an earlier state of `network`: the same layers, and other weights."""
        asked = self._request
        return asked is not None and asked.network is not network and asked.network.spec == network.spec

    def request(self, request: ExamplesRequest) -> LayerExamples | None:
        """Return the examples if they are known; otherwise look for them, and emit `found` later."""
        self._known = [(known, examples) for known, examples in self._known if known.network is request.network]
        is_new = not request.is_same_as(self._request)
        if is_new:
            self.stop()
        self._request = request
        examples = next((examples for known, examples in self._known if request.is_same_as(known)), None)
        if examples is None and (is_new or not self.is_working):
            self._timer.start()
        return examples

    def stop(self) -> None:
        """Give the newest request up."""
        self._timer.stop()
        self._tasks.discard("examples")
        self._request = None

    def finish(self) -> bool:
        """Give up, and wait for the thread; False if that takes too long."""
        self.stop()
        return self._tasks.finish()

    @Slot()
    def _start(self) -> None:
        request = self._request
        if request is not None:
            report = in_whole_percent(self.progressed.emit)
            self._tasks.add("examples", partial(_find, request, report), partial(self._keep, request), self._fail)

    def _keep(self, request: ExamplesRequest, examples: LayerExamples | None) -> None:
        if examples is not None and request.is_same_as(self._request):
            self._known.append((request, examples))
            self.found.emit(examples)

    def _fail(self, sentence: str) -> None:
        self.failed.emit(sentence)


def _find(request: ExamplesRequest, report: Callable[[float], None]) -> LayerExamples | None:
    network, layer, dataset = request
    return exciting_examples(network, dataset, layer, progress=report, cancelled=is_cancelled)
