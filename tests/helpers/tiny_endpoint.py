"""An endpoint of a kind from its keys alone."""

from typing import Any

from trialtrace.run.trial.endpoints.families import expanded
from trialtrace.run.trial.model import Endpoint


def endpoint(kind: str, name: str = "one", label: str = "One", **keys: Any) -> Endpoint:
    """The one endpoint of an entry; Python's own words as keys get an underscore."""
    told = {key.rstrip("_"): value for key, value in keys.items()}
    (made,) = expanded(name, {"label": label, "code": name.upper()[:8], "kind": kind} | told)
    return made
