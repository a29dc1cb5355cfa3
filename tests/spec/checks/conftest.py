"""A made-up trial whose plan uses every method, and the three real ones, analysed once."""

from dataclasses import replace
from math import nan
from pathlib import Path

import pytest
from made_trial import MADE, made_trial
from sides_trial import SIDES, sides_trial
from spied_formulas import Spied

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.methods.checking import registry, run
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trial.load import load_trial

# A check gives the same whenever it is asked the same: an error planted in one row leaves the rest.
ASKED: dict[str, object] = {}


@pytest.fixture(scope="session", autouse=True)
def spied():
    """The formulas that each step called since the first of these tests."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Spied(monkeypatch)


@pytest.fixture(scope="session")
def trials(tmp_path_factory, spied):
    """A function: (trial, folder with derived/ and analysis/) by name; each made once."""
    made = {}

    def get(name: str):
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            own = {MADE: made_trial, SIDES: sides_trial}.get(name)
            trial = own(folder) if own else real_trial(name, folder)
            analyse_plan(trial, folder / "derived", folder / "analysis")
            made[name] = trial, folder
        return made[name]

    return get


@pytest.fixture(scope="session")
def results(trials):
    """A function: the results table of a trial."""
    return lambda name: read_table(trials(name)[1] / "analysis" / "results.parquet", RESULTS)


def real_trial(name: str, folder: Path):
    trial = load_trial(name)
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    return trial


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
