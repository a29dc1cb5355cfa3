"""Shares beyond reference limits: of each relation a true, a false and a borderline case.

The bounds are reached by two values: of 10 patients 9 with 0 and one with 10 the mean is 1 and the
variance 9, and 1 of 10 lies 9 above the mean: 9 / (9 + 81) = 0.1.
"""

from itertools import product
from statistics import fmean, median, pstdev, stdev

import pytest
import yaml
from paper import claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.ledger.paper import PaperBeyond, PaperReference
from trialtrace.audit.prints.one_group.reference_limits import by_mean, by_median
from trialtrace.audit.prints.registry import findings
from trialtrace.cli import main

OUTCOMES = {
    "alt": {"label": "ALT", "reference": {"from": "5", "to": "40", "unit": "U/l"}},
    "high": {"label": "ALT above", "beyond": {"of": "alt", "limit": "above"}},
    "low": {"label": "ALT below", "beyond": {"of": "alt", "limit": "below"}},
    "out": {"label": "ALT abnormal", "beyond": {"of": "alt", "limit": "outside"}},
}


def document(claims, sizes=None):
    pp = {"label": "pp", "sizes": sizes} if sizes else {"label": "all", "everyone": True}
    return {
        "papers": {"main": "A paper"},
        "groups": {"new": {"label": "new", "randomised": "50"}},
        "populations": {"p": pp},
        "outcomes": OUTCOMES,
        "claims": claims,
    }


def found(check, sizes=None, **printed):
    claims = {
        name: claim(text, outcome="alt" if name == "value" else name, group="new")
        for name, text in printed.items()
    }
    every = findings(ledger(document(claims, sizes)))
    return ["remark" if one.remark else one.agreement for one in every if one.check == check]


FIFTY = {"new": "50"}


@pytest.mark.parametrize(
    ("value", "share", "sizes", "said"),
    [
        # k = 40 − 25.05 = 14.95 and s = 10.05 at most: 31.1 % or fewer above.
        ("mean (SD) 25.0 (10.0)", {"high": "12 of 50"}, FIFTY, "remark"),
        ("mean (SD) 25.0 (10.0)", {"high": "15 of 50"}, FIFTY, "remark"),  # 30 %
        ("mean (SD) 25.0 (10.0)", {"high": "16 of 50"}, FIFTY, "inconsistent"),  # 32 %
        ("mean (SD) 25.0 (10.0)", {"high": "31.1%"}, FIFTY, "remark"),
        ("mean (SD) 25.0 (10.0)", {"high": "31.3%"}, FIFTY, "inconsistent"),
        ("mean (SD) 25.0 (10.0)", {"high": "16 of 48"}, FIFTY, "remark"),  # of other patients
        ("mean (SD) 25.0 (10.0)", {"high": "16"}, None, "not_checkable"),  # of those randomised
        # k = 59.95 − 40 and s = 5.05: 94.0 % or more above.
        ("mean (SD) 60.0 (5.0)", {"high": "47 of 50"}, FIFTY, "remark"),
        ("mean (SD) 60.0 (5.0)", {"high": "46 of 50"}, FIFTY, "inconsistent"),
        # k = 24.95 − 5 and s = 10.05: 20.2 % or fewer below.
        ("mean (SD) 25.0 (10.0)", {"low": "10 of 50"}, FIFTY, "remark"),
        ("mean (SD) 25.0 (10.0)", {"low": "11 of 50"}, FIFTY, "inconsistent"),
        # (10.05 / 14.95)² = 45.2 %, and both shares together 31.1 + 20.2 = 51.4 %.
        ("mean (SD) 25.0 (10.0)", {"out": "22 of 50"}, FIFTY, "remark"),
        ("mean (SD) 25.0 (10.0)", {"out": "23 of 50"}, FIFTY, "inconsistent"),
    ],
)
def test_a_share_beyond_a_limit_against_mean_and_deviation(value, share, sizes, said):
    assert found("reference.share", sizes, value=value, **share) == [said]


@pytest.mark.parametrize(
    "value",
    ["25.0 ± 10.0", "mean 25.0", "mean (SE) 25.0 (10.0)"],
)
def test_what_is_no_mean_and_deviation_bounds_nothing(value):
    assert found("reference.share", FIFTY, value=value, high="40 of 50") == []


