"""A stated stratified p against every split of the counts over two strata.

The numbers of splits are counted anew here, by the formula of the test over 2x2 tables and by the
ways to draw the events of each stratum.
"""

from functools import cache
from itertools import product
from math import comb

import numpy as np
import pytest
from paper import TWO, claim
from scipy import stats

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings

ABOUT = {"outcome": "event", "compare": ["training", "control"]}
STATED = ABOUT | {"test": "mantel_haenszel"}


def judged(first, second, p, strata=None, name="p.splits", about=STATED, sizes=("60", "60")):
    groups = {
        group: given | {"randomised": size}
        for (group, given), size in zip(TWO.items(), sizes, strict=True)
    }
    document = {
        "papers": {"main": "A paper"},
        "groups": groups,
        "outcomes": {"event": {"label": "Event"}},
        "strata": strata or {},
        "claims": {
            "a": claim(first, outcome="event", group="training"),
            "b": claim(second, outcome="event", group="control"),
            "p": claim(p, **about),
        },
    }
    found = [one for one in findings(ledger(document)) if (one.check, one.claim) == (name, "p")]
    return found[0] if found else None


def enumerated(table, imbalance, fewest):
    """p of every split by variant: without and with correction, and exact."""
    x1, n1, x0, n0 = table
    found = []
    for a, b in product(range(fewest, n1 - fewest + 1), range(fewest, n0 - fewest + 1)):
        if abs(a * n0 - b * n1) > imbalance * n1 * n0 + 1e-9:
            continue
        for i, j in product(
            range(max(0, x1 - n1 + a), min(a, x1) + 1), range(max(0, x0 - n0 + b), min(b, x0) + 1)
        ):
            found.append((i, a, j, b))
    i, a, j, b = np.array(found, dtype=float).T
    tables = np.array([[i, a - i, j, b - j], [x1 - i, n1 - a - x1 + i, x0 - j, n0 - b - x0 + j]])
    total = tables.sum(axis=1)
    events, arm = tables[:, 0] + tables[:, 2], tables[:, 0] + tables[:, 1]
    off = np.abs((tables[:, 0] - events * arm / total).sum(axis=0))
    spread = (events * (total - events) * arm * (total - arm) / total**2 / (total - 1)).sum(axis=0)
    corrected = np.where(off >= 0.5, off - 0.5, off)
    plain, less = (2 * stats.norm.sf(one / np.sqrt(spread)) for one in (off, corrected))
    return found, plain, less


def exact(table, found):
    x1, n1, x0, n0 = table

    @cache
    def events(n, m, most):
        return np.array([comb(n, s) * comb(m, most - s) for s in range(most + 1)], dtype=float)

    @cache
    def p(a, b, m):
        chance = np.convolve(events(a, b, m), events(n1 - a, n0 - b, x1 + x0 - m))
        return chance[chance <= chance[x1] * (1 + 1e-7)].sum() / chance.sum()

    return np.array([p(a, b, i + j) for i, a, j, b in found])


def test_deaths_of_one_of_52_and_7_of_41():
    """Half of the printed range: 0.035 up to, not with, 0.045."""
    table = (1, 52, 7, 41)
    found, plain, corrected = enumerated(table, 0.10, 5)
    by_variant = {"uncorrected": plain, "corrected": corrected, "exact": exact(table, found)}
    wanted = {name: int(((p >= 0.035) & (p < 0.045)).sum()) for name, p in by_variant.items()}
    one = judged("1/52", "7/41", "P = .04")
    assert one.agreement == "compatible"
    assert (one.detail["splits"], one.detail["fit"]) == (len(found), wanted)
    assert wanted == {"uncorrected": 0, "corrected": 546, "exact": 66} and len(found) == 5032
    for name, p in by_variant.items():
        assert one.detail["low"][name] == pytest.approx(p.min())
        assert one.detail["high"][name] == pytest.approx(p.max())
    said = ("none without correction", "546 (11 %)", "5,032", "no probability")
    assert all(words in one.sentence for words in said)
    assert "strata.fewest 5 and strata.imbalance 0.1" in one.sentence
    wider = judged("1/52", "7/41", "P = .04", {"imbalance": 0.15})
    assert (wider.detail["fit"]["uncorrected"], wider.detail["splits"]) == (48, 7332)


def test_the_example_prints_so():
    """What is told as an example, taken from the sentence."""
    one = judged("1/52", "7/41", "P = .04")
    words = one.sentence.partition("for example ")[2].split()
    x, n, y, m = (int(words[k]) for k in (0, 2, 4, 6))
    strata = np.array([[[x, n - x], [y, m - y]], [[1 - x, 51 - n + x], [7 - y, 34 - m + y]]])
    off = abs(sum(t[0, 0] - t[0].sum() * t[:, 0].sum() / t.sum() for t in strata)) - 0.5
    spread = sum(
        np.prod([*t.sum(axis=0), *t.sum(axis=1)]) / t.sum() ** 2 / (t.sum() - 1) for t in strata
    )
    assert 0.035 <= stats.chi2.sf(off**2 / spread, 1) < 0.045


