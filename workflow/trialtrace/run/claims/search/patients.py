"""The sets of patients on which candidates are made: the same rule for every trial.

The planned patients (tier 1); other declared populations, and where a claim is of a stratum all of
them too (tier 2); every subset of the planned population that one or two variables of the subjects
make: a level, what is not that level, or a side of a quartile (tier 3).
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.claims.search.ways import Sets
from trialtrace.run.methods.analysing.subject_tables import TWICE
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Frames, Selection
    from trialtrace.run.trial.plan.build import Analysis

MOST_LEVELS = 12
PLANNED = "the same patients"


class Patients:
    """The subjects of a trial in the order of ADSL, and the sets of them.

    `arm` (subjects,) is each subject's arm by its place in the configuration.
    """

    def __init__(self, trial: Trial, frames: "Frames", population: str, stratum: str | None):
        self.trial, self.frames = trial, frames
        self.subjects = frames.select("adsl", {})
        self.n = self.subjects.n
        self.arms = list(trial.design.arms)
        given = self.subjects.column("TRT01P").astype(str)
        self.arm = np.array([self.arms.index(name) if name in self.arms else -1 for name in given])
        self.population = population
        self.stratum = stratum
        self._levels: dict[str, NDArray[Any] | None] = {}

    def arms_of(self, analysis: "Analysis") -> list[int]:
        """The places of an analysis's arms, the reference first."""
        names = (analysis.estimand.reference, *analysis.estimand.treated)
        return [self.arms.index(name) for name in names]

    @cached_property
    def planned(self) -> Flags:
        return self._flag(self.population) & self._in_stratum

    @cached_property
    def declared(self) -> Sets:
        """The planned patients and the other declared populations."""
        found = [(PLANNED, 1, self.planned)]
        for name, population in self.trial.populations.items():
            if name != self.population:
                found.append((population.label, 2, self._flag(name) & self._in_stratum))
        if self.stratum is not None:
            found.append(("all strata", 2, self._flag(self.population)))
        return _sets(found)

    @cached_property
    def subsets(self) -> Sets:
        """The subsets by one or two variables of the subjects."""
        inside, parts = self._flag(self.population), list(self._parts())
        found = [(name, 3, inside & mask) for _, name, mask in parts]
        for (of, name, mask), (other, more, second) in combinations(parts, 2):
            if of != other:
                found.append((f"{name} and {more}", 3, inside & mask & second))
        return _sets(found) if found else Sets([], [], np.zeros((0, self.n), dtype=bool))

    def by_subject(self, rows: "Selection", values: NDArray[Any]) -> Floats:
        """Values of records at their subjects' places, NaN where there is none.

        Raises StatsError for two records of a subject.
        """
        every = pa.array(self.subjects.column("USUBJID"), type=pa.string())
        mine = pa.array(rows.column("USUBJID"), type=pa.string())
        at = pc.index_in(mine, value_set=every).to_numpy()
        if len(np.unique(at)) < len(at):
            raise StatsError(TWICE)
        found = np.full(self.n, np.nan)
        found[at] = values.astype(float)
        return found

    @cached_property
    def variables(self) -> list[str]:
        """The names of the subjects' variables that ADSL has, and that differ between subjects."""
        declared = self.trial.subjects
        named = (*declared.variables, "age", "sex", "site", *declared.made)
        columns = self.frames.names("adsl")
        there = [name for name in dict.fromkeys(named) if adsl_code(name) in columns]
        return [
            name
            for name in there
            if len({_text(value) for value in self.subjects.column(adsl_code(name))} - {""}) > 1
        ]

    def levels(self, name: str) -> NDArray[Any] | None:
        """Each subject's level of a variable as text; None for one of many values."""
        if name not in self._levels:
            self._levels[name] = self._texts(name)
        return self._levels[name]

    def strata(self, name: str) -> tuple[Places, int] | None:
        """Each subject's level by number, -1 where it is missing, and how many there are.

        None for a variable of many values or of one.
        """
        texts = self.levels(name)
        if texts is None:
            return None
        levels, codes = np.unique(texts, return_inverse=True)
        missing = int("" in levels)
        return (codes - missing, len(levels) - missing) if len(levels) - missing > 1 else None

    def _texts(self, name: str) -> NDArray[Any] | None:
        values = self.subjects.column(adsl_code(name))
        if values.dtype.kind == "f" and len(np.unique(values[~np.isnan(values)])) > MOST_LEVELS:
            return None
        texts = np.array([_text(value) for value in values])
        return texts if len(set(texts.tolist()) - {""}) <= MOST_LEVELS else None

    def covariate(self, name: str) -> Floats:
        """Columns of a regression, (subjects, columns): a number as it is, else its levels but one.

        NaN where the variable is missing.
        """
        values = self.subjects.column(adsl_code(name))
        if values.dtype.kind in "fiu":
            return values.astype(float)[:, None]
        texts = np.array([_text(value) for value in values])
        levels = sorted(set(texts.tolist()) - {""})
        found = (texts[:, None] == np.array(levels[1:])[None, :]).astype(float)
        found[texts == ""] = np.nan
        return found

    def _parts(self) -> Iterator[tuple[str, str, Flags]]:
        """(variable, part in words, members) of each variable."""
        for name in self.variables:
            texts, label = self.levels(name), f"“{variable_label(self.trial, name)}”"
            values = self.subjects.column(adsl_code(name))
            if texts is None and values.dtype.kind in "fiu":
                for share in (0.25, 0.5, 0.75):
                    cut = float(np.nanquantile(values, share))
                    yield name, f"patients with {label} at least {cut:g}", values >= cut
                    yield name, f"patients with {label} below {cut:g}", values < cut
            levels = [] if texts is None else sorted(set(texts.tolist()) - {""})
            for level in levels:
                yield name, f"patients with {label} = {level}", texts == level
                if len(levels) > 2:
                    yield (
                        name,
                        f"patients with {label} not {level}",
                        (texts != level) & (texts != ""),
                    )

    def _flag(self, population: str) -> Flags:
        return self.subjects.column(self.trial.populations[population].flag) == "Y"

    @cached_property
    def _in_stratum(self) -> Flags:
        if self.stratum is None:
            return np.ones(self.n, dtype=bool)
        variable, _, level = self.stratum.partition("=")
        values = self.subjects.column(adsl_code(variable))
        return np.array([_text(value) == level for value in values])


def _sets(rows: list[tuple[str, int, Flags]]) -> Sets:
    names, tiers, masks = zip(*rows, strict=True)
    return Sets(list(names), list(tiers), np.array(masks))


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
