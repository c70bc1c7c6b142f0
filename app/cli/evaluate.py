"""`evaluate`: measure how well a model reads labelled digits."""

from __future__ import annotations

import argparse
import json
from math import isfinite
from pathlib import Path

from app.storage.csv_dialects import read_any_dataset
from nncore.data.dataset import Dataset, load_mnist
from nncore.data.formats import format_names, read_ink
from nncore.errors import DataError, SettingError, printable
from nncore.evaluation.calibration import VerdictRates, verdict_rates
from nncore.evaluation.metrics import Evaluation, evaluate
from nncore.evaluation.predictions import predict_dataset
from nncore.evaluation.report import evaluation_report
from nncore.evaluation.robustness import robustness
from nncore.files.model_file import Model, bundled_model_path, load_model
from nncore.model.checks import check_fit
from nncore.model.network import Network
from nncore.reporting.number_text import percent_text
from nncore.system.atomic_write import save_file


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evaluate`."""
    parser.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model to evaluate (the bundled model)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--data", type=Path, metavar="PATH", help=f"{format_names()} file (MNIST's test part)")
    source.add_argument("--ink", type=Path, metavar="FILE.unipen", help="pen strokes with labels")
    report_help = "also write a web page with the confusion matrix, misread examples, and robustness"
    parser.add_argument("--report", type=Path, metavar="OUT.html", help=report_help)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    model = load_model(options.model or bundled_model_path())
    dataset = _dataset(options.data, options.ink)
    network = model.network()
    check_fit(network, dataset)
    evaluation = evaluate(network, dataset)
    assert evaluation is not None
    rates = verdict_rates(network, dataset)
    if options.report is not None:
        _write_report(options.report, network, dataset, model)
    if options.json:
        print(json.dumps(_as_json(evaluation, rates, model, dataset), allow_nan=False))
    else:
        _print_table(evaluation, rates, model, dataset)
    return 0


def _write_report(path: Path, network: Network, dataset: Dataset, model: Model) -> None:
    """Write a web page with figures and images to `path`."""
    if not dataset.class_names:
        raise SettingError("report", f"--report: {dataset.source} has no classes to report on.")
    predictions = predict_dataset(network, dataset)
    assert predictions is not None
    robust = list(robustness(network, dataset)) if dataset.is_bytes else []
    page = evaluation_report(predictions, dataset, model.card.name, network.spec.summary, robust)
    save_file(path, page.encode(), DataError)


def _dataset(data: Path | None, ink: Path | None) -> Dataset:
    """The labelled digits to evaluate on: the test part of a file if it has one."""
    if ink is not None:
        return read_ink(ink).to_dataset()
    splits = read_any_dataset(data) if data is not None else load_mnist()
    return splits.test or splits.training


def _as_json(evaluation: Evaluation, rates: VerdictRates | None, model: Model, dataset: Dataset) -> dict[str, object]:
    return {
        "count": evaluation.count,
        "accuracy": evaluation.accuracy,
        "loss": evaluation.loss if isfinite(evaluation.loss) else None,
        "per_class": evaluation.per_class,
        "confusion": None if evaluation.confusion is None else evaluation.confusion.tolist(),
        "rejected": rates.rejected if rates else None,
        "unsure": rates.unsure if rates else None,
        "calibration_error": rates.calibration_error if rates else None,
        "model": model.card.name,
        "data": dataset.source,
    }


def _print_table(evaluation: Evaluation, rates: VerdictRates | None, model: Model, dataset: Dataset) -> None:
    title = f"{printable(model.card.name)} on {dataset.source}, {evaluation.count:,}"
    if evaluation.confusion is None:
        print(f"{title} examples: loss {evaluation.loss:.4f}")
        return
    print(f"{title} digits: {percent_text(evaluation.accuracy)} read correctly")
    print("\nrows: the true digit; columns: what was read\n")
    print("      " + "".join(f"{name:>6}" for name in dataset.class_names))
    for name, row, fraction in zip(dataset.class_names, evaluation.confusion, evaluation.per_class, strict=True):
        cells = "".join(f"{count or '·':>6}" for count in row)
        print(f"{name:>4}  {cells}   {'' if fraction is None else f'{fraction:7.2%}'}")
    if rates is not None:
        error = (
            "" if rates.calibration_error is None else f"; calibration error {percent_text(rates.calibration_error)}"
        )
        print(f"\nnot a digit: {percent_text(rates.rejected)}, unsure: {percent_text(rates.unsure)}{error}")
