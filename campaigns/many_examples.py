"""A pytest plugin: property tests with many fresh examples, and a count of them.

TRIALTRACE_CAMPAIGN says how many times the examples of a usual run; the tests' own settings stay
otherwise. TRIALTRACE_CAMPAIGN_COUNTS names the file for the counts.
"""

import functools
import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

TIMES = int(os.environ.get("TRIALTRACE_CAMPAIGN", "1"))
EXAMPLES: Counter[str] = Counter()
SECONDS: Counter[str] = Counter()
FAILED: list[str] = []


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _counted(name: str, function):
    @functools.wraps(function)
    def call(*words, **named):
        EXAMPLES[name] += 1
        return function(*words, **named)

    return call


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Property tests alone, each counted, each with its number of examples raised."""
    kept = [item for item in items if getattr(item.obj, "is_hypothesis_test", False)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    for name, test in {_name(item): item.obj for item in kept}.items():
        before = test._hypothesis_internal_use_settings
        test._hypothesis_internal_use_settings = settings(
            before,
            max_examples=before.max_examples * TIMES,
            derandomize=False,
            database=None,
            deadline=None,
        )
        test.hypothesis.inner_test = _counted(name, test.hypothesis.inner_test)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item):
    began = time.perf_counter()
    outcome = yield
    SECONDS[_name(item)] += time.perf_counter() - began
    if outcome.excinfo:
        FAILED.append(item.nodeid)


def pytest_sessionfinish() -> None:
    counts = {"examples": EXAMPLES, "seconds": SECONDS, "failed": FAILED}
    Path(os.environ["TRIALTRACE_CAMPAIGN_COUNTS"]).write_text(json.dumps(counts))
