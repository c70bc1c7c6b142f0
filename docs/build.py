"""Build the documentation as pages for any browser, without a network: `python -m docs.build [FOLDER]`.

One page for each package and module of nncore and app, made by pdoc from the docstrings, and one for each Markdown file
of docs/. A warning of pdoc, such as a type that cannot be resolved, ends the build with an error.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import sys
import warnings
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import get_type_hints

import pdoc.doc
import pdoc.render
from pdoc.render_helpers import to_html

import nncore

DOCS = Path(__file__).parent
ROOT = DOCS.parent
OUTPUT = DOCS / "html"
TOPS = ("nncore", "app")


def build(output: Path) -> list[Path]:
    """Write all pages into the folder `output`; gives their paths. Raises the first warning as an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pdoc.render.configure(
            docformat="markdown", search=False, show_source=False, template_directory=DOCS / "templates"
        )
        pdoc.render.env.globals |= {"first_sentence": first_sentence, "file_of": file_of}
        for name in nncore.__all__:  # pdoc sees names that are imported when they are first used only after that
            getattr(nncore, name)
        modules = {name: pdoc.doc.Module.from_name(name) for name in module_names()}
        for module in modules.values():
            resolve_named_tuples(module.obj)
        pages = {f"{name.replace('.', '/')}.html": pdoc.render.html_module(modules[name], modules) for name in modules}
        pages |= {page_of(path): markdown_page(path, modules) for path in markdown_files()}
    for name, text in pages.items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text(text, encoding="utf-8")
    shutil.copyfile(DOCS / "packages.svg", output / "packages.svg")
    return [output / name for name in pages]


def module_names() -> list[str]:
    """All packages and modules. pdoc's own search leaves out those that are missing in the `__all__` of a package."""
    inside = [module.name for top in TOPS for module in walk_packages([str(ROOT / top)], f"{top}.")]
    return sorted([*TOPS, *inside])


def first_sentence(documented: pdoc.doc.Doc[object]) -> str:
    """The first line of a docstring."""
    return documented.docstring.strip().partition("\n")[0]


def file_of(module: pdoc.doc.Module) -> str:
    """The file of a module, from the top of the repository."""
    return Path(str(module.obj.__file__)).relative_to(ROOT).as_posix()


def resolve_named_tuples(module: ModuleType) -> None:
    """Give the constructors of named tuples types instead of names, which pdoc cannot look up: they lack a module."""
    for found in vars(module).values():
        if isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_fields"):
            found.__new__.__annotations__ = get_type_hints(found)


def markdown_files() -> list[Path]:
    """The files of docs/ that become pages, the index first."""
    files = sorted(DOCS.rglob("*.md"))
    return sorted(files, key=lambda path: path.name != "index.md")


def page_of(path: Path) -> str:
    """The page that is made of a Markdown file, from the top of the output."""
    return path.relative_to(DOCS).with_suffix(".html").as_posix()


def title_of(path: Path) -> str:
    """The first heading of a Markdown file."""
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def markdown_page(path: Path, modules: dict[str, pdoc.doc.Module]) -> str:
    """A Markdown file as a page; links to other Markdown files and to source files lead to their pages."""
    here = posixpath.dirname(page_of(path))
    text = re.sub(r"\]\(([^)#:]+)(#[^)]*)?\)", lambda link: f"]({_page_linked(link[1], path)}{link[2] or ''})",
                  path.read_text(encoding="utf-8"))  # fmt: skip
    return pdoc.render.env.get_template("page.html.jinja2").render(
        title=f"{title_of(path)} – Digit Lab",
        content=to_html(text),
        pages=[(page_of(file), title_of(file)) for file in markdown_files() if file.parent == DOCS],
        packages=[name for name, module in modules.items() if module.is_package],
        up="../" if here else "",
    )


def _page_linked(target: str, path: Path) -> str:
    """Where a link of the Markdown file `path` leads to among the pages; pictures stay as they are."""
    up = "../" * len(path.relative_to(DOCS).parents[:-1])
    place = (path.parent / target).resolve()
    if place.suffix == ".md" and place.is_relative_to(DOCS):
        return up + page_of(place)
    inside = place.relative_to(ROOT).as_posix()
    if inside.partition("/")[0] not in TOPS:
        return target
    return f"{up}{inside.removesuffix('/__init__.py').removesuffix('.py')}.html"


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    print(f"{len(build(folder))} pages in {folder}")
