"""Everything that the README and docs/ name exists: links, files, folders, functions, options and commands."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from docs.package_diagram import described, package_order
from nncore.training.settings import SettingGroup, SettingKind

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAMED_PATH = re.compile(r"`((?:app|nncore|docs|resources|tests|\.ci)/[\w./-]*)`")
NAMED_FUNCTION = re.compile(r"`((?:app|nncore)/[\w/]+\.py):([\w.]+)`")
NAMED_METHOD = re.compile(r"`([A-Z]\w*[a-z]\w*\.\w+)`")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())


def definitions(path: Path) -> set[str]:
    """Return the names that a module defines, and those of its classes as `Class.name`."""

    def names(body: list[ast.stmt], prefix: str) -> set[str]:
        found: set[str] = set()
        for node in body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    found.add(prefix + node.name)
                case ast.ClassDef():
                    found |= {prefix + node.name} | names(node.body, f"{prefix}{node.name}.")
                case ast.Assign():
                    targets = [each for target in node.targets for each in getattr(target, "elts", [target])]
                    found |= {prefix + target.id for target in targets if isinstance(target, ast.Name)}
                case ast.AnnAssign(target=ast.Name(id=name)):
                    found.add(prefix + name)
        return found

    return names(ast.parse(path.read_text(encoding="utf-8")).body, "")


@pages
def test_every_link_points_to_a_file(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pages
def test_every_file_and_folder_that_is_named_exists(page: Path) -> None:
    named = NAMED_PATH.findall(page.read_text(encoding="utf-8"))
    built = {"docs/html/"}
    assert [path for path in named if path not in built and not (ROOT / path).exists()] == []


@pages
def test_every_function_that_is_named_exists(page: Path) -> None:
    named = NAMED_FUNCTION.findall(page.read_text(encoding="utf-8"))
    assert [
        f"{path}:{name}" for path, name in named if not (ROOT / path).is_file() or name not in definitions(ROOT / path)
    ] == []


SHARED_NAMES = {
    "add_options", "run", "main",  # of each command
    "Index", "Numbers", "Targets", "Result", "T", "SIDE", "LEFT", "RIGHT",  # the same meaning everywhere
    "COMPUTING_OCCLUSION", "MAX_ATTEMPTS", "MAX_MARKERS", "PRIVACY", "TITLE_BAR",
}  # fmt: skip
"""Public names that several modules may define."""


def test_a_public_name_means_one_thing() -> None:
    files: dict[str, list[str]] = {}
    for path in (path for top in ("app", "nncore") for path in (ROOT / top).rglob("*.py")):
        for name in definitions(path):
            if "." not in name and not name.startswith("_"):
                files.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: each for name, each in files.items() if len(each) > 1 and name not in SHARED_NAMES} == {}


def test_one_spelling_in_names_and_texts() -> None:
    """British spelling with -ize: optimizer, initialize, normalization."""
    other = re.compile(
        r"(?:optim|initial|normal|recogn|summar|regular|standard|memor|quant|minim)is(?:e|ed|er|ers|es|ing|ations?|able)(?![a-z])"
        r"|\b(?:learnt|neighbors?|behavior|centered|gray)\b",
        re.IGNORECASE,
    )
    files = [*PAGES, *(path for top in ("app", "nncore", "resources", "tests") for path in (ROOT / top).rglob("*.py"))]
    found = {path.name: other.findall(path.read_text(encoding="utf-8")) for path in files if path != Path(__file__)}
    found.pop("paper.py")  # cites a title
    assert {name: words for name, words in found.items() if words} == {}


def test_percentages_are_written_by_one_function() -> None:
    """An f-string such as {x:.1%} leaves out the space before the sign."""
    paths = (path for top in ("app", "nncore") for path in (ROOT / top).rglob("*.py"))
    assert [path.name for path in paths if re.search(r":\.\d%\}", path.read_text(encoding="utf-8"))] == []


@cache
def names_in_code() -> set[str]:
    """The names that nncore, app, tests and docs define or take as parameters, and their short string constants."""
    found = set[str]()
    for path in (path for top in ("app", "nncore", "tests", "docs") for path in (ROOT / top).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                    found.add(name)
                case ast.AnnAssign(target=ast.Name(id=name)) | ast.Attribute(attr=name, ctx=ast.Store()):
                    found.add(name)
                case ast.Constant(value=str(text)) if text.isidentifier():
                    found.add(text)
        found |= {name.rpartition(".")[2] for name in definitions(path)} | {path.stem}
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "how_to" or page.parent == ROOT],
                         ids=lambda path: path.name)  # fmt: skip
def test_every_name_in_backticks_is_in_the_code_or_in_an_example_of_its_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    examples = "".join(re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL))
    extras = set(re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE))
    known = names_in_code() | set(re.findall(r"\w+", examples)) | extras | {"None", "KeyError", "lambda"}
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([A-Za-z_][\w.]*)(?:\(\))?`", prose)
    folders = [ROOT / top for top in ("app", "nncore", "docs", "resources", "tests")]
    files = {path.name for path in [*ROOT.iterdir(), *(path for top in folders for path in top.rglob("*.*"))]}
    made = {"python", "onnxruntime", "portable.ini", "install.sh"}  # outside the repository, or in the built program
    assert [name for name in named if name not in files | made and not set(name.split(".")) <= known] == []


def prose_of(path: Path) -> list[str]:
    """The docstrings and comments of a module."""
    text = path.read_text(encoding="utf-8")
    expressions = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr)]
    docstrings = [each.value for each in expressions if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return docstrings + [token.string for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize("top", ["app", "nncore", "docs", "resources"])
def test_texts_have_none_of_the_wordings_that_readers_stumble_over(top: str) -> None:
    """Most readers learned English later: no idioms, and no constructions of other languages."""
    unclear = re.compile(
        r"from (?:now|then|here|which) on\b|, also (?:if|of|within|when|while)\b|\bsince[.;]|\bin per ?cents\b"
        r"|\b(?:it|that|they|which) (?:is|are) no (?!longer\b|more\b)|\bby heart\b|\bnetwork at work\b"
        r"|\bon another (?:system|machine) than\b|\b(?:[Aa]|the|of this|of each) datasets?(?= (?:of|in|with|has)\b)",
    )
    found = {}
    for path in [*(ROOT / top).rglob("*.py"), *(ROOT / top).rglob("*.md")]:
        text = re.sub(
            r'"?\n\s*#?\s*f?"?', " ", path.read_text(encoding="utf-8")
        )  # a wording may continue on the next line
        found[path.name] = unclear.findall(text)
    assert {name: words for name, words in found.items() if words} == {}


def test_errors_say_what_was_found_and_what_was_expected_in_one_form() -> None:
    """They have a semicolon: "found 3 columns; expected 17"."""
    paths = [path for top in ("app", "nncore", "resources") for path in (ROOT / top).rglob("*.py")]
    comma = re.compile(r'raise [^\n]*, expected |, f?["\']\n\s*f?["\']expected ')
    assert [path.name for path in paths if comma.search(path.read_text(encoding="utf-8"))] == []


def names_used_in(path: Path) -> set[str]:
    """The names that a module reads or imports, with those of libraries."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.alias(name=name):
                found |= set(name.split("."))
    return found


