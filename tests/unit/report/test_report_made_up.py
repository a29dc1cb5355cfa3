"""Numbers of a synthetic cohort that no print set are told apart from those that one set."""

import html
import re
from types import SimpleNamespace as Stub

import pytest
from test_report_reader import pair

from trialtrace.report.audit.cohort_words import (
    by_stratum,
    is_assumed,
    made_up_by_arm,
    of_results,
    of_rows,
    set_beforehand,
)
from trialtrace.report.sections import harms_in_short
from trialtrace.report.sections.findings import resting_on
from trialtrace.run.trace.put_in import Rests
from trialtrace.run.trial.outcomes import CHOSEN

ARMS = {
    "drug": Stub(label="Drug", short=None),
    "placebo": Stub(label="Placebo", short="PLC"),
}


def margin(arm, tag="printed"):
    printed = "30.0%" if tag == "arithmetic" else "12"
    return {
        "arm": arm,
        "quantity": "died",
        "check": {"endpoint": "died"},
        "tag": tag,
        "printed": printed,
        "note": None,
    }


def count(arm, value):
    return pair("count.events", value, comparison=None, reference=None, group1_level=arm)


def material(margins, rows, *, own=True, by=None, quantities=None):
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
        cohort=Stub(quantities=quantities or {}),
    )
    label = {name: arm.label for name, arm in ARMS.items()}.get
    return Stub(trial=trial, tracer=Stub(put_in=put_in), of=lambda _: rows, arm_label=label)


BOTH = [count("drug", 1.0), count("placebo", 4.0)]
SHORT = {
    "each arm printed": (
        (["drug", "placebo"], BOTH, True),
        "drawn to equal the printed number, shows nothing.",
    ),
    "one arm assumed": (
        (["drug"], BOTH, True),
        "drawn to equal the printed number, shows nothing; assumed for Placebo.",
    ),
    "a total": (
        ([None], BOTH, True),
        "assumed by arm; all arms together drawn to equal the printed number, shows nothing.",
    ),
    "columns of a total": (
        ([None], BOTH, False),
        "assumed by arm; all arms together made of columns drawn to match printed numbers.",
    ),
    "nobody to be split": (
        ([None], [count("drug", 0.0)], True),
        "drawn to equal the printed number, shows nothing.",
    ),
    "all arms together": (
        ([None], [count("all", 5.0)], True),
        "drawn to equal the printed number, shows nothing.",
    ),
    "columns by arm": (
        (["drug"], BOTH, False),
        "made of columns drawn to match printed numbers.",
    ),
}


@pytest.mark.parametrize(("given", "told"), SHORT.values(), ids=SHORT.keys())
def test_a_line_says_what_of_it_is_made_up(given, told):
    arms, rows, own = given
    of = material([margin(arm) for arm in arms], rows, own=own)
    assert of_rows(of, rows) == f"*Cohort:* {told}"


MARKED = {"one arm assumed", "a total", "columns of a total"}


@pytest.mark.parametrize("name", SHORT)
def test_a_figure_marks_what_is_made_up(name):
    (arms, rows, own), _ = SHORT[name]
    of = material([margin(arm) for arm in arms], rows, own=own)
    assert is_assumed(of, rows[-1], "placebo") is (name in MARKED)
    assert not is_assumed(of, rows[-1], None)
    of.trial.tells_cohort = False
    assert not is_assumed(of, rows[-1], "placebo")


def test_a_figure_marks_what_no_print_tells_of_a_stratum():
    rows = [each | {"stratum": "sex=F"} for each in (*BOTH, pair("risk_difference.wald", -0.3))]
    of = material([margin("drug"), margin("placebo")], rows, by="sex")
    assert is_assumed(of, rows[0], "drug") and not is_assumed(of, BOTH[0], "drug")


def test_beside_the_results_too():
    assert "of which no number is printed" in of_results(material([margin(None)], BOTH), ["a"])
    one = of_results(material([margin("drug")], BOTH), ["a"])
    assert one.endswith("**Assumed:** Placebo, of which none is printed.")
    assert "Assumed" not in of_results(material([margin("drug"), margin("placebo")], BOTH), ["a"])
    columns = of_results(material([margin("drug")], BOTH, own=False), ["a"])
    assert columns.endswith("**Assumed:** Placebo, of which none is printed.")


