"""The command line as a user calls it: output, exit codes, machine formats, mistakes."""

import argparse
import csv
import io
import json
import shutil
import subprocess
import sys

import pytest

from trialtrace.cli import parser
from trialtrace.report import listing
from trialtrace.report.commands.check import UNUSUAL
from trialtrace.report.commands.groups import FORMER, GROUPS
from trialtrace.report.commands.results import RESULT_COLUMNS
from trialtrace.run.tables.contracts import CLAIMS, FLAG, INTEGER, NUMBER, RESULTS
from trialtrace.run.tables.contracts.definitions import VERSION

RISK = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
TYPES = {NUMBER: (int, float), INTEGER: int, FLAG: bool}
TABLES = [("results", RESULTS), ("claims", CLAIMS)]


def told(done):
    """What a call says of a mistake: on the error stream, without a traceback."""
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_results_as_a_table(run):
    done = run("results", "mini", "--analysis", "relief_primary")
    header, *lines = done.stdout.splitlines()
    said = "mini: no record of when this was run\nnot run here: whether code, plan or data"
    assert (done.returncode, done.stderr) == (0, f"{said} changed since is not known\n")
    assert tuple(header.split()) == RESULT_COLUMNS
    assert lines[0].split() == ["mini/relief_primary/count.events@drug", "6", "10"]
    assert all(line.startswith("mini/relief_primary/") for line in lines)
    # A value stands where its header does.
    column = header.index("stat_text")
    assert lines[0][column:].startswith("6 ")


def test_claims_as_a_table_end_with_their_tally(run):
    lines = run("claims", "mini").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    at = next(place for place, line in enumerate(lines) if line.startswith("6 claims."))
    assert lines[at].startswith("6 claims. Against the data: 3 differ, 2 equal, 1 no result.")
    told = [line for line in lines[:at] if line.startswith("  against the data, ")]
    # The worst is told first.
    assert "differs" in told[0] and "no result" in told[-1]


@pytest.mark.parametrize(("command", "contract"), TABLES)
def test_json_is_an_array_of_flat_objects_with_the_names_and_types_of_the_contract(
    run, command, contract
):
    rows = json.loads(run(command, "mini", "--format", "json").stdout)
    assert rows
    for row in rows:
        assert list(row) == contract.names
        for column in contract.columns:
            value = row[column.name]
            assert value is not None or not column.required
            assert value is None or isinstance(value, TYPES.get(column.kind, str))


@pytest.mark.parametrize(("command", "contract"), TABLES)
def test_csv_has_the_same_cells_as_json(run, command, contract):
    text = run(command, "mini", "--format", "csv").stdout
    found = list(csv.DictReader(io.StringIO(text)))
    rows = json.loads(run(command, "mini", "--format", "json").stdout)
    assert list(found[0]) == [*contract.names]
    for cells, row in zip(found, rows, strict=True):
        assert {name: cells[name] for name in contract.names} == {
            k: "" if v is None else str(listing.safe(v)) for k, v in row.items()
        }


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("x=1", "x=1"),
        ("", ""),
        (-1.5, -1.5),
        (None, None),
    ],
)
def test_text_that_a_spreadsheet_would_run_stays_text_and_numbers_stay_numbers(value, cell):
    assert listing.safe(value) == cell


def test_a_formula_in_the_ledger_reaches_no_spreadsheet(tmp_path, run):
    import mini_run
    import mini_trial

    claims = mini_trial.CLAIMS.replace("label: Cost", "label: \"=HYPERLINK('x')\"")
    at = mini_run.run_mini(tmp_path, claims=claims).at.root
    text = run("claims", "mini", "--format", "csv", at=at).stdout
    labels = [row["label"] for row in csv.DictReader(io.StringIO(text))]
    assert "'=HYPERLINK('x')" in labels


def test_a_trace_as_text_and_as_one_object(run):
    text = run("trace", RISK).stdout
    trace = json.loads(run("trace", RISK, "--format", "json").stdout)
    number = "26.7 percentage points (95 % CI \N{MINUS SIGN}15.8 to 58.1)"
    assert text.startswith(f"risk difference {number}, Newcombe's score interval\n")
    assert trace["value"] == pytest.approx(6 / 10 - 3 / 9)
    assert trace["result_id"] == RISK
    assert "\x1b" not in text


