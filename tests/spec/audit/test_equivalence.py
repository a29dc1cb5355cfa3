"""Limits of equivalence: of each a true, a false and a borderline case, the verdicts by hand.

Two one-sided tests: both limits are excluded at the level of each, where an interval of 90 % for
0.05 lies between them; p is the larger of both.
"""

import pytest
import yaml
from paper import claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.registration.registration import held
from trialtrace.audit.relations.tables import judgements
from trialtrace.cli import main

PAIR, TURNED = ["new", "old"], ["old", "new"]
POINTS = {"outcome": "cure", "compare": PAIR, "lower": "-5", "upper": "5"}
POINTS["scale"] = "percentage_points"
RATIO = {**POINTS, "lower": "0.80", "upper": "1.25", "scale": "risk_ratio"}
MEANS = {**POINTS, "scale": "mean_difference"}
SHARES = {"scale": "risk_difference", "lower": "-0.05", "upper": "0.05"}
DOCUMENT = {
    "papers": {"main": "A paper", "entry": "A registry"},
    "groups": {"new": {"label": "new"}, "old": {"label": "old"}},
    "outcomes": {"cure": {"label": "Cure"}},
}


def read(claims, reported=(), registered=()):
    entry = {"entry": {"number": "NCT00000001", "equivalence": list(registered)}}
    told = {"main": {"equivalence": list(reported)}}
    return ledger(
        {
            **DOCUMENT,
            "populations": {},
            "claims": claims,
            **({"reported": told} if reported else {}),
            **({"registered": entry} if registered else {}),
        }
    )


def points(low, high, value, level=90, **about):
    printed = f"{value} percentage points ({level}% CI {low} to {high})"
    return claim(printed, **{"outcome": "cure", "compare": PAIR, **about})


CASES = [
    ("-2.1", "4.1", "1.0", 90, {}, "equivalent", "holds"),
    ("-2.1", "5.1", "1.5", 90, {}, "equivalent", "contradicts"),  # the upper limit
    ("-5.2", "4.1", "-0.5", 90, {}, "equivalent", "contradicts"),  # the lower one
    ("-2.1", "5.0", "1.5", 90, {}, "equivalent", "question"),  # 4.95 to 5.05
    # Of 95 %, one of 90 % ends at 1.5 + 1.645 / 1.96 · 3.6 = 4.5.
    ("-2.1", "5.1", "1.5", 95, {}, "equivalent", "question"),
    ("-2.1", "5.1", "1.5", 95, {"level": "0.025"}, "equivalent", "contradicts"),
    ("-6.1", "5.9", "-0.1", 90, {}, "not_shown", "holds"),
    ("-2.1", "5.9", "1.9", 90, {}, "not_shown", "holds"),
    ("-2.1", "4.1", "1.0", 90, {"level": "0.05"}, "not_shown", "contradicts"),
    ("-2.1", "4.1", "1.0", 90, {}, "not_shown", "question"),  # at a stricter level
    ("-2.1", "4.1", "1.0", 90, {"level": "0.025"}, "not_shown", "question"),
]


@pytest.mark.parametrize(("low", "high", "value", "wide", "more", "concludes", "verdict"), CASES)
def test_a_conclusion_of_equivalence_by_its_limits(
    low, high, value, wide, more, concludes, verdict
):
    limits = {**POINTS, **more, "concludes": concludes}
    whole = read({"d": points(low, high, value, wide)}, [limits])
    (row,) = (row for row in held(whole) if row.check == "registered.conclusion")
    assert row.verdict == verdict
    assert row.keys == ("reported.main.equivalence.0",) and row.claims == ("d",)
    printed = "was equivalent" if concludes == "equivalent" else "equivalence was not shown"
    said = claim(printed, outcome="cure", compare=PAIR, concludes="equivalence")
    whole = read({"d": points(low, high, value, wide), "c": said}, [{**POINTS, **more}])
    (one,) = (one for one in judgements(whole) if one.claim == "c")
    assert (one.relation, one.state) == ("statement.equivalence", verdict)
    assert "inferior" not in one.sentence


def test_limits_of_the_groups_the_other_way_round_and_of_a_ratio():
    uneven = {**POINTS, "lower": "-5", "upper": "3", "concludes": "equivalent"}
    for compare, verdict in ((PAIR, "contradicts"), (TURNED, "holds")):
        whole = read({"d": points("-2.1", "4.1", "1.0", compare=compare)}, [uneven])
        assert [row.verdict for row in held(whole)] == [verdict]
    ratio = claim("risk ratio 1.02 (90% CI 0.85 to 1.22)", outcome="cure", compare=PAIR)
    assert [
        row.verdict for row in held(read({"r": ratio}, [{**RATIO, "concludes": "equivalent"}]))
    ] == ["holds"]
    narrow = {**RATIO, "upper": "1.20", "concludes": "equivalent"}
    assert [row.verdict for row in held(read({"r": ratio}, [narrow]))] == ["contradicts"]


def test_a_conclusion_without_limits_or_interval_says_what_it_needs():
    said = claim("was equivalent", outcome="cure", compare=PAIR, concludes="equivalence")
    for claims, limits in (({"d": points("-2.1", "4.1", "1.0")}, []), ({}, [POINTS])):
        (one,) = (
            one
            for one in judgements(read({**claims, "c": said}, limits))
            if one.relation == "statement.equivalence"
        )
        assert one.state == "question"


@pytest.mark.parametrize(
    ("reported", "verdicts"),
    [
        (POINTS, ["holds", "holds"]),
        (
            {**POINTS, "scale": "risk_difference", "lower": "-0.05", "upper": "0.05"},
            ["holds"] * 2,
        ),
        ({**POINTS, "compare": TURNED}, ["holds", "holds"]),
        ({**POINTS, "upper": "7.5"}, ["holds", "changed"]),
    ],
)
def test_registered_and_reported_limits(reported, verdicts):
    rows = held(read({"n": claim("3")}, [reported], [POINTS]))
    assert [row.verdict for row in rows if row.check == "registered.margin"] == verdicts


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lower": "5", "upper": "-5"}, "the lower limit below the upper one"),
        ({"lower": "5"}, "the lower limit below the upper one"),
        ({"scale": "risk_ratio"}, "a ratio above 0"),
        ({"compare": ["new", "none"]}, "one of groups: "),
        ({"concludes": "non_inferior"}, "equivalent, not_shown"),
        ({"worse": "above"}, "worse"),
    ],
)
def test_a_mistake_in_limits_is_told_with_its_place(tmp_path, capsys, change, words):
    path = tmp_path / "ledger.yaml"
    told = {"main": {"equivalence": [{**POINTS, **change}]}}
    text = {**DOCUMENT, "claims": {"n": claim("3")}, "reported": told}
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    said = capsys.readouterr().err
    assert words in said and "ledger.yaml:" in said and "equivalence" in said
