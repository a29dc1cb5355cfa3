"""A change of code, configuration or settings reruns the jobs that use it.

Which rooms of the code a rule imports, which configuration files and which settings it reads, is
written down (trialtrace.run.jobs.stages). Against it stands a trace of whole runs: which modules
each job had imported when it ended, which files it had opened or handed to another program, which
settings it had looked at. A room that is missing there would leave old results standing.
"""

from pathlib import Path

import pytest
from checkout import Copy, Job, Traced

from trialtrace.base.paths import TEMPLATES, project
from trialtrace.run.jobs.code_versions import room_of
from trialtrace.run.jobs.fresh import Freshness, document_files, freshness
from trialtrace.run.jobs.stages import RENDER, SITE, SITE_STAGE, STAGES

PACKAGE = "workflow/trialtrace/"
# Read where the package is loaded, and by no job.
BESIDE = ("workflow/trialtrace/schemas/",)


def project_trials(run: Copy) -> tuple[str, ...]:
    return freshness(project(run.root)).settings.trials


def downstream(jobs: set[Job], trials: tuple[str, ...]) -> set[Job]:
    """The jobs with everything that is made from what they make."""
    rules = list(STAGES)
    later = {
        (rule, trial) for job, trial in jobs if trial for rule in rules[rules.index(job) + 1 :]
    }
    site = {(SITE, None)} if any(trial in trials for _, trial in jobs) else set()
    return jobs | later | site


def rooms_in(files: set[str]) -> set[str]:
    return {
        room_of(Path(name.removeprefix(PACKAGE)).parts)
        for name in files
        if name.startswith(PACKAGE) and not name.startswith(BESIDE)
    }


@pytest.mark.parametrize("which", ["run", "whole"])
def test_a_rule_lists_what_its_jobs_import_and_read(request, traced: Traced, which: str):
    """Of registry trials and a synthetic one, and of a trial of files."""
    if which == "whole":
        made, traced = request.getfixturevalue("whole")
    else:
        made = request.getfixturevalue("run")
    at = project(made.root)
    fresh = freshness(at)
    assert len(traced.files) == len(fresh.settings.trials) * len(STAGES) + 1
    for (rule, trial), used in traced.files.items():
        assert rooms_in(used) <= {*fresh.rooms(rule, trial)}, (rule, trial)
        read = {name for name in used if not name.startswith((PACKAGE, "reports/assets/"))}
        # Templates count with the code of the report (test_jobs_code_versions.py).
        read -= {f"reports/{stem}.qmd" for stem in TEMPLATES} if rule == RENDER else set()
        known = fresh.config_files(rule, trial) | ({*document_files(at, trial)} if trial else set())
        known = {str(path.relative_to(made.root)) for path in known}
        # A setting counts by its value; the lock with the interpreter.
        beside = {"config/config.yaml", "requirements.lock", f"scripts/{rule}.py"}
        if rule == SITE:  # it tells what the reports it is made from have told
            read = {name for name in read if not name.startswith("config/trials/")}
        assert read <= known | beside, (rule, trial)


def test_no_rule_lists_a_room_that_none_of_its_jobs_imports(traced: Traced, whole):
    """It would rerun jobs for nothing; what only blinded runs import is listed for these."""
    used: dict[str, set[str]] = {}
    for (rule, _), files in [*traced.files.items(), *whole[1].files.items()]:
        used.setdefault(rule, set()).update(rooms_in(files))
    listed = {rule: stage.rooms for rule, stage in STAGES.items()} | {SITE: SITE_STAGE.rooms}
    assert {rule: {*rooms} - used[rule] for rule, rooms in listed.items()} == {
        rule: set() for rule in listed
    }


def test_a_setting_reruns_the_jobs_that_looked_at_it(traced: Traced):
    """config.yaml counts by its values: a trial more in its list reruns no other trial."""
    for (rule, trial), looked_at in traced.settings.items():
        assert looked_at <= set((STAGES[rule] if trial else SITE_STAGE).settings)


def of_all(run: Copy, *rules: str) -> set[Job]:
    return {(rule, trial) for rule in rules for trial in project_trials(run)}


REPORTS = ["workflow/trialtrace/report/report.py", "reports/assets/report.css"]
# What is edited, what is put at its end, and the stages that run again: of every trial, or of one.
EDITS = {
    "a comment": (["workflow/trialtrace/base/words.py"], "# more\n", (), None),
    "a report": (REPORTS[:1], "\nMORE = 1\n", ("render_report",), None),
    "a style sheet": (REPORTS[1:], "\n", ("render_report",), None),
    "a kind of endpoint": (
        ["workflow/trialtrace/run/endpoints/kinds/dose_intensity.py"],
        "\nMORE = 1\n",
        ("derive_datasets",),
        None,
    ),
    "a plan": (["config/trials/ruetzler2013/plan.yaml"], "\n", ("analyse_plan",), "ruetzler2013"),
    "a ledger": (["config/trials/moertel1990/claims.yaml"], "\n", ("audit_claims",), "moertel1990"),
    "the lock": (["requirements.lock"], "\n", ("clean_tables",), None),
    "a script": (["scripts/audit_claims.py"], "\nMORE = 1\n", ("audit_claims",), None),
}
# Two dry runs in every run of the tests.
EDITED = [
    pytest.param(
        *edit, id=case, marks=pytest.mark.full if case not in ("a report", "a plan") else ()
    )
    for case, edit in EDITS.items()
]


@pytest.mark.parametrize(("names", "by", "first", "trial"), EDITED)
def test_what_an_edit_reruns(run: Copy, changing, names, by: str, first, trial: str | None):
    changing(*names, by=by)
    trials = (trial,) if trial else project_trials(run)
    jobs = {(rule, one) for rule in first for one in trials}
    expected = downstream(jobs, project_trials(run)) if jobs else set()
    # Code of reports makes the site too.
    assert run.scheduled() == expected | ({(SITE, None)} if first else set())


def test_a_run_executes_what_was_scheduled(kept: Copy):
    """The claims ledger of the small trial, changed: two of its five jobs, and the site."""
    ledger = kept.root / "config/trials/mini/claims.yaml"
    ledger.write_bytes(ledger.read_bytes() + b"\n")
    assert kept.scheduled() == {("audit_claims", "mini"), ("render_report", "mini"), (SITE, None)}
    done = kept.snakemake("--cores", "2")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(" of 3  ") == 3
    assert kept.scheduled() == set()


def test_another_python_or_lock_is_another_environment(run: Copy):
    made = freshness(project(run.root))
    plain = made.job("clean_tables", "moertel1990")
    other = Freshness(made.at, made.settings, made.sources)
    other.__dict__["environment"] = ("lock", "python 3.99")
    assert other.job("clean_tables", "moertel1990") != plain
