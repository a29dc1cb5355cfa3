"""Every eighth of the first 120 cases of the campaign of spoiled exports: those from the fifth on,
of fifteen kinds, three of them in every run.

What can be detected from an export and its configuration stops the run, or is told in its last
lines and on page 1; a list at the end of the report is not enough. Nothing ends in a traceback.
"""

from pathlib import Path

import pytest

from spoil import Bench, line, try_case
from spoiled.cases import SEED
from spoiled.outcome import OUTCOMES

CASES = range(4, 120, 8)


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    return Bench(tmp_path_factory.mktemp("good"))


SOME = [pytest.param(n, marks=pytest.mark.full) if n >= 28 else n for n in CASES]


@pytest.mark.parametrize("number", SOME)
def test_what_is_wrong_is_told(number: int, bench: Bench):
    found = try_case(number, SEED, bench)
    assert found.outcome.name in OUTCOMES
    assert not found.fault, line(found)
    assert not (found.outcome.name == "stopped" and "Traceback" in found.outcome.words)


@pytest.mark.full
def test_a_good_export_says_the_same_in_every_dialect(bench: Bench):
    plain = bench.made("ruetzler2013", "plain")
    for dialect in ("german", "american"):
        made = bench.made("ruetzler2013", dialect)
        assert (made.results, made.rejected, made.data) == (
            plain.results,
            plain.rejected,
            plain.data,
        )
    assert len(plain.results) > 100 and not Path("data").exists()
