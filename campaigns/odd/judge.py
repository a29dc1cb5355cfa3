"""Runs changed calls in a process of its own and says what came back.

refused: `StatsError`, with a sentence. value: numbers, or NaN where the working call has it or the
docstring says that it is given. silent NaN: NaN that no docstring tells. raw: any other
exception. hang: no answer within the limit. crash: the process ended.
"""

import contextlib
import multiprocessing
import os
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

from odd.calls import Call, nan_places, public
from odd.mutations import mutations

OUTCOMES = ("refused", "value", "silent NaN", "raw", "hang", "crash")
BAD = OUTCOMES[2:]
SECONDS = 5.0
MEMORY = 4 * 2**30


@dataclass(frozen=True)
class Outcome:
    """What a changed call gave, and for one that is wrong in what words."""

    name: str
    argument: str
    mutation: str
    outcome: str
    words: str = ""


def judged(calls: list[Call]) -> Iterator[Outcome]:
    """Every mutation of every argument of every call."""
    worker = _Worker(calls)
    for number, call in enumerate(calls):
        for argument, value in call.arguments.items():
            for place, (mutation, _) in enumerate(mutations(value)):
                outcome, words = worker.ask((number, argument, place))
                yield Outcome(call.name, argument, mutation, outcome, words)
    worker.end()


class _Worker:
    """A forked process that knows the calls; another is forked after a hang or a crash."""

    def __init__(self, calls: list[Call]):
        self.calls = calls
        self.start()

    def start(self) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(self.calls, other), daemon=True)
        self.process.start()
        other.close()

    def ask(self, task: tuple[int, str, int]) -> tuple[str, str]:
        self.pipe.send(task)
        # A busy machine is no hang: what counts is the time of the process.
        spent, waited = _cpu(self.process.pid), 0.0
        while not self.pipe.poll(SECONDS / 5):
            waited += SECONDS / 5
            if not self.process.is_alive():
                break
            if _cpu(self.process.pid) - spent > SECONDS or waited > 10 * SECONDS:
                self.end()
                self.start()
                return "hang", f"no answer in {SECONDS:g} CPU seconds"
        try:
            return self.pipe.recv()
        except EOFError:
            code = self.process.exitcode
            self.end()
            self.start()
            return "crash", f"exit code {code}"

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as lines:
        fields = lines.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _serve(calls: list[Call], pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (for as long as the process lives)
    functions = public()
    with contextlib.suppress(EOFError):
        while True:
            number, argument, place = pipe.recv()
            call = calls[number]
            value = list(mutations(call.arguments[argument]))[place][1]
            changed = call.arguments | {argument: value}
            pipe.send(_outcome(functions[call.name], changed, call.nan))


def _outcome(function, arguments: dict[str, object], known: frozenset[str]) -> tuple[str, str]:
    from trialtrace.stats import StatsError

    began = time.process_time()
    try:
        result = called(function, arguments)
    except StatsError as refused:
        words = str(refused)
        return ("refused", "") if words.strip().endswith(".") else ("raw", f"no sentence: {words}")
    except MemoryError:
        return "raw", f"MemoryError after {time.process_time() - began:.1f} s"
    except Exception as error:  # noqa: BLE001 (the question is which there are)
        return "raw", f"{type(error).__name__}: {str(error)[:120]}"
    nan = nan_places(result) - known
    if nan and not tells_nan(function, result):
        return "silent NaN", ", ".join(sorted(nan))
    return "value", ""


def called(function, arguments: dict[str, object]):
    """The function with arguments by name; those that have none in turn."""
    import inspect

    bound = inspect.signature(function).bind_partial()
    bound.arguments.update(
        (name, arguments[name])
        for name in inspect.signature(function).parameters
        if name in arguments
    )
    return function(*bound.args, **bound.kwargs)


def tells_nan(function, result: object) -> bool:
    """Whether the docstring of the function, or of its own shape of results, names NaN."""
    told = (function.__doc__, _own_words(type(result)))
    if any("NaN" in (text or "") for text in told):
        return True
    shapes = shapes_with_nan(result)
    return bool(shapes) and all("NaN" in _own_words(shape) for shape in shapes)


def _own_words(shape: type) -> str:
    """What a shape of results says of itself; shared ones say nothing of a single function."""
    return "" if shape.__module__ == "trialtrace.stats.results" else shape.__doc__ or ""


def shapes_with_nan(value: object, depth: int = 6) -> set[type]:
    """The shapes of results within a result of which a field itself is or holds NaN."""
    if depth == 0:
        return set()
    if isinstance(value, list | tuple):
        return set().union(*(shapes_with_nan(each, depth - 1) for each in value))
    parts = [getattr(value, name) for name in getattr(value, "__dataclass_fields__", ())]
    own = {type(value)} if any("" in nan_places(part) for part in parts) else set()
    return own.union(*(shapes_with_nan(part, depth - 1) for part in parts))
