"""A report that names a kept run tells what changed since; without it, it says nothing of runs."""

from collections.abc import Callable
from html import unescape

import pytest
from kept_runs import ROW, Runs

from trialtrace.base.errors import UserError
from trialtrace.cli import main
from trialtrace.report.material import Material
from trialtrace.report.sections.since_section import since_section
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.trial.load import load_settings, load_trial

Make = Callable[..., Runs]


def section(made: Runs) -> str:
    trial, settings = load_trial("mini", made.at), load_settings(made.at)
    return since_section(Material(trial, settings, made.at.results / "mini", {}))


def name(made: Runs, run: str) -> None:
    """Have config.yaml name a run."""
    made.edit("config/config.yaml", "seed: 1\n", f"seed: 1\ncompare_to: {{mini: {run}}}\n")


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_what_changed_since_the_named_run_is_told(runs: Make, disclosure: str):
    made = runs(disclosure)
    (first,) = (line["run"] for line in made.shelf.log())
    made.edit("data/export.csv", ROW, ROW.replace("1,6,3,30", "1,10,3,30"))
    made.run()
    assert section(made) == ""
    name(made, first)
    before = {path: path.read_bytes() for path in made.at.archive.rglob("*") if path.is_file()}
    text = section(made)
    assert text.startswith(f"## What changed since run {first}")
    assert "pain_each" in unescape(text)
    plain = unescape(text)
    assert ("export.csv:4 pain0" in plain) == (disclosure == "full")
    assert "compare_to" not in plain, "what asks for it is no cause"
    # Each time the same; and the archive is left as it is.
    assert section(made) == text
    assert {p: p.read_bytes() for p in made.at.archive.rglob("*") if p.is_file()} == before


def test_it_reruns_the_report_of_its_trial_alone(runs: Make):
    made = runs()
    before = freshness(made.at).all_jobs("mini", site=False)
    name(made, made.shelf.log()[0]["run"])
    after = freshness(made.at).all_jobs("mini", site=False)
    assert [rule for rule, _ in after if after[rule, "mini"] != before[rule, "mini"]] == [
        "render_report"
    ]


def test_a_run_that_is_not_kept_is_an_error(runs: Make, capsys: pytest.CaptureFixture[str]):
    made = runs()
    (kept,) = (line["run"] for line in made.shelf.log())
    name(made, "0123456789ab")
    with pytest.raises(UserError, match="no run of this name is kept") as told:
        section(made)
    assert kept in str(told.value)
    assert main(["--project", str(made.at.root), "check", "mini"]) == 1
    assert "compare_to.mini" in capsys.readouterr().err


@pytest.mark.parametrize(
    "entry, said",
    [("{mini: abc}", "the name of a kept run"), ("{other: 0123456789ab}", "compare_to.other")],
)
def test_what_is_no_run_or_no_trial_is_told(
    runs: Make, capsys: pytest.CaptureFixture[str], entry: str, said: str
):
    from trialtrace.run.trial.check import checked

    made = runs()
    made.edit("config/config.yaml", "seed: 1\n", f"seed: 1\ncompare_to: {entry}\n")
    try:
        own, _ = checked(None, made.at)
    except UserError as error:
        own = error.problems
    assert said in "\n".join(map(str, own))
