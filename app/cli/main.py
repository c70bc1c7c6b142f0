"""The command line: no sub-command opens the window; train, evaluate, recognize, export and recipes work without it.

A user's mistake ends with exit status 2 and one line on standard error; a training that diverged with status 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from app.cli.output import complain, let_output_go, prepare_output
from app.cli.preflight import missing_package, no_qt, why_no_window
from app.cli.runs import add_to as add_runs_to
from app.cli.sweep import add_to as add_sweep_to
from nncore import __version__
from nncore.errors import DigitLabError
from nncore.model.layers import ACTIVATIONS
from nncore.model.layers.parameters import INITIALIZATIONS
from nncore.model.losses import LOSSES
from nncore.system.cores import one_blas_thread
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.schedules import SCHEDULES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; gives the exit status."""
    prepare_output()
    given = _rewritten(sys.argv[1:] if arguments is None else arguments)
    for argument in given:
        if argument.startswith("--") and argument.endswith("=--"):  # argparse would take it for an option without value
            return _refuse(f'{argument}: "--" is no value for it.')
    options = _parser().parse_args(given)
    try:
        with one_blas_thread():
            status = _run(options)
        if sys.stdout is not None:
            sys.stdout.flush()  # now, where a failure can still be told, and not when Python ends
        return status
    except DigitLabError as problem:
        return _refuse(str(problem))
    except ModuleNotFoundError as problem:
        return _refuse(missing_package(problem))
    except KeyboardInterrupt:
        return 130  # what shells expect of a program that Ctrl+C ended
    except MemoryError:
        return _refuse("There is not enough memory for this; a smaller network, batch or file needs less.")
    except BrokenPipeError:  # whoever read our output has had enough (`| head`)
        let_output_go()
        return 0
    except OSError as problem:
        let_output_go()
        return _refuse(f"The output could not be written: {problem.strerror or problem}.")


def _run(options: argparse.Namespace) -> int:
    # Imported here: a command that needs no window loads no Qt, and starts in a fraction of a second.
    match options.command:
        case "train":
            from app.cli.train import train_command

            return train_command(options)
        case "evaluate":
            from app.cli.evaluate import evaluate_command

            return evaluate_command(options)
        case "recognize":
            from app.cli.recognize import recognize_command

            return recognize_command(options)
        case "export":
            from app.cli.export import export_command

            return export_command(options)
        case "sweep":
            from app.cli.sweep import sweep_command

            return sweep_command(options)
        case "runs":
            from app.cli.runs import runs_command

            return runs_command(options)
        case "recipes":
            from app.cli.recipes import recipes_command

            return recipes_command(options)
        case _:
            return _open_window()


def _open_window() -> int:
    obstacle = why_no_window()
    if obstacle:
        return _refuse(obstacle)
    try:
        from app.window.application import run_window
    except ModuleNotFoundError:
        raise
    except ImportError as problem:  # Qt is there, but not all that it needs
        return _refuse(no_qt(problem))
    return run_window()


def _refuse(sentence: str) -> int:
    complain(sentence)
    return 2


def _rewritten(arguments: Sequence[str]) -> list[str]:
    """The arguments as argparse understands them.

    Option names may be written with underscores: --learning_rate is --learning-rate. A value such as -1e-3 or -inf,
    which argparse would take for an option, is joined to the one before it, so that our own sentence refuses it.
    """
    rewritten: list[str] = []
    for number, argument in enumerate(arguments):
        if argument == "--":
            return [*rewritten, *arguments[number:]]
        if argument.startswith("--"):
            name, equals, value = argument.partition("=")
            rewritten.append(name.replace("_", "-") + equals + value)
        elif rewritten and _is_bare_option(rewritten[-1]) and _looks_like_an_option(argument):
            rewritten[-1] += f"={argument}"
        else:
            rewritten.append(argument)
    return rewritten


def _is_bare_option(argument: str) -> bool:
    return len(argument) > 2 and argument.startswith("--") and "=" not in argument


