"""What an entry of each instrument says: its name to the module and the shape."""

import importlib
from typing import Annotated, Any

from trialtrace.base.config.spec import By, Shared
from trialtrace.run.trial.instruments.declaration import Instrument

_HERE = "trialtrace.run.trial.instruments"

MODULES: dict[str, str] = {
    "bone_pain_response": f"{_HERE}.bone_pain_response",
    "delta_ct": f"{_HERE}.delta_ct",
    "fact_gog_ntx": f"{_HERE}.fact_gog_ntx",
    "freiburg_activity": f"{_HERE}.freiburg_activity",
    "mrc": f"{_HERE}.mrc",
    "nerve_conduction": f"{_HERE}.nerve_conduction",
    "paindetect": f"{_HERE}.paindetect",
    "qlq_c30": f"{_HERE}.qlq_c30",
    "reflexes": f"{_HERE}.reflexes",
    "sensation": f"{_HERE}.sensation",
    "sway": f"{_HERE}.sway",
    "total_neuropathy_score": f"{_HERE}.total_neuropathy_score",
    "tuning_fork": f"{_HERE}.tuning_fork",
    "vas": f"{_HERE}.vas",
}


def entry_of(instrument: str) -> Any:
    """The shape, or choice of shapes, of an entry of an instrument."""
    return importlib.import_module(MODULES[instrument]).ENTRY


def declaration_of(instrument: str) -> Instrument:
    """What an instrument declares."""
    declared: Instrument = importlib.import_module(MODULES[instrument]).INSTRUMENT
    return declared


def every_entry() -> Any:
    """The choice of the entries of all instruments."""
    each = {name: entry_of(name) for name in MODULES}
    choice = By("instrument", "Instrument; its rule is told in instruments.md.", each=each)
    return Annotated[Any, choice, Shared("instruments", "instrument")]
