"""What the rules of the workflow ask a run for: files, versions and settings of each job."""

import atexit
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from mini_run import write_mini
from mini_trial import REPOSITORY, edit

from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.lock import RUN
from trialtrace.run.jobs.products import record_path
from trialtrace.run.jobs.run import Run, for_rules
from trialtrace.run.jobs.stages import ASKED, SITE, SITE_STAGE, STAGES
from trialtrace.run.trial.frozen import FILES as OF_PLAN

MINI = {"trial": "mini"}
DATA = ("trial.yaml", "dictionary.csv", "cleaning.yaml")
ENDPOINTS, PLAN, CLAIMS = "endpoints.yaml", "plan.yaml", "claims.yaml"
MAYBE = ("multiverse.yaml", "simulation.yaml", "amendments.yaml", "review.yaml")


@pytest.fixture
def at(tmp_path: Path) -> Project:
    at = write_mini(tmp_path / "project")
    (at.root / "scripts").symlink_to(REPOSITORY / "scripts")
    (at.root / "requirements.lock").symlink_to(REPOSITORY / "requirements.lock")
    return at


@pytest.fixture
def run(at: Project) -> Run:
    return Run(at, freshness(at))


def names(run: Run, rule: str, there: bool = True) -> set[str]:
    """The configuration files of a job; those that are there, or all that would count."""
    if there:
        return {Path(name).name for name in run.configuration(rule)(MINI)}
    return {path.name for path in run.freshness.config_files(rule, "mini")}


def test_each_stage_has_the_configuration_files_that_it_reads(run: Run):
    assert names(run, "clean_tables") == {*DATA}
    assert names(run, "derive_datasets") == {*DATA, ENDPOINTS}
    assert names(run, "derive_datasets", there=False) == {*DATA, ENDPOINTS, "review.yaml"}
    analysed = {"trial.yaml", "dictionary.csv", ENDPOINTS, PLAN}
    assert names(run, "analyse_plan") == names(run, "analyse_plan", there=False) == analysed
    assert names(run, "audit_claims") == analysed | {CLAIMS}
    reported = {*DATA, ENDPOINTS, PLAN, CLAIMS}
    assert names(run, "render_report") == reported
    assert names(run, "render_report", there=False) == reported | {*MAYBE}
    assert names(run, "gather_estimates") == set()
    assert run.configuration(SITE)({}) == []
    assert {*ASKED} & {*STAGES} == set()


@pytest.mark.parametrize("name", MAYBE)
def test_a_file_that_comes_later_reruns_what_reads_it(at: Project, run: Run, name: str):
    before = {rule: run.freshness.job(rule, "mini") for rule in STAGES}
    (at.trial_config("mini") / name).write_text("{}\n")
    after = freshness(at)
    changed = {rule for rule in STAGES if after.job(rule, "mini") != before[rule]}
    also = {"derive_datasets"} if name == "review.yaml" else set()
    assert changed == {"render_report"} | also


def test_with_a_frozen_plan_what_labels_results_reads_it_too(at: Project, run: Run):
    folder = at.trial_config("mini") / "frozen"
    folder.mkdir()
    before = names(run, "analyse_plan", there=False)
    (folder / "frozen.json").write_text("{}")
    labelled = {*OF_PLAN, "frozen.json", "review.yaml"}
    for rule in ("analyse_plan", "audit_claims", "render_report"):
        assert labelled <= names(run, rule, there=False)
    assert labelled - before
    for rule in ("clean_tables", "derive_datasets"):
        assert "frozen.json" not in names(run, rule, there=False)


def test_a_file_whose_time_lies_ahead_is_no_input_but_counts(at: Project, run: Run):
    """Snakemake fails a job with an input of the future."""
    plan = at.trial_config("mini") / PLAN
    now = time.time()
    os.utime(plan, (now + 9000, now + 9000))
    assert PLAN not in names(run, "analyse_plan")
    assert PLAN in names(run, "analyse_plan", there=False)
    record = at.made / record_path("analyse_plan", "mini")
    record.parent.mkdir(parents=True)
    record.touch()
    assert PLAN not in names(run, "analyse_plan")
    os.utime(record, (now + 9001, now + 9001))
    assert PLAN in names(run, "analyse_plan")
    assert PLAN not in names(run, "audit_claims")


