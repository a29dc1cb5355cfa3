"""Which stages of a trial count as those of now."""

from trialtrace.base.paths import Project
from trialtrace.run.jobs import run_state
from trialtrace.run.jobs.products import Made
from trialtrace.run.jobs.stages import STAGES


def test_a_stage_counts_while_its_files_are_there(tmp_path, monkeypatch):
    """A file that was removed after the run: a run of another target keeps nothing that is gone."""
    at = Project(tmp_path)
    records = {}
    for rule in STAGES:
        file = tmp_path / f"{rule}.parquet"
        file.touch()
        records[rule] = Made(
            rule=rule,
            fresh=rule,
            inputs={},
            outputs={file.name: {file.name: "hash"}},
        )
    monkeypatch.setattr(run_state, "standing", lambda at, trial: records)
    hashes = {(rule, "trial"): rule for rule in STAGES}
    assert list(run_state.current(at, "trial", hashes)) == list(STAGES)
    (tmp_path / "analyse_plan.parquet").unlink()
    before = list(STAGES)[: list(STAGES).index("analyse_plan")]
    assert list(run_state.current(at, "trial", hashes)) == before
    assert list(run_state.current(at, "trial", hashes | {(before[1], "trial"): "x"})) == before[:1]
