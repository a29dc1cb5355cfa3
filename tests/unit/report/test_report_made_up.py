"""Numbers of a synthetic cohort that no print set are told apart from those that one set."""

from types import SimpleNamespace as Stub

import pytest
from test_report_reader import pair

from trialtrace.report.audit.cohort_words import by_stratum, is_assumed, marked
from trialtrace.report.figures.rows_shown import mark_of
from trialtrace.report.sections.findings import resting_on
from trialtrace.run.trace.put_in import PutIn, Rests
from trialtrace.run.trace.short_id import short_id

ARMS = {
    "drug": Stub(label="Drug", short=None),
    "placebo": Stub(label="Placebo", short="PLC"),
}


def margin(arm, tag="printed"):
    printed = "30.0%" if tag == "arithmetic" else "12"
    empty = dict.fromkeys(("level", "population", "visit", "value", "of", "unit"))
    return empty | {
        "arm": arm,
        "endpoint": "died",
        "statistic": "count",
        "published": printed,
    }


def count(arm, value):
    return pair("count.events", value, comparison=None, reference=None, group1_level=arm)


def material(margins, rows, *, own=True, by=None):
    """A cohort in which every result rests on the same margins: its own, or of its columns."""
    rests = Rests(tuple(margins), ()) if own else Rests((), tuple(margins))
    put_in = Stub(margins=margins, behind=lambda _: rests, margins_text=lambda _: "Died")
    variable = Stub(described=lambda name, _: Stub(label=name.capitalize()))
    trial = Stub(
        tells_cohort=True,
        design=Stub(arms=ARMS),
        plan=Stub(analyses={"a": Stub(by=by)}),
        subjects=variable,
        dictionary={},
    )
    label = {name: arm.label for name, arm in ARMS.items()}.get
    return Stub(trial=trial, tracer=Stub(put_in=put_in), of=lambda _: rows, arm_label=label)


BOTH = [count("drug", 1.0), count("placebo", 4.0)]
CASES = {
    "each arm printed": (["drug", "placebo"], BOTH, True),
    "one arm assumed": (["drug"], BOTH, True),
    "a total": ([None], BOTH, True),
    "columns of a total": ([None], BOTH, False),
    "nobody to be split": ([None], [count("drug", 0.0)], True),
    "all arms together": ([None], [count("all", 5.0)], True),
    "columns by arm": (["drug"], BOTH, False),
}


SET = {
    "count": ({}, {}, True),
    "share": ({}, {"stat_name": "proportion", "stat_value": 0.3}, True),
    "share of 12 digits": (
        {"value": 10, "of": 35},
        {"stat_name": "proportion", "stat_value": 0.285714285714, "denominator": 35},
        True,
    ),
    "another value": ({}, {"stat_value": 13.0}, False),
    "another statistic of this value": ({}, {"stat_name": "missing"}, False),
    "of others": ({}, {"denominator": 55}, False),
    "another arm": ({}, {"group1_level": "placebo"}, False),
    "all arms": ({}, {"group1_level": "all"}, False),
    "a total of all arms": ({"arm": None}, {"group1_level": "all"}, True),
    "a subgroup": ({}, {"stratum": "sex=F"}, False),
    "a comparison": ({}, {"comparison": "drug"}, False),
    "a level": ({}, {"group2_level": "term=Nausea"}, False),
    "its level": ({"endpoint": "sex", "level": "male"}, {"group2_level": "M"}, True),
    "another level": (
        {"endpoint": "sex", "level": "male"},
        {"group2_level": "F"},
        False,
    ),
    "a level of several": ({"level": "Lung"}, {"group2_level": "Lung"}, True),
    "events": ({"statistic": "occurrences", "of": None}, {"stat_name": "occurrences"}, True),
    "patients with events": (
        {"statistic": "occurrences", "of": None},
        {"stat_name": "patients"},
        False,
    ),
    "no event": (
        {"statistic": "occurrences", "of": None, "value": 0},
        {"stat_name": "patients", "stat_value": 0.0},
        True,
    ),
    "mean": (
        {"statistic": "mean", "value": None, "of": None, "published": "62.1"},
        {"stat_name": "mean", "stat_value": 62.0519},
        True,
    ),
    "a mean that prints otherwise": (
        {"statistic": "mean", "value": None, "of": None, "published": "62.1"},
        {"stat_name": "mean", "stat_value": 62.04},
        False,
    ),
    "the median of this value": (
        {"statistic": "mean", "value": None, "of": None, "published": "62.1"},
        {"stat_name": "median", "stat_value": 62.1},
        False,
    ),
    "no value": ({}, {"stat_value": None}, False),
}


