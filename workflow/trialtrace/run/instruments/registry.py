"""The instruments and their modules; a new one is one module, one entry here and one schema part.

Each module has `INSTRUMENT`, what the rule is and where it stands, and
`score(scale, items, declared) -> values` of one scale from its items' values (NaN where missing),
unless trialtrace.run.endpoints.scores derives it. Where the entry decides what they are, it has
`scales(declared)` and `items(declared)`; where a derivation of its own reads columns or endpoints,
`COLUMNS` (option to the kinds of column that suit it) and `PARENTS` (option to "scores" or
"times"). `joined(declared)` are axes over which records are joined to one, and `mistakes(declared)`
tells what its schema cannot.
"""

import importlib
from typing import Any

INSTRUMENTS = {
    "bone_pain_response": "trialtrace.run.instruments.bone_pain_response",
    "delta_ct": "trialtrace.run.instruments.delta_ct",
    "fact_gog_ntx": "trialtrace.run.instruments.fact_gog_ntx",
    "freiburg_activity": "trialtrace.run.instruments.freiburg_activity",
    "mrc": "trialtrace.run.instruments.mrc",
    "nerve_conduction": "trialtrace.run.instruments.nerve_conduction",
    "paindetect": "trialtrace.run.instruments.paindetect",
    "qlq_c30": "trialtrace.run.instruments.qlq_c30",
    "reflexes": "trialtrace.run.instruments.reflexes",
    "sensation": "trialtrace.run.instruments.sensation",
    "sway": "trialtrace.run.instruments.sway",
    "total_neuropathy_score": "trialtrace.run.instruments.total_neuropathy_score",
    "tuning_fork": "trialtrace.run.instruments.tuning_fork",
    "vas": "trialtrace.run.instruments.vas",
}


def instrument_module(name: str) -> Any:
    """The module of an instrument; the schema has made sure that there is one."""
    return importlib.import_module(INSTRUMENTS[name])