@pytest.mark.parametrize("top", ["app", "nncore", "docs", "resources"])
def test_every_name_in_a_docstring_or_comment_is_in_the_code(top: str) -> None:
    """Names in backticks, and constants such as MAX_ROWS without them; a name that was changed is found here."""
    modules = {part for path in ROOT.rglob("*.py") for part in path.relative_to(ROOT).with_suffix("").parts}
    files = {path.name for folder in (ROOT / top, ROOT / "docs", ROOT / "resources") for path in folder.rglob("*.*")}
    known = names_in_code() | modules | {"None", "with", "deepcopy", "QThread"}
    missing = []
    for path in (ROOT / top).rglob("*.py"):
        prose, here = "\n".join(prose_of(path)), known | names_used_in(path)
        named = re.findall(r"`([A-Za-z_][\w.]*)(?:\(\))?`", prose)
        named += re.findall(r"(?<![\w`\"'./$])[A-Z][A-Z0-9]{2,}(?:_[A-Z0-9]+)+(?![\w/])", prose)
        missing += [f"{path.name}: {name}" for name in named if name not in files and not set(name.split(".")) <= here]
    assert missing == []


@pages
def test_a_name_that_is_said_to_be_in_a_file_is_defined_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    pairs = re.findall(r"`(\w+)`,? (?:in|of|at\s+the\s+end\s+of)\s+`((?:app|nncore|tests|docs)/[\w/]+\.py)`", text)
    assert [pair for pair in pairs if pair[0] not in {n.rpartition(".")[2] for n in definitions(ROOT / pair[1])}] == []


