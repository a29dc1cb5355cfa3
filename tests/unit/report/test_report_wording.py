"""Words and counts that a reader takes literally: who was analysed, categories, axes of time."""

from types import SimpleNamespace as Stub

import numpy as np
import pyarrow as pa
import pytest
from tiny_endpoint import endpoint

from trialtrace.report.figures.at_risk import time_words
from trialtrace.report.figures.clean_rows import CleanRows
from trialtrace.report.figures.heat_map import _after_the_end
from trialtrace.report.figures.picture import Request
from trialtrace.report.sections.analysed import _used
from trialtrace.report.sections.arm_words import counted, of_arm, of_whole
from trialtrace.report.sections.findings import _margins, described
from trialtrace.run.endpoints.kinds.attendance import End
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trace.variables import About
from trialtrace.run.trial.plan.origins import without_origin

ROW = {
    "parameter": "response",
    "stat_text": "shown",
    "visit": None,
    "stratum": None,
    "group1_level": "drug",
    "group2": None,
    "group2_level": None,
    "n_used": 20,
    "denominator": None,
    "ci_level": None,
    "error": None,
    "warning": None,
}


def row(method, value, **more):
    stat = method.split(".")[0]
    place = more.get("group2_level", "")
    known = {"method": method, "stat_name": stat, "stat_value": value}
    return ROW | known | {"result_id": f"t/a/{method}@drug{place}"} | more


def words(markdown):
    from test_report_sections import shown

    return shown(markdown)


def test_a_mean_of_a_model_over_all_arms_does_not_count_an_arm():
    rows = [row("mean.descriptive", 1.0, n_used=18), row("mean.mmrm", 1.0, n_used=50)]
    assert _used(Stub(of=lambda _: rows), "a", "drug", 20) == rows[:1]
    assert _used(Stub(of=lambda _: rows[1:]), "a", "drug", 20) == []


def test_each_category_is_told_with_its_count():
    rows = [
        row(f"{stat}.categories", value, group2="category", group2_level=level, denominator=20)
        for level, n, share in (("partial response", 3, 0.15), ("death", 11, 0.55))
        for stat, value in (("count", n), ("proportion", share))
    ]
    assert words(of_arm(rows)) == "partial response: 3 (15.0 %), death: 11 (55.0 %), of 20"


def test_patients_with_events_are_told_apart_from_their_events():
    """Three of twenty had seven events: no 7 of 20."""
    counts = {"analysed": 20, "patients": 3, "events": 7}
    rows = [row(f"{stat}.recurrent", n, stat_text=str(n)) for stat, n in counts.items()]
    assert words(of_arm(rows)).startswith("3 of 20, ")
    assert words(of_arm(rows)).endswith("events 7")
    assert words(of_whole(present(counted(rows)))) == "3/20"


def test_a_count_without_a_share_of_its_own_has_it_beside_but_of_a_time():
    told = {
        method: words(of_arm([row(method, 5.0, stat_text="5", denominator=20)]))
        for method in ("count.events", "events.count")
    }
    assert told == {"count.events": "5 of 20, 25.0 %", "events.count": "5 of 20"}


def test_categories_and_outcomes_have_their_words():
    endpoints = {"response": Stub(code="RESP", label="Response"), "pain": Stub(label="Pain (VAS)")}
    columns = {
        "PARAMCD": np.array(["RESP", "RESP"]),
        "AVAL": np.array([2.0, 5.0]),
        "AVALC": np.array(["partial response", "death"]),
    }
    frames = Stub(select=lambda *_: Stub(column=columns.__getitem__))
    about = About(Stub(endpoints=endpoints, populations={}), frames)
    found = [
        about.second_words(row("count.categories", 3, group2=kind, group2_level=level))
        for kind, level in (
            ("category", "5"),
            ("category", "4"),
            ("outcome", "pain"),
            ("time", "91"),
            (None, None),
        )
    ]
    assert found == ["death", "4", "Pain (VAS)", "91", None]


def test_an_analysis_that_compares_nothing_tells_its_shares():
    rows = [
        row("count.events", 0, stat_text="0"),
        row("proportion.wilson", 0.0),
        row("proportion.clopper_pearson", 0.5),
        row("proportion.wilson", 0.03, group1_level="placebo"),
    ]
    material = Stub(
        of=lambda _: rows,
        trial=Stub(synthetic=False, stamp=None),
        arm_label=str.capitalize,
        parameter_words=lambda _: ["Any event"],
    )
    (told,) = described(material, Stub(name="a"))
    assert words(told) == "Any event: Drug 0 of 20, 0.0 %; Placebo 3.0 %."