@pytest.mark.parametrize(("changed", "result", "wanted"), SET.values(), ids=SET.keys())
def test_a_value_was_set_that_is_the_published_number_itself(changed, result, wanted):
    """12 of 40 patients of the drug arm are published."""
    own = margin("drug") | {"value": 12, "of": 40} | changed
    row = count("drug", 12.0) | {"denominator": 40, "stratum": None, "group2_level": None} | result
    told = Stub(margins=[own], behind=lambda _: Rests((own,)))
    assert PutIn.is_set(told, row) is wanted
    assert not PutIn.is_set(Stub(margins=[own], behind=lambda _: Rests((), (own,))), row)


def test_the_mark_stands_behind_the_link_of_each_number_that_was_set():
    """Whatever the number is written with; not at a part of its trace, at words or at others."""
    one, other = "abcdefgh", "hgfedcba"
    of = Stub(tracer=Stub(set_to_published=frozenset({one})))
    at = "trace/cipn.html#"
    text = (
        f"[12]({at}{one}) [30.0&#160;% &#40;18 to 45&#41;]({at}{one}) [40]({at}{one}/n) "
        f"[none]({at}{one}) [24]({at}{other}) [7]({at}{one}){{.of-run}} [7](claims.html#{one})"
    )
    assert marked(of, text) == (
        f"[12]({at}{one})† [30.0&#160;% &#40;18 to 45&#41;]({at}{one})† [40]({at}{one}/n) "
        f"[none]({at}{one}) [24]({at}{other}) [7]({at}{one}){{.of-run}}† [7](claims.html#{one})"
    )
    assert marked(Stub(tracer=Stub(set_to_published=frozenset())), text) == text


MARKED = {"one arm assumed", "a total", "columns of a total"}


@pytest.mark.parametrize("name", CASES)
def test_a_figure_marks_what_is_made_up(name):
    arms, rows, own = CASES[name]
    of = material([margin(arm) for arm in arms], rows, own=own)
    assert is_assumed(of, rows[-1], "placebo") is (name in MARKED)
    assert not is_assumed(of, rows[-1], None)
    of.trial.tells_cohort = False
    assert not is_assumed(of, rows[-1], "placebo")


def test_a_figure_has_one_mark_for_what_was_set_and_another_for_what_is_assumed():
    """The drug arm's 1 is published, the other's 4 is not."""
    rows = [one | {"result_id": f"t/a/{one['group1_level']}", "denominator": 40} for one in BOTH]
    of = material([margin("drug")], rows)
    of.tracer.set_to_published = frozenset({short_id("t/a/drug")})
    set_, assumed = (mark_of(of, row) for row in rows)
    assert set_ == "†" and assumed not in ("", "†")
    of.trial.tells_cohort, of.tracer.set_to_published = False, frozenset()
    assert [mark_of(of, row) for row in rows] == ["", ""]


def test_a_figure_marks_what_no_print_tells_of_a_stratum():
    rows = [each | {"stratum": "sex=F"} for each in (*BOTH, pair("risk_difference.wald", -0.3))]
    of = material([margin("drug"), margin("placebo")], rows, by="sex")
    assert is_assumed(of, rows[0], "drug") and not is_assumed(of, BOTH[0], "drug")


@pytest.mark.parametrize(
    ("arms", "told"),
    [(["drug"], "Placebo"), ([None], "Drug and Placebo"), (["drug", "placebo"], "")],
)
def test_a_decision_that_rests_on_assumed_counts_says_so(arms, told):
    of = material([margin(arm) for arm in arms], BOTH, own=False)
    words = f"; it rests on assumed counts of {told}" if told else ""
    assert resting_on(of, BOTH[0]) == words


AT_THE_NUMBERS = {
    "each arm printed": ((["drug", "placebo"], BOTH, True), ""),
    "one arm assumed": ((["drug"], BOTH, True), " (PLC assumed)"),
    "a total": (([None], BOTH, True), " (split assumed)"),
    "columns of a total": (([None], BOTH, False), " (split assumed)"),
    "nobody to be split": (([None], [count("drug", 0.0)], True), ""),
    "columns by arm": ((["drug"], BOTH, False), " (PLC assumed)"),
    "nothing printed": (([], BOTH, True), ""),
}


def test_no_margin_sets_what_differs_between_subgroups():
    """Both arms are printed, and not by site: no p of an interaction was set."""
    effect = pair("risk_difference.newcombe", -0.2, comparison="drug", reference="placebo")
    rows = [*BOTH, effect]
    of = material([margin(arm) for arm in ARMS], rows, by="site")
    split = "assumed by site (no published number sets it: assumed, or chance)"
    assert by_stratum(of, ["a"]) == split
    assert by_stratum(material([margin(arm) for arm in ARMS], rows), ["a"]) == ""
    described = material([margin(arm) for arm in ARMS], BOTH, by="site")
    assert by_stratum(described, ["a"]) == ""