def _looks_like_an_option(argument: str) -> bool:
    """Whether `argument` is a negative number that argparse does not know for one."""
    if not argument.startswith("-") or re.fullmatch(r"-\d+|-\d*\.\d+", argument):
        return False
    try:
        float(argument)
    except ValueError:
        return False
    return True


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help tells what there is)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="digitlab", description="See a neural network learn to read handwriting. Without a command: the window."
    )
    parser.add_argument("--version", action="version", version=f"Digit Lab {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_train(commands.add_parser("train", help="train a network and say how good it is"))
    _add_evaluate(commands.add_parser("evaluate", help="judge a model on labelled digits"))
    _add_recognize(commands.add_parser("recognize", help="read digits from pictures or ink files"))
    _add_export(commands.add_parser("export", help="write a model as ONNX, or as a script for NumPy alone"))
    recipes = commands.add_parser("recipes", help="list the named experiments, or explain one")
    recipes.add_argument("name", nargs="?", metavar="NAME", help="show the page of this recipe")
    recipes.add_argument("--json", action="store_true", help="one JSON object a line")
    add_runs_to(commands)
    add_sweep_to(commands)
    return parser


def _add_train(train: argparse.ArgumentParser) -> None:
    what = train.add_mutually_exclusive_group()
    what.add_argument("--recipe", metavar="NAME", help="a named experiment; the other options change parts of it")
    what.add_argument("--layers", type=int, nargs="+", metavar="N", help="widths from inputs to classes: 784 128 64 10")
    activations = f"one for all hidden layers or one each: {', '.join(ACTIVATIONS)}"
    train.add_argument("--activations", nargs="+", metavar="NAME", help=activations)
    train.add_argument("--initialization", choices=INITIALIZATIONS, help="how weights begin (the recipe's way; he)")
    train.add_argument("--optimizer", choices=OPTIMIZERS, help="how a gradient becomes a step (adam)")
    train.add_argument("--learning-rate", type=float, metavar="RATE", help="size of the steps, above 0 (0.003)")
    find_rate = "train nothing, but say at which learning rate the loss falls fastest"
    train.add_argument("--find-rate", action="store_true", help=find_rate)
    train.add_argument("--schedule", choices=SCHEDULES, help="how the learning rate changes (cosine)")
    batch_size = 'examples a step, 1 or more, or "full" for all of them (128)'
    train.add_argument("--batch-size", type=_batch_size, metavar="N", help=batch_size)
    train.add_argument("--epochs", type=int, metavar="N", help="passes over the data (5)")
    train.add_argument("--steps", type=int, metavar="N", help="end after so many steps")
    train.add_argument("--seconds", type=float, metavar="T", help="end after so much training")
    patience = "end after so many epochs without a lower validation loss"
    train.add_argument("--patience", type=int, metavar="N", help=patience)
    best = "end with the weights of the epoch of the lowest validation loss"
    train.add_argument("--keep-best", action="store_true", default=None, help=best)
    train.add_argument("--loss", choices=LOSSES, help="what to make small (the one that goes with the output)")
    train.add_argument("--label-smoothing", type=float, metavar="S", help="0 to below 1 (0)")
    train.add_argument("--weight-decay", type=float, metavar="D", help="pull of weights towards zero (0)")
    train.add_argument("--clip-norm", type=float, metavar="L", help="cut longer gradients to this length")
    train.add_argument("--seed", type=int, metavar="N", help="the same seed gives the same network (0)")
    train.add_argument("--data", type=Path, metavar="PATH", help="IDX, CSV, NPY or NPZ file (the MNIST in the box)")
    train.add_argument("--out", type=Path, metavar="MODEL.npz", help="keep the trained model here")
    checkpoint = "keep here, after each epoch and at the end, all it takes to go on"
    train.add_argument("--checkpoint", type=Path, metavar="RUN.npz", help=checkpoint)
    what.add_argument("--resume", type=Path, metavar="RUN.npz", help="go on from a checkpoint as if it had never ended")
    function = "for sine: fit this function of x instead, such as sin(3*x)*x"
    train.add_argument("--function", metavar="TEXT", help=function)
    train.add_argument("--verbose-epoch", type=int, metavar="N", help="tell of every N-th epoch only")
    train.add_argument("--no-log", action="store_true", help="leave the run out of the log of runs")
    train.add_argument("--json", action="store_true", help="one JSON object a line")


def _batch_size(text: str) -> int | str:
    if text == "full":
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'{text!r} is no batch size: a whole number, or "full"') from None


def _add_evaluate(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model to judge (the one in the box)")
    on = evaluate.add_mutually_exclusive_group()
    on.add_argument("--data", type=Path, metavar="PATH", help="IDX, CSV, NPY or NPZ file (MNIST's test part)")
    on.add_argument("--ink", type=Path, metavar="FILE.unipen", help="pen strokes with labels")
    report = "also write a page with the confusion matrix, what was misread, and robustness; opens in any browser"
    evaluate.add_argument("--report", type=Path, metavar="OUT.html", help=report)
    evaluate.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_recognize(recognize: argparse.ArgumentParser) -> None:
    recognize.add_argument("files", type=Path, nargs="+", metavar="FILE", help="pictures, or pen strokes (UNIPEN)")
    recognize.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model that reads (the one in the box)")
    recognize.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model to export (the one in the box)")
    out = "where to write it; the end of the name says how, .onnx or .py"
    export.add_argument("--out", type=Path, metavar="FILE", required=True, help=out)
    export.add_argument("--json", action="store_true", help="one JSON object a line")