def test_cells_are_listed_under_full_disclosure_only(run, mini, tmp_path):
    assert "disclosure: restricted" in told(run("trace", RISK, "--rows"))
    full = tmp_path / "full"
    shutil.copytree(mini.at.root, full, symlinks=True)
    config = full / "config" / "config.yaml"
    config.write_text(config.read_text().replace("by_source", "full"))
    lines = run("trace", RISK, "--rows", at=full).stdout.splitlines()
    cell = "numerator: mini-1 AVAL from export.csv, line 2, relief = '1'"
    assert cell in [line[10:] for line in lines]


def test_check(run, mini, tmp_path):
    done = run("check", "mini")
    order, fit, everybody, baseline, unused = done.stdout.splitlines()
    assert (done.returncode, order) == (0, "mini: configuration and dictionary are in order")
    counts = "20 of 20 subjects, 23 of 23 rows, 246 cells: none rejected"
    assert fit == f"mini: the data fit them: {counts}. {UNUSUAL}"
    assert everybody.startswith("  ! All patients have pain_any (Any pain; ")
    assert "analyses.pain_each: secondary, and it compares arms at before" in baseline
    assert unused.endswith("are in no analysis, display nor population")
    endpoints = "config/trials/mini/endpoints.yaml"
    unsaid = tmp_path / "unsaid"
    shutil.copytree(mini.at.root, unsaid, symlinks=True)
    text = (unsaid / endpoints).read_text()
    (unsaid / endpoints).write_text(text.replace("  origin: randomisation\n", ""))
    done = run("check", "mini", at=unsaid)
    assert done.returncode == 0
    assert "displays.kaplan_meier[1]: the axis says “days” and not since when" in done.stdout
    wrong = tmp_path / "wrong"
    shutil.copytree(mini.at.root, wrong, symlinks=True)
    plan = wrong / "config" / "trials" / "mini" / "plan.yaml"
    plan.write_text(plan.read_text().replace("decision_level", "decison_level"))
    assert "decison_level" in told(run("check", "mini", at=wrong))


def test_planned_results_are_those_of_the_run_and_need_none(run, mini, tmp_path):
    """The mini trial has no level that only its data know but those of its baseline table."""
    from mini_run import write_mini

    write_mini(tmp_path)
    planned = json.loads(
        run("results", "mini", "--planned", "--format", "json", at=tmp_path).stdout
    )
    results = json.loads(run("results", "mini", "--format", "json").stdout)
    ids = {row["result_id"] for row in results}
    always = {row["result_id"] for row in planned if row["given"] == "always"}
    assert always <= ids and len(always) > 20
    assert all(row["result_id"] in ids for row in planned if row["given"] == "where it is defined")
    shown = run("results", "mini", "--planned", "--analysis", "relief_primary", at=tmp_path).stdout
    assert f"{RISK}  " in shown and "flow" not in shown
    message = told(run("results", "mini", "--planned", "--analysis", "relief_primry", at=tmp_path))
    assert 'did you mean "relief_primary"?' in message


def test_an_analysis_that_is_none_gives_the_nearest(run):
    message = told(run("results", "mini", "--analysis", "by"))
    assert "did you mean relief_by_smoker?" in message
    message = told(run("results", "mini", "--analysis", "relief_primry"))
    assert 'did you mean "relief_primary"?' in message


def test_a_result_that_is_none_gives_the_nearest(run):
    assert f"nearest: {RISK}" in told(run("trace", RISK.replace("newcombe", "newcomb")))


@pytest.mark.parametrize("call", [["results", "mini"], ["claims", "mini"], ["trace", RISK]])
def test_before_the_first_run_the_way_to_one_is_told(run, tmp_path, call):
    from mini_run import write_mini

    write_mini(tmp_path)
    assert "run the workflow first: trialtrace run" in told(run(*call, at=tmp_path))


def test_a_folder_without_trials(run, tmp_path):
    assert "`trials`: (none)" in told(run("--project", str(tmp_path), "results", "mini"))


