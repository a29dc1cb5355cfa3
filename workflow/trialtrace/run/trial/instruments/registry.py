"""What an entry of each instrument says: its name to the module and the shape."""

import importlib
from typing import Annotated, Any

from trialtrace.base.config.spec import By, Shared
from trialtrace.run.trial.instruments.declaration import Instrument

_HERE = "trialtrace.run.trial.instruments"

MODULES: dict[str, str] = {
    name: f"{_HERE}.{name}"
    for name in (
        *("bone_pain_response", "delta_ct", "fact_gog_ntx", "freiburg_activity", "mrc"),
        *("nerve_conduction", "paindetect", "qlq_c30", "reflexes", "sensation", "sway"),
        *("total_neuropathy_score", "tuning_fork", "vas"),
    )
}


def entry_of(instrument: str) -> Any:
    """The shape, or choice of shapes, of an entry of an instrument."""
    return importlib.import_module(MODULES[instrument]).ENTRY


def declaration_of(instrument: str) -> Instrument:
    """What an instrument declares."""
    return importlib.import_module(MODULES[instrument]).INSTRUMENT


def every_entry() -> Any:
    """The choice of the entries of all instruments."""
    each = {name: entry_of(name) for name in MODULES}
    choice = By("instrument", "Instrument; its rule is told in instruments.md.", each=each)
    return Annotated[Any, choice, Shared("instruments", "instrument")]
