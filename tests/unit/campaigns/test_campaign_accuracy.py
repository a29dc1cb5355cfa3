"""The made-up papers: true as they are drawn, and errors that do what their names say."""

import numpy as np
import pytest

from accuracy import alarms, audited, judged
from made_papers import formulas as f
from made_papers.chance import BUNDLES, MECHANISMS, cases
from made_papers.paper import paper
from made_papers.planted import HELD_OUT, KINDS, plant
from made_papers.trace import HOLDS, leaves_trace


@pytest.mark.parametrize(
    ("value", "places", "cut", "text"),
    [
        (2.25, 1, False, "2.3"),
        (-2.25, 1, False, "-2.3"),
        (2.25, 1, True, "2.2"),
        (-0.04, 1, False, "0.0"),
        (56.25, 1, False, "56.3"),
        (0.1 + 0.2, 2, True, "0.30"),
    ],
)
def test_numbers_are_printed_half_up(value, places, cut, text):
    assert f.show(value, places, cut=cut) == text


def test_tests_of_counts_by_hand():
    """3 of 4 against 1 of 4: Fisher 34/70 of two sides, 17/70 of one; χ² = 2 without correction."""
    assert f.count_p([3, 1], [4, 4], "fisher") == pytest.approx(34 / 70)
    assert f.count_p([3, 1], [4, 4], "fisher", sides=1) == pytest.approx(17 / 70)
    assert f.count_p([3, 1], [4, 4], "chi_squared") == pytest.approx(0.1572992)
    # Three arms of one patient each, one event: every table is as likely.
    assert f.count_p([1, 0, 0], [1, 1, 1], "fisher") == pytest.approx(1)
    # 2, 0, 0 of 2 each: 3 of the 15 tables have two events in one arm, the other 12 are likelier.
    assert f.count_p([2, 0, 0], [2, 2, 2], "fisher") == pytest.approx(3 / 15)


@pytest.mark.parametrize("seed", [0, 1, 10, 55])
def test_true_papers_leave_no_trace_and_raise_no_alarm(seed):
    """10 and 55 raised one each before the checks were mended."""
    true = paper(seed)
    assert not leaves_trace(true)
    assert alarms(audited(true)) == {}
    assert paper(seed).document() == true.document()


def test_every_kind_changes_what_is_printed_or_named():
    rng = np.random.default_rng(1)
    papers = [paper(seed) for seed in range(2, 8)]
    for kind in KINDS:
        tries = ((true, plant(kind, true, rng)) for true in papers for _ in range(9))
        found = next((pair for pair in tries if pair[1] is not None), None)
        assert found is not None, kind
        true, done = found
        assert any(
            (true.claims[name].printed, true.claims[name].about)
            != (done.paper.claims[name].printed, done.paper.claims[name].about)
            for name in done.claims
        )
    assert set(HELD_OUT) < set(KINDS)


def test_an_error_with_a_trace_is_found_and_its_cause_named():
    true = paper(4)
    done = plant("correction", true, np.random.default_rng(2))
    found = judged(4, done, audited(true))
    assert (found.trace, found.found, found.on_claim, found.named) == (True,) * 4


def test_what_means_allow_is_a_range():
    """50.0 and 50.1 may be the same mean, so that p may be 1; 0.2 apart it is above 0.9."""
    low, high = f.t_p_range(["50.0", "50.1"], ["9.0", "9.1"], [40, 40], "t")
    assert high == pytest.approx(1.0) and low > 0.9
    assert f.p_fits("p = 0.95", low, high) and not f.p_fits("p = 0.85", low, high)
    assert f.p_fits("p < 0.05", 0.01, 0.02) and not f.p_fits("p < 0.05", 0.06, 0.2)


def test_whole_numbers_have_their_sums_and_squares():
    """18 whole numbers with the sum 62 have squares of 318 for 2.48; they cannot all be alike."""
    made = paper(3)
    (link,) = (one for one in made.links if one.kind == "whole" and one.claims == ("measure0_new",))
    link.with_["n"] = 18
    parts = made.claims["measure0_new"].parts

    def holds(mean, sd):
        parts.update(mean=mean, sd=sd)
        return HOLDS["whole"](made, link)

    assert holds("3.4", "2.5") and holds("3.0", "0.0") and holds("3.5", "0.5")
    assert not holds("3.4", "0.0") and not holds("3.5", "0.4")


def test_invented_numbers_are_searched_at_every_tier():
    found = list(cases(range(1, 3)))
    assert {one.tier for one in found} == {1, 2, 3}
    assert all(one.cp is None or 0 <= one.cp <= 1 for one in found)
    assert {one.bundle for one in found} == set(BUNDLES)
    assert {one.mechanism for one in found} == set(MECHANISMS)
    # A digit that the audit does not object to is one that its check allows.
    assert all(one.asked or one.bundle != "p of counts" for one in found)
