"""The number randomised as the number of patients, where the ledger has no other."""

from functools import partial

import pytest
from paper import OUTCOMES, TWO, claim, read, told

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.verdicts.audit import verdicts

EVENT, SCORE = {"outcome": "event"}, {"outcome": "score"}
ITT = {"itt": {"label": "intention to treat", "everyone": True}}


@pytest.fixture
def judge():
    """(agreement, finding) of a component, of 30 patients randomised to each of two groups."""

    def run(populations, name, component, claims):
        whole = ledger(
            {
                "papers": {"main": "A paper"},
                "groups": TWO,
                "outcomes": OUTCOMES,
                "populations": populations,
                "claims": claims,
            }
        )
        found = list(findings(whole))
        return told(verdicts(whole, found), found)[name, component]

    return run


@pytest.fixture(params=[{}, ITT], ids=["no population", "everyone"])
def part(request, judge):
    return partial(judge, request.param)


def events(first, second, p):
    return {
        "a": claim(first, group="training", **EVENT),
        "b": claim(second, group="control", **EVENT),
        "p": claim(p, compare=["training", "control"], test="fisher", **EVENT),
    }


@pytest.mark.parametrize(("p", "agreement"), [("p = .030", "exact"), ("p = .4", "inconsistent")])
def test_a_share_of_all_randomised_has_their_number(part, p, agreement):
    """3 and 11 of 30 by scipy's fisher_exact: .030."""
    claims = events("3 (10.0%)", "11 (36.7%)", p)
    assert part("a", "percent", claims)[0] == "exact"
    assert part("p", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("p", "agreement"), [("p = .030", "compatible"), ("p = .4", "inconsistent")]
)
def test_a_share_of_fewer_patients_is_not_held_against_all(judge, p, agreement):
    """3 of 29 and 11 of 30: Fisher .030, and no test near .4."""
    claims = events("3 (10.3%)", "11 (36.7%)", p)
    assert judge({}, "a", "percent", claims)[0] == "compatible"
    assert judge({}, "p", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"), [("mean 3.07", "compatible"), ("mean 3.08", "not_checkable")]
)
def test_a_mean_may_be_that_of_fewer(part, printed, agreement):
    """92 of 30 is 3.067; 3.08 is no mean of 30, but 40 of 13 is 3.077."""
    found, text = part("a", "value", {"a": claim(printed, group="training", **SCORE)})
    assert found == agreement
    assert ("how many patients with training" in text) == (agreement == "not_checkable")


def test_counts_alone_may_be_of_fewer(part):
    agreement, text = part("p", "p", events("3", "11", "p = .4"))
    assert agreement == "not_checkable" and "With all randomised: " in text


def test_a_share_without_any_number_of_patients_asks_for_it():
    groups = {name: {"label": name} for name in TWO}
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups,
            "outcomes": OUTCOMES,
            "claims": {"a": claim("10.3%", group="training", **EVENT)},
        }
    )
    (one,) = (one for one in findings(whole) if one.check == "share.count")
    assert "the patients behind it, nor the size of a population, nor the number" in one.sentence


def test_a_change_of_means_needs_no_number_of_patients(part):
    claims = {
        "a": claim("$4361", outcome="age", group="training"),
        "b": claim("$3004", outcome="age", group="control"),
        "r": claim("20 % higher", outcome="age", compare=["training", "control"]),
    }
    assert part("r", "percent", claims)[0] == "inconsistent"


def test_shares_with_digits_cut_off_are_of_all_randomised(part):
    """11, 5 and 8 of 30 are 36.67, 16.67 and 26.67 %, cut off 36.6, 16.6 and 26.6."""
    claims = {
        str(k): claim(printed, group="training", visit=str(k), **EVENT)
        for k, printed in enumerate(["11 (36.6%)", "5 (16.6%)", "8 (26.6%)"])
    }
    for name in claims:
        assert part(name, "percent", claims)[0] == "exact"


LARGE = {name: given | {"randomised": "200"} for name, given in TWO.items()}
COMPARED = {"outcome": "event", "compare": ["training", "control"]}


@pytest.mark.parametrize(
    ("printed", "measure", "agreement"),
    [
        ("risk ratio 0.60", None, {"exact", "compatible"}),
        ("unadjusted risk ratio 0.80", None, {"inconsistent"}),
        ("odds ratio 0.53", None, {"exact", "compatible"}),
        ("unadjusted risk ratio 0.53", None, {"inconsistent"}),
        ("risk ratio 1.67", None, {"inconsistent"}),
        ("10.0 percentage points (95% CI -1 to 21)", "risk_difference", {"alternative"}),
        ("10.0 percentage points", "risk_difference", {"exact", "compatible"}),
        ("13.0 percentage points", "risk_difference", {"inconsistent"}),
        ("40% reduction", None, {"compatible"}),
        ("47% reduction", None, {"compatible"}),
        ("60% reduction", None, {"inconsistent"}),
        ("60% reduction", "risk_ratio", {"inconsistent"}),
        ("40% reduction", "risk_ratio", {"exact", "compatible"}),
        ("10", "number_needed_to_treat", {"exact", "compatible"}),
        ("20", "number_needed_to_treat", {"inconsistent"}),
    ],
)
@pytest.mark.parametrize("populations", [{}, ITT], ids=["no population", "everyone"])
def test_measures_of_two_percentages(populations, printed, measure, agreement):
    """By hand: 30 and 50 of 200 are a risk ratio of 0.6, odds 0.529, 10 points, 10 to treat."""
    about = COMPARED | ({"measure": measure} if measure else {})
    claims = {
        "a": claim("15.0%", group="training", **EVENT),
        "b": claim("25.0%", group="control", **EVENT),
        "r": claim(printed, **about),
    }
    main = ("r", "percent"), ("r", "value")
    rows = rows_of(populations, claims)
    (found,) = (r["on_print"] for r in rows if (r["claim_id"], r["component"]) in main)
    assert found in agreement


