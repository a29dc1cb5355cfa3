"""The three real trials through every stage, once a session, in a folder of the session."""

import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))
TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")


@dataclass(frozen=True)
class Real:
    """A trial that was run, and its results."""

    run: Any

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Results by identifier, without the trial's name."""
        return {name.split("/", 1)[1]: row for name, row in self.tracer.results.items()}

    @cached_property
    def tracer(self):
        from trialtrace.run.trace.content import Tracer

        return Tracer(self.run.trial, self.run.folder, "full")

    def value(self, name: str) -> float:
        return self.rows[name]["stat_value"]

    def interval(self, name: str) -> tuple[float, float]:
        return self.rows[name]["ci_low"], self.rows[name]["ci_high"]

    def trace(self, name: str) -> dict[str, Any]:
        return self.tracer.trace(f"{self.run.trial.name}/{name}")


@pytest.fixture(scope="session")
def real(tmp_path_factory) -> dict[str, Real]:
    """Each trial up to its results, which all processes share; its checks and its audit."""
    from mini_run import judge_stages
    from shipped_trials import shipped

    from trialtrace.base.paths import Project
    from trialtrace.run.trial.load import load_trial

    at = Project(tmp_path_factory.mktemp("real"))
    real = {}
    for name in TRIALS:
        folder = shutil.copytree(shipped(name, tmp_path_factory), at.results / name)
        real[name] = Real(judge_stages(load_trial(name), folder, at))
    return real


@pytest.fixture(scope="session")
def site(real) -> Path:
    """The site of the three trials, with HTML alone."""
    from dataclasses import replace

    from trialtrace.report.pages.start_page import build_site
    from trialtrace.report.report import render_report
    from trialtrace.run.trial.load import load_settings

    settings = load_settings()
    settings = replace(settings, report=replace(settings.report, formats=("html",)))
    codes = {"analyse_plan": "0" * 64}
    root = next(iter(real.values())).run.at
    for trial in real.values():
        render_report(trial.run.trial, settings, trial.run.folder, codes)
    build_site([trial.run.trial for trial in real.values()], settings, root.results, root.site)
    return root.site
