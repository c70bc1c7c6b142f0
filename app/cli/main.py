"""The command line: the table of commands, and the code that they share. Without a command the window opens.

Each command is one module of `app.cli`, imported only when that command runs: a command loads neither Qt nor
the libraries that only another command needs. Exit status 2 and one line on standard error report a command that
could not be done: a user's mistake, a missing package, too little memory. Exit status 1 reports a training that
diverged, output that was lost, or a window that an unexpected error ended; 130 reports Ctrl+C.
"""

from __future__ import annotations

import argparse
import builtins
import gc
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from app.background.crash_trace import trace_command_crashes
from app.cli.output import discard_output, prepare_output, print_error
from app.cli.preflight import missing_package, no_qt, why_no_window
from app.storage.paths import user_folder
from nncore import __version__
from nncore.errors import DigitLabError
from nncore.system.blas_threads import one_blas_thread

COMMANDS = {
    "train": "train a network and report its accuracy",
    "evaluate": "measure how well a model reads labelled digits",
    "recognize": "read digits from pictures or ink files",
    "look": "print what a model computes for one image, layer by layer",
    "why": "explain the answer to one image: the ink that matters, and what would change the answer",
    "export": "write a model as ONNX, or as a Python script that needs only NumPy",
    "recipes": "list the named experiments, or explain one",
    "runs": "list, show, export or delete logged runs",
    "sweep": "train with several values of some settings, and compare",
}
"""Name and help of each command. The module `app.cli.NAME` has `add_options(parser)`, and `run(options)`, which returns
the exit status. Every command also has the option --json."""

DESKTOP_CHANGES = {
    "install": "add Digit Lab to the desktop's menu, for this user (Linux)",
    "remove": "remove it from the menu",
}
"""What can be done with the desktop's menu, and the help of the option for it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; returns the exit status."""
    prepare_output()
    given = _rewritten(sys.argv[1:] if arguments is None else arguments)
    for argument in given:
        if argument.startswith("--") and argument.endswith("=--"):  # argparse would treat "--" as a missing value
            return _fail(f'{argument}: "--" is not a valid value for this option.')
    try:
        if not given or _names_a_file(given[0]):
            return _open_window([Path(argument) for argument in given])
        options = argument_parser(given).parse_args(given)
        with one_blas_thread():
            status = _run(options)
        if sys.stdout is not None:
            sys.stdout.flush()  # here a failure can still be reported, unlike when Python exits
        return status
    except DigitLabError as problem:
        return _fail(str(problem))
    except ModuleNotFoundError as problem:
        return _fail(missing_package(problem))
    except KeyboardInterrupt:
        return 130  # what shells expect of a program that Ctrl+C ended
    except MemoryError:
        return _fail("There is not enough memory for this; a smaller network, batch or file needs less.")
    except BrokenPipeError:  # the program that reads the output has closed it (`| head`)
        discard_output()
        return 0
    except OSError as problem:
        discard_output()
        return _fail(f"The output could not be written: {problem.strerror or problem}.")


def _run(options: argparse.Namespace) -> int:
    if options.desktop:
        from app.cli.desktop_entry import install_desktop_entry, remove_desktop_entry

        print(install_desktop_entry() if options.desktop == "install" else remove_desktop_entry())
        return 0
    if options.command is None:  # such as "--"
        return _open_window()
    trace_command_crashes(user_folder())
    status: int = import_module(f"{__package__}.{options.command}").run(options)
    return status


def _names_a_file(argument: str) -> bool:
    """Whether an argument that stands where a command could stand is a file to open, or looks like one."""
    if argument.startswith("-") or argument in COMMANDS:
        return False
    return "." in argument or os.sep in argument or os.path.exists(argument)


def _open_window(paths: Sequence[Path] = ()) -> int:
    """Open the window, and in it the files at `paths`; returns the exit status."""
    for path in paths:
        if not path.exists():
            return _fail(f"{path}: there is no such file.")
    obstacle = why_no_window()
    if obstacle:
        return _fail(obstacle)
    gc.disable()  # until the window is painted: the start leaves nothing to collect, and looking for it takes a tenth
    try:
        return _run_window([path.absolute() for path in paths])
    finally:
        gc.enable()


def _run_window(paths: Sequence[Path]) -> int:
    try:
        _import_qt()
        from app.window.process.application import run_window
    except ModuleNotFoundError:
        raise
    except ImportError as problem:  # Qt is installed, but a system library that it needs is not
        return _fail(no_qt(problem))
    return run_window(paths)


def _import_qt() -> None:
    """Import Qt, and undo its replacement of `__import__`.

    Qt's replacement reads the source text of each module that is imported later, to look for PySide's snake_case
    names, which Digit Lab does not use. This takes a tenth of the start-up time.
    """
    plain_import = builtins.__import__
    import_module("PySide6.QtCore")
    builtins.__import__ = plain_import


def _fail(sentence: str) -> int:
    print_error(sentence)
    return 2


def _rewritten(arguments: Sequence[str]) -> list[str]:
    """Convert the arguments to a form that argparse understands.

    Option names may be written with underscores: --learning_rate is --learning-rate. argparse would treat a value
    such as -1e-3 or -inf as an option; it is joined to the option before it, so that our own message reports it.
    """
    rewritten: list[str] = []
    for index, argument in enumerate(arguments):
        if argument == "--":
            return [*rewritten, *arguments[index:]]
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
    """Whether argparse would treat `argument`, a negative number, as an option."""
    if not argument.startswith("-") or re.fullmatch(r"-\d+|-\d*\.\d+", argument):
        return False
    try:
        float(argument)
    except ValueError:
        return False
    return True


class _Parser(argparse.ArgumentParser):
    """Reports a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help lists the options)\n")


def argument_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser with all commands, and with the options of the command that is named in `arguments`."""
    parser = _Parser(
        prog="digitlab",
        description="Train a neural network to read handwriting, and use it. Without a command the window opens; it "
        "opens files whose paths are given: models, data sets, ink and pictures.",
    )
    parser.add_argument("--version", action="version", version=f"Digit Lab {__version__}")
    for change, effect in DESKTOP_CHANGES.items():
        parser.add_argument(f"--{change}-desktop", dest="desktop", action="store_const", const=change, help=effect)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND or FILE")
    named = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name == named:
            import_module(f"{__package__}.{name}").add_options(command)
            command.add_argument("--json", action="store_true", help="print one JSON object per line")
    return parser
