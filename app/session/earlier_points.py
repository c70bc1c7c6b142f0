"""What can be done with an earlier point of a run: use its network as a model, or train further from there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from app.session.loaded_model import LoadedModel
from app.session.run_plan import EndedRun, RunPlan
from app.storage.models.model_library import labelled, run_model_name
from app.storage.paths import models_folder, run_log_path
from nncore.data.dataset import DIGITS, Splits
from nncore.errors import ModelFileError, SettingError
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.experiments.run_log.log import LoggedRun, RunLog, RunLogError
from nncore.files.json_header import MAX_ENTRIES
from nncore.files.model_file import Model, save_model
from nncore.files.model_header import RATES_FIELD, ModelCard
from nncore.training import Training
from nncore.training.history import EPOCH_FIGURES, EpochFigures

NOT_IN_LOG = "The log of runs does not have this run, so its settings are not known."


def model_at(snapshots: Snapshots, point: TrainingPoint, class_names: Sequence[str] = DIGITS) -> LoadedModel:
    """The network at a point as a model, whose name says the point: "784-32-10, epoch 6".

    Its card has the settings and the figures that the log of runs has. class_names: the class names of the data.
    Raises KeyError if that snapshot is not kept.
    """
    values, names = snapshots.values(point), tuple(class_names)
    card = ModelCard(f"{snapshots.run.name}, {point.label}", epochs=point.epoch if point.ends_epoch else 0)
    rows: list[EpochFigures] = []
    with suppress(RunLogError, OSError), RunLog(run_log_path()) as log:
        if (run := _logged_run(log, snapshots)) is not None:
            card, rows = _card_from_log(card, run, point), _rows_until(log, run, point)
    history = tuple({figure: row.get(figure) for figure in EPOCH_FIGURES} for row in rows)
    names = names if len(names) == snapshots.spec.outputs else DIGITS
    return LoadedModel.from_model(Model(snapshots.spec, values, card, names, history))


def keep_model_at(
    snapshots: Snapshots, point: TrainingPoint, class_names: Sequence[str] = DIGITS
) -> tuple[LoadedModel, Path | None, str]:
    """The same as `model_at`, kept in the user's folder, so that it is there after the next start.

    Returns the model and its file; if it could not be saved, None and a sentence why. The same point has the same file.
    """
    loaded = model_at(snapshots, point, class_names)
    started = snapshots.run.started
    name = run_model_name(loaded.model.card.name, datetime.fromisoformat(started) if started else datetime.now())
    path = models_folder() / name
    if path.exists():
        return LoadedModel(labelled(loaded.model, path), loaded.network), path, ""
    try:
        save_model(loaded.model, path)
    except ModelFileError as problem:
        return loaded, None, f"The model of this point could not be saved: {problem}"
    return loaded, path, ""


def ended_run_at(snapshots: Snapshots, point: TrainingPoint, data: Splits) -> EndedRun:
    """The run as it was at `point`, the end of an epoch, to be trained further. The optimizer's memory is empty.

    Raises SettingError if the log does not have the run, or if it was trained on other data, RunLogError if the log
    cannot be read, KeyError if that snapshot is not kept.
    """
    with RunLog(run_log_path()) as log:
        run = _logged_run(log, snapshots)
        rows = _rows_until(log, run, point) if run is not None else []
        if run is None or not rows:
            raise SettingError("run", NOT_IN_LOG)
        curve = log.curve(run.id)
    settings, step = run.settings, point.step or int(rows[-1].get("step") or 0)
    if settings.data not in ("", data.training.source):
        raise SettingError(
            "data", f"That run was trained on {settings.data}; the data in use are {data.training.source}."
        )
    config, fraction, rates = settings.config, settings.validation_fraction, _rates_until(run, step)
    examples = RunPlan(settings.spec, config, fraction, settings.recipe).examples(data, fraction, config.seed)
    training = Training.after_epochs(snapshots.network(point), examples, config, rows, step)
    state = replace(
        training.checkpoint(),
        learning_rate=rates[-1][1],
        rates_used=rates,
        recipe=settings.recipe,
        validation_fraction=fraction,
    )
    return EndedRun(state, curve[:, curve[0] <= step], settings.name, run.id)


def _logged_run(log: RunLog, snapshots: Snapshots) -> LoggedRun | None:
    """The run of the snapshots; None if the log does not have it, or has another one with its number."""
    number, started = snapshots.run.number, snapshots.run.started
    if number is None or not log.has(number, started):
        return None
    run = log.run(number)
    return run if run.settings.spec == snapshots.spec else None


def _rows_until(log: RunLog, run: LoggedRun, point: TrainingPoint) -> list[EpochFigures]:
    done = point.epoch if point.ends_epoch else point.epoch - 1
    return [row for row in log.epochs(run.id) if (row["epoch"] or 0) <= done]


def _rates_until(run: LoggedRun, step: int) -> tuple[tuple[int, float], ...]:
    """(step, learning rate) of the first step, and of each change up to `step`."""
    changes = tuple(change for change in run.settings.rates if 1 < change[0] <= step)
    return ((1, run.settings.config.learning_rate), *changes)


def _card_from_log(card: ModelCard, run: LoggedRun, point: TrainingPoint) -> ModelCard:
    settings = run.settings
    values = asdict(settings.config)
    rates = settings.rates if point.step is None else _rates_until(run, point.step)[1:]
    if rates:
        values[RATES_FIELD] = {str(step): rate for step, rate in rates[-MAX_ENTRIES:]}
    return replace(
        card,
        name=f"{settings.name}, {point.label}",
        data=settings.data,
        recipe=settings.recipe,
        settings=values,
        seed=settings.config.seed,
        created=run.started.replace("T", " ")[:19],
        notes=f"Run {run.id:,} at {point.in_words(settings.config.epochs)}.",
    )
