"""Times of a table whose curves are read at whole years: 1183 days are 3.24 years of 365.25."""

from types import SimpleNamespace as Stub

import pytest
from test_report_wording import words

from trialtrace.report.figures.kaplan_meier import compared
from trialtrace.report.sections.absolute import period
from trialtrace.report.sections.analysis_tables import Measures, _cell
from trialtrace.run.trace.variables import About
from trialtrace.run.trace.years import until, yearly, years_text

SURVIVAL, MEDIAN = "survival.kaplan_meier", "median_time.kaplan_meier"
ROW = {"result_id": "t/a/median", "method": MEDIAN, "stat_name": "median_time", "unit": "days"}
ROW |= {"analysis_id": "a"}
ROW |= {"stat_value": 1183.0, "ci_low": 742.0, "ci_high": 2018.0, "ci_level": 0.95}
ROW |= {"stat_text": "1183 days (95 % CI 742 to 2018)"}


def at(analysis, *levels):
    return [{"analysis_id": analysis, "group2": "time", "group2_level": each} for each in levels]


def test_times_of_whole_years_are_told_in_years():
    rows = [*at("a", "365", "1095", "1826"), *at("b", "90", "365")]
    rows += [{"analysis_id": "c", "group2": None, "group2_level": None}]
    analyses = {name: Stub(of=of) for name, of in {"a": None, "b": "a", "d": "a"}.items()}
    # What is made of one and describes nothing at a time is told like it.
    assert yearly(rows, analyses) == {"a", "d"}
    assert years_text(ROW) == "3.2 years (95% CI 2.0 to 5.5)"


@pytest.mark.parametrize(
    ("method", "level", "yearly", "told"),
    [
        (SURVIVAL, "1095", {"a"}, "Without recurrence at 3 years"),
        (SURVIVAL, "1095", (), "Without recurrence at 1095 days (3 years)"),
        (SURVIVAL, "90", (), "Without recurrence at 90 days"),
        (MEDIAN, None, {"a"}, "Median time, years"),
        (MEDIAN, None, (), "Median time, days"),
    ],
)
def test_the_line_of_a_table_has_the_unit_of_the_values(method, level, yearly, told):
    stat = method.partition(".")[0]
    one = ROW | {"method": method, "stat_name": stat, "analysis_id": "a", "parameter": "time"}
    one |= {"group2": level and "time", "group2_level": level, "comparison": None, "options": "{}"}
    one |= {"unit": None} if level else {}
    ends = Stub(entry=Stub(event_label="Recurrence"))
    about = Stub(time_unit=lambda row: " days")
    of = Stub(yearly=yearly, tracer=Stub(about=about), trial=Stub(endpoints={"time": ends}))
    assert Measures(of, [one]).title(one, []) == told


@pytest.mark.parametrize(
    ("level", "unit", "told"),
    [
        ("365", " days", "at 365 days (1 year)"),
        ("90", " days", "at 90 days"),
        ("24", " months", "at 24 months"),
    ],
)
def test_a_trace_tells_years_behind_days(level, unit, told):
    assert About.at_time(Stub(time_unit=lambda row: unit), {"group2_level": level}) == told


def test_a_restricted_mean_says_how_far_it_goes():
    five = ROW | {"options": '{"confidence": 0.95, "horizon": 1826}'}
    assert until(five, " days", years=True) == ", up to 5 years"
    assert until(five, " days", years=False) == ", up to 1826 days"
    ratio = five | {"unit": None, "options": '{"horizon": 24.5}'}
    assert until(ratio, " months", years=False) == ", up to 24.5 months"
    last = five | {"options": '{"horizon": "last_observed"}'}
    assert until(last, " days", years=True) == ", up to the last time observed"
    assert until(five | {"options": "{}"}, " days", years=True) == ""


def test_a_difference_of_times_has_its_unit_once():
    place = {"comparison": "drug", "reference": "none", "stratum": None, "visit": None}
    days = (
        ROW | place | {"stat_name": "mean_time_difference", "parameter": "death", "options": "{}"}
    )
    years = days | {"stat_text": "3.2 years (95 % CI 2.0 to 5.5)"}
    died = Stub(entry=Stub(event_label="Death"))
    stub = {"arm_label": str.capitalize, "trial": Stub(endpoints={"death": died})}
    told = [
        words(compared(Stub(of=lambda _, r=row: [r], **stub), "a", "death")[0])
        for row in (days, years)
    ]
    lead = "Difference in restricted mean survival time (95% CI) against None: Drug "
    assert told == [f"{lead}1183 (742 to 2018) days", f"{lead}3.24 years (2.03 to 5.52)"]
    died.entry.event_label = "Relapse"
    free = compared(Stub(of=lambda _: [days], **stub), "a", "death")[0]
    assert words(free).startswith("Difference in restricted mean time without relapse (95% CI)")


def test_a_median_and_its_bounds_are_converted_together():
    open_end = ROW | {"ci_high": None}
    never = ROW | {"stat_value": None, "ci_low": None, "ci_high": None, "ci_level": None}
    years, days = Stub(yearly={"a"}), Stub(yearly=())
    shown = [words(_cell(years, row, [])) for row in (ROW, open_end, never)]
    assert shown == ["3.2 (2.0 to 5.5)", "3.2 (2.0 to not reached)", "not reached"]
    longer = ROW | {"stat_name": "mean_time_difference", "stat_value": 213.5}
    longer |= {"ci_low": 40.32, "ci_high": 386.6}
    assert words(_cell(years, longer, [])) == "0.58 (0.11 to 1.06)"
    assert words(_cell(days, ROW, [])) == "1183 (742 to 2018)"


@pytest.mark.parametrize(
    ("beside", "horizon", "told"),
    [
        ('{"horizon": 183}', None, " over all follow-up"),
        ("{}", None, ""),
        ('{"horizon": 98}', 98, ""),
    ],
)
def test_a_ratio_of_hazards_says_its_period_beside_numbers_that_end_at_a_time(
    beside, horizon, told
):
    """A hazard ratio of 454 days stands beside a mean up to day 183; a time that itself ends at a
    horizon has one period alone."""
    ratio, mean = (
        {"stat_name": stat, "parameter": "death", "analysis_id": "a", "unit": None} | {"options": o}
        for stat, o in (("hazard_ratio", "{}"), ("mean_time", beside))
    )
    trial = Stub(endpoints={"death": Stub(entry=Stub(horizon=horizon))})
    material = Stub(of=lambda _: [ratio, mean], trial=trial)
    assert period(material, ratio, " days", years=False) == told
