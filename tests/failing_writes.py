"""Makes writing fail: one call of the system after another, or from some size of a file on."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

CALLS = ("mkdir", "open", "fdopen", "fsync", "chmod", "replace", "unlink")
"""The functions of `os` that a writer of files calls, besides those that write the bytes."""

PROBLEMS = (errno.ENOSPC, errno.EIO)


class FailingCall:
    """The number of calls so far, and which of them fails, and how."""

    def __init__(self, failing: int, number: int) -> None:
        self.failing, self.number = failing, number
        self.count = 0

    @property
    def was_reached(self) -> bool:
        """Whether the call that fails was made."""
        return self.count > self.failing

    def check(self) -> None:
        """Count a call; raises OSError in the one that fails."""
        self.count += 1
        if self.count == self.failing + 1:
            raise OSError(self.number, os.strerror(self.number))


class _FailingFile:
    """A file of which a write or a flush can fail; half of the bytes are written then."""

    def __init__(self, file: Any, call: FailingCall) -> None:
        self._file, self._call = file, call

    def __enter__(self) -> _FailingFile:
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        try:
            self._call.check()
        except OSError:
            self._file.write(bytes(content)[: len(content) // 2])
            raise
        return int(self._file.write(content))

    def flush(self) -> None:
        self._call.check()
        self._file.flush()

    def fileno(self) -> int:
        return int(self._file.fileno())


@contextmanager
def failing_call(failing: int, number: int) -> Iterator[FailingCall]:
    """Make the call with the index `failing`, among all that write files, fail with the error `number`."""
    call = FailingCall(failing, number)

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def replacement(*arguments: Any, **options: Any) -> Any:
            call.check()
            result = function(*arguments, **options)
            return _FailingFile(result, call) if function is fdopen else result

        return replacement

    fdopen = os.fdopen
    with ExitStack() as patches:
        for name in CALLS:
            patches.enter_context(mock.patch.object(os, name, counted(getattr(os, name))))
        yield call


@contextmanager
def limited_file_size(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes: the system ends a write there, even one of SQLite or Qt."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