@pytest.mark.parametrize(
    ("value", "share", "said"),
    [
        ("median (IQR) 45 (38–60)", {"high": "25 of 50"}, "remark"),
        ("median (IQR) 45 (38–60)", {"high": "24 of 50"}, "inconsistent"),
        ("median (IQR) 30 (20–41)", {"high": "25 of 50"}, "remark"),
        ("median (IQR) 30 (20–41)", {"high": "26 of 50"}, "inconsistent"),
        ("median (IQR) 30 (20–41)", {"low": "26 of 50"}, "inconsistent"),
        ("median (IQR) 3 (2–6)", {"out": "24 of 50"}, "inconsistent"),
    ],
)
def test_a_share_beyond_a_limit_against_the_median(value, share, said):
    assert found("reference.median", FIFTY, value=value, **share) == [said]


def test_a_median_at_the_limit_or_between_says_nothing():
    for share in ("10 of 50", "40 of 50"):
        assert found("reference.median", FIFTY, value="median (IQR) 40 (30–50)", high=share) == []
        assert found("reference.median", FIFTY, value="median (IQR) 30 (20–41)", out=share) == []
    for unit, said in (("", ["inconsistent"]), (" U/l", ["inconsistent"]), (" mg/dl", [])):
        assert found("reference.median", FIFTY, value=f"median 30{unit}", high="40 of 50") == said


@pytest.mark.parametrize(
    ("high", "low", "out", "said"),
    [
        ("7 of 50", "4 of 50", "11 of 50", "exact"),
        ("7 of 50", "4 of 50", "12 of 50", "inconsistent"),
        ("7 of 50", "4 of 50", "10 of 48", "remark"),
    ],
)
def test_above_and_below_are_outside(high, low, out, said):
    assert found("reference.sum", FIFTY, high=high, low=low, out=out) == [said]


def test_more_beyond_than_there_are_is_told():
    assert found("reference.count", FIFTY, high="51") == ["inconsistent"]
    assert found("reference.count", FIFTY, high="50") == []
    assert found("reference.count", high="51") == ["not_checkable"]  # of those randomised


LIMITS = PaperReference(from_="5", to="40")


def test_the_bounds_hold_for_any_values_and_are_reached():
    of = {
        "above": lambda x: x > 40,
        "below": lambda x: x < 5,
        "outside": lambda x: x < 5 or x > 40,
    }
    for values in product((0.0, 4.0, 6.0, 20.0, 39.0, 41.0, 90.0), repeat=5):
        if len(set(values)) == 1:
            continue
        m, middle = fmean(values), median(values)
        for limit, beyond in of.items():
            share = sum(map(beyond, values)) / len(values)
            for low, high in (
                by_mean((m, m), stdev(values), PaperBeyond(of="alt", limit=limit), LIMITS),
                by_median((middle, middle), PaperBeyond(of="alt", limit=limit), LIMITS),
            ):
                assert low - 1e-9 <= share <= high + 1e-9, (values, limit)
    ten = [0.0] * 9 + [10.0]
    at = PaperReference(from_=None, to="10")
    found = by_mean((fmean(ten),) * 2, pstdev(ten), PaperBeyond(of="alt", limit="above"), at)
    assert found == (0.0, pytest.approx(0.1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"alt": {"label": "ALT", "reference": {"from": "40", "to": "5"}}}, "least value first"),
        ({"alt": {"label": "ALT"}}, "without to in its reference"),
        ({"alt": {"label": "ALT", "reference": {"from": "5"}}}, "without to in its reference"),
        ({"alt": {"label": "ALT", "reference": {}}}, "reference"),
        ({"high": {"label": "x", "beyond": {"of": "ast", "limit": "above"}}}, "one of outcomes"),
        ({"high": {"label": "x", "beyond": {"of": "alt", "limit": "over"}}}, "above, below"),
    ],
)
def test_a_mistake_in_limits_is_told_with_its_place(tmp_path, capsys, change, words):
    path = tmp_path / "ledger.yaml"
    text = document({"n": claim("3", outcome="high", group="new")})
    text["outcomes"] = {**OUTCOMES, **change}
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    said = capsys.readouterr().err
    assert words in said and "ledger.yaml, line " in said
