"""Searches with data: another population, subset or test that gives a printed share or p.

Where the planned analysis of a yes/no endpoint does not print as the paper, the same endpoint is
counted anew in every declared population and in every subset that one or two subject variables
make: a level, its complement, or a side of a quartile. Tier 1 is the planned patients, tier 2
the other populations, tier 3 the subsets. The grid is the same for every trial.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.claims.printed import parse
from trialtrace.claims.search.bundles import unit
from trialtrace.claims.search.candidates import ROUNDINGS, p_families, tabulated
from trialtrace.claims.search.coincidence import Family
from trialtrace.claims.search.search import Bundle, Searched, search
from trialtrace.claims.search.window import Displacement, Target, Window
from trialtrace.config.methods import BINARY
from trialtrace.config.model import adsl_code

if TYPE_CHECKING:
    from trialtrace.config import Trial
    from trialtrace.frames import Frames, Selection

MOST_LEVELS = 12
Subset = tuple[str, int, np.ndarray]


def search_rows(trial: "Trial", frames: "Frames", rows: list[dict[str, Any]]) -> list[Searched]:
    """A search for each claim whose share or p the data do not give; `rows` are those by data."""
    found = []
    for row in rows:
        claim = trial.claims[row["claim_id"]]
        if row["agreement"] != "differs" or row["component"] not in ("percent", "p"):
            continue
        bundle = _bundle(trial, frames, claim, row["component"])
        if bundle is not None:
            found.append(search(bundle, Displacement()))
    return found


def _bundle(trial: "Trial", frames: "Frames", claim: Any, component: str) -> Bundle | None:
    selects = claim.selects or {}
    analysis = trial.plan.analyses.get(selects.get("analysis", ""))
    part = {one.name: one for one in parse(claim.printed)}[component]
    if analysis is None or part.relation != "=" or not part.value or "as" in selects:
        return None
    counts = _Counts(trial, frames, analysis, selects)
    if counts.endpoint.kind not in BINARY:
        return None
    families = counts.of_p(unit(part)) if component == "p" else counts.of_share(unit(part))
    window = Window((Target("p" if component == "p" else "estimate", part),))
    inputs = f"the data of {counts.endpoint.label}"
    return Bundle(claim.name, (claim.name,), (component,), (window,), tuple(families), inputs,
                  before="a declared population")  # fmt: skip


class _Counts:
    """Events and sizes of an analysis's endpoint in every subset of its patients."""

    def __init__(
        self, trial: "Trial", frames: "Frames", analysis: Any, selects: Mapping[str, Any]
    ) -> None:
        self.trial, self.analysis, self.selects = trial, analysis, selects
        name = selects.get("parameter", analysis.estimand.variable)
        self.endpoint = trial.endpoints[name]
        base: dict[str, Any] = {"PARAMCD": {"is": self.endpoint.code}, "AVAL": "present"}
        if "visit" in selects:
            base["AVISIT"] = {"is": selects["visit"]}
        self.rows: Selection = frames.select("bds", base)
        self.event = self.rows.column("AVAL") == 1
        self.arm = self.rows.column("TRTP").astype(str)

    def of_p(self, step: Fraction) -> Iterator[Family]:
        """Families of a p of the two arms that the claim compares."""
        pair = self.selects.get("compare")
        treated, reference = (pair["of"], pair["to"]) if pair else self.analysis.pairs[0]
        x1, n1 = self._counted(treated)
        x0, n0 = self._counted(reference)
        kept = [
            (name, tier, tuple(int(v) for v in table))
            for (name, tier, _), *table in zip(self.subsets, x1, n1, x0, n0, strict=True)
            if table[1] and table[3]
        ]
        yield from p_families(kept, step)

    def of_share(self, step: Fraction) -> Iterator[Family]:
        """Families of the share of the claim's group, by way of rounding."""
        group = self.selects.get("group", "all")
        x, n = self._counted(None if group == "all" else group)
        kept = [place for place in range(len(n)) if n[place]]
        names = [f"{x[k]} of {n[k]}, {self.subsets[k][0]}" for k in kept]
        tiers = [self.subsets[k][1] for k in kept]
        values = [100 * x[k] / n[k] for k in kept]
        for rounding, tier in ROUNDINGS.items():
            name = "the share" if tier == 1 else f"the share, {rounding},"
            yield Family(name, tier, (tabulated(names, tiers, values, [step], rounding),))

    def _counted(self, arm: str | None) -> tuple[np.ndarray, np.ndarray]:
        """Events and patients of an arm (or of all) in each subset."""
        masks = np.array([mask for _, _, mask in self.subsets], dtype=np.int64)
        own = np.ones(self.rows.n, dtype=bool) if arm is None else self.arm == arm
        return masks @ (own & self.event), masks @ own

    @property
    def subsets(self) -> list[Subset]:
        if not hasattr(self, "_subsets"):
            self._subsets = list(self._all_subsets())
        return self._subsets

    def _all_subsets(self) -> Iterator[Subset]:
        own = self.trial.populations[self.analysis.estimand.population]
        planned = self._stratum() & self._flag(own.flag)
        yield "the planned patients", 1, planned
        for population in self.trial.populations.values():
            yield population.label, 2, self._flag(population.flag)
        inside = self._flag(own.flag)
        parts = list(self._parts())
        for name, mask in parts:
            yield name, 3, inside & mask
        for at, (name, mask) in enumerate(parts):
            for other, more in parts[at + 1 :]:
                if name.split(" ")[0] != other.split(" ")[0]:
                    yield f"{name} and {other}", 3, inside & mask & more

    def _flag(self, flag: str) -> np.ndarray:
        return self.rows.column(flag) == "Y"

    def _stratum(self) -> np.ndarray:
        stratum = self.selects.get("stratum")
        if stratum is None:
            return np.ones(self.rows.n, dtype=bool)
        variable, _, level = stratum.partition("=")
        return np.array([_text(v) == level for v in self.rows.column(adsl_code(variable))])

    def _parts(self) -> Iterator[tuple[str, np.ndarray]]:
        """(name, mask) of the levels of each subject variable, and of what is not one."""
        for name in (*self.trial.subjects.variables, "age", "sex", "site"):
            code = adsl_code(name)
            if code not in self.rows.frames.table("adsl").column_names:
                continue
            values = self.rows.column(code)
            if values.dtype.kind == "f" and len(np.unique(values[~np.isnan(values)])) > MOST_LEVELS:
                for share in (0.25, 0.5, 0.75):
                    cut = float(np.nanquantile(values, share))
                    yield f"{name} at least {cut:g}", values >= cut
                    yield f"{name} below {cut:g}", values < cut
                continue
            texts = np.array([_text(value) for value in values])
            levels = sorted(set(texts) - {""})
            for level in levels if len(levels) <= MOST_LEVELS else ():
                yield f"{name} = {level}", texts == level
                if len(levels) > 2:
                    yield f"{name} not {level}", (texts != level) & (texts != "")


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
