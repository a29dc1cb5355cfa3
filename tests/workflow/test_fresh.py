"""A changed file reruns exactly the jobs that can come to use it.

The hashes are computed from source alone (trialtrace.run.jobs.fresh). Against them stands a trace
of a whole run: which modules each job had imported when it ended, which files it had opened or
handed to another program, which settings it had looked at.
"""

from pathlib import Path

import pytest
from checkout import Copy, Job, Traced

from trialtrace.base.paths import project
from trialtrace.run.jobs.fresh import Freshness, freshness, used
from trialtrace.run.jobs.stages import ANALYSE, CHECK, SITE, SITE_STAGE, STAGES
from trialtrace.run.trial.load import load_trial

# Jobs that are hashed over a file they did not use in the traced run, over all files and jobs:
# code for input that the trials do not have (of a cohort no claim is searched with data), what an
# instrument derives with beside what it declares, reports' styles that Quarto alone reads.
EXCESS_SHARE = 0.17


def sources(root: Path) -> list[str]:
    """Every file of code, configuration, templates and reports, and the lock."""
    found = [
        path
        for folder in ("workflow/trialtrace", "reports", "scripts", "config")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and not {"__pycache__", "schemas"} & {*path.parts}
    ]
    return [str(path.relative_to(root)) for path in (*found, root / "requirements.lock")]


def changed_jobs(before: dict[Job, str], after: dict[Job, str]) -> set[Job]:
    return {job for job in before if before[job] != after[job]}


def downstream(jobs: set[Job], trials: tuple[str, ...]) -> set[Job]:
    """The jobs with everything that is made from what they make."""
    rules = list(STAGES)
    later = {
        (rule, trial) for job, trial in jobs if trial for rule in rules[rules.index(job) + 1 :]
    }
    site = {(SITE, None)} if any(trial in trials for _, trial in jobs) else set()
    return jobs | later | site


@pytest.fixture(scope="session")
def hashes(run: Copy) -> dict[Job, str]:
    """The jobs of a whole run, in which no example is."""
    made = freshness(project(run.root))
    return made.all_jobs(*made.settings.trials)


@pytest.fixture(scope="session")
def direct(run: Copy, hashes: dict[Job, str]) -> dict[str, set[Job]]:
    """For every file: the jobs whose hash is over it, so that a change of it changes the hash."""
    made = freshness(project(run.root))
    over = {job: made.code_files(*job) | made.config_files(*job) for job in hashes}
    found = {
        name: {job for job, files in over.items() if run.root / name in files}
        for name in sources(run.root)
    }
    return found | {"requirements.lock": set(hashes)}


@pytest.mark.full
def test_a_hash_changes_with_the_files_that_it_is_over(run: Copy, hashes, direct):
    """Every sixtieth file is changed and put back."""
    at = project(run.root)
    changed = {}
    for name in sources(run.root)[::60]:
        path = run.root / name
        data = path.read_bytes()
        path.write_bytes(data + b"\n")
        try:
            changed[name] = changed_jobs(hashes, freshness(at).all_jobs())
        finally:
            path.write_bytes(data)
    assert changed == {name: direct[name] for name in changed}
    assert any(changed.values()) and not all(changed.values())


def test_every_job_that_used_a_file_is_scheduled_when_it_changes(run, traced, direct):
    trials = project_trials(run)
    unseen = {
        (name, job)
        for job, used in traced.files.items()
        # A setting counts by its value.
        for name in used - {"config/config.yaml"}
        if job not in downstream(direct[name], trials)
    }
    assert len(traced.files) == len(trials) * len(STAGES) + 1
    assert not unseen


def test_a_formula_reruns_the_analyses_whose_cards_name_it(run, direct):
    """Nothing but a card leads from an analysis of two arms to its formula."""
    module, at = "categorical.contingency", project(run.root)
    asked = {
        (ANALYSE, name)
        for name in project_trials(run)
        if any(
            formula.startswith(f"{module}:")
            for card in used(load_trial(name, at))
            for formula in card.formulas
        )
    }
    changed = direct[f"workflow/trialtrace/stats/{module.replace('.', '/')}.py"]
    assert {job for job in changed if job[0] == ANALYSE} == asked
    assert 0 < len(asked) < len(project_trials(run))
    assert not {job for job in changed if job[0] == CHECK}


