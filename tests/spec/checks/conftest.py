"""A made-up trial whose plan uses every method, and the three real ones, analysed once."""

from pathlib import Path

import pytest
from made_trial import MADE, made_trial
from sides_trial import SIDES, sides_trial

from trialtrace.analyses.run import analyse_plan
from trialtrace.cleaning.clean import clean_tables
from trialtrace.config.load import load_trial
from trialtrace.contracts import RESULTS, read_table
from trialtrace.endpoints.derive import derive_datasets
from trialtrace.sources.ingest import ingest_sources


@pytest.fixture(scope="session")
def trials(tmp_path_factory):
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
