"""Words and counts that a reader takes literally: who was analysed, categories, axes of time."""

from types import SimpleNamespace as Stub

import numpy as np
import pyarrow as pa
import pytest

from trialtrace.display.analysis_section import _used
from trialtrace.display.compact import _described
from trialtrace.display.figures.at_risk import since
from trialtrace.display.figures.clean_rows import CleanRows
from trialtrace.display.figures.heat_map import _after_the_end
from trialtrace.display.findings import _margins, described
from trialtrace.trace.about import About

ROW = {
    "parameter": "response", "visit": None, "stratum": None, "group1_level": "drug",
    "group2": None, "group2_level": None, "n_used": 20, "denominator": None, "ci_level": None,
    "error": None, "warning": None,
}  # fmt: skip


def row(method, value, **more):
    stat = method.split(".")[0]
    place = more.get("group2_level", "")
    known = {"method": method, "stat_name": stat, "stat_value": value}
    return ROW | known | {"result_id": f"t/a/{method}@drug{place}"} | more


def words(markdown):
    from test_display_sections import shown

    return shown(markdown)


def test_a_mean_of_a_model_over_all_arms_does_not_count_an_arm():
    rows = [row("mean.descriptive", 1.0, n_used=18), row("mean.mmrm", 1.0, n_used=50)]
    assert _used(Stub(of=lambda _: rows), "a", "drug", 20) == [18]
    assert _used(Stub(of=lambda _: rows[1:]), "a", "drug", 20) == []


def test_each_category_is_told_with_its_count():
    rows = [
        row(f"{stat}.categories", value, group2="category", group2_level=level)
        for level, n, share in (("partial response", 3, 0.15), ("death", 11, 0.55))
        for stat, value in (("count", n), ("proportion", share))
    ]
    assert words(_described(rows)) == "partial response: 3 (15.0 %), death: 11 (55.0 %)"


def test_categories_and_outcomes_have_their_words():
    endpoints = {"response": Stub(code="RESP", label="Response"), "pain": Stub(label="Pain (VAS)")}
    columns = {
        "PARAMCD": np.array(["RESP", "RESP"]), "AVAL": np.array([2.0, 5.0]),
        "AVALC": np.array(["partial response", "death"]),
    }  # fmt: skip
    frames = Stub(select=lambda *_: Stub(column=columns.__getitem__))
    about = About(Stub(endpoints=endpoints), frames)
    found = [
        about.second_words(row("count.categories", 3, group2=kind, group2_level=level))
        for kind, level in (
            ("category", "5"), ("category", "4"), ("outcome", "pain"), ("time", "91"), (None, None)
        )
    ]  # fmt: skip
    assert found == ["death", "4", "Pain (VAS)", "91", None]


def test_an_analysis_that_compares_nothing_tells_its_shares():
    rows = [
        row("count.events", 0), row("proportion.wilson", 0.0),
        row("proportion.clopper_pearson", 0.5),
        row("proportion.wilson", 0.03, group1_level="placebo"),
    ]  # fmt: skip
    material = Stub(
        of=lambda _: rows, trial=Stub(synthetic=False), arm_label=str.capitalize,
        parameter_words=lambda _: ["Any event"],
    )  # fmt: skip
    (told,) = described(material, Stub(name="a"))
    assert words(told) == "Any event: Drug 0.0 %, Placebo 3.0 %."


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [("death", "first day of treatment"), ("first", "first day of treatment"),
     ("seen", "entry"), ("time", "randomisation")],
)  # fmt: skip
def test_the_axis_of_time_says_since_when(endpoint, expected):
    endpoints = {
        "death": Stub(options={"start": "began"}), "seen": Stub(options={"start": "entry"}),
        "first": Stub(options={"first_of": ["death", "seen"]}), "time": Stub(options={}),
    }  # fmt: skip
    labels = {"day": Stub(label="First day of treatment"), "in": Stub(label="Date of entry")}
    subjects = Stub(variables={"began": "day", "entry": "in"}, table="patients")
    trial = Stub(endpoints=endpoints, subjects=subjects, dictionary={"patients": labels})
    given = {"unit": "months", "endpoint": endpoint}
    assert since(Stub(trial=trial), given) == f"Months since {expected}"


def test_sessions_after_a_death_are_told_by_their_day():
    columns = {"ADT": np.array(["2020-01-03"], dtype="datetime64[D]"), "USUBJID": np.array(["a"])}
    frames = Stub(select=lambda *_: Stub(column=columns.__getitem__))
    material = Stub(trial=Stub(endpoints={"death": Stub(code="DEATH")}), tracer=Stub(frames=frames))
    days = pa.array(np.array(["2020-01-03", "2020-01-04", "2020-01-09"], dtype="datetime64[D]"))
    rows = CleanRows(pa.table({"on": days}), np.array(["a", "a", "b"]), np.array(["x"] * 3))
    found = _after_the_end(material, {"event": "death", "date": "on", "after": "not_done"}, rows)
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
    assert told.startswith("; held against margins of −1.5 to 1.5: not shown")
    assert not _margins(Stub(of=lambda _: rows[:1]), estimate)