@pytest.mark.parametrize(
    ("populations", "p", "agreement", "words"),
    [
        # scipy: chi2_contingency without correction .0124, fisher_exact .0172
        (ITT, "p = .017", "exact", "Taken is the number randomised."),
        (ITT, "p = .60", "inconsistent", "Taken is the number randomised."),
        ({}, "p = .017", "compatible", "sets of counts"),
        ({}, "p = .60", "not_checkable", "With all randomised (200 and 200)"),
    ],
)
def test_p_of_two_percentages(populations, p, agreement, words):
    claims = {
        "a": claim("15.0%", group="training", **EVENT),
        "b": claim("25.0%", group="control", **EVENT),
        "p": claim(p, test="fisher", **COMPARED),
    }
    (row,) = (row for row in rows_of(populations, claims) if row["claim_id"] == "p")
    assert (row["on_print"], words in row["print_finding"]) == (agreement, True), row


def of_200(populations, claims):
    return ledger(
        {
            "papers": {"main": "A paper"},
            "groups": LARGE,
            "outcomes": OUTCOMES,
            "populations": populations,
            "claims": claims,
        }
    )


def rows_of(populations, claims):
    whole = of_200(populations, claims)
    return verdicts(whole, findings(whole))


@pytest.mark.parametrize(
    ("about", "found"),
    [({}, True), ({"patients": "19"}, False), ({"patients": "19", "population": "itt"}, True)],
)
def test_a_share_that_tells_its_patients_need_not_be_of_everyone(about, found):
    """42.1 % is 8 of 19, and of 200 no count: 84 are 42.0, 85 are 42.5 %."""
    claims = {"a": claim("8 (42.1%)", group="training", **EVENT, **about)}
    (row,) = (one for one in rows_of(ITT, claims) if one["component"] == "percent")
    assert (row["on_print"] == "inconsistent") == found


@pytest.mark.parametrize(
    ("printed", "own", "named", "words"),
    [
        ("8/200 (4.0%)", "exact", "exact", ""),
        ("8/199 (4.0%)", "exact", "inconsistent", "the printed denominator is 199"),
        ("8/176 (4.5%)", "exact", "inconsistent", "the printed denominator is 176"),
        ("8/201 (4.0%)", "inconsistent", "inconsistent", "the printed denominator is 201."),
    ],
)
def test_a_printed_denominator_is_its_own(printed, own, named, words):
    """200 were randomised: fewer may have the outcome unless the claim says all, more cannot."""
    for about, agreement in (({}, own), ({"population": "itt"}, named)):
        claims = {"a": claim(printed, group="training", **EVENT, **about)}
        whole = of_200(ITT, claims)
        rows = {one["component"]: one for one in verdicts(whole, findings(whole))}
        assert rows["percent"]["on_print"] == "exact"
        assert rows["denominator"]["on_print"] == agreement
        assert any(words in one.sentence for one in findings(whole))


@pytest.mark.parametrize(
    ("label", "agreement"),
    [
        ("Abstinence", "inconsistent"),
        ("Abstinence, multiple imputation", "not_checkable"),
        ("Weighted percentage", "not_checkable"),
        ("Estimated GFR below 60", "inconsistent"),
        ("Loss of body weight", "inconsistent"),
    ],
)
def test_a_share_of_imputed_or_weighted_values_needs_no_whole_count(label, agreement):
    """14 of 30 is 46.7 %, 15 of 30 is 50 %."""
    one = claim("48.2%", outcome="event", group="training", population="itt") | {"label": label}
    found = [each for each in findings(read({"a": one})) if each.check == "share.everyone"]
    assert [each.agreement for each in found] == [agreement]
    assert "`basis: model`" in found[0].sentence


@pytest.mark.parametrize(
    ("other", "known"), [("17 (42.0%)", True), ("20 (61.0%)", True), ("3 (10.3%)", False)]
)
def test_a_percentage_of_no_number_of_patients_tells_nothing_of_the_others(part, other, known):
    """17 of 40 are 42.5 % and of 41 41.5, 20 of 33 60.6 and of 32 62.5, 3 of 29 10.3."""
    claims = {
        "e": claim(other, group="training", **EVENT),
        "a": claim("mean (SD) 62.1 (3.8)", group="training", **SCORE),
        "b": claim("mean (SD) 58.1 (3.5)", group="control", **SCORE),
        "p": claim("P=0.4", compare=["training", "control"], test="t", **SCORE),
    }
    found, text = part("p", "p", claims)
    assert found == "not_checkable"
    assert ("With all randomised: " in text) is known
