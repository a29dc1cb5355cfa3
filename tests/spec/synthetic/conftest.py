import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))


def whole_run(at):
    """Every stage, the report and the site of the trial "mini"."""
    import mini_run

    from trialtrace.report.pages.start_page import build_site
    from trialtrace.report.report import render_report
    from trialtrace.run.trial.load import load_settings, load_trial

    trial, settings = load_trial("mini", at), load_settings(at)
    run = mini_run.run_stages(trial, at.results / "mini", at)
    render_report(trial, settings, run.folder, {"analyse_plan": "0" * 64})
    build_site([trial], settings, at.results, at.site)
    return run


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory):
    """The mini trial on a synthetic cohort, run to its site."""
    import synthetic_mini

    return whole_run(synthetic_mini.write_synthetic(tmp_path_factory.mktemp("synthetic")))


@pytest.fixture(scope="session")
def swapped(tmp_path_factory, synthetic):
    """The same trial on the exported files without their marks, run to its site."""
    root = tmp_path_factory.mktemp("swapped")
    return whole_run(with_files(root, synthetic, declared=False))


@pytest.fixture(scope="session")
def declared(tmp_path_factory, synthetic):
    """The same trial with the exported files as they are, declared as synthetic."""
    root = tmp_path_factory.mktemp("declared")
    return whole_run(with_files(root, synthetic, declared=True))


def with_files(root, synthetic, *, declared):
    """The project of the mini trial on the exported files: marked and declared, or neither."""
    import synthetic_mini

    from trialtrace.run.synthetic.folder import files_source, write_folder

    at = synthetic_mini.write_synthetic(root)
    write_folder(synthetic.trial, root / "data")
    file = at.trial_config("mini") / "trial.yaml"
    source = files_source(synthetic.trial, "data")
    if declared:
        source = source.replace("kind: files\n", "kind: files\n  synthetic: true\n")
    else:
        synthetic_mini.without_marks(root / "data")
    text = file.read_text().replace(synthetic_mini.SOURCE, source + "tables:\n")
    file.write_text(text)
    config = at.config / "config.yaml"
    config.write_text(config.read_text().replace("by_source", "full"))
    return at
