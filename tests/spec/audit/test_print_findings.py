"""Findings that arithmetic on print makes, each from a ledger alone; repaired, it is gone."""

import pytest
from paper import THREE, TWO, claim

TRAINING = {"outcome": "event", "group": "training"}
CONTROL = {"outcome": "event", "group": "control"}
BOTH = {"outcome": "event", "compare": ["training", "control"]}
ITT = {"outcome": "event", "population": "itt"}


def two(first, second, p, **about):
    return {
        "first": claim(first, **TRAINING),
        "second": claim(second, **CONTROL),
        "p": claim(p, **(BOTH | about)),
    }


def ages(p, **about):
    of = {"outcome": "age"}
    return {
        "first": claim("mean (SD) 62.1 (8.8)", group="training", **of),
        "second": claim("mean (SD) 61.1 (8.5)", group="control", **of),
        "p": claim(p, compare=["training", "control"], **of, **about),
    }


def tumours(other):
    of = {"outcome": "event", "group": "control"}
    counts = {"lung": "14", "breast": "6", "prostate": "2", "other": other}
    claims = {name: claim(printed, category=name, **of) for name, printed in counts.items()}
    return claims | {"percent": claim("24.1%", category="other", **of)}


def three(smt="30.0%", p="P = .002", **about):
    shares = {"smt": smt, "wbv": "41.2%", "tau": "70.6%"}
    claims = {name: claim(printed, group=name, **ITT) for name, printed in shares.items()}
    return claims | {"p": claim(p, compare="all", **ITT, **about)}


def pancreatitis(printed, **about):
    return {
        "first": claim("27 of 295 (9.2%)", **TRAINING),
        "second": claim("52 of 307 (16.9%)", **CONTROL),
        "difference": claim(printed, **(BOTH | about)),
    }


def reduction(headline):
    return three() | {
        "headline": claim(headline, compare="all", measure="relative_reduction", **ITT)
    }


