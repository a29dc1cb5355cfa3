"""A stranger's file is read by a child process with limits: one that is made to cost more time or
memory than a paper does ends in a sentence. The child is a fork, so nothing is loaded anew."""

import faulthandler
import importlib.util
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

from trialtrace.base.errors import Problem, UserError

MEMORY = 1 << 30
"""Bytes beyond what the program itself has."""
SECONDS, WAIT = 60, 600
"""Of processor time, and by the clock: a busy machine gives little of it."""
_Made = TypeVar("_Made")
_NO_MEMORY = 3


def confined(work: Callable[[], _Made], text: str) -> _Made:
    """What `work` gives, done in a child; its errors are raised here. Raises UserError where it
    needs more than the limits, or breaks a library so that the child dies."""
    if not has_limits():
        return work()
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(work, there), daemon=True)
    child.start()
    there.close()
    try:
        if not here.poll(WAIT):
            raise UserError(_problem(text, f"nothing read of it in {WAIT // 60} minutes"))
        answer: _Made | Exception = here.recv()
    except EOFError:
        child.join()
        raise UserError(_problem(text, _death(child))) from None
    finally:
        child.kill()
        child.join()
        here.close()
    if isinstance(answer, Exception):
        raise answer
    return answer


def has_limits() -> bool:
    """Whether this system can fork and limit a process; Windows can not, and reads without."""
    return hasattr(os, "fork") and importlib.util.find_spec("resource") is not None


def _answer(work: Callable[[], object], there: Connection) -> None:
    """In the child: the work's value or its error, to the parent, who tells how it died."""
    faulthandler.disable()
    _limit()
    try:
        try:
            answer = work()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  raised again by the parent
            answer = error
        there.send(answer)
    except MemoryError:
        os._exit(_NO_MEMORY)


def _limit() -> None:
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + SECONDS)
    _lower(resource.RLIMIT_CORE, 0)
    statm = Path("/proc/self/statm")
    # Addresses are counted, of which the program has more than it has memory.
    if statm.exists():
        _lower(
            resource.RLIMIT_AS, int(statm.read_text().split()[0]) * resource.getpagesize() + MEMORY
        )


def _lower(limit: int, value: int) -> None:
    """A limit, unless there is a lower one already."""
    import resource

    soft, hard = resource.getrlimit(limit)
    lowest = min(one for one in (soft, hard, value) if one != resource.RLIM_INFINITY)
    resource.setrlimit(limit, (lowest, hard))


def _death(child: BaseProcess) -> str:
    """Why the child gave no answer. A library that gets no memory often aborts."""
    if child.exitcode == -signal.SIGXCPU:
        return f"a file that takes more than {SECONDS} s of processor time to read"
    if child.exitcode == _NO_MEMORY:
        return f"a file that takes more than {MEMORY >> 20} MB of memory to read"
    return f"a file at which the reader broke off, most likely beyond {MEMORY >> 20} MB of memory"


def _problem(text: str, found: str) -> Problem:
    return Problem(
        text,
        found=found,
        expected=f"a paper, read within {SECONDS} s and {MEMORY >> 20} MB",
        do="a part of it that can be read may be saved as a file of its own, or its tables typed "
        "(trialtrace read --form)",
    )
