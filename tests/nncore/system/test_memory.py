"""Free memory is known with and without psutil, and a reserve is left."""

from __future__ import annotations

import builtins
import os
import sys
from io import StringIO
from typing import Any

import pytest

from nncore.system.memory import RESERVED_BYTES, UNKNOWN_MEMORY, available_memory, usable_memory


@pytest.fixture
def without_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)


def set_meminfo(text: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the content of /proc/meminfo by `text`; None: the file does not exist."""

    def opened(path: str, **about: Any) -> StringIO:
        if path != "/proc/meminfo" or text is None:
            raise FileNotFoundError(path)
        return StringIO(text)

    monkeypatch.setattr(builtins, "open", opened)


def set_sysconf(numbers: dict[str, int] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the values of os.sysconf by `numbers`; None: the system has no sysconf."""
    if numbers is None:
        monkeypatch.delattr(os, "sysconf", raising=False)
    else:
        monkeypatch.setattr(os, "sysconf", numbers.__getitem__, raising=False)


@pytest.mark.usefixtures("without_psutil")
def test_without_psutil_the_available_memory_is_read_from_meminfo(monkeypatch: pytest.MonkeyPatch) -> None:
    set_meminfo("MemTotal:       16000000 kB\nMemAvailable:    1500000 kB\n", monkeypatch)
    assert available_memory() == 1_536_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/meminfo")
def test_the_available_memory_is_about_the_same_with_and_without_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    by_psutil = available_memory()
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert 0.5 * by_psutil < available_memory() < 2 * by_psutil


@pytest.mark.usefixtures("without_psutil")
@pytest.mark.parametrize("text", [None, "", "MemTotal: 16000000 kB\n", "MemAvailable: many kB\n"])
def test_without_psutil_and_meminfo_all_memory_counts_as_available(
    text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_meminfo(text, monkeypatch)
    set_sysconf({"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}, monkeypatch)
    assert available_memory() == 4_096_000


@pytest.mark.usefixtures("without_psutil")
def test_unknown_memory_is_larger_than_any_need(monkeypatch: pytest.MonkeyPatch) -> None:
    set_meminfo(None, monkeypatch)
    set_sysconf(None, monkeypatch)
    assert available_memory() == UNKNOWN_MEMORY
    assert usable_memory() > 10**18


def test_the_usable_memory_leaves_a_reserve_and_is_never_negative() -> None:
    assert usable_memory(RESERVED_BYTES + 5) == 5
    assert usable_memory(RESERVED_BYTES - 5) == 0
