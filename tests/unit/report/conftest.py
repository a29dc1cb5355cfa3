import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))

CODES = {"analyse_plan": "0" * 64, "render_report": "1" * 64}


@pytest.fixture(scope="session")
def make_site():
    """A function: run the mini trial with changes, render its report, build the site."""
    import mini_run

    from trialtrace.report.pages.start_page import build_site
    from trialtrace.report.report import render_report
    from trialtrace.run.trial.load import load_settings

    def make(root, rows=None, disclosure="full", **files):
        run = mini_run.run_mini(root, rows, **files)
        config = run.at.config / "config.yaml"
        config.write_text(config.read_text().replace("by_source", disclosure))
        settings = load_settings(run.at)
        render_report(run.trial, settings, run.folder, CODES)
        build_site([run.trial], settings, run.at.results, run.at.site)
        return run

    return make


@pytest.fixture(scope="session")
def hostile(tmp_path_factory, make_site):
    """The site of a trial whose labels and values try every trick."""
    import mini_run
    import mini_trial
    from hostile_text import HOSTILE, LEVEL, hostile_words

    rows = [row | {"comment": HOSTILE} for row in mini_run.patients()]
    dictionary = mini_trial.DICTIONARY.replace("01, North", f"01, {LEVEL}")
    files = {
        "trial": hostile_words(mini_trial.TRIAL),
        "endpoints": hostile_words(mini_trial.ENDPOINTS),
        "plan": hostile_words(mini_trial.PLAN + mini_trial.MORE_DISPLAYS),
        "claims": hostile_words(mini_trial.CLAIMS),
        "cleaning": hostile_words(mini_trial.CLEANING),
    }
    assert all(HOSTILE[:20] in text for text in files.values())
    return make_site(tmp_path_factory.mktemp("hostile"), rows, dictionary=dictionary, **files)


@pytest.fixture(scope="session")
def restricted(tmp_path_factory, make_site):
    """The site of the mini trial under restricted disclosure, with values that would be seen."""
    import mini_run
    import mini_trial

    rows = [row | {"comment": f"SECRET-{row['id']}"} for row in mini_run.patients()]
    rows[2]["relief"] = "SECRET-RELIEF"
    rows[4]["age"] = "SECRET-AGE"
    rows[6]["seen"] = "SECRET-DATE"
    plan = mini_trial.PLAN + mini_trial.MORE_DISPLAYS
    root = tmp_path_factory.mktemp("restricted")
    return make_site(root, rows, disclosure="restricted", plan=plan)
