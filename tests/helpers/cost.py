"""What work costs: calls to hold against a number, processor time against that of other work.

A test that held a clock against a number would fail on a slower machine and hold nothing on a
faster one; times stand in benchmarks/.
"""

import sys
import time
from collections.abc import Callable


def calls(work: Callable[[], object]) -> int:
    """How many calls of Python's functions and of built-in ones it makes."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Its processor time, the least of some: to hold against that of other work in the same run."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)