def test_inputs_are_named_from_the_folder_of_the_run(at: Project, run: Run, tmp_path: Path):
    assert run.configuration("clean_tables")(MINI) == sorted(
        f"config/trials/mini/{name}" for name in DATA
    )
    apart = replace(at, apart=tmp_path / "apart")
    elsewhere = Run(apart, freshness(apart)).configuration("clean_tables")(MINI)
    assert {Path(name) for name in elsewhere} == {at.trial_config("mini") / name for name in DATA}


def test_data_are_inputs_by_links_that_are_there(at: Project, run: Run):
    assert run.data(MINI) == []
    run.targets = lambda: ["mini"]
    run.make_ready()
    assert run.data(MINI) == ["results/mini/inputs/events", "results/mini/inputs/export"]
    (at.root / "data/events.csv").unlink()
    assert run.data(MINI) == ["results/mini/inputs/export"]


def test_versions_are_of_the_rooms_the_script_and_the_environment(run: Run):
    for rule, stage in {**STAGES, **ASKED}.items():
        told = [line.split(" ") for line in run.versions(rule)(MINI)]
        assert {room for room, _ in told} == {*stage.rooms, f"scripts/{rule}.py", "environment"}
        assert all(len(version) == 16 for _, version in told)
    site = {line.split(" ")[0] for line in run.versions(SITE)({})}
    assert site == {*SITE_STAGE.rooms, f"scripts/{SITE}.py", "environment"}


def test_the_code_of_each_stage_has_one_hash(run: Run):
    codes = run.codes("mini")
    assert codes.keys() == {*STAGES} and len({*codes.values()}) == len(STAGES)
    assert run.code("analyse_plan")(MINI) == codes["analyse_plan"]
    assert run.hashes.keys() == {(rule, "mini") for rule in STAGES} | {(SITE, None)}
    assert not {*run.hashes.values()} & {*codes.values()}


def test_where_some_trials_have_mistakes_the_others_alone_are_judged(at: Project):
    edit(at, "config.yaml", "trials: [mini]", "trials: [mini, second]")
    (at.config / "trials/second").symlink_to(at.config / "trials/mini")
    whole = Run(at, freshness(at))
    assert whole.hashes.keys() == {
        (rule, trial) for rule in STAGES for trial in ("mini", "second")
    } | {(SITE, None)}
    judged = Run(at, freshness(at), judged=("second",))
    assert judged.hashes.keys() == {(rule, "second") for rule in STAGES}


def test_settings_count_where_they_are_used(at: Project, run: Run):
    of_report = {line.partition("=")[0] for line in run.values("render_report")(MINI)}
    assert of_report == {"disclosure", "report", "hash_key", "embedded"}
    assert {line.partition("=")[0] for line in run.values(SITE)({})} == {
        *("trials", "disclosure", "report")
    }
    for rule in ("clean_tables", "derive_datasets", "analyse_plan", "audit_claims"):
        assert run.values(rule)(MINI) == []
    blinded = replace(at, purpose=Purpose("blinded"))
    seen = Run(blinded, freshness(blinded))
    assert [line[:8] for line in seen.values("clean_tables")(MINI)] == ["purpose="]
    # What hides arms reads endpoints before it writes a raw table.
    assert names(seen, "clean_tables") == {*DATA, ENDPOINTS}
    more = (
        seen.freshness.rooms("clean_tables", "mini").keys()
        - run.freshness.rooms("clean_tables", "mini").keys()
    )
    assert more == {"run.endpoints", "run.integrity"}
    # Each stage comes from the export anew: no hash of it is in another's record.
    assert [rule for rule in STAGES if seen.freshness.reads_data(rule)] == [*STAGES]
    assert [rule for rule in STAGES if run.freshness.reads_data(rule)] == ["clean_tables"]


def test_marks_are_of_every_part_and_behind_what_is_asked_for_besides(run: Run):
    of = run.marks("results/{trial}/parts/{part}-of-{of}", more=["results/{trial}/derived"])
    assert of({"trial": "mini", "of": "3"}) == [
        "results/mini/derived",
        *(f"results/mini/parts/{part}-of-3" for part in (1, 2, 3)),
    ]
    asked = run.marks("{trial}-{part}-of-{of}", 2, "run_multiverse")
    assert asked(MINI) == ["mini-1-of-2", "mini-2-of-2"]