# name, component, claims, groups, agreement, words of the finding, repaired claims, agreement then
FINDINGS = {
    "fractures: no usual test gives the p": (
        "p",
        "p",
        two("1", "3", "p = 0.419"),
        TWO,
        "not_checkable",
        "0.335",
        two("1", "3", "p = 0.335"),
        "compatible",
    ),
    "fractures: the stated test does not give the p": (
        "p",
        "p",
        two("1", "3", "p = 0.419", test="fisher"),
        TWO,
        "inconsistent",
        "P = 0.612",
        two("1", "3", "p = 0.612", test="fisher"),
        "exact",
    ),
    "men: the uncorrected test gives it": (
        "p",
        "p",
        two("13 (48.1%)", "12 (41.4%)", "p = .611"),
        TWO,
        "compatible",
        "the χ² test without correction",
        two("13 (48.1%)", "12 (41.4%)", "p = .612"),
        "not_checkable",
    ),
    "the stated test is not the one that gives it": (
        "p",
        "p",
        two("13 (48.1%)", "12 (41.4%)", "p = .611", test="fisher"),
        TWO,
        "alternative",
        "is what the χ² test without correction gives",
        two("13 (48.1%)", "12 (41.4%)", "p = .611", test="chi_squared"),
        "exact",
    ),
    "thoracic site": (
        "p",
        "p",
        two("20 (74.1%)", "24", "p = .423"),
        TWO,
        "not_checkable",
        "The ledger names no test",
        two("20 (74.1%)", "24", "p = .429"),
        "compatible",
    ),
    "age: no means and SDs that print so give it": (
        "p",
        "p",
        ages("p = .724", test="t"),
        TWO,
        "inconsistent",
        "Student's t test gives P from 0.634 to 0.700, Welch's t test P from 0.635 to 0.701",
        ages("p = .66", test="t"),
        "compatible",
    ),
    "categories do not add up": (
        "other",
        "value",
        tumours("3"),
        TWO,
        "inconsistent",
        "7 in place of 3",
        tumours("7"),
        None,
    ),
    "a percentage that its count does not have": (
        "percent",
        "percent",
        tumours("3"),
        TWO,
        "inconsistent",
        "3 of 29 is 10.3 %",
        tumours("7"),
        "compatible",
    ),
    "intention to treat, with a denominator that is nobody's": (
        "smt",
        "percent",
        three(),
        THREE,
        "inconsistent",
        "10, 20, 30, 40 or 50",
        three(smt="30.9%"),
        "compatible",
    ),
    "three arms, no counts": (
        "p",
        "p",
        three(),
        THREE,
        "compatible",
        "30 sets of counts",
        three(p="P = .5"),
        "not_checkable",
    ),
    "headline": (
        "headline",
        "at_least",
        reduction("reduced by 50–70%"),
        THREE,
        "inconsistent",
        "57.4 to 57.6 % with sensorimotor training and 41.5 to 41.8 % with vibration",
        reduction("reduced by 40–70%"),
        "compatible",
    ),
    "interval of a share": (
        "smt",
        "ci_low",
        {"smt": claim("30.0% (18–42)", group="smt", **ITT)},
        THREE,
        "inconsistent",
        "No usual interval",
        {"smt": claim("30.0% (18.1–45.4)", group="smt", **ITT)},
        "compatible",
    ),
    "per protocol, where there is no protocol to keep": (
        "pp",
        "percent",
        {
            "itt": claim("70.6%", group="tau", **ITT),
            "pp": claim("73.3%", group="tau", outcome="event", population="pp"),
        },
        THREE,
        "inconsistent",
        "cannot apply to usual care",
        {
            "itt": claim("70.6%", group="tau", **ITT),
            "pp": claim("70.6%", group="tau", outcome="event", population="pp"),
        },
        "not_checkable",
    ),
    "a fact that two places tell differently": (
        "paper",
        "words",
        {
            "registry": claim("time to neuropathy", "registry", fact="primary_endpoint"),
            "paper": claim("incidence of neuropathy", "abstract", fact="primary_endpoint"),
        },
        TWO,
        "not_checkable",
        "“time to neuropathy” (registry) and “incidence of neuropathy” (abstract)",
        {
            "registry": claim("time to neuropathy", "registry", fact="primary_endpoint"),
            "paper": claim("Time to neuropathy.", "abstract", fact="primary_endpoint"),
        },
        "compatible",
    ),
    "minutes": (
        "paper",
        "value",
        {"registry": claim("30 min", fact="minutes"), "paper": claim("15 min", fact="minutes")},
        TWO,
        "inconsistent",
        "is not the same",
        {"registry": claim("30 min", fact="minutes"), "paper": claim("30.0 min", fact="minutes")},
        "compatible",
    ),
    "F with a correction and whole degrees of freedom": (
        "f",
        "p",
        {"f": claim("F(3, 63) = 5.907, p < 0.01", correction="greenhouse_geisser")},
        TWO,
        "compatible",
        "(ε = 1) and 0.0241 with the strongest (ε = 0.333); p < 0.01 needs ε from 0.531",
        {"f": claim("F(3, 63) = 5.907, p < 0.001", correction="greenhouse_geisser")},
        "inconsistent",
    ),
    "F without a correction": (
        "f",
        "p",
        {"f": claim("F(3, 63) = 3.85, p = .035")},
        TWO,
        "inconsistent",
        "printed is p = .035",
        {"f": claim("F(1.78, 37.4) = 3.85, p = .035")},
        "exact",
    ),
    "a t whose sign is no error": (
        "t",
        "p",
        {"t": claim("t(28) = −2.20, p = .036")},
        TWO,
        "exact",
        "in keeping with",
        {"t": claim("t(28) = −2.20, p = .018")},
        "inconsistent",
    ),
    "a change without a baseline": (
        "change",
        "words",
        {"change": claim("change from baseline", outcome="current", change=True)},
        TWO,
        "inconsistent",
        "measured after stimulation only",
        {"change": claim("change from baseline", outcome="age", change=True)},
        "not_checkable",
    ),
    "no difference without an interval": (
        "same",
        "words",
        {"same": claim("no difference", concludes="no_difference", **BOTH)},
        TWO,
        "not_checkable",
        "without an interval",
        {
            "same": claim("no difference", concludes="no_difference", **BOTH),
            "difference": claim("1.2 (95% CI −0.4 to 2.8)", measure="mean_difference", **BOTH),
        },
        "not_checkable",
    ),
    "a part of nothing": (
        "less",
        "at_least",
        {
            "first": claim("3%", **TRAINING),
            "second": claim("0%", **CONTROL),
            "less": claim("reduced by 50–70%", measure="relative_reduction", **BOTH),
        },
        TWO,
        "not_checkable",
        "nothing can be a part",
        {
            "first": claim("3%", **TRAINING),
            "second": claim("8%", **CONTROL),
            "less": claim("reduced by 50–70%", measure="relative_reduction", **BOTH),
        },
        "compatible",
    ),
    "feasible, against no threshold": (
        "end",
        "words",
        {"end": claim("feasible", outcome="event", concludes="feasibility")},
        TWO,
        "not_checkable",
        "no share of patients is printed",
        {
            "end": claim("feasible", outcome="event", concludes="feasibility"),
            "threshold": claim("60%", fact="feasibility_threshold"),
        },
        "not_checkable",
    ),
    "an estimate outside its interval": (
        "ratio",
        "ci_low",
        {"ratio": claim("0.90 (95% CI 0.53 to 0.84)", measure="hazard_ratio", **BOTH)},
        TWO,
        "inconsistent",
        "outside its own interval",
        {"ratio": claim("0.67 (95% CI 0.53 to 0.84), P=0.0006", measure="hazard_ratio", **BOTH)},
        "compatible",
    ),
    "a median below an interval without an end": (
        "median",
        "ci_low",
        {"median": claim("median 5.3 months (95% CI 6.7 to not reached)", **TRAINING)},
        TWO,
        "inconsistent",
        "6.7 to an end that was not reached",
        {"median": claim("median 10.3 months (95% CI 6.7 to not reached)", **TRAINING)},
        "not_checkable",
    ),
    "a ratio, its interval and a p that is another's": (
        "ratio",
        "p",
        {"ratio": claim("0.67 (95% CI 0.53 to 0.84), P=0.03", measure="hazard_ratio", **BOTH)},
        TWO,
        "inconsistent",
        "give p from",
        {"ratio": claim("0.67 (95% CI 0.53 to 0.84), P=0.0006", measure="hazard_ratio", **BOTH)},
        "compatible",
    ),
    "a difference made from the rounded percentages": (
        "difference",
        "percent",
        pancreatitis("7.7 percentage points", measure="risk_difference"),
        TWO,
        "alternative",
        "that of the two rounded percentages",
        pancreatitis("7.8 percentage points", measure="risk_difference"),
        "exact",
    ),
    "a number needed to treat": (
        "difference",
        "value",
        pancreatitis("14", measure="number_needed_to_treat"),
        TWO,
        "inconsistent",
        "is 12.8",
        pancreatitis("13", measure="number_needed_to_treat"),
        "exact",
    ),
    "the interval of a difference": (
        "difference",
        "ci_low",
        pancreatitis("7.8 percentage points (3.4 to 12.2)", measure="risk_difference"),
        TWO,
        "inconsistent",
        "No usual interval",
        pancreatitis("7.8 percentage points (2.4 to 13.2)", measure="risk_difference"),
        "compatible",
    ),
    "the groups together": (
        "total",
        "count",
        pancreatitis("13", measure="number_needed_to_treat")
        | {"total": claim("80 of 602 (13.3%)", outcome="event", group="all")},
        TWO,
        "inconsistent",
        "79 of 602",
        pancreatitis("13", measure="number_needed_to_treat")
        | {"total": claim("79 of 602 (13.1%)", outcome="event", group="all")},
        "exact",
    ),
    "a mean that whole numbers cannot have": (
        "mean",
        "value",
        {"mean": claim("mean (SD) 3.47 (1.2)", outcome="score", group="training", patients="19")},
        TWO,
        "compatible",
        "is possible for 19",
        {"mean": claim("mean (SD) 3.45 (1.2)", outcome="score", group="training", patients="19")},
        "inconsistent",
    ),
}


