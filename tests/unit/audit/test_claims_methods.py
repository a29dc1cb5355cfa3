"""The audit's methods are those that the statistics compute."""

from typing import get_args, get_type_hints

import numpy as np

from trialtrace.audit.candidates.count_methods import COMPARISONS, INTERVALS, TESTS, tiers
from trialtrace.audit.ledger.paper import About
from trialtrace.audit.prints.two_groups.count_tests import ONE_SIDED
from trialtrace.audit.summaries.count_bounds import MEASURES, intervals_of_tables
from trialtrace.audit.summaries.count_tests import intervals_of_shares, p_values_of_tables

TABLE = tuple(np.array([count]) for count in (3, 10, 5, 11))


def stated(key: str) -> set[str]:
    """What a ledger may state."""
    choices, _ = get_args(get_type_hints(About)[key])
    return set(get_args(choices))


def test_every_method_is_computed_and_every_computed_one_has_its_words():
    assert set(INTERVALS) == set(intervals_of_shares(3, 10, confidence=0.95))
    assert set(TESTS) == {*p_values_of_tables(*TABLE), ONE_SIDED["fisher"]}
    of_tables = (intervals_of_tables(*TABLE, measure=each, confidence=0.95) for each in MEASURES)
    assert set(COMPARISONS) == set().union(*of_tables)


def test_what_is_searched_of_shares_and_what_is_usual_of_tests_can_be_stated():
    assert set(tiers(INTERVALS)) <= stated("interval")
    assert {name for name, tier in tiers(TESTS).items() if tier == 1} <= stated("test")
