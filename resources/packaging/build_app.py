"""Build the program as one folder that runs without Python: `python -m resources.packaging.build_app`.

PyInstaller does this with `digitlab.spec`, for the system on which the command runs. The result is dist/DigitLab: the
program `digitlab`, the licences of everything that ships, and, on Linux, an installer script; with `--archive` it is
packed as dist/DigitLab-VERSION-SYSTEM.tar.xz too. The command prints the size of the folder, and fails if it is larger
than MAX_MEGABYTES. Needs `pip install -e ".[build]"`.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

from app.dialogs.help.licences import package_line
from nncore import __version__

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "resources" / "packaging"
FOLDER = ROOT / "dist" / "DigitLab"

MAX_MEGABYTES = 250
"""The largest size of the folder, in MB of 10^6 bytes."""

ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)


def main() -> int:
    """Build the folder; returns 1 if it is too large."""
    parser = argparse.ArgumentParser(description="Build the program as one folder.")
    parser.add_argument("--archive", action="store_true", help="also pack the folder as a .tar.xz")
    options = parser.parse_args()
    work = ROOT / "build" / "app"
    work.mkdir(parents=True, exist_ok=True)
    if sys.platform in ("win32", "darwin"):
        write_icon(work / ("digitlab.ico" if sys.platform == "win32" else "digitlab.icns"))
    pyinstaller = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", "dist"]
    subprocess.run([*pyinstaller, "--workpath", str(work), str(PACKAGING / "digitlab.spec")], cwd=ROOT, check=True)
    remove_debug_symbols(FOLDER)
    names = copy_licences(FOLDER, FOLDER / "licences")
    if sys.platform == "linux":
        shutil.copy(PACKAGING / "install.sh", FOLDER)
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6
    print(f"{FOLDER}: {size:.0f} MB, with the licences of {len(names)} packages")
    if options.archive:
        print(archive(FOLDER))
    if size > MAX_MEGABYTES:
        print(f"This is more than {MAX_MEGABYTES} MB.", file=sys.stderr)
        return 1
    return 0


def write_icon(path: Path) -> None:
    """Write the program's icon as .ico for Windows or .icns for macOS, as the suffix of `path` says."""
    from PIL import Image
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication(["digitlab", "-platform", "offscreen"])
    size = 1024 if path.suffix == ".icns" else ICON_SIZES[-1]
    image = QImage(size, size, QImage.Format.Format_RGBA8888)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(ROOT / "resources" / "icons" / "app.svg")).render(painter)
    painter.end()
    del application
    sizes = [(side, side) for side in ICON_SIZES]
    Image.frombytes("RGBA", (size, size), bytes(image.constBits())).save(path, sizes=sizes)


def remove_debug_symbols(folder: Path) -> None:
    """Remove the debug symbols of Python's own libraries on Linux: some builds of Python carry 20 MB of them."""
    if sys.platform == "linux" and shutil.which("strip"):
        internal = folder / "_internal"
        libraries = [*internal.glob("libpython*.so*"), *internal.glob("python*/lib-dynload/*.so")]
        subprocess.run(["strip", "--strip-debug", *map(str, libraries)], check=True)


def copy_licences(folder: Path, target: Path) -> list[str]:
    """Write the licences of the packages in a built folder to `target`; returns the names of the packages.

    A package ships if the folder has a file or folder of one of its modules, or if the program's archive of modules
    has it, which the list of PyInstaller's analysis says.
    """
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "LICENSE", target / "Digit Lab (MIT).txt")
    shutil.copy(ROOT / "resources" / "ATTRIBUTION.md", target / "Data and fonts.md")
    shutil.copy(ROOT / "resources" / "fonts" / "OFL.txt", target / "Inter (OFL-1.1).txt")
    for text in (PACKAGING / "licences").iterdir():
        shutil.copy(text, target)
    python = Path(sys.base_prefix, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "LICENSE.txt")
    if python.exists():
        shutil.copy(python, target / "Python (PSF-2.0).txt")
    shipped = shipped_modules(folder)
    packages = [package for package in distributions() if modules_of(package) & shipped]
    lines = [(PACKAGING / "licences" / "README.txt").read_text(encoding="utf-8")]
    for package in sorted(packages, key=lambda package: package.name.lower()):
        lines.append(package_line(package))
        for file in package.files or ():
            if "dist-info" in str(file) and any(word in file.name.upper() for word in ("LICEN", "COPYING", "NOTICE")):
                place = target / package.name / file.name
                place.parent.mkdir(exist_ok=True)
                shutil.copy(str(package.locate_file(file)), place)
    (target / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [package.name for package in packages]


def shipped_modules(folder: Path) -> set[str]:
    """The top-level modules in a built folder: those with files of their own, and those in the archive of modules."""
    from PyInstaller.archive.readers import CArchiveReader

    program = folder / ("digitlab.exe" if sys.platform == "win32" else "digitlab")
    archive = CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz")
    files = {path.name.partition(".")[0] for path in (folder / "_internal").iterdir()}
    return files | {name.partition(".")[0] for name in archive.toc}


def modules_of(package: Distribution) -> set[str]:
    """The top-level modules that an installed package has."""
    tops = {file.parts[0] for file in package.files or () if file.suffix in (".py", ".so", ".pyd")}
    return {top.partition(".")[0] for top in tops} - {"__pycache__", "..", ""}


def archive(folder: Path) -> Path:
    """Pack a folder as .tar.xz beside it."""
    system = f"{platform.system().lower()}-{platform.machine().lower()}"
    path = folder.with_name(f"{folder.name}-{__version__}-{system}.tar.xz")
    with tarfile.open(path, "w:xz") as packed:
        packed.add(folder, folder.name)
    return path


if __name__ == "__main__":
    sys.exit(main())