def test_the_page_about_settings_lists_every_kind_and_every_group() -> None:
    text = (ROOT / "docs" / "how_to" / "add_a_training_setting.md").read_text(encoding="utf-8")
    assert [name for name in (*get_args(SettingKind), *get_args(SettingGroup)) if f'"{name}"' not in text] == []


def test_every_method_that_is_named_without_its_file_exists() -> None:
    files = [path for top in ("app", "nncore") for path in (ROOT / top).rglob("*.py")]
    defined = set[str]().union(*map(definitions, files))
    named = {name for page in PAGES for name in NAMED_METHOD.findall(page.read_text(encoding="utf-8"))}
    assert len(named) >= 5
    assert named - defined == set()


@pages
def test_every_name_that_an_example_imports_exists(page: Path) -> None:
    examples = re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    nodes = [node for example in examples for node in ast.walk(ast.parse(example))]
    named = [
        (node.module, alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in ("nncore", "app")
        for alias in node.names
    ]
    named += [
        ("nncore", node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "nn"
    ]
    assert [(module, name) for module, name in named if not hasattr(import_module(module), name)] == []


def test_definitions_finds_functions_classes_methods_and_constants(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "A = 1\nB: int = 2\n\ndef f(): pass\n\nclass C:\n    x: int\n    def g(self): pass\n", encoding="utf-8"
    )
    assert definitions(file) == {"A", "B", "f", "C", "C.x", "C.g"}


def test_the_readme_lists_the_packages_in_their_order_with_the_file_that_each_says_to_read_first() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `((?:app|nncore)/[^`]*)` \| .+ \| (?:`([^`]*)` )?\|$", readme, re.MULTILINE)
    packages = [described(name) for name in reversed(package_order())]
    assert rows == [(each.folder, each.first.removeprefix(each.folder)) for each in packages]


@pytest.mark.parametrize("ending", ["main.py", "pytest"])
def test_the_install_line_of_the_readme_works(ending: str) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if re.match(rf"python3 -m venv .*{re.escape(ending)}$", line)]) == 1


def test_every_page_is_reached_from_the_index() -> None:
    seen = {ROOT / "README.md", ROOT / "CONTRIBUTING.md"}
    waiting = [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        targets = {(page.parent / target).resolve() for target in LINK.findall(page.read_text(encoding="utf-8"))}
        waiting += [target for target in targets if target.suffix == ".md" and target not in seen]
    assert {path for path in PAGES if path not in seen} == set()


def test_the_journeys_state_how_many_files_they_pass() -> None:
    text = (ROOT / "docs" / "journeys.md").read_text(encoding="utf-8")
    counted = {}
    for section in text.split("\n## ")[1:-1]:  # the last one links to other pages
        title, _, body = section.partition("\n")
        stated = re.search(r"\((\d+) files?\)$", title)
        files = {path for path, _ in re.findall(r"^\d+\. `([^`:]+):([^`]+)`", body, re.MULTILINE)}
        counted[title] = int(stated[1]) if stated else None, len(files)
    assert len(counted) >= 6
    assert {title: pair for title, pair in counted.items() if pair[0] != pair[1]} == {}


def test_docstrings_of_nncore_name_the_errors_that_are_raised() -> None:
    def unnamed(body: list[ast.stmt], about: str) -> list[str]:
        """The public functions that raise an error which neither they nor their class (`about`) name."""
        found = []
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found += unnamed(node.body, ast.get_docstring(node) or "")
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                raised = {
                    each.exc.func.id
                    for each in ast.walk(node)
                    if isinstance(each, ast.Raise) and isinstance(each.exc, ast.Call)
                    and isinstance(each.exc.func, ast.Name)
                }  # fmt: skip
                text = f"{about} {ast.get_docstring(node)}"
                found += [f"{node.name}: {error}" for error in raised if not re.search("[Rr]aises?|Error", text)]
        return found

    paths = (ROOT / "nncore").rglob("*.py")
    found = {path.name: unnamed(ast.parse(path.read_text(encoding="utf-8")).body, "") for path in paths}
    assert {name: functions for name, functions in found.items() if functions} == {}
