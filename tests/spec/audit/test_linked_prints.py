"""Sizes, strata, directions, places, hazard ratios and designs: a finding, and its neighbour."""

import pytest
from paper import TWO, claim, read

from trialtrace.audit.prints.registry import findings
from trialtrace.audit.verdicts.audit import verdicts
from trialtrace.audit.verdicts.text import told

TRAINING = {"outcome": "event", "group": "training"}
CONTROL = {"outcome": "event", "group": "control"}
BOTH = {"outcome": "event", "compare": ["training", "control"]}
LARGE = {
    "training": {"label": "training", "randomised": "200"},
    "control": {"label": "control", "randomised": "200", "control": True},
}
SIDES = {name: {"label": name, "randomised": "22"} for name in ("training", "control")}


def all_of(kind, printed, **about):
    return {kind: claim(printed, size=kind, group="all", **about)}


@pytest.mark.parametrize(
    ("claims", "name", "agreement", "words"),
    [
        (all_of("randomised", "60"), "randomised", "exact", "30 + 30 are 60, as printed"),
        (all_of("randomised", "61"), "randomised", "inconsistent", "30 + 30 are 60; printed is 61"),
        (
            {"one": claim("31", size="randomised", group="training")},
            "one",
            "inconsistent",
            "31 is printed here, 30 as the size",
        ),
        (
            all_of("analysed", "56", population="treated") | all_of("randomised", "60"),
            "analysed",
            "exact",
            "27 + 29 are 56, as printed. 56 of the 60 randomised are in “treated” (93 %)",
        ),
        (
            all_of("analysed", "56", population="treated") | all_of("randomised", "55"),
            "analysed",
            "inconsistent",
            "56 of the 55 randomised",
        ),
        (
            all_of("planned", "100") | all_of("randomised", "60"),
            "planned",
            "compatible",
            "60 of the 100 planned were randomised (60 %)",
        ),
    ],
)
def test_sizes(judged, claims, name, agreement, words):
    found, text = judged(name, "value", claims)
    assert (found, words in text) == (agreement, True), text


@pytest.mark.parametrize(
    ("first", "second", "agreement", "words"),
    [
        # 20 of 27 had it: 9 of 13 (69.2 %) and 11 of 14 (78.6 %), in no other way.
        ("69.2%", "78.6%", "compatible", "the two parts of 20 of 27: 9 of 13 and 11 of 14"),
        ("69.3%", "78.6%", None, ""),
        # 9 of 13 and 10 of 14 are 19 of 27; 9 of 13 and 5 of 7 leave 6 of 7 in neither.
        ("69.2%", "71.4%", "inconsistent", "at least 7 of the 27 would be in neither"),
    ],
)
def test_strata(judged, first, second, agreement, words):
    strata = {
        name: claim(printed, stratum=name, split="sex", **TRAINING)
        for name, printed in (("men", first), ("women", second))
    }
    whole = read({"all": claim("20 of 27 (74.1%)", **TRAINING)} | strata)
    found = [one for one in findings(whole) if one.check == "split.total"]
    assert {one.agreement for one in found} == ({agreement} if agreement else set())
    assert all(words in one.sentence for one in found)


@pytest.mark.parametrize(
    ("word", "first", "agreement"),
    [
        ("lower", "12%", "exact"),
        ("higher", "12%", "inconsistent"),
        ("lower", "50%", "not_checkable"),
    ],
)
def test_directions(judged, word, first, agreement):
    said = claim("better with training", **BOTH)
    said |= {"direction": {word: "training", "than": "control"}}
    claims = {"a": claim(first, **TRAINING), "b": claim("50%", **CONTROL), "said": said}
    assert judged("said", "direction", claims)[0] == agreement


@pytest.mark.parametrize(
    ("words", "agreement"),
    [
        ("fewer with training", "inconsistent"),
        ("more with control", "inconsistent"),
        ("less with control", "exact"),
        ("higher in the training group than in the control group", "exact"),
        ("lower with training than with control", "inconsistent"),
        ("lower event with training", "inconsistent"),
        # Of another quantity, of a change, denied, or of no named group.
        ("fewer free of events with training", "not_checkable"),
        ("reduced with training", "not_checkable"),
        ("not fewer with training", "not_checkable"),
        ("fewer with usual care", "not_checkable"),
    ],
)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("12 of 30 (40%)", "6 of 30 (20%)"),
        ("12 of 30", "6 of 30"),
        ("mean 4.5", "mean (SD) 3.9 (1.0)"),
    ],
)
def test_words_name_a_direction(judged, words, agreement, first, second):
    claims = {"a": claim(first, **TRAINING), "b": claim(second, **CONTROL)}
    claims |= {"said": claim(words, **BOTH)}
    assert judged("said", "direction", claims)[0] == agreement


