"""`trialtrace check` on data: what a run would stop at is told before any stage runs."""

import json
import re

import pytest

from trialtrace.base.errors import UserError

TRIAL = "config/trials/mini/{}.yaml"


@pytest.fixture
def project(tmp_path):
    from mini_run import write_mini

    return write_mini(tmp_path).root


def put(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def said(run, at, *flags, rc=1):
    done = run("check", "mini", *flags, at=at)
    assert done.returncode == rc, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert not (at / "results").exists()
    return done.stderr if rc else done.stdout


def test_files_that_are_not_there_are_told_together_and_the_configuration_has_its_own_look(
    run, project
):
    (project / "data" / "export.csv").rename(project / "data" / "exports.csv")
    put(project / TRIAL.format("trial"), "path: events.csv", "path: event.csv")
    told = said(run, project)
    # Names of files tell of hospitals and patients.
    assert told.count("a path that is not in the data folder") == told.count("  found") == 2
    assert "csv" not in told
    alone = said(run, project, "--no-data", rc=0)
    assert "mini: the data were not looked at: as asked" in alone


def test_a_trial_that_is_called_as_a_rule_is_refused_by_its_own_check_too(run, project):
    (project / "config" / "trials" / "mini").rename(project / "config" / "trials" / "audit")
    put(project / "config" / "config.yaml", "mini", "audit")
    done = run("check", "audit", "--no-data", at=project)
    assert done.returncode == 1 and "audit, a rule" in done.stderr


def test_a_folder_that_is_not_there_is_told_once(run, project):
    (project / "data").rename(project / "date")
    told = said(run, project)
    assert told.count("  found") == 1 and "--no-data" in told


def test_another_checksum_is_told_with_the_one_to_paste(run, project):
    pin = f'decimal: ".", sha256: "{"0" * 64}"}}'
    put(project / TRIAL.format("trial"), 'decimal: "."}\n    events', f"{pin}\n    events")
    told = said(run, project)
    (paste,) = re.findall(r'sha256: "[0-9a-f]{64}"', told)
    put(project / TRIAL.format("trial"), f'sha256: "{"0" * 64}"', paste)
    said(run, project, rc=0)


def test_columns_of_all_tables_are_told_at_once_and_nothing_that_follows(run, project):
    put(project / "data" / "export.csv", ",comment\n", ",note\n")
    put(project / "data" / "events.csv", "id,what\n", "id,whatever\n")
    told = said(run, project)
    assert "the raw table export has no such column" in told
    assert "table adverse, column what" in told
    assert "1 of 13 columns of the raw table export that neither" in told
    assert "note" not in told and "values are rejected" not in told
    assert "note" in said(run, project, "--names")


def test_losses_keys_and_variables_that_vary_are_told_before_a_run(run, project):
    lines = (project / "data" / "export.csv").read_text().splitlines()
    # Two rows of every patient: another age in the second.
    first = re.compile(r",(\d+),")
    later = [first.sub(lambda at: f",{100 - int(at[1])},", line, count=1) for line in lines[1:]]
    (project / "data" / "export.csv").write_text("\n".join([*lines, *later]) + "\n")
    told = said(run, project)
    assert "rows share a key and differ" in told and "a key that tells the rows apart" in told
    put(
        project / TRIAL.format("trial"),
        "key: [id], subject: id, arm",
        "key: [source_row], subject: id, arm",
    )
    told = said(run, project)
    assert "different values in the rows of" in told


def test_a_number_far_off_within_the_limits_is_asked_about(run, project):
    rows = [row.split(",") for row in (project / "data" / "export.csv").read_text().splitlines()]
    at = rows[0].index("age")
    for row in rows[2:4]:
        row[at] = "999"
    (project / "data" / "export.csv").write_text("\n".join(map(",".join, rows)) + "\n")
    put(project / "config/trials/mini/dictionary.csv", ",integer,0,110,", ",integer,0,1000,")
    put(project / TRIAL.format("trial"), "at_least: 18}", "at_least: 18, at_most: 110}")
    (line,) = [one for one in said(run, project, rc=0).splitlines() if "far off" in one]
    assert "Table patients, column age: 999 stands in 2 cells, far off all other values" in line
    assert "tables.patients.missing.age" in line
    cleaning = project / TRIAL.format("cleaning")
    put(cleaning, "missing: {", 'missing: {age: ["999"], ')
    assert "far off" not in said(run, project, rc=0)


def test_mistakes_in_what_data_are_read_by_come_first_and_alone(run, project):
    (project / "data" / "export.csv").unlink()
    put(project / TRIAL.format("cleaning"), "covers: some", "covers: few")
    told = said(run, project)
    assert "the data were not looked at: mend these first" in told
    assert "not in the data folder" not in told
    put(project / TRIAL.format("cleaning"), "covers: few", "covers: some")
    put(project / TRIAL.format("plan"), "decision_level", "decison_level")
    told = said(run, project)
    assert told.index("not in the data folder") < told.index("decison_level")


def test_of_large_files_the_rows_of_some_patients_are_looked_at(project, monkeypatch, capsys):
    from trialtrace.base.paths import Project
    from trialtrace.report.commands import check as command
    from trialtrace.run.rehearsal import data

    monkeypatch.setattr(command, "LARGE", 100)
    at = Project(project)
    assert command.check(at, "mini", lambda: None) == 0
    # Few rows are all looked at, however large the files are.
    assert "looked at" not in capsys.readouterr().out
    monkeypatch.setattr(data, "ROWS", 12)
    assert command.check(at, "mini", lambda: None) == 0
    said = capsys.readouterr().out
    assert "looked at" in said, said
    rows, every = map(
        int, re.findall(r"mini: looked at ([0-9]+) of .* one patient in (\d+)", said)[0]
    )
    assert 0 < rows < 25 and every > 1 and "--large looks at all" in said
    assert command.check(at, "mini", lambda: None, large=True) == 0
    assert "looked at" not in capsys.readouterr().out
    put(project / "data" / "export.csv", ",comment\n", ",note\n")
    with pytest.raises(UserError, match="no such column"):
        command.check(at, "mini", lambda: None)
    assert "mini: looked at" in capsys.readouterr().err


def test_files_that_are_larger_still_are_read_when_asked(project, monkeypatch, capsys):
    from trialtrace.base.paths import Project
    from trialtrace.report.commands import check as command

    (project / "data" / "events.csv").unlink()
    monkeypatch.setattr(command, "LARGEST", 100)
    assert command.check(Project(project), "mini", lambda: None) == 0
    said = capsys.readouterr().out
    assert "mini: the data were not looked at: 0 MB are more than 0 MB; --large reads them" in said
    with pytest.raises(UserError, match="not in the data folder"):
        command.check(Project(project), "mini", lambda: None, large=True)


def test_the_account_is_the_one_that_a_run_writes(run, mini):
    from trialtrace.run.cleaning.account import asdict
    from trialtrace.run.rehearsal.data import rehearse

    written = json.loads((mini.folder / "clean" / "account.json").read_text())
    found = rehearse(mini.trial)
    assert found.problems == []
    account = json.loads(json.dumps(asdict(found.account)))
    assert {key: account[key] for key in written} == written


def test_several_rows_a_patient_are_told_before_an_endpoint_stops_at_them(run, project):
    measure = "\nworst: {label: Worst, code: WORST, kind: event, table: adverse,"
    measure += " event: {what: present}}\n"
    path = project / TRIAL.format("endpoints")
    path.write_text(path.read_text(encoding="utf-8") + measure, encoding="utf-8")
    told = said(run, project)
    assert (
        re.search(r"endpoints.yaml:[0-9]+:1: worst\n", told)
        and "subjects with several rows of adverse" in told
    )


@pytest.mark.parametrize(
    ("where", "problem"),
    [("term: {at_least: 3}", "text has no order"), ('grade: {in: ["3"]}', "a column of nausea")],
)
def test_what_no_occurrence_has_is_told_and_no_fault_of_the_program(run, project, where, problem):
    of = "\nworse: {label: Worse, code: WORSE, kind: any_occurrence, of: nausea,"
    of += f" where: {{{where}}}}}\n"
    path = project / TRIAL.format("endpoints")
    path.write_text(path.read_text(encoding="utf-8") + of, encoding="utf-8")
    told = said(run, project)
    assert problem in told and "fault of the program" not in told


def test_a_window_that_no_row_meets_is_told(run, project):
    windows = (
        "\nlate: {label: Days, code: LATE, kind: repeated, table: patients, column: days,\n"
        "  visit: {day: days, take: first, windows: {early: {from: 0, to: 500},\n"
        "          never: {from: 600, to: 700}}}}\n"
    )
    path = project / TRIAL.format("endpoints")
    path.write_text(path.read_text(encoding="utf-8") + windows, encoding="utf-8")
    told = said(run, project, rc=0)
    assert "  ! Endpoint late: no row of the data gives a value at never." in told


CLAIM = "  {name}: {{from: main, place: abstract, label: A, printed: {printed}, {rest}}}\n"
SMOKERS = "analysis: baseline, stat: proportion, group: all, parameter: smoker"
UNTIED = {
    "no_group": (
        '"20"',
        "is: {analysis: flow, stat: randomised}",
        "write {analysis: flow, stat: randomised, group: all}",
    ),
    "no_level": ('"40%"', f"is: {{{SMOKERS}}}", "add level: one of Yes, No"),
    "not_asked": (
        '"3"',
        "is: {analysis: flow, stat: excluded, group: all}",
        "the plan asks for no excluded",
    ),
    "direction": (
        "less",
        "direction: {lower: drug, than: placebo}, "
        "is: {analysis: relief_primary, stat: p_value.fisher}",
        "write stat: proportion.wilson",
    ),
}


def claimed(project, name, printed, rest):
    """Add a claim; gives the line on which it stands."""
    path = project / TRIAL.format("claims")
    text = path.read_text(encoding="utf-8")
    path.write_text(text + CLAIM.format(name=name, printed=printed, rest=rest), encoding="utf-8")
    return text.count("\n") + 1


@pytest.mark.parametrize("name", UNTIED)
def test_a_claim_that_no_planned_result_answers_is_told(run, project, name):
    printed, rest, todo = UNTIED[name]
    line = claimed(project, name, printed, rest)
    told = said(run, project)
    assert told.count("  found") == 1 and todo in told
    assert re.search(rf"claims.yaml:{line}:[0-9]+: claims.{name}", told)


def test_a_coefficient_of_the_arm_is_named_by_its_term_alone(run, project):
    """Beside it are those of covariates, whose levels the data alone know."""
    adjusted = "{odds_ratio: {method: logistic, covariates: [smoker, age], coefficients: all}}"
    estimates = "{risk_difference: newcombe}, {risk_ratio: katz_log}"
    put(project / TRIAL.format("plan"), f"[{estimates}]", f"[{estimates}, {adjusted}]")
    asked = "is: {analysis: relief_primary, stat: coefficient.logistic, term: "
    claimed(project, "of_arm", '"0.4"', f"{asked}arm}}")
    claimed(project, "of_smoker", '"0.4"', f"{asked}smoker=Yes}}")
    said(run, project, rc=0)


def test_the_unit_of_a_claim_is_held_against_that_of_its_column(run, project):
    median = "{median_time: {method: kaplan_meier, interval: log_log}}, "
    put(project / TRIAL.format("plan"), "describe: [{surv", f"describe: [{median}{{surv")
    asked = "is: {analysis: death_time, stat: median_time, group: drug}"
    claimed(project, "days", '"90 d"', asked)
    said(run, project, rc=0)
    claimed(project, "months", '"3 months"', asked)
    assert "printed in months, recomputed in days" in said(run, project)


def test_a_mistake_that_the_data_show_too_is_told_once(run, project):
    put(project / TRIAL.format("endpoints"), "  column: pain0", "  unti: points\n  column: pain0")
    told = said(run, project)
    assert told.count('"unti"') == 1