@pytest.mark.parametrize(
    ("endpoint", "more", "expected"),
    [
        ("death", {}, "Months since first day of treatment"),
        ("first", {}, "Months since first day of treatment"),
        ("entered", {}, "Months since entry"),
        ("randomised", {}, "Months since randomisation"),
        # A column of times, or nominal days of visits, run from what is declared, or from nothing.
        ("column", {}, "Months"),
        ("seen", {}, "Months"),
        ("declared", {}, "Months since conception"),
        ("declared", {"axis": "Gestational age"}, "Gestational age, months"),
    ],
)
def test_the_axis_of_time_says_since_when_where_it_is_known(endpoint, more, expected):
    trial = times()
    entry = {"unit": "months", "endpoint": endpoint} | more
    assert time_words(Request(Stub(trial=trial), entry)) == expected


ENDS = {"event_label": "Event", "censored_label": "None"}
COLUMN = {
    "kind": "time_to_event",
    "table": "patients",
    "time": "days",
    "event": {"died": {"is": "1"}},
} | ENDS
DATES = {
    "kind": "time_to_event",
    "table": "patients",
    "event_date": "on",
    "event": {"died": {"is": "1"}},
    "last_contact": "seen",
    "terminal": True,
    "day_of_start": 0,
} | ENDS


def times(**displays):
    entries = {
        "death": DATES | {"start": "began"},
        "entered": DATES | {"start": "entry"},
        "randomised": DATES | {"start": "rand"},
        "first": {"kind": "time_to_event", "first_of": ["death", "entered"]},
        "column": COLUMN,
        "visits": {"kind": "interval_time", "of": "any", "days": {"week 12": 84}} | ENDS,
        "seen": {"kind": "time_to_event", "seen": "visits"},
        "declared": COLUMN | {"origin": "conception"},
    }
    labels = {"day": "First day of treatment", "in": "Date of entry", "r": "Date of randomisation"}
    columns = {"began": "day", "entry": "in", "rand": "r"}
    described = {name: Stub(label=labels[column]) for name, column in columns.items()}
    return Stub(
        endpoints={name: endpoint(name=name, **keys) for name, keys in entries.items()},
        subjects=Stub(described=lambda name, _: described.get(name)),
        dictionary={"patients": {name: Stub(label=label) for name, label in labels.items()}},
        plan=Stub(displays=displays),
    )


def test_a_curve_that_cannot_say_since_when_is_told():
    curves = [{"endpoint": "column", "unit": "years"}, {"endpoint": "death", "unit": "years"}]
    named = [{"endpoint": "column", "unit": "years", "axis": "Age"}]
    (told,) = without_origin(times(kaplan_meier=curves, cumulative_incidence=named))
    assert told.startswith("plan.yaml, displays.kaplan_meier[1]: the axis says “years”")
    assert "`origin` in endpoints.yaml" in told


def test_sessions_after_a_death_are_told_by_their_day():
    columns = {"ADT": np.array(["2020-01-03"], dtype="datetime64[D]"), "USUBJID": np.array(["a"])}
    frames = Stub(select=lambda *_: Stub(column=columns.__getitem__))
    material = Stub(trial=Stub(endpoints={"death": Stub(code="DEATH")}), tracer=Stub(frames=frames))
    days = pa.array(np.array(["2020-01-03", "2020-01-04", "2020-01-09"], dtype="datetime64[D]"))
    rows = CleanRows(pa.table({"on": days}), np.array(["a", "a", "b"]), np.array(["x"] * 3))
    found = _after_the_end(material, End(event="death", date="on", after="not_done"), rows)
    assert found.tolist() == [False, True, False]


def test_an_equivalence_is_told_with_its_margins():
    compared = {"comparison": "drug", "reference": "placebo", "analysis_id": "a"}
    margins = '{"alpha": 0.05, "lower": -1.5, "upper": 1.5}'
    rows = [
        row("verdict.equivalence_welch", 1.0, options=margins, **(compared | {"visit": "other"})),
        row("verdict.equivalence_welch", 0.0, options=margins, stat_text="not shown", **compared),
    ]
    estimate = row("mean_difference.welch", 0.2, **compared)
    told = words(_margins(Stub(of=lambda _: rows), estimate))
    assert told.startswith("; compared with margins of −1.5 to 1.5: not shown")
    assert not _margins(Stub(of=lambda _: rows[:1]), estimate)
