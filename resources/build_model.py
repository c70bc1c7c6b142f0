"""Train the bundled model on MNIST, pen strokes of real writers, generated digits, and drawings that are not digits.

Run `python -m resources.build_model --ink FILE.unipen` in the project's folder. FILE contains digits of many writers;
for the bundled model it is the training set of the UCI dataset "Pen-Based Recognition of Handwritten Digits"
(E. Alpaydin and F. Alimoglu, 1998; CC BY 4.0) in its original UNIPEN format. Without FILE the model is trained on MNIST
and generated drawings alone.

Cross-validation measures how well the model reads new writers: for each fold, a network is trained in the same way, but
without a part of the writers and of the kinds of non-digits, and evaluated on these. The final model is trained on all
data; its probabilities are calibrated (nncore.evaluation.calibration) on the examples that the folds left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS, NO_CLASS, Dataset, Splits, load_mnist
from nncore.data.formats import read_ink
from nncore.data.formats.unipen import InkSamples
from nncore.errors import DigitLabError, SettingError
from nncore.evaluation.calibration import apply_temperature, best_temperature, logits_of
from nncore.evaluation.metrics import evaluate
from nncore.experiments.recipes import RECIPES
from nncore.files.model_file import Model, ModelCard, bundled_model_path, save_model
from nncore.handwriting.synthetic import NON_DIGIT_KINDS, digits
from nncore.model.network import Network
from nncore.training import TrainingConfig, train
from nncore.training.events import Diverged, EpochDone
from nncore.training.random_streams import RandomStreams
from resources.fold_report import HeldOutLogits, report
from resources.training_ink import Amounts, Images, chosen, drawn, labels_of, non_digits, training_images

RECIPE = "handwriting"

FOLD_EPOCHS = 0.5
"""The networks of the folds are trained for this fraction of the recipe's epochs and not averaged, so their accuracy is
a conservative estimate."""

AVERAGED_RATE = 0.6
"""The learning rate of the additional epochs, as a fraction of the recipe's rate."""

AVERAGED_EPOCHS = 10
"""The model is the mean of the weights after each of these additional epochs, with newly generated drawings. It reads
more digits correctly than the weights of the last epoch alone. (Izmailov et al., "Averaging Weights Leads to Wider
Optima and Better Generalization", UAI 2018.)"""

TEST_NON_DIGITS = 3_000
"""Number of non-digits on which each fold is evaluated."""

CITATION = (
    'Pen strokes: E. Alpaydin and F. Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI, 1998, CC BY 4.0.'
)


@dataclass(frozen=True)
class Plan:
    """The settings of the training and the training data. ink: labelled samples of named writers."""

    config: TrainingConfig
    amounts: Amounts
    ink: InkSamples | None
    folds: int


class Trained(NamedTuple):
    """The result of one training. values: the network's parameters. held_out: its outputs for examples left out."""

    values: NDArray[np.float32]
    history: tuple[dict[str, float | None], ...]
    held_out: HeldOutLogits


def build(plan: Plan, processes: int = 1) -> Model:
    """Train the folds and the final model, with `processes` trainings at the same time."""
    jobs: list[int | None] = [None, *range(plan.folds)]
    if processes == 1:
        final, *folds = map(partial(_trained, plan), jobs)
    else:
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            final, *folds = pool.map(partial(_trained, plan), jobs)
    held_out = [fold.held_out for fold in folds] or [final.held_out]
    temperature = best_temperature(
        np.concatenate([each.logits for each in held_out]), np.concatenate([each.labels for each in held_out])
    )
    network = Network(RECIPES[RECIPE].spec)
    network.parameters.values[:] = final.values
    apply_temperature(network, temperature)
    findings = report([each.scaled(temperature) for each in held_out], named_writers=plan.folds > 0)
    print(findings.text)
    notes = f"{CITATION if plan.ink else ''} {findings.notes} Temperature {temperature:.3f}.".strip()
    card = ModelCard(
        name=RECIPE,
        data=_described(plan),
        recipe=RECIPE,
        settings={**asdict(plan.config), "averaged_epochs": AVERAGED_EPOCHS, "amounts": asdict(plan.amounts)},
        epochs=len(final.history),
        seed=plan.config.seed,
        test_accuracy=_test_accuracy(network),
        created=datetime.now().isoformat(" ", "seconds"),
        notes=notes,
        writer_accuracy=findings.writer_accuracy,
    )
    return Model(network.spec, network.parameters.values, card, DIGITS, final.history)


