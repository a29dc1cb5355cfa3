"""The plan beside the report: every entry has its place, every result its entry."""

import openpyxl
import pytest
from mini_trial import REPOSITORY
from site_pages import pages

from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet
from trialtrace.run.methods.analysing.plan_lines import plan_lines
from trialtrace.run.methods.analysing.planned import planned_results
from trialtrace.run.trial.load import load_trial

# One process renders the sites.
pytestmark = [
    pytest.mark.filterwarnings("ignore:constrained_layout not applied"),
]
TRIALS = ("streckmann2024", "elmunzer2012", "moertel1990", "musaro2019")


@pytest.fixture(scope="module", params=TRIALS)
def trial(request):
    return load_trial(request.param, Project(REPOSITORY))


def test_every_planned_result_names_its_entry_and_every_entry_has_some(trial):
    planned = planned_results(trial)
    assert {one.key for one in planned} <= set(trial.lines("plan"))
    lines, left = plan_lines(trial, [one.pattern for one in planned])
    assert left == []
    assert [line.name for line in lines if line.asks and not line.results] == []
    assert sum(len(line.results) for line in lines) == len(planned)
    assert [line.line for line in lines] == sorted(line.line for line in lines)


def test_families_of_other_effects_of_one_test_stay_apart():
    trial = load_trial("streckmann2024", Project(REPOSITORY))
    effects = {}
    for one in planned_results(trial):
        if one.stat == "p_adjusted" and one.place.second:
            effects.setdefault(one.key[1], set()).add(one.place.second[1])
    assert effects["classical"] == {"arm_visit"}
    assert effects["classical_time"] == {"visit"}


def test_a_result_of_no_entry_is_told():
    trial = load_trial("elmunzer2012", Project(REPOSITORY))
    known = "elmunzer2012/baseline/count.descriptive@all;parameter=sex;level=F"
    lines, left = plan_lines(trial, [known, "elmunzer2012/pep_primary/p_value.boschloo@all"])
    assert left == ["elmunzer2012/pep_primary/p_value.boschloo@all"]
    assert [line.name for line in lines if line.results] == ["displays.baseline"]


def test_the_page_lists_every_entry_and_the_workbook_every_result(hostile):
    folder = hostile.at.site / "mini"
    page = pages(folder)[folder / "plan.html"]
    sheet = openpyxl.load_workbook(folder / "plan-coverage.xlsx").active
    heads, *told = sheet.iter_rows(values_only=True)
    rows = [dict(zip(heads, (one or "" for one in row), strict=True)) for row in told]
    results = read_parquet(hostile.folder / "analysis" / "results.parquet", ["result_id"])
    assert sorted(row["result_id"] for row in rows) == sorted(results["result_id"].to_pylist())
    assert all(row["plan_line"] and row["plan_key"] in page.text for row in rows)
    assert {row["page"] for row in rows} <= {"", "summary.html", "report.html", "supplement.html"}
    numbers = pages(folder / "trace")
    for row in rows:
        path, _, anchor = row["trace"].partition("#")
        assert anchor in numbers[folder / path].ids
    assert "0 without the numbers" in page.text and "Numbers that no entry" not in page.text
    assert "report.html#sec-of-relief-primary" in page.links
    assert any(link.startswith("config/plan.yaml.html#L") for link in page.links)
    assert "plan.html" in pages(folder)[folder / "summary.html"].links
