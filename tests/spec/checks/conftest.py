"""A made-up trial whose plan uses every method, and the three real ones, analysed once."""

from dataclasses import replace
from math import nan

import pytest
from made_trial import MADE, made_trial
from shipped_trials import STAGES, shipped
from sides_trial import SIDES, sides_trial
from spied_formulas import Spied

from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.methods.checking import registry, run
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trial.load import load_trial

# A check gives the same whenever it is asked the same: an error planted in one row leaves the rest.
ASKED: dict[str, object] = {}


@pytest.fixture(scope="session")
def spied():
    """The formulas that each step of a made-up trial called in these tests."""
    return Spied()


@pytest.fixture(scope="session")
def trials(tmp_path_factory, spied):
    """A function: (trial, folder with derived/ and analysis/) by name; each made once."""
    made = {}

    def get(name: str):
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            if own := {MADE: made_trial, SIDES: sides_trial}.get(name):
                trial = own(folder)
                with spied.watching():
                    analyse_plan(trial, folder / "derived", folder / "analysis")
            else:
                trial = load_trial(name)
                for stage in STAGES:
                    (folder / stage).symlink_to(shipped(name, tmp_path_factory) / stage)
            made[name] = trial, folder
        return made[name]

    return get


@pytest.fixture(scope="session")
def results(trials):
    """A function: the results table of a trial."""
    return lambda name: read_table(trials(name)[1] / "analysis" / "results.parquet", RESULTS)


@pytest.fixture
def remembered(monkeypatch):
    """Checks that are told nothing of our numbers, and are computed once for the same question."""

    def told_no_numbers(check, trial):
        def of(data, asked):
            bounds = None if asked.interval is None else (nan, nan)
            without = replace(asked, value=nan, interval=bounds, n_used=None)
            if asked.stat == "p_adjusted":
                return check(data, without)
            key = f"{trial.name} {without!r}"
            if key not in ASKED:
                ASKED[key] = check(data, without)
            return ASKED[key]

        return of

    def checks_for(trial):
        found = registry.checks_for(trial)
        return {name: told_no_numbers(check, trial) for name, check in found.items()}

    monkeypatch.setattr(run, "checks_for", checks_for)