@pytest.mark.parametrize(
    ("arms", "told"),
    [(["drug"], "Placebo"), ([None], "Drug and Placebo"), (["drug", "placebo"], "")],
)
def test_a_decision_that_rests_on_assumed_counts_says_so(arms, told):
    of = material([margin(arm) for arm in arms], BOTH, own=False)
    words = f"; it rests on assumed counts of {told}" if told else ""
    assert resting_on(of, BOTH[0]) == words


def test_no_event_has_the_interval_of_all_arms_together():
    """0 of 108: Clopper and Pearson's upper limit is 1 - 0.025^(1/108), 3.36 %."""
    none = {arm: [count(arm, 0.0) | {"denominator": 54}] for arm in ARMS}
    own = {"n_used": 108, "denominator": None, "ci_level": 0.95, "group1_level": "all"}
    share = pair("proportion.clopper_pearson", 0.0, **own)
    share |= {"stat_text": "0.0 % (95 % CI 0.0 to 3.4)", "ci_low": 0.0, "ci_high": 0.0336}
    arms = {arm: Stub(short=arm.upper()) for arm in ARMS}
    of = Stub(trial=Stub(flow=None, design=Stub(arms=arms)), of=lambda _: [])
    told = harms_in_short._by_arm(of, none, [share])
    assert (
        re.sub(r"\]\([^)]*\)|\[", "", html.unescape(told)).replace("\xa0", " ")
        == "none of 108 (DRUG 0/54, PLACEBO 0/54; 95 % CI 0.0 to 3.4 %)"
    )
    assert "CI" not in harms_in_short._by_arm(of, none)


AT_THE_NUMBERS = {
    "each arm printed": ((["drug", "placebo"], BOTH, True), ""),
    "one arm assumed": ((["drug"], BOTH, True), " (PLC assumed)"),
    "a total": (([None], BOTH, True), " (split assumed)"),
    "columns of a total": (([None], BOTH, False), " (split assumed)"),
    "nobody to be split": (([None], [count("drug", 0.0)], True), ""),
    "columns by arm": ((["drug"], BOTH, False), " (PLC assumed)"),
    "nothing printed": (([], BOTH, True), ""),
}


@pytest.mark.parametrize(("given", "told"), AT_THE_NUMBERS.values(), ids=AT_THE_NUMBERS.keys())
def test_a_summary_says_at_the_numbers_what_of_them_is_made_up(given, told):
    arms, rows, own = given
    of = material([margin(arm) for arm in arms], rows, own=own)
    assert made_up_by_arm(of, rows) == told
    of.trial.tells_cohort = False
    assert made_up_by_arm(of, rows) == ""


def test_what_a_cohort_was_drawn_to_give_is_marked_in_a_conclusion():
    own, columns = (material([margin("drug")], BOTH, own=own) for own in (True, False))
    assert set_beforehand(own, BOTH) == " (set to the printed counts: confirms nothing)"
    assert set_beforehand(columns, BOTH) == ""
    own.trial.tells_cohort = False
    assert set_beforehand(own, BOTH) == ""