def test_memory_and_minutes_grow_with_each_attempt(run: Run):
    grown = run.growing(250)
    assert [grown({}, attempt) for attempt in (1, 2, 3)] == [250, 500, 750]


def test_records_of_rules(run: Run):
    assert run.made("clean_tables", "analyse_plan") == [
        f"results/{{trial}}/made/{rule}.json" for rule in ("clean_tables", "analyse_plan")
    ]
    assert run.all_made("mini", "other") == [
        f"results/{trial}/made/{rule}.json" for trial in ("mini", "other") for rule in STAGES
    ]
    assert run.site_record == "results/build_site.json"


def test_a_script_is_that_of_its_rule_wherever_the_rules_come_from(run: Run):
    assert run.script("clean_tables").endswith("/scripts/clean_tables.py")
    run.address = lambda name: f"https://rules/{name}"
    assert run.script("clean_tables") == "https://rules/../scripts/clean_tables.py"
    assert for_rules(Path("/a{b}/c")) == "/a{{b}}/c"


@pytest.mark.parametrize(
    ("targets", "asked"),
    [
        ([], ("mini",)),
        (["all"], ("mini",)),
        (["audit"], ("mini",)),
        (["multiverse"], ()),
        (["simulate"], ()),
        (["results/mini/clean"], ("mini",)),
        (["results/mini"], ("mini", "example")),
        (["example"], ("example",)),
        (["mini", "results/example/report"], ("mini", "example")),
        (["site"], ("mini", "example")),
    ],
)
def test_the_trials_of_targets(at: Project, targets: list[str], asked: tuple[str, ...]):
    """What is not known may need every trial."""
    edit(at, "config.yaml", "trials: [mini]", "trials: [mini]\nexamples: [example]")
    (at.config / "trials/example").symlink_to(at.config / "trials/mini")
    run = Run(at, freshness(at))
    run.targets = lambda: targets
    assert run.asked == asked


def test_a_folder_that_cannot_be_written_is_named_before_the_first_job(run: Run, monkeypatch):
    run.check_rights()
    folder = run.at.results / "mini" / "clean"
    folder.mkdir(parents=True)
    (run.at.made / "logs").mkdir()
    monkeypatch.setattr(os, "access", lambda path, how: path != folder)
    with pytest.raises(Exception, match=r"results/mini/clean/\n  cannot be written"):
        run.check_rights()


@pytest.mark.parametrize(
    ("started", "after_cut", "cut"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_a_run_that_began_no_job_is_not_cut_short(run: Run, started, after_cut, cut):
    """The next run keeps what a run that was cut short had made."""
    run._let_go()  # it held no folder
    run.hold()
    lock = run.lock
    assert lock is not None and not lock.after_cut
    run.hold()
    assert run.lock is lock
    lock.after_cut = after_cut
    if started:
        run.start()
    run._let_go()
    assert bool((run.at.made / RUN).read_text()) == cut
    run.came_to_its_end()
    assert not (run.at.made / RUN).read_text()
    atexit.unregister(run._let_go)
    lock.close()


def test_the_first_outdated_stage_of_each_trial_is_named(at: Project):
    """Of a trial that is no part of the run its name alone; what was never made is no news."""
    edit(at, "config.yaml", "trials: [mini]", "trials: [mini, second]")
    (at.config / "trials/second").symlink_to(at.config / "trials/mini")
    run = Run(at, freshness(at))
    assert list(run.outdated_lines()) == []
    run.targets = lambda: ["mini"]
    run.__dict__["outdated"] = {
        record_path("analyse_plan", "mini"): "why",
        record_path("render_report", "mini"): "later",
        record_path("audit_claims", "second"): "too",
    }
    assert list(run.outdated_lines()) == [
        "mini: analyse_plan again: why",
        "Outdated, and not part of this run: second",
    ]
    run.targets = lambda: ["all"]
    assert list(run.outdated_lines()) == [
        "mini: analyse_plan again: why",
        "second: audit_claims again: too",
    ]