def _trained(plan: Plan, fold: int | None) -> Trained:
    """Train a network without the writers and kinds of a fold, or with all for None, and evaluate it on held-out data.

    With `fold` None the held-out digits are newly generated ones.
    """
    kinds = tuple(NON_DIGIT_KINDS)
    left_out = kinds if fold is None else kinds[fold :: plan.folds]
    shown = kinds if fold is None else tuple(kind for kind in kinds if kind not in left_out)
    ink, strangers = plan.ink, digits(1_000, np.random.default_rng(plan.config.seed + 1))
    if ink is not None and fold is not None:
        writers = np.array(ink.writers)
        kept_out = np.isin(writers, sorted(set(ink.writers))[fold :: plan.folds])
        ink, strangers = chosen(ink, ~kept_out), chosen(ink, kept_out)
    mnist = load_mnist().training
    network = Network(RECIPES[RECIPE].spec)
    network.initialize(RandomStreams.from_seed(plan.config.seed).initialization)
    data = training_images(mnist, ink, shown, plan.amounts, plan.config.seed)
    if fold is None:
        losses = _losses(network, data, plan.config, "all")
        data = training_images(mnist, ink, shown, plan.amounts, plan.config.seed + 1)
        losses += _averaged(network, data, plan.config)
    else:
        fewer = replace(plan.config, epochs=max(1, round(FOLD_EPOCHS * plan.config.epochs)))
        losses = _losses(network, data, fewer, f"fold {fold + 1} of {plan.folds}")
    return Trained(
        network.parameters.values.astype(np.float32, copy=False),
        tuple({"epoch": epoch, "training_loss": loss} for epoch, loss in enumerate(losses, start=1)),
        _held_out(
            network, strangers, non_digits(TEST_NON_DIGITS, left_out, np.random.default_rng(plan.config.seed + 2))
        ),
    )


def _held_out(network: Network, strangers: InkSamples, no_digits: tuple[Images, list[str]]) -> HeldOutLogits:
    """Return the outputs of `network` for digits of new writers and for non-digits."""
    images, of_kind = no_digits
    labels = np.concatenate([labels_of(strangers), np.full(len(images), NO_CLASS)])
    unseen = Dataset(np.concatenate([drawn(strangers.inks), images]), labels, open_set=True)
    return HeldOutLogits(logits_of(network, unseen), labels, (*strangers.writers, *of_kind))


def _losses(
    network: Network,
    data: Dataset,
    config: TrainingConfig,
    name: str,
    after_epoch: Callable[[], None] = lambda: None,
) -> list[float | None]:
    """Train `network`, print the loss after each epoch, and return the losses."""
    losses: list[float | None] = []
    for event in train(network, Splits(data), config, cores=1):
        if isinstance(event, Diverged):
            raise SettingError("learning_rate", f"The training of {name} diverged; use a lower learning rate.")
        if isinstance(event, EpochDone):
            print(f"{name}, epoch {event.epoch}: loss {event.training_loss:.4f}", file=sys.stderr, flush=True)
            losses.append(event.training_loss)
            after_epoch()
    return losses


def _averaged(network: Network, data: Dataset, config: TrainingConfig) -> list[float | None]:
    """Continue the training of `network`, set it to the mean of the weights after each epoch, and return the losses."""
    further = replace(
        config,
        seed=config.seed + 1,
        epochs=AVERAGED_EPOCHS,
        learning_rate=AVERAGED_RATE * config.learning_rate,
        schedule="constant",
    )
    total = np.zeros(len(network.parameters.values))

    def add() -> None:
        nonlocal total
        total += network.parameters.values

    losses = _losses(network, data, further, "all, averaged", add)
    network.parameters.values[:] = total / AVERAGED_EPOCHS
    return losses


def _test_accuracy(network: Network) -> float | None:
    test = load_mnist().test
    assert test is not None
    judged = evaluate(network, test)
    return judged.accuracy if judged else None


def _described(plan: Plan) -> str:
    """Describe the training data."""
    amounts = plan.amounts
    parts = [f"MNIST, training part: {amounts.mnist:,} images"]
    if plan.ink is not None:
        parts.append(
            f"{plan.ink.source}: {len(plan.ink):,} pen drawings of {len(set(plan.ink.writers))} writers, "
            f"and {amounts.varied} variations of each"
        )
    parts += [
        f"{amounts.generated:,} generated digits",
        f"{amounts.non_digits:,} generated drawings that are not digits",
    ]
    return "; ".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Build the model; returns the exit status, 2 for a wrong argument or file."""
    parser = argparse.ArgumentParser(prog="python -m resources.build_model", description=__doc__.split("\n\n")[0])
    parser.add_argument("--ink", type=Path, help="UNIPEN file of labelled digits of many writers")
    parser.add_argument("--folds", type=int, default=3, help="number of folds of cross-validation over writers (3)")
    parser.add_argument("--epochs", type=int, help="number of epochs (the recipe's)")
    parser.add_argument("--seed", type=int, help="random seed (the recipe's)")
    parser.add_argument("--processes", type=int, default=2, help="number of trainings at the same time (2)")
    parser.add_argument("--out", type=Path, default=bundled_model_path(), help="the model file to write")
    options = parser.parse_args(arguments)
    given = {name: getattr(options, name) for name in ("epochs", "seed") if getattr(options, name) is not None}
    try:
        ink = _labelled(read_ink(options.ink)) if options.ink else None
        folds = options.folds if ink is not None else 0
        model = build(Plan(replace(RECIPES[RECIPE].config, **given), Amounts(), ink, folds), options.processes)
        save_model(model, options.out)
    except DigitLabError as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{options.out}: {options.out.stat().st_size:,} bytes, {model.card.test_accuracy:.2%} of MNIST's test set")
    return 0


def _labelled(ink: InkSamples) -> InkSamples:
    return chosen(ink, np.array([label is not None for label in ink.labels]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