def test_harms_of_a_summary_are_marked(monkeypatch):
    monkeypatch.setattr(harms_in_short, "made_up_by_arm", lambda _, rows: f" ({len(rows)} made up)")
    monkeypatch.setattr(harms_in_short, "_by_arm", lambda *_: "1; 4")
    monkeypatch.setattr(harms_in_short, "_effects", lambda *_: "; effect")
    monkeypatch.setattr(harms_in_short, "unknown_status", lambda *_: "; unknown")
    monkeypatch.setattr(harms_in_short, "records", lambda *_: ["recorded"])
    monkeypatch.setattr(harms_in_short, "of_log", lambda *_: False)
    monkeypatch.setattr(harms_in_short, "turned_in_short", lambda *_: ["It hangs on p"])
    arms = {"drug": BOTH[:1], "placebo": BOTH[1:]}
    analysis = Stub(name="a", note="", report="summary", role="secondary")
    monkeypatch.setattr(harms_in_short, "main_deaths", lambda _: (analysis, arms))
    monkeypatch.setattr(harms_in_short, "where_known", lambda _: None)
    (deaths,) = harms_in_short._deaths(None, lambda _: "")
    assert deaths == "Deaths of those known: 1; 4 (2 made up); effect. It hangs on p."
    monkeypatch.setattr(harms_in_short, "by_arm", lambda *_: {("Nausea", None): arms})
    (line,) = harms_in_short._lines(None, analysis, "")
    assert line == "Nausea: 1; 4 (2 made up); recorded; effect"
    # What is known of some alone says whom it leaves out.
    analysis.note, analysis.estimand = "Six have no image. More.", Stub(population="imaged")
    of = Stub(trial=Stub(populations={"imaged": Stub(label=f"Imaged ({CHOSEN})")}))
    (line,) = harms_in_short._lines(of, analysis, "")
    assert line.endswith("; recorded; effect; six have no image")
    of.trial.populations["imaged"].label = "All"
    (line,) = harms_in_short._lines(of, analysis, "")
    assert line.endswith("; recorded; effect")
    analysis.note = ""
    # Of what a paper has of harms the effect is not ours; deaths have that of their shares where
    # times to them have none.
    analysis.role = "published"
    (line,) = harms_in_short._lines(None, analysis, "")
    assert line == "Nausea: 1; 4 (2 made up); recorded"
    other = Stub(**(vars(analysis) | {"name": "b", "estimand": Stub(population="itt")}))
    analysis.estimand = other.estimand
    monkeypatch.setattr(harms_in_short, "where_known", lambda _: (other, arms))
    monkeypatch.setattr(
        harms_in_short, "_effects", lambda _, of, __: f"; of {of.name}" * (of is other)
    )
    (deaths,) = harms_in_short._deaths(None, lambda _: "")
    assert deaths.endswith("(2 made up); of b. It hangs on p.")


def test_a_printed_number_is_told_from_a_count_that_prints_so():
    """12 of 40 is the cohort's; the paper has 30.0 % alone."""
    for tag in ("arithmetic", "printed"):
        margins = [margin(arm, tag) for arm in ARMS]
        counted = "the counts are one of the sets that give them"
        assert (counted in of_results(material(margins, BOTH), ["a"])) == (tag == "arithmetic")


def test_counts_that_follow_from_other_numbers_say_how():
    """3 is printed beside 24.1 %: 7 prints as no 3, and no share of it is in brackets."""
    note = "3 is printed beside the share of 7 of 29; 7 is taken"
    margins = [margin(arm, "arithmetic") | {"printed": "8 and 3", "note": note} for arm in ARMS]
    assert of_rows(material(margins, BOTH), BOTH).endswith(f"shows nothing; {note}.")
    told = of_results(material(margins, BOTH), ["a"])
    assert note in told and "one of the sets" not in told


def quantity(*used, where=None):
    return Stub(uses=lambda: [((), [*used])], where=where)


SPLITS = {
    "nothing leads to it": (
        {"died": quantity("frailty"), "frailty": quantity("arm")},
        "nothing in the draw lets the effect depend on it: chance of this cohort",
    ),
    "by what it is drawn by": (
        {"died": quantity("frailty"), "frailty": quantity("site")},
        "what differs is assumed or chance",
    ),
    "by where it has a value": (
        {"died": quantity("arm", where={"site": {"is": "North"}})},
        "what differs is assumed or chance",
    ),
}


@pytest.mark.parametrize(("quantities", "why"), SPLITS.values(), ids=SPLITS.keys())
def test_no_margin_sets_what_differs_between_subgroups(quantities, why):
    """Both arms are printed, and not by site: no p of an interaction was set."""
    effect = pair("risk_difference.newcombe", -0.2, comparison="drug", reference="placebo")
    rows = [*BOTH, effect]
    of = material([margin(arm) for arm in ARMS], rows, by="site", quantities=quantities)
    split = f"assumed by site (no printed number sets it so; {why})"
    assert by_stratum(of, ["a"]) == split
    assert (
        of_rows(of, BOTH)
        == f"*Cohort:* {split}; all arms together drawn to equal the printed number, shows nothing."
    )
    assert of_results(of, ["a"]).endswith(f"**A{split[1:7]}**{split[7:]}.")
    assert by_stratum(material([margin(arm) for arm in ARMS], rows), ["a"]) == ""
    described = material([margin(arm) for arm in ARMS], BOTH, by="site", quantities=quantities)
    assert by_stratum(described, ["a"]) == ""