@pytest.mark.parametrize("call", [[], ["reslts", "mini"], ["results"], ["trace", "x", "--to"]])
def test_a_mistake_in_the_call_is_2(run, call):
    done = run(*call)
    assert done.returncode == 2
    assert "usage: trialtrace" in done.stderr


def test_the_project_can_be_named_from_anywhere(run, mini, tmp_path):
    done = run("--project", str(mini.at.root), "results", "mini", at=tmp_path)
    assert done.stdout == run("results", "mini").stdout


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_same_bytes_under_every_locale(run, form):
    call = ("results", "mini", "--format", form)
    here = run(*call).stdout
    assert "\N{MINUS SIGN}" in here
    assert run(*call, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout == here


@pytest.mark.parametrize("size", [5_000, 1_000_000], ids=["in the buffer", "in the pipe"])
def test_a_reader_that_has_enough_is_no_mistake(mini, size):
    """`trialtrace claims mini | head -1`, where the reader is gone before all is written."""
    code = (
        "import sys, trialtrace.cli as c\n"
        f"c.run_claims = lambda _: (sys.stdin.read(), print('x' * {size})) and 0\n"
        "c.entry()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "claims", "mini"],
        cwd=mini.at.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == b""


def test_a_full_disk_is_told(mini):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "trialtrace", "results", "mini"],
            cwd=mini.at.root,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.endswith("\nthe output\n  No space left on device\n")


HEAVY = {"pandas", "scipy", "statsmodels", "matplotlib", "snakemake", "numpy.random", "jsonschema"}
CALLS = {
    "results": (["results", "mini"], HEAVY | {"pyarrow.compute"}),
    "claims": (["claims", "mini", "--format", "csv"], HEAVY | {"pyarrow.compute"}),
    # Nobody has asked for these schemas before.
    "check": (["check", "mini", "--no-data"], HEAVY - {"jsonschema", "numpy.random"}),
    # A trace reads and checks the configuration.
    "trace": (["trace", RISK], HEAVY - {"jsonschema", "numpy.random"}),
}


@pytest.mark.parametrize("command", CALLS)
def test_what_a_command_need_not_import_it_does_not(mini, command):
    call, heavy = CALLS[command]
    code = (
        "import sys, trialtrace.cli as c; sys.argv[1:] = " + repr(call) + "\n"
        "try: c.entry()\n"
        f"except SystemExit as e: assert e.code == {int(command == 'claims')}\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=mini.at.root, capture_output=True, text=True
    )
    loaded = set(done.stderr.split())
    assert "trialtrace.run.tables.contracts" in loaded
    assert not loaded & heavy


@pytest.mark.parametrize("command", [("results", "mini"), ("claims", "mini"), ("trace", RISK)])
def test_results_of_other_contracts_are_refused(run, mini, tmp_path, command):
    made = "results/mini/made/analyse_plan.json"
    other = tmp_path / "other"
    shutil.copytree(mini.at.root, other, symlinks=True)
    record = json.loads((other / made).read_text())
    assert record["contract"] == VERSION
    (other / made).write_text(json.dumps(record | {"contract": VERSION + 1}))
    error = told(run(*command, at=other))
    assert f"results that keep version {VERSION + 1} of the data contracts" in error
    assert f"version {VERSION}, which this trialtrace reads" in error
    assert "trialtrace run mini" in error


def test_results_that_name_no_contract_are_of_the_first(run, mini, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(mini.at.root, other, symlinks=True)
    for path in (other / "results/mini/made").iterdir():
        record = json.loads(path.read_text())
        del record["contract"]
        path.write_text(json.dumps(record))
    assert run("results", "mini", at=other).returncode == (0 if VERSION == 1 else 1)


def test_every_command_stands_in_one_group_and_former_names_answer():
    listed = [name for names, _ in GROUPS.values() for name in names]
    assert len(listed) == len(set(listed))
    (actions,) = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]
    assert set(actions.choices) == {*listed, *FORMER.values()}
    for name, former in FORMER.items():
        assert actions.choices[former] is actions.choices[name]


@pytest.mark.parametrize("example", [example for _, example in GROUPS.values()])
def test_the_example_of_a_group_is_a_call(example):
    assert parser().parse_args(example.split()[1:]).run
