"""Results as ARD and as ARS: read back, they are the results; the rules of ARS are held."""

import csv
import io
import json
import subprocess

import pyarrow.parquet as pq
import pytest

from trialtrace.base.errors import UserError
from trialtrace.report.commands.export import write_form


@pytest.fixture(scope="module")
def results(mini) -> dict[str, dict]:
    table = pq.ParquetFile(mini.folder / "analysis" / "results.parquet").read()
    return {row["result_id"]: row for row in table.to_pylist()}


@pytest.fixture(scope="module")
def forms(mini, tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    for form in ("ard", "ars"):
        write_form(mini.trial, str(folder / form), form)
    return folder


@pytest.fixture(scope="module")
def event(forms) -> dict:
    return json.loads((forms / "ars" / "ars.json").read_text(encoding="utf-8"))


BESIDE = {
    "conf.low": "ci_low",
    "conf.high": "ci_high",
    "conf.level": "ci_level",
    "N": "n_used",
    "denominator": "denominator",
}


def test_an_ard_holds_every_number_of_every_result(forms, results):
    lines = json.loads((forms / "ard" / "ard.json").read_text(encoding="utf-8"))
    read = {name: {} for name in results}
    for line in lines:
        column = BESIDE.get(line["stat_name"], "stat_value")
        read[line["result_id"]][column] = line["stat"] and line["stat"][0]
    for name, row in results.items():
        numbers = {column: row[column] for column in ("stat_value", *BESIDE.values())}
        assert {column: read[name].get(column) for column in numbers} == numbers


def test_no_two_lines_of_an_ard_are_of_the_same_statistic(forms):
    """cards calls it an error."""
    lines = json.loads((forms / "ard" / "ard.json").read_text(encoding="utf-8"))
    of = ("group", "variable", "context", "stat_name")
    told = [
        json.dumps([value for name, value in line.items() if name.startswith(of)]) for line in lines
    ]
    assert len(told) == len(set(told)) > 100


@pytest.mark.r
def test_r_reads_list_columns_and_the_same_numbers(forms, results):
    """jsonlite; cards itself is in no package of Debian's."""
    script = """
    d <- jsonlite::fromJSON(commandArgs(TRUE)[1], simplifyMatrix = FALSE)
    stopifnot(is.list(d$stat), is.list(d$group1_level), is.list(d$variable_level))
    own <- d[!d$stat_name %in% c("conf.low", "conf.high", "conf.level", "N", "denominator"), ]
    own$stat <- vapply(own$stat, function(x) if (is.null(x)) NA_real_ else x[[1]], 0)
    write.csv(own[c("result_id", "stat")], row.names = FALSE, na = "")
    """
    command = ["Rscript", "-e", script, forms / "ard" / "ard.json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["result_id"] for row in rows] == list(results)
    for row in rows:
        expected = results[row["result_id"]]["stat_value"]
        if expected is None:
            assert not row["stat"]
        else:
            assert float(row["stat"]) == pytest.approx(expected, rel=1e-14)


def test_an_event_holds_every_value_and_its_trace(event, forms, results):
    with (forms / "ars" / "ars-trace.csv").open(encoding="utf-8", newline="") as file:
        traces = list(csv.DictReader(file))
    assert [each["result_id"] for each in traces] == list(results)
    read = {}
    for analysis in event["analyses"]:
        for result in analysis["results"]:
            of = [
                each.get("groupValue") or each["groupId"].rpartition(".")[2]
                for each in result.get("resultGroups", ())
            ]
            read[analysis["id"], result["operationId"], *of] = result
    for trace in traces:
        groups = [part.partition("=")[2] for part in trace["groups"].split(";") if part]
        result = read[trace["analysisId"], trace["operationId"], *groups]
        row = results[trace["result_id"]]
        value = result.get("rawValue")
        assert (None if value is None else float(value)) == row["stat_value"]
        assert result["formattedValue"] == row["stat_text"]


def test_a_share_names_the_operations_it_is_of(event):
    methods = {method["id"]: method for method in event["methods"]}
    found = [each for each in event["analyses"] if each.get("referencedAnalysisOperations")]
    assert found
    for share in found:
        value = methods[share["methodId"]]["operations"][0]
        roles = {
            each["referencedOperationRole"]["controlledTerm"]: each["operationId"]
            for each in value["referencedOperationRelationships"]
        }
        assert roles.keys() == {"NUMERATOR", "DENOMINATOR"}
        assert roles["NUMERATOR"].endswith(".value")
        assert roles["DENOMINATOR"].endswith(".denominator")


def test_of_a_comparison_the_treated_arm_stands_first(forms, results):
    lines = json.loads((forms / "ard" / "ard.json").read_text(encoding="utf-8"))
    pairs = {
        line["result_id"]: line["group1_level"]
        for line in lines
        if results[line["result_id"]]["comparison"]
    }
    assert pairs
    for name, pair in pairs.items():
        assert pair == [results[name]["comparison"], results[name]["reference"]]


def test_what_an_analysis_is_for_and_of_whom_is_as_the_plan_says(event, mini):
    """ADaM's flag of a population is Y; of a plan never frozen nothing is said to be later."""
    conditions = [entry["condition"] for entry in event["analysisSets"] if "condition" in entry]
    assert {(each["comparator"], *each["value"]) for each in conditions} == {("EQ", "Y")}
    roles = set()
    for entry in event["analyses"]:
        planned = mini.trial.plan.analyses.get(entry["id"].removeprefix("AN.").partition("/")[0])
        role = planned.role if planned else "none"
        roles.add(role)
        word = role.upper() if role in ("primary", "secondary") else "EXPLORATORY"
        assert entry["purpose"] == {"controlledTerm": f"{word} OUTCOME MEASURE"}
        assert entry["reason"] == {"controlledTerm": "SPECIFIED IN SAP"}
    assert {"primary", "secondary"} <= roles


@pytest.mark.parametrize("form", ["ard", "ars", "adam"])
def test_a_preset_is_of_what_is_public_alone(form, mini, tmp_path):
    with pytest.raises(UserError, match="--preset trial"):
        write_form(mini.trial, str(tmp_path / "new"), form, "trial")
    with pytest.raises(UserError, match="no --preset"):
        write_form(mini.trial, str(tmp_path / "new"), "public")
    assert not (tmp_path / "new").exists()
