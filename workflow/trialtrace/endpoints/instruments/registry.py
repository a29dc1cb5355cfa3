"""The instruments and their modules; a new one is one module, one entry here and one schema part.

Each module has `INSTRUMENT`, what the rule is and where it stands, and one of
- `score(scale, items, options) -> values` of one scale from its items' values (NaN where missing),
- `derive(endpoint, scale, study) -> Records` where the records are not rows of items.
It may have `scales(options) -> scales`, where the options decide what they are, and `PARENTS`, the
options that name other endpoints.
"""

import importlib
from typing import Any

INSTRUMENTS = {
    "fact_gog_ntx": "trialtrace.endpoints.instruments.fact_gog_ntx",
    "qlq_c30": "trialtrace.endpoints.instruments.qlq_c30",
}


def instrument_module(name: str) -> Any:
    """The module of an instrument; the schema has made sure that there is one."""
    return importlib.import_module(INSTRUMENTS[name])