@pytest.mark.parametrize(
    ("again", "agreement"),
    [("12 (40%)", "inconsistent"), ("40%", "inconsistent"), ("10%", "not_checkable")],
)
def test_words_beside_a_number_in_two_places(judged, again, agreement):
    """Two places that agree decide; two that do not leave the direction to neither."""
    claims = {"a": claim("12 of 30 (40%)", **TRAINING), "b": claim("6 of 30 (20%)", **CONTROL)}
    claims |= {"again": claim(again, **TRAINING), "said": claim("fewer with training", **BOTH)}
    assert judged("said", "direction", claims)[0] == agreement


def test_words_on_negative_changes_are_open(judged):
    claims = {"a": claim("mean -4.5", **TRAINING), "b": claim("mean -3.9", **CONTROL)}
    claims |= {"said": claim("greater with training", **BOTH)}
    assert judged("said", "direction", claims)[0] == "not_checkable"


@pytest.mark.parametrize(
    ("here", "agreement"), [("41%", "exact"), ("41.26%", "inconsistent"), ("42%", "inconsistent")]
)
def test_places(here, agreement):
    """41.2 % is 41.15 up to 41.25."""
    linked = claim(here, "digest", **TRAINING) | {"with": ["paper"]}
    claims = {"paper": claim("41.2%", "table 1", population="itt", **TRAINING), "digest": linked}
    (found,) = [one for one in findings(read(claims)) if one.check == "place.number"]
    assert found.agreement == agreement and "table 1 has 41.2%" in found.sentence


def test_a_number_that_is_about_something_else_is_not_the_same():
    linked = claim("12%", "digest", **CONTROL) | {"with": ["paper"]}
    claims = {"paper": claim("41.2%", **TRAINING), "digest": linked}
    whole = read(claims)
    assert [one for one in findings(whole) if one.check == "place.number"] == []


@pytest.mark.parametrize(
    ("printed", "p", "agreement"),
    [
        # 4 z² / ln² : z = 3.89 for p = 0.0001; 0.605 at most needs 241 events.
        ("0.60", "P < 0.0001", "compatible"),
        ("0.90", "P < 0.0001", "inconsistent"),
        ("reduced by 10%", "P = 0.0001", "inconsistent"),
        ("reduced by 10%", "P = 0.2", "compatible"),
    ],
)
def test_events_of_a_hazard_ratio(judged, printed, p, agreement):
    about = BOTH | {"population": "itt"}
    claims = {"h": claim(printed, measure="hazard_ratio", **about), "p": claim(p, **about)}
    component = "percent" if "%" in printed else "value"
    found, text = judged("h", component, claims, LARGE)
    assert found == agreement, text
    assert "there are 400 patients" in text


HR, OF_MODEL = {"measure": "hazard_ratio"}, {"basis": "model"}


@pytest.mark.parametrize(
    ("own", "other", "linked", "held"),
    [
        # 0.90 with P = 0.0001 needs 1109 events or more.
        ({}, claim("P = 0.0001", **BOTH), False, True),
        # An adjusted ratio and a p of which nobody says so.
        (OF_MODEL, claim("P = 0.0001", **BOTH), False, False),
        (OF_MODEL, claim("P = 0.0001", **BOTH), True, True),
        (OF_MODEL, claim("P = 0.0001", **BOTH, **OF_MODEL), False, True),
        # The p of another ratio, such as a stratified one.
        ({}, claim("0.60, P = 0.0001", **BOTH, **HR), False, False),
        ({}, claim("0.60, P = 0.0001", **BOTH, **HR), True, True),
    ],
)
def test_a_hazard_ratio_is_held_against_its_own_p_alone(own, other, linked, held):
    ratio = claim("0.90", **BOTH, **HR, **own) | ({"with": ["p"]} if linked else {})
    found = findings(read({"h": ratio, "p": other}, LARGE))
    of_it = [one.agreement for one in found if (one.check, one.claim) == ("hazard.events", "h")]
    assert of_it == (["inconsistent"] if held else [])


def test_a_p_printed_apart_is_of_none_of_two_ratios():
    ratios = {name: claim(name, **BOTH, **HR) for name in ("0.90", "0.70")}
    found = findings(read(ratios | {"p": claim("P = 0.0001", **BOTH)}, LARGE))
    assert "hazard.events" not in {one.check for one in found}


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (TWO, "fits 22 subjects with 4 visits or conditions each and no factor between subjects"),
        (SIDES, "fits 22 subjects, as printed. It may be (a) 2 conditions by 2 visits"),
    ],
)
def test_designs_of_f(judged, groups, words):
    claims = {"f": claim("F(3, 63) = 5.907, p < 0.01")} | all_of("randomised", "22")
    _, text = judged("f", "df2", claims, groups)
    assert words in text


def test_three_conditions_have_other_readings(judged):
    three = {name: {"label": name, "randomised": "12"} for name in ("training", "control", "both")}
    # 2 degrees of freedom between three conditions; 2 x 11 = 22 for their error.
    claims = {"f": claim("F(2, 22) = 5.907, p < 0.01")} | all_of("randomised", "12")
    _, text = judged("f", "df2", claims, three)
    assert "(a) 3 conditions by 2 visits, where it is their interaction;" in text
    assert "(b) 3 visits under one condition" in text


