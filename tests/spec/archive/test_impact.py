"""What rests on a cell: the same as forward traces say, and all that another value changes."""

import json
from collections.abc import Callable

import pytest
from kept_runs import ROW, Runs
from mini_run import COLUMNS, run_mini

from trialtrace.cli import main
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.impact import Impact, RawPlace

Make = Callable[..., Runs]


@pytest.fixture(scope="module")
def tracer(tmp_path_factory: pytest.TempPathFactory) -> Tracer:
    run = run_mini(tmp_path_factory.mktemp("impact"))
    return Tracer(run.trial, run.folder, "full")


def test_backward_is_forward_read_the_other_way(tracer: Tracer):
    """For every result and every raw cell of the trial."""
    forward: dict[tuple[str, int, str], set[str]] = {}
    for name in tracer.results:
        for member in tracer.trace(name, rows=True)["rows"]:
            for cell in member["cells"]:
                place = (cell["source_file"], cell["source_row"], cell["column"])
                forward.setdefault(place, set()).add(name)
    impact = Impact(tracer)
    assert len(forward) > 150
    for (file, row, column), names in forward.items():
        chosen = impact.edges(RawPlace("export", file, row, column))
        assert {one["result_id"] for one in impact.results(impact.reach(chosen))} == names


@pytest.mark.parametrize(
    "cell, value",
    [("pain0", "1"), ("pain1", "9"), ("relief", "0"), ("age", "71"), ("arm", "B"), ("site", "02")],
)
def test_what_another_value_changes_rests_on_the_cell(
    runs: Make, capsys: pytest.CaptureFixture[str], cell: str, value: str
):
    made = runs()

    def call(*words: str) -> dict[str, list[str]]:
        assert main(["--project", str(made.at.root), "impact", "mini", *words]) == 0
        told: dict[str, list[str]] = json.loads(capsys.readouterr().out)
        return told

    place = f"export.csv:4:{cell}"
    resting = call(place, "--format", "json")
    before = {*resting["results"], *resting["adjusted"]}
    cells = ROW.split(",")
    cells[COLUMNS.index(cell)] = value
    made.edit("data/export.csv", ROW, ",".join(cells))
    made.run()
    changed = {row["result_id"] for row in made.told()["results"]}
    assert changed
    # What came to rest on it since is of the run with that value.
    after = call(place, "--format", "json")
    assert changed <= before | {*after["results"], *after["adjusted"]}


def test_a_value_before_is_of_no_number_of_the_values_after(tracer: Tracer):
    """The mini plan has no change and no adjustment: pain before is of itself, and of pain given
    as a yes or no where that is of the visit before."""
    impact = Impact(tracer)
    chosen = impact.edges(RawPlace("export", "export.csv", 4, "pain0"))
    results = impact.results(impact.reach(chosen))
    names = {one["result_id"] for one in results if one["stat_name"] != "p_adjusted"}
    before = {name for name in tracer.results if name.startswith("mini/pain_each/")}
    before = {name for name in before if "visit=before" in name and "@placebo" not in name}
    assert names == {name for name in before if "p_adjusted" not in name}


def test_a_value_that_cleaning_rejects_is_told_with_why(
    runs: Make, capsys: pytest.CaptureFixture[str]
):
    made = runs()
    made.edit("data/export.csv", ROW, ROW.replace("A,42", "A,420"))
    made.run()
    assert main(["--project", str(made.at.root), "impact", "mini", "export.csv:4:age"]) == 0
    told = capsys.readouterr().out
    assert "rejected by cleaning: 1" in told
    assert "baseline: " in told, "that the age is missing is counted"


def test_a_key_is_told_with_what_its_rows_reach(runs: Make, capsys: pytest.CaptureFixture[str]):
    root = runs().at.root
    assert main(["--project", str(root), "impact", "mini", "export.csv:4:id"]) == 0
    told = capsys.readouterr().out
    assert "export.csv:4:id, key of 1 row: what these reach" in told
    assert main(["--project", str(root), "impact", "mini", "export.csv:4"]) == 0
    whole = capsys.readouterr().out
    assert told.splitlines()[1:] == whole.splitlines()[1:]