def test_vibration_of_18_of_55_and_25_of_50():
    table = (18, 55, 25, 50)
    found, plain, corrected = enumerated(table, 0.10, 5)
    one = judged("18/55", "25/50", "P < .05")
    assert one.agreement == "compatible" and one.detail["splits"] == len(found)
    fit = one.detail["fit"]
    assert fit["uncorrected"] == (plain < 0.05).sum()
    assert fit["corrected"] == (corrected < 0.05).sum()
    assert fit["exact"] == (exact(table, found) < 0.05).sum()
    assert [round(100 * own / len(found)) for own in fit.values()] == [25, 11, 17]


def test_percentages_stand_for_counts_until_one_prints_so():
    """18 of 55 and 25 of 50 are those of most patients that print as 33 % and 50 %."""
    one = judged("33 %", "50 %", "P < .05", sizes=("55", "50"))
    assert one.agreement == "compatible" and one.detail["table"] == (18, 55, 25, 50)


def test_inconsistent_where_no_split_gives_it():
    found, plain, corrected = enumerated((3, 20, 4, 20), 0.10, 5)
    assert min(plain.min(), corrected.min(), exact((3, 20, 4, 20), found).min()) > 0.0015
    one = judged("3/20", "4/20", "P = .001")
    assert one.agreement == "inconsistent" and one.detail["tried"] == len(found)


def test_a_search_cut_short_says_nothing():
    """Too many splits to try all: some that fit are enough, none that fit is nothing."""
    one = judged("300/900", "310/900", "P = .001", {"imbalance": 0.02}, sizes=("900", "900"))
    assert one.agreement == "not_checkable" and 0 < one.detail["tried"] < one.detail["splits"]
    assert "Not all were tried" in one.sentence
    one = judged("30/400", "50/400", "P = .03", sizes=("400", "400"))
    assert one.agreement == "compatible" and one.detail["tried"] < one.detail["splits"]


def test_printed_sizes_take_the_place_of_the_keys():
    """Of 26 and 26 against 23 and 18 every split of the events, also with an uneven stratum."""
    sizes = {"x": {"training": "26", "control": "23"}, "y": {"training": "26", "control": "18"}}
    one = judged("1/52", "7/41", "P = .04", {"sizes": sizes, "imbalance": 0})
    assert one.detail["splits"] == 2 * 8 and "printed sizes of “x” and “y”" in one.sentence
    # Two fewer were analysed: which stratum lacks them is not known.
    fewer = judged("1/51", "7/40", "P = .04", {"sizes": sizes})
    assert fewer.detail["splits"] > 2 * (2 * 8)
    sizes["y"]["training"] = "20"
    none = judged("1/52", "7/41", "P = .04", {"sizes": sizes})
    assert none.agreement == "not_checkable" and "allow no split" in none.sentence


def test_what_is_not_judged():
    more = judged("1/52", "7/41", "P = .04", {"number": 3})
    assert more.agreement == "not_checkable" and "more than two are not tried" in more.sentence
    named = {name: {"training": "9", "control": "9"} for name in "xyz"}
    assert judged("1/52", "7/41", "P = .04", {"sizes": named}).agreement == "not_checkable"
    few = judged("1/9", "4/9", "P = .04")
    assert few.agreement == "not_checkable" and "allow no split" in few.sentence
    assert judged("1/52", "7/41", "P = .04", about=STATED | {"basis": "model"}) is None
    assert judged("1/52", "7/41", "P = .04", about=ABOUT) is None


@pytest.mark.parametrize("side", ["less", "greater"])
def test_one_sided(side):
    """Less: fewer events with training, as here; half of the uncorrected p."""
    one = judged("1/52", "7/41", "P = .001", about=STATED | {"sides": side})
    both = judged("1/52", "7/41", "P = .001")
    half = both.detail["high"]["uncorrected"] / 2
    wanted = half if side == "less" else 1 - both.detail["low"]["uncorrected"] / 2
    assert one.detail["high"]["uncorrected"] == pytest.approx(wanted)


@pytest.mark.parametrize("basis", ["model", "curve"])
def test_the_p_of_a_model_is_never_inconsistent_with_counts(basis):
    one = judged("1/52", "7/41", "P = .9", name="p.counts", about=ABOUT | {"basis": basis})
    assert one.agreement == "not_checkable"


def test_a_stated_test_that_needs_more_than_a_table_of_categories():
    counts = {"training": (8, 7, 4), "control": (14, 6, 2)}
    claims = {
        f"{group}_{k}": claim(str(n), outcome="event", group=group, category=f"c{k}")
        for group, own in counts.items()
        for k, n in enumerate(own)
    }
    for test, wanted in (("mann_whitney", "not_checkable"), ("chi_squared", "inconsistent")):
        document = {
            "papers": {"main": "A paper"},
            "groups": TWO,
            "outcomes": {"event": {"label": "Event"}},
            "claims": claims | {"p": claim("P = .9", **ABOUT, test=test)},
        }
        (one,) = (one for one in findings(ledger(document)) if one.check == "p.categories")
        assert one.agreement == wanted