def test_a_setting_reruns_the_jobs_that_looked_at_it(traced: Traced):
    """config.yaml counts by its values: a trial more in its list reruns no other trial."""
    for (rule, trial), looked_at in traced.settings.items():
        assert looked_at <= set((STAGES[rule] if trial else SITE_STAGE).settings)


@pytest.mark.full
def test_nothing_else_is_hashed_but_a_bounded_rest(traced: Traced, direct):
    used = {(name, job) for job, names in traced.files.items() for name in names}
    hashed = {(name, job) for name, jobs in direct.items() for job in jobs}
    hashed -= {(name, job) for name, job in hashed if name in ("requirements.lock",)}
    rest = {}
    for name, (rule, _) in sorted(hashed - used, key=str):
        if name != f"scripts/{rule}.py":
            rest.setdefault(name, set()).add(rule)
    count = len(hashed - used)
    listing = "\n".join(f"{name}: {', '.join(sorted(rules))}" for name, rules in rest.items())
    print(f"{count} of {len(hashed)} (file, job) pairs were hashed and not used:\n{listing}")
    assert count <= EXCESS_SHARE * len(hashed), listing


def test_no_module_reruns_everything_but_the_core(direct, hashes):
    """What a hash over the whole package would do. The core is what each stage begins with."""
    everywhere = {name for name, jobs in direct.items() if jobs >= set(hashes) - {(SITE, None)}}
    core = (
        "__init__",
        "run/__init__",
        "run/tables/__init__",
        "base/__init__",
        "base/errors",
        "base/paths",
        "base/store",
        "base/synthetic",
        # What a run is for, and what it is stamped with.
        "base/purpose",
        "base/stamp",
        "run/tables/contracts/__init__",
        "run/tables/contracts/definitions",
        # The contracts themselves: their columns and the types of their rows.
        "run/tables/contracts/rows",
        "run/tables/contracts/tables",
        "run/jobs/__init__",
        "run/jobs/faults",
        "run/jobs/job",
        "run/jobs/locks",
        "run/jobs/products",
        "run/endpoints/__init__",
        "run/tables/conditions",
        # Names that no configuration may use any more.
        "base/deleted_names",
        # How a plan names its journal.
        "base/styles",
    )
    allowed = {f"workflow/trialtrace/{name}.py" for name in core}
    beyond = {
        n
        for n in everywhere - allowed
        if not n.startswith(("workflow/trialtrace/base/config/", "workflow/trialtrace/run/trial/"))
    }
    assert beyond <= {"requirements.lock"}
    assert len(direct) > 100


def project_trials(run: Copy) -> tuple[str, ...]:
    return freshness(project(run.root)).settings.trials


SAMPLE = {
    "a method that one trial names": ["workflow/trialtrace/run/methods/survival/analyse.py"],
    "a pure function": ["workflow/trialtrace/stats/categorical/proportions.py"],
    "a plan": ["config/trials/ruetzler2013/plan.yaml"],
    "a ledger and a style sheet": [
        "config/trials/moertel1990/claims.yaml",
        "reports/assets/report.css",
    ],
    "the lock": ["requirements.lock"],
    "a script": ["scripts/audit_claims.py"],
}


# Two dry runs in every run of the tests.
SAMPLED = [
    pytest.param(names, id=case, marks=pytest.mark.full if number > 1 else ())
    for number, (case, names) in enumerate(SAMPLE.items())
]


@pytest.mark.parametrize("names", SAMPLED)
def test_snakemake_schedules_what_the_hashes_say(run: Copy, changing, hashes, names):
    changing(*names)
    after = freshness(project(run.root)).all_jobs()
    expected = downstream(changed_jobs(hashes, after), project_trials(run))
    assert expected
    assert run.scheduled() == expected


def test_a_run_executes_what_was_scheduled(kept: Copy):
    """The claims ledger of the small trial, changed: three of its seven jobs."""
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
