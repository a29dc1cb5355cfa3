"""A change of one cell, one line of configuration or one function is named as the cause of each
result that it changed."""

from collections.abc import Callable

import pytest
from kept_runs import ROW, Runs

from trialtrace.run.archive.comparison import Account
from trialtrace.run.archive.text import account_text

Make = Callable[..., Runs]
PLAN = "config/trials/mini/plan.yaml"


def by_analysis(told: Account) -> set[str]:
    return {one["result_id"].split("/")[1] for one in told["results"]}


def kinds(told: Account) -> set[str]:
    return {cause["kind"] for one in told["results"] for cause in one["causes"]}


def test_the_same_again_is_no_other_run(runs: Make):
    made = runs()
    assert made.run() is None
    assert len(made.shelf.log()) == 1


def test_a_cell(runs: Make):
    made = runs()
    made.edit("data/export.csv", ROW, ROW.replace("1,6,3,30", "1,1,3,30"))
    made.run()
    told = made.told()
    assert told["raw_cells"] == [{"place": "export.csv:4 pain0", "old": "6", "new": "1"}]
    assert by_analysis(told) == {"pain_each", "relief_primary"}
    means = [one for one in told["results"] if "/mean.t_interval@drug" in one["result_id"]]
    assert [one["causes"] for one in means] == [[{"kind": "cell", "place": "export.csv:4 pain0"}]]
    # The adjusted p of relief changed, since its family has the p of pain too.
    family = [one for one in told["results"] if "/relief_primary/" in one["result_id"]]
    assert [one["causes"][0]["kind"] for one in family] == ["family"]
    assert kinds(told) == {"cell", "family"}


def test_a_cell_that_leaves_a_patient_without_a_value(runs: Make):
    """Whoever is counted for having none has no row, and so no edge."""
    made = runs()
    made.edit("data/export.csv", ROW, ROW.replace("1,1,6", "1,-1,6"))
    made.run()
    told = made.told()
    assert any("/not_analysed.count" in one["result_id"] for one in told["results"])
    assert kinds(told) <= {"cell", "family"}


def test_a_line_that_is_gone(runs: Make):
    made = runs()
    made.edit("data/export.csv", ROW + "\n", "")
    made.run()
    told = made.told()
    assert told["raw"][0]["rows_gone"] == 1
    assert told["raw_cells"] == [{"place": "export.csv:4", "old": "a line", "new": None}]
    assert {"relief_primary", "pain_each", "death_time"} <= by_analysis(told)
    assert "unknown" not in kinds(told)


def test_a_cell_that_changes_an_arm(runs: Make):
    made = runs()
    made.edit("data/export.csv", ROW, ROW.replace("3,A", "3,B"))
    made.run()
    assert kinds(made.told()) <= {"cell", "family"}


def test_a_line_of_the_plan(runs: Make):
    made = runs()
    made.edit(
        PLAN, "risk_difference: newcombe}, {risk_ratio", "risk_difference: wald}, {risk_ratio"
    )
    made.run()
    told = made.told()
    (key,) = told["configuration"]
    assert (key["old"], key["new"]) == ("'newcombe'", "'wald'")
    changed = {one["result_id"]: one["causes"] for one in told["results"]}
    assert all("risk_difference" in name for name in changed)
    assert all(key["place"] == causes[0]["place"] for causes in changed.values())


def test_a_rule_of_an_endpoint_reaches_its_analyses_alone(runs: Make):
    made = runs()
    made.edit("config/trials/mini/endpoints.yaml", "event: {above: 0}", "event: {above: 1}")
    made.edit(
        PLAN, "estimates: [{mean_difference: welch}]", "estimates: [{mean_difference: student}]"
    )
    made.run()
    told = made.told()
    for one in told["results"]:
        if "mean_difference" in one["result_id"]:
            assert [c["place"].split(" ")[1] for c in one["causes"]] == [
                "analyses.pain_each.estimates.0.mean_difference"
            ]


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_values_of_patients_stand_there_under_full_disclosure_alone(runs: Make, disclosure: str):
    made = runs(disclosure)
    made.edit("data/export.csv", ROW, ROW.replace("1,6,3,30", "1,10,3,30"))
    made.run()
    told = made.told()
    assert told["raw"][0]["cells"] == 1
    assert bool(told["raw_cells"]) == bool(told["derived_cells"]) == (disclosure == "full")
    text = account_text(told, whole=True)
    assert ("export.csv:4" in text) == (disclosure == "full")
    assert "pain0" in text


def test_a_p_on_the_other_side_of_its_level_is_told(runs: Make):
    made = runs()
    for number in range(11, 20, 2):
        text = (made.at.root / "data/export.csv").read_text()
        line = next(one for one in text.splitlines() if one.startswith(f"{number},"))
        cells = line.split(",")
        cells[6] = "1"
        made.edit("data/export.csv", line, ",".join(cells))
    made.run()
    told = made.told()["results"]
    flipped = [one["result_id"] for one in told if one["flips"]]
    assert "mini/relief_primary/p_value.fisher@drug-placebo" in flipped
    assert [one["result_id"] for one in told[: len(flipped)]] == flipped, "they stand first"


def shuffled(text: str) -> str:
    head, *lines = text.splitlines(keepends=True)
    return "".join([head, *reversed(lines)])


@pytest.mark.parametrize(
    "change, said",
    [
        (shuffled, "raw data        export: same rows, in another order\n"),
        (
            lambda text: text.replace("\n", "\r\n"),
            "raw data        export: same rows, other bytes\n",
        ),
        (
            lambda text: text.replace("\n2,", "\n\n2,", 1),
            "raw data        export: same rows, in another place\n",
        ),
    ],
)
def test_files_that_hold_the_same_rows_are_told_as_such(
    runs: Make, change: Callable[[str], str], said: str
):
    made = runs()
    path = made.at.root / "data/export.csv"
    text = path.read_bytes().decode()
    path.write_bytes(change(text).encode())
    assert made.run() is not None
    assert said in account_text(made.told())
