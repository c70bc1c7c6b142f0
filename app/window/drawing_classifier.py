"""The network that reads drawings in all tabs."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.session.fine_tuning import Adaptation
from app.session.handwriting_teacher import HandwritingTeacher
from app.session.loaded_model import name_beside
from app.session.session import Session
from nncore.model.network import Network
from nncore.reporting.number_text import counted_text


class DrawingClassifier(QObject):
    """Keeps the network that reads drawings: the network of the model in use, or its copy that has learned drawings.

    Attributes:
        network: None without a model.
        name: the name of the model, with the number of the drawings that the network has learned.
        taught_count: this number; 0 if the network is the one of the model in use.
    """

    network_changed = Signal(Network, str, bool)
    """The network that reads drawings now, its name, and whether a step or epoch that was selected goes on reading."""
    renamed = Signal(str)
    """The network has this name now."""
    taught_changed = Signal(int)
    """`taught_count` has changed."""

    def __init__(self, session: Session, teacher: HandwritingTeacher, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._teacher = teacher
        self.network: Network | None = None
        self.name = ""
        self.taught_count = 0
        session.model_changed.connect(self._use_model)
        session.model_renamed.connect(self._rename)
        teacher.adapted.connect(self._use_adaptation)

    @property
    def is_latest_snapshot(self) -> bool:
        """Whether the network is the one of the latest snapshot, without taught drawings."""
        return self._session.model_is_latest_snapshot and not self.taught_count

    @property
    def name_beside_run(self) -> str:
        """The name beside the name of the last run, from which it differs; "" without a model."""
        model, snapshots = self._session.model, self._session.snapshots
        run = snapshots.run.name if snapshots is not None else ""
        return self._with_taught(name_beside(model, run)) if model is not None else ""

    @Slot()
    def _use_model(self) -> None:
        self._use(self._session.network, 0, keeps_point=self._session.model_follows_run)
        self._teacher.set_base(self._session.network, learn=not self._session.model_follows_run)

    @Slot(object)
    def _use_adaptation(self, adaptation: Adaptation) -> None:
        """Read with the network that has learned the user's handwriting; the model to save stays unchanged."""
        self._use(adaptation.network, adaptation.examples)

    def _use(self, network: Network | None, taught: int, *, keeps_point: bool = False) -> None:
        count_before = self.taught_count
        self.network, self.taught_count = network, taught
        self.name = self._name_now()
        self.network_changed.emit(network, self.name, keeps_point)
        if taught != count_before:
            self.taught_changed.emit(taught)

    @Slot()
    def _rename(self) -> None:
        self.name = self._name_now()
        self.renamed.emit(self.name)

    def _name_now(self) -> str:
        return self._with_taught(self._session.model.card.name if self._session.model else "")

    def _with_taught(self, name: str) -> str:
        return f"{name} with {counted_text(self.taught_count, 'drawing')} of yours" if self.taught_count else name