@pytest.mark.parametrize("what", FINDINGS)
def test_a_finding_and_its_repair(judged, what):
    name, component, claims, groups, agreement, words, repaired, then = FINDINGS[what]
    found, text = judged(name, component, claims, groups)
    assert (found, words in text) == (agreement, True), text
    found, text = judged(name, component, repaired, groups)
    assert (found, words in text) != (agreement, True), text
    assert then in (None, found), text


def test_no_event_leaves_room_for_a_risk(judged):
    claims = {
        "harm": claim("0", outcome="harm", group="training"),
        "safe": claim("safe", outcome="harm", concludes="safety"),
    }
    agreement, text = judged("safe", "words", claims)
    # Exactly 1 - 0.05 ** (1 / 27).
    assert agreement == "compatible" and "0 of 27 (training)" in text and "10.5 %" in text


def test_another_endpoint_is_no_contradiction(judged):
    claims = {
        "here": claim("67%", outcome="event", group="training"),
        "companion": claim("89%", outcome="score", group="training"),
    }
    agreement, _ = judged("companion", "percent", claims)
    assert agreement != "inconsistent"


def test_rounding_modes_are_told_apart(judged):
    for printed, agreement in (
        ("2.6%", "exact"),
        ("2.5%", "alternative"),
        ("2.4%", "inconsistent"),
    ):
        found, text = judged(
            "share",
            "percent",
            {"share": claim(f"1 of 39 ({printed})")}
            | {"share": claim(f"1 of 39 ({printed})", **TRAINING)},
        )
        assert found == agreement, text


def test_expected_counts_below_five_are_told(judged):
    _, text = judged("p", "p", two("1", "3", "p = 0.419"))
    assert "below 5" in text
