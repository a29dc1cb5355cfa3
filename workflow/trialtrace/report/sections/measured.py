"""A margin of a synthetic cohort as the derived data have it, by the `check` that it names."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialtrace.report.material import Material
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SEXES = {"F": "female", "M": "male", "U": "unknown"}
DATASETS = ("bds", "adtte", "occds")


@dataclass(frozen=True)
class Measured:
    """A count of `of`, or a moment over `of` values."""

    value: float
    of: int


def measure(material: Material, row: dict[str, Any]) -> Measured | None:
    """A row of the truth manifest on the derived data; None where it has no check, or where its
    group is not one of arms. Within a group that is chosen by more, as by who was treated, the
    population of the check has to be that group."""
    check = row["check"]
    if not check or not _of_arms(row["group"], row["arm"], "population" in check):
        return None
    if "variable" in check:
        frame, values = _variable(material, check["variable"])
    elif "endpoint" in check:
        frame, values = _endpoint(material, check["endpoint"])
    else:
        return None
    kept = _kept(material, row, check, frame)
    return _statistic(row["what"], check.get("value"), values[kept])


def _of_arms(group: str, arm: str | None, within: bool) -> bool:
    own = f"arm = {arm}"
    return group in ("", own) or (within and group.endswith(f", {own}"))


def _frame(material: Material, name: str) -> "pd.DataFrame":
    return material.tracer.frames.table(name).to_pandas()


def _variable(material: Material, name: str) -> tuple["pd.DataFrame", "pd.Series"]:
    frame = _frame(material, "adsl")
    values = frame[adsl_code(name)]
    return frame, values.map(SEXES) if name == "sex" else values


def _endpoint(material: Material, name: str) -> tuple["pd.DataFrame", "pd.Series"]:
    """The records of an endpoint with the value of each: text, a number, or Y for an event."""
    import numpy as np
    import pandas as pd

    code = material.trial.endpoints[name].code
    for dataset in DATASETS:
        frame = _frame(material, dataset)
        frame = frame[frame["PARAMCD"] == code]
        if len(frame):
            break
    if dataset == "adtte":
        return frame, pd.Series(np.where(frame["CNSR"] == 0, "Y", "N"), index=frame.index)
    if dataset == "occds":
        return frame, pd.Series("Y", index=frame.index)
    return frame, frame["AVALC"] if frame["AVALC"].notna().any() else frame["AVAL"]


def _kept(
    material: Material, row: dict[str, Any], check: dict[str, Any], frame: "pd.DataFrame"
) -> "np.ndarray":
    """The rows of the margin's arm, population and visit."""
    import numpy as np

    kept = np.ones(len(frame), dtype=bool)
    if row["arm"] is not None:
        kept &= (frame["TRT01P" if "TRT01P" in frame else "TRTP"] == row["arm"]).to_numpy()
    if "population" in check:
        kept &= (frame[material.trial.populations[check["population"]].flag] == "Y").to_numpy()
    if "visit" in check:
        kept &= (frame["AVISIT"] == check["visit"]).to_numpy()
    return kept


def _statistic(what: str, wanted: str | None, values: "pd.Series") -> Measured:
    """A share, a count of a category, a total, or a moment of the values that are there."""
    present = values.dropna()
    if what == "total":
        numeric = present.dtype.kind in "if"
        return Measured(float(present.sum()) if numeric else len(present), len(present))
    if what.startswith(("share", "count of ")):
        wanted = wanted or (what.removeprefix("count of ") if "count of" in what else "Y")
        yes = present.astype(str).str.lower() == wanted.lower()
        return Measured(int(yes.sum()), len(present))
    how = {"mean": "mean", "sd": "std", "min": "min", "max": "max"}[what]
    return Measured(float(getattr(present, how)()), len(present))
