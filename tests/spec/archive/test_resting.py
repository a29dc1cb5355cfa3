"""Which figures rest on a cell: those whose numbers do, and no other."""

import mini_trial
import pytest
from mini_run import run_mini

from trialtrace.report.commands.impact import resting
from trialtrace.report.figures.make import asked, draw_figures
from trialtrace.report.material import Material
from trialtrace.run.trace.impact import Impact, RawPlace
from trialtrace.run.trial.load import load_settings

PLAN = (
    (mini_trial.PLAN + mini_trial.MORE_DISPLAYS)
    .replace(
        "- {title: Relief, of: [relief_primary], estimate: risk_ratio.katz_log}",
        "- {title: Ratio, of: [relief_primary], estimate: risk_ratio.katz_log}\n"
        "    - {title: Pain, of: [pain_each], estimate: mean_difference.welch}",
    )
    .replace(
        "- {title: Pain, endpoint: [pain], population: itt}",
        "- {title: Pain, endpoint: [pain], population: itt}\n"
        "    - {title: Women, endpoint: pain, population: itt, where: {SEX: {is: F}}}",
    )
)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    run = run_mini(tmp_path_factory.mktemp("resting"), plan=PLAN)
    at = run.at
    at.config.joinpath("config.yaml").write_text(mini_trial.CONFIG.replace("by_source", "full"))
    return Material(run.trial, load_settings(at), run.folder, {})


@pytest.fixture(scope="module")
def held(material: Material, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Title of each figure of results -> the results in its file of numbers."""
    folder = tmp_path_factory.mktemp("figures")
    titles = {name: f"{kind}: {given.get('title')}" for kind, name, given in asked(material)}
    found = {}
    for one in draw_figures(material, folder):
        lines = (folder / one.data).read_text().splitlines() if one.data else [""]
        if one.kind in ("forest", "bars") and lines[0].startswith("result,"):
            title = titles[one.data.removesuffix(".csv")]
            found[title] = {line.partition(",")[0].strip('"') for line in lines[1:]}
    return found


def shown(material: Material, row: int, column: str) -> list[str]:
    impact = Impact(material.tracer)
    reach = impact.reach(impact.edges(RawPlace("export", "export.csv", row, column)))
    return resting(material, reach, {row["result_id"] for row in impact.results(reach)})


@pytest.mark.parametrize("column", ["relief", "pain1", "smoker", "days", "age"])
def test_figures_of_results_hold_a_result_that_rests_on_the_cell(
    material: Material, column: str, held: dict[str, set[str]]
):
    impact = Impact(material.tracer)
    reach = impact.reach(impact.edges(RawPlace("export", "export.csv", 4, column)))
    results = {row["result_id"] for row in impact.results(reach)}
    told = shown(material, 4, column)
    assert len(held) == 3
    assert {title for title in held if title in told} == {
        title for title, names in held.items() if names & results
    }


def test_figures_of_rows_are_those_of_the_endpoint_and_of_the_rows_that_are_drawn(
    material: Material,
):
    pain = {"profile: Pain", "stacked: Pain", "spaghetti: Pain", "forest: Pain"}
    # Line 4 is patient 3, a woman or a man as the next line is not.
    both = [{*shown(material, row, "pain1")} for row in (4, 5)]
    assert all(pain <= one and "kaplan_meier: Alive" not in one for one in both)
    assert ["spaghetti: Women" in one for one in both].count(True) == 1
    assert "kaplan_meier: Alive" in shown(material, 4, "days")
    assert "baseline" in shown(material, 4, "smoker")
    assert "spaghetti: Pain" not in shown(material, 4, "smoker")
