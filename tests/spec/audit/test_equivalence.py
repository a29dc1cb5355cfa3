"""Limits of equivalence: of each a true, a false and a borderline case, the verdicts by hand.

Two one-sided tests: both limits are excluded at the level of each, where an interval of 90 % for
0.05 lies between them; p is the larger of both.
"""

import pytest
import yaml
from paper import claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings_of
from trialtrace.audit.registration.registration import held
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
    ("-2.1", "4.1", "1.0", 90, {}, "equivalent", "compatible"),
    ("-2.1", "5.1", "1.5", 90, {}, "equivalent", "inconsistent"),  # the upper limit
    ("-5.2", "4.1", "-0.5", 90, {}, "equivalent", "inconsistent"),  # the lower one
    ("-2.1", "5.0", "1.5", 90, {}, "equivalent", "not_checkable"),  # 4.95 to 5.05
    # Of 95 %, one of 90 % ends at 1.5 + 1.645 / 1.96 · 3.6 = 4.5.
    ("-2.1", "5.1", "1.5", 95, {}, "equivalent", "not_checkable"),
    ("-2.1", "5.1", "1.5", 95, {"level": "0.025"}, "equivalent", "inconsistent"),
    ("-6.1", "5.9", "-0.1", 90, {}, "not_shown", "compatible"),
    ("-2.1", "5.9", "1.9", 90, {}, "not_shown", "compatible"),
    ("-2.1", "4.1", "1.0", 90, {"level": "0.05"}, "not_shown", "inconsistent"),
    ("-2.1", "4.1", "1.0", 90, {}, "not_shown", "not_checkable"),  # at a stricter level
    ("-2.1", "4.1", "1.0", 90, {"level": "0.025"}, "not_shown", "not_checkable"),
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
    (one,) = (one for one in findings_of("statements", whole) if one.claim == "c")
    assert (one.check, one.agreement) == ("statement.equivalence", verdict)
    assert "inferior" not in one.sentence


def test_limits_of_the_groups_the_other_way_round_and_of_a_ratio():
    uneven = {**POINTS, "lower": "-5", "upper": "3", "concludes": "equivalent"}
    for compare, verdict in ((PAIR, "inconsistent"), (TURNED, "compatible")):
        whole = read({"d": points("-2.1", "4.1", "1.0", compare=compare)}, [uneven])
        assert [row.verdict for row in held(whole)] == [verdict]
    ratio = claim("risk ratio 1.02 (90% CI 0.85 to 1.22)", outcome="cure", compare=PAIR)
    assert [
        row.verdict for row in held(read({"r": ratio}, [{**RATIO, "concludes": "equivalent"}]))
    ] == ["compatible"]
    narrow = {**RATIO, "upper": "1.20", "concludes": "equivalent"}
    assert [row.verdict for row in held(read({"r": ratio}, [narrow]))] == ["inconsistent"]


def test_a_conclusion_without_limits_or_interval_says_what_it_needs():
    said = claim("was equivalent", outcome="cure", compare=PAIR, concludes="equivalence")
    for claims, limits in (({"d": points("-2.1", "4.1", "1.0")}, []), ({}, [POINTS])):
        (one,) = (
            one
            for one in findings_of("statements", read({**claims, "c": said}, limits))
            if one.check == "statement.equivalence"
        )
        assert one.agreement == "not_checkable" and "`equivalence` of `reported`" in one.sentence


@pytest.mark.parametrize(
    ("printed", "limits", "about", "said"),
    [
        # e = 1.0 and s = 3.1 / 1.645: (5 − 1) / s = 2.12 and (1 + 5) / s = 3.18, so 0.017.
        ("P = 0.017", ("-5", "5"), {}, "compatible"),
        ("P = 0.001", ("-5", "5"), {}, "remark"),  # the smaller one
        ("P = 0.60", ("-9", "9"), {}, "remark"),
        ("P = 0.60", ("-9", "9"), {"interval": "wald"}, "inconsistent"),
        ("P = 0.60", ("-9", "4.5"), {"interval": "wald"}, "remark"),
        ("P < 0.001", ("-9", "3"), {"interval": "wald"}, "inconsistent"),
    ],
)
def test_the_p_of_equivalence_is_the_larger_of_both(printed, limits, about, said):
    one = claim(f"{printed} for equivalence", outcome="cure", compare=PAIR)
    claims = {"d": points("-2.1", "4.1", "1.0", **about), "p": one}
    told = {**POINTS, "lower": limits[0], "upper": limits[1]}
    turned = {**told, "compare": TURNED, "lower": f"-{limits[1]}", "upper": limits[0][1:]}
    for each in (told, turned):
        (found,) = findings_of("margin_tests", read(claims, [each]))
        assert ("remark" if found.remark else found.agreement) == said
        assert found.beside == ("d",)


def test_the_p_of_equivalence_beside_its_own_interval():
    limits = {**MEANS, "lower": "-4", "upper": "4"}
    for p, test, verdict in (
        ("< 0.001", {}, "compatible"),
        ("= 0.40", {}, "not_checkable"),  # of ranks
        ("= 0.40", {"test": "t"}, "inconsistent"),
    ):
        printed = f"mean difference 0.3 (90% CI -0.5 to 1.1), P {p} for equivalence"
        one = claim(printed, outcome="cure", compare=PAIR, **test)
        (found,) = findings_of("margin_tests", read({"d": one}, [limits]))
        assert (found.agreement, found.beside) == (verdict, ())
        (bare,) = findings_of("margin_tests", read({"d": one}))
        assert (bare.check, bare.agreement) == ("p.hypothesis", "not_checkable")


@pytest.mark.parametrize(
    ("reported", "verdicts"),
    [
        (POINTS, ["compatible", "compatible"]),
        (
            {**POINTS, "scale": "risk_difference", "lower": "-0.05", "upper": "0.05"},
            ["compatible"] * 2,
        ),
        ({**POINTS, "compare": TURNED}, ["compatible", "compatible"]),
        ({**POINTS, "upper": "7.5"}, ["compatible", "changed"]),
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
