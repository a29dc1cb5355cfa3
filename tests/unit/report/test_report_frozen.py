"""A frozen plan in a report: which it is on page one, red lines, changes, labels."""

import re
from html import unescape

import pytest
from mini_run import record_stages, run_stages, write_mini
from mini_trial import edit

from trialtrace.cli import main
from trialtrace.report.report import render_report
from trialtrace.run.trial.load import load_settings, load_trial

CODES = {"analyse_plan": "0" * 64, "render_report": "1" * 64}
AMENDMENTS = """\
amendments:
  - of: ["plan.yaml: analyses.pain_each"]
    date: "2099-11-20"
    reason: The protocol committee asked for one side.
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Summary and supplement as text, of a plan of which one analysis and the family changed."""
    at = write_mini(tmp_path_factory.mktemp("frozen"))
    assert main(["--project", str(at.root), "freeze", "mini"]) == 0
    edit(at, "plan.yaml", "welch_t: {sides: two_sided}", "welch_t: {sides: less}")
    edit(at, "plan.yaml", "label: Relief and pain", "label: Both")
    (at.trial_config("mini") / "amendments.yaml").write_text(AMENDMENTS)
    run = run_stages(load_trial("mini", at), at.results / "mini", at)
    record_stages("mini", at)
    render_report(run.trial, load_settings(at), run.folder, CODES)
    report = run.folder / "report"
    return {
        name: " ".join(
            unescape(re.sub(r"<[^>]+>", " ", (report / f"{name}.html").read_text())).split()
        )
        for name in ("summary", "report", "supplement")
    }


def test_page_one_says_which_plan_it_is_of(pages):
    assert re.search(r"Plan frozen \d{4}-\d\d-\d\d \(self-dated\), [0-9a-f]{8} ", pages["summary"])
    assert "; 2 later changes." in pages["summary"]
    red = "Of 2 changes since the plan was frozen 1 has no reason in amendments.yaml"
    assert red in pages["summary"]


def test_an_amended_analysis_is_called_so(pages):
    assert "Pain (amended)" in pages["report"]
    assert "Relief (amended)" not in pages["report"]


def test_the_supplement_has_every_change_with_its_reason(pages):
    text = pages["supplement"]
    assert "The protocol committee asked for one side." in text
    assert "two_sided" in text and "no reason is given" in text
    assert "The frozen plan and what changed since: of the analysis alone" in text
