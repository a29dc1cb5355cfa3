"""Families of tests: closed tests, graphs and their special cases agree with each other."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given

from trialtrace.stats import StatsError
from trialtrace.stats import multiplicity as g
from trialtrace.stats.multiplicity import adjusted as m
from trialtrace.stats.multiplicity import closed_testing as ct

P = st.lists(st.integers(0, 100).map(lambda k: k / 100), min_size=1, max_size=6)
NAN = float("nan")


def equal(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def closed(count, intersection):
    """Adjusted p by the definition: the largest over the intersections with the hypothesis."""
    sets = [s for size in range(1, count + 1) for s in combinations(range(count), size)]
    p_values = {members: intersection(members) for members in sets}
    return [max(p for s, p in p_values.items() if i in s) for i in range(count)]


@given(p=P)
def test_holm_is_a_closed_test(p):
    def bonferroni(members):
        return min(1, len(members) * min(p[i] for i in members))

    equal(m.holm(p), closed(len(p), bonferroni))


@given(p=P)
def test_hommel_is_the_closed_test_of_simes(p):
    def simes(members):
        ranked = sorted(p[i] for i in members)
        return min(len(members) * value / place for place, value in enumerate(ranked, 1))

    equal(m.hommel(p), closed(len(p), simes))


def holm_graph(count):
    """A rejected hypothesis passes its level to all others alike."""
    return (np.ones((count, count)) - np.eye(count)) / max(count - 1, 1)


@given(p=P)
def test_fixed_sequence(p):
    equal(g.fixed_sequence(p, missing="stops"), np.maximum.accumulate(p))


def test_fallback_by_hand():
    # Levels 0.025, 0.0125, 0.0125 at 0.05: p1 fails, p2 = 0.012 <= 0.0125, p3 <= 0.025.
    edges = np.diag([1.0, 1.0], 1)
    found = g.graphical([0.03, 0.012, 0.02], [0.5, 0.25, 0.25], edges, missing="stops")
    equal(found.adjusted, [0.06, 0.048, 0.048])


def test_missing_tests():
    p = [0.01, NAN, 0.03]
    equal(g.fixed_sequence(p, missing="left_out"), [0.01, NAN, 0.03])
    equal(g.fixed_sequence(p, missing="stops"), [0.01, NAN, 1])
    weights = np.full(3, 1 / 3)
    found = g.graphical(p, weights, holm_graph(3), missing="left_out")
    equal(found.adjusted, m.holm(p))
    assert g.fixed_sequence([], missing="stops").size == 0


def test_graph_of_bretz_and_others_by_hand():
    # Two primary hypotheses with half of alpha each, half of that to the other primary one and to
    # the secondary one of its own, which passes it to the other primary one.
    edges = [[0, 0.5, 0.5, 0], [0.5, 0, 0, 0.5], [0, 1, 0, 0], [1, 0, 0, 0]]
    found = g.graphical([0.01, 0.005, 0.015, 0.022], [0.5, 0.5, 0, 0], edges, missing="stops")
    # H2 at 0.005 / 0.5; then H1 has 3/4: 0.01 / 0.75; then H3 and H4 have 1/2: 0.015 / 0.5; then
    # H4 has all: 0.022, but not before H3.
    equal(found.adjusted, [0.01 / 0.75, 0.01, 0.03, 0.03])
    assert found.order == (1, 0, 2, 3)


def test_three_arms():
    equal(ct.closed_three_arms(0.04, [0.01, 0.2, NAN]), [0.04, 0.2, NAN])
    pairs = [0.01, 0.2, 0.03]

    def intersection(members):
        # Any two of the three equalities imply the third: the global hypothesis.
        return pairs[members[0]] if len(members) == 1 else 0.04

    equal(ct.closed_three_arms(0.04, pairs), closed(3, intersection))


def test_a_serial_gate_stays_shut_behind_a_test_that_stops():
    p = [[0.01, NAN], [0.02]]
    stopped = g.gatekeeping(p, gate="serial", missing="stops")
    assert np.isnan(stopped[0][1]) and stopped[0][0] == 0.01 and stopped[1].tolist() == [1.0]
    assert g.gatekeeping(p, gate="serial", missing="left_out")[1].tolist() == [0.02]


def test_a_parallel_gate_passes_on_the_level_of_what_is_rejected():
    """By hand: a quarter of the level comes to each of the second, whose first passes it on."""
    first, second = g.gatekeeping([[0.01, 0.9], [0.012, 0.3]], gate="parallel", missing="stops")
    assert first.tolist() == [0.02, 1.0]
    assert second == pytest.approx([0.048, 0.6])


FAMILIES = st.lists(
    st.lists(st.integers(0, 60).map(lambda k: k / 100), min_size=1, max_size=3),
    min_size=2,
    max_size=3,
)


@given(families=FAMILIES, fractions=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_truncated_gate_is_a_closed_test_between_the_two_others(families, fractions):
    fractions = [*fractions[: len(families) - 1], 1.0]
    of = [(f, p) for f, each in enumerate(families) for p in each]

    def mixture(members):
        least, share = 1.0, 1.0
        for f, each in enumerate(families):
            inside = [of[i][1] for i in members if of[i][0] == f]
            if inside and share > 0:
                k, size = len(inside), len(each)
                level = share * (fractions[f] / k + (1 - fractions[f]) / size)
                least = min(least, min(inside) / level) if level > 0 else least
                share *= 1 - fractions[f] - (1 - fractions[f]) * k / size
                share = max(share, 0.0)
        return least

    found = g.gatekeeping(families, gate="truncated", truncation=fractions[:-1], missing="left_out")
    # What passes on of a family of which nothing is rejected is rounding, not a level.
    np.testing.assert_allclose(np.concatenate(found), closed(len(of), mixture), atol=1e-6)


# Where a test stops, Holm's of a serial gate does not count it in its own family.
@pytest.mark.parametrize(
    ("gate", "fraction", "missing"),
    [("parallel", 0.0, "stops"), ("parallel", 0.0, "left_out"), ("serial", 1.0, "left_out")],
)
@given(families=FAMILIES, gap=st.booleans())
def test_at_its_ends_a_truncated_gate_is_parallel_or_serial(gate, fraction, missing, families, gap):
    families = [[*each, NAN] if gap else each for each in families]
    found = g.gatekeeping(
        families, gate="truncated", truncation=[fraction] * (len(families) - 1), missing=missing
    )
    wanted = g.gatekeeping(families, gate=gate, missing=missing)
    for one, other in zip(found, wanted, strict=True):
        equal(one, other)


def test_a_truncated_gate_by_hand():
    """By hand: after one of two at g = 0.5, a quarter of the level passes on."""
    p = [[0.01, 0.9], [0.005, 0.3]]
    first, second = g.gatekeeping(p, gate="truncated", truncation=[0.5], missing="stops")
    assert first == pytest.approx([0.02, 1.0])
    assert second == pytest.approx([0.04, 1.0])


FAMILY = {"families": [[0.01, 0.9], [0.005, 0.3]], "missing": "stops"}
GRAPH = {"p": [0.1, 0.2], "missing": "stops"}
HALF = {"weights": [0.5, 0.5]}
TRUNCATED = {"gate": "truncated"}
REFUSED = [
    (ct.closed_three_arms, {"global_p": NAN, "pairwise": [0.1, 0.2, 0.3]}, "global test"),
    (ct.closed_three_arms, {"global_p": 0.1, "pairwise": [0.1, 0.2, 0.3, 0.4]}, "two or three"),
    (g.graphical, GRAPH | {"weights": [0.6, 0.6], "transitions": np.zeros((2, 2))}, "at most 1"),
    (g.graphical, GRAPH | HALF | {"transitions": np.ones((2, 2))}, "transitions must be"),
    (g.graphical, GRAPH | HALF | {"transitions": np.zeros((3, 3))}, "need 2 weights"),
    (g.gatekeeping, FAMILY | {"gate": "serial", "families": [[0.01], []]}, "at least one"),
    (g.gatekeeping, FAMILY | TRUNCATED, "given where the gate is truncated"),
    (g.gatekeeping, FAMILY | {"gate": "serial", "truncation": [0.5]}, "where the gate is trunc"),
    (g.gatekeeping, FAMILY | TRUNCATED | {"truncation": [0.5, 0.5]}, "1 fractions from 0 to 1"),
    (g.gatekeeping, FAMILY | TRUNCATED | {"truncation": [1.5]}, "1 fractions from 0 to 1"),
    *((m.holm, {"p": p}, "p-values") for p in ([-0.1], [1.2], [[0.1]], ["a"])),
]


@pytest.mark.parametrize(("compute", "arguments", "named"), REFUSED)
def test_refused(compute, arguments, named):
    with pytest.raises(StatsError, match=named):
        compute(**arguments)