def test_a_percentage_that_no_number_of_patients_has(judged):
    """Thirds, tenths: no x of at most 30 is 31.1 % (9/29 is 31.03, 14/45 would be)."""
    found, text = judged("a", "percent", {"a": claim("31.1%", population="itt", **TRAINING)})
    assert found == "inconsistent" and "No count of 30 patients or fewer prints as 31.1%" in text


@pytest.mark.parametrize(
    ("first", "second", "component", "agreement", "words"),
    [
        ("12 of 13", "8 of 14", "count", "exact", "12 of 13 + 8 of 14 are 20 of 27, as printed"),
        ("12 of 13", "9 of 14", "count", "inconsistent", "are 21 of 27; printed is 20 of 27"),
        ("12 of 13 (92.3%)", "9 of 14 (64.3%)", "count", "inconsistent", "are 21 of 27"),
        ("12 of 15", "8 of 14", "denominator", "inconsistent", "15 + 14 = 29 patients"),
        # Some patients are in neither stratum.
        ("12 of 13", "7 of 12", "count", None, ""),
    ],
)
def test_strata_with_counts_add_up(first, second, component, agreement, words):
    strata = {
        name: claim(printed, stratum=name, split="sex", **TRAINING)
        for name, printed in (("men", first), ("women", second))
    }
    whole = read({"all": claim("20 of 27 (74.1%)", **TRAINING)} | strata)
    found = [one for one in findings(whole) if one.check == "split.sum"]
    assert {(one.agreement, one.component) for one in found} == (
        {(agreement, component)} if agreement else set()
    )
    assert all(words in one.sentence for one in found)


def test_strata_of_another_visit_or_split_are_not_added():
    strata = {
        "men": claim("12 of 13", stratum="men", split="sex", **TRAINING),
        "old": claim("9 of 14", stratum="old", split="age", **TRAINING),
        "women": claim("9 of 14", stratum="women", split="sex", visit="later", **TRAINING),
    }
    whole = read({"all": claim("20 of 27 (74.1%)", **TRAINING)} | strata)
    assert not [one for one in findings(whole) if one.check == "split.sum"]


def test_a_remark_is_told_where_other_sentences_fill_the_verdict():
    """More events where the hazard is lower stands behind what p and the interval give."""
    claims = {
        "a": claim("45 of 200 (22.5%)", patients="200", **TRAINING),
        "b": claim("40 of 200 (20%)", patients="200", **CONTROL),
        "hr": claim("HR 0.50 (0.34 to 0.73), P<0.001", **BOTH),
    }
    whole = read(claims, LARGE)
    rows = [row for row in verdicts(whole, findings(whole)) if row["claim_id"] == "hr"]
    (row,) = (row for row in rows if row["component"] == "value")
    assert "more of the first group, whose hazard is the lower one" in row["print_more"]
    assert row["print_more"] in " ".join(told({"claims": rows}).split())


def analysed(group, printed, **about):
    return claim(printed, size="analysed", group=group, **about)


@pytest.mark.parametrize(
    ("claims", "agreement", "words"),
    [
        ({"n": analysed("training", "31")}, "inconsistent", "31 are more than the 30 randomised"),
        ({"n": analysed("training", "30")}, "not_checkable", ""),
        ({"n": analysed("training", "31", population="itt")}, "inconsistent", "more than the 30"),
        # By the treatment received there may be more of one arm.
        ({"n": analysed("training", "31", population="pp")}, "compatible", "treatment received"),
        (
            {"n": analysed("all", "61")} | all_of("randomised", "60"),
            "inconsistent",
            "61 of the 60 randomised were analysed",
        ),
        (
            {
                "n": analysed("all", "40"),
                "a": analysed("training", "28"),
                "b": analysed("control", "29"),
            },
            "inconsistent",
            "28 + 29 are 57; printed is 40",
        ),
        (
            {
                "n": analysed("all", "40", outcome="harm"),
                "a": analysed("training", "28"),
                "b": analysed("control", "29"),
            },
            "not_checkable",
            "",
        ),
        (
            {
                "n": analysed("all", "57"),
                "a": analysed("training", "28"),
                "b": analysed("control", "29"),
            },
            "exact",
            "28 + 29 are 57, as printed",
        ),
        (
            {
                "n": analysed("all", "40", population="pp"),
                "a": analysed("training", "28", population="pp"),
                "b": analysed("control", "29", population="pp"),
            },
            "inconsistent",
            "28 + 29 are 57; printed is 40",
        ),
    ],
)
def test_numbers_analysed(judged, claims, agreement, words):
    found, text = judged("n", "value", claims)
    assert (found, words in text) == (agreement, True), text
