"""A trial as far as it is decided, and what it needs of the tables."""

from dataclasses import dataclass, field

import numpy as np

from trialtrace.run.draft.candidates import CLUSTER, CROSSOVER, FACTORIAL, WITHIN
from trialtrace.run.draft.keys import key_of
from trialtrace.run.draft.outcomes import Outcome
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table


@dataclass
class Draft:
    """A trial as far as it is decided. `home` is the table of the arm, which is that of the
    patients; `arms` maps the codes of the arm to their names. `where` are the rows of `home` and
    the primary outcome's table that are analysed; `population` is a condition on patients,
    `partial` the day that is taken of partial dates."""

    tables: list[Table]
    home: Table = field(init=False)
    arm: Column = field(init=False)
    arms: dict[str, str] = field(default_factory=dict)
    control: str = ""
    partial: str = ""
    design: str = ""
    subject: str = ""
    where: tuple[str, str] | None = None
    population: tuple[str, str] | None = None
    primary: Outcome = field(init=False)
    secondary: list[Outcome] = field(default_factory=list)
    covariates: list[str] = field(default_factory=list)
    baseline: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)

    @property
    def outcomes(self) -> list[Outcome]:
        """The primary outcome, then the secondary ones."""
        return [self.primary, *self.secondary]

    @property
    def not_outcomes(self) -> set[str]:
        """The columns that are something else."""
        chosen = [pair[0] for pair in (self.where, self.population) if pair]
        return {self.subject, self.arm.name, self.cluster, self.factor, *chosen}

    @property
    def own_treatment(self) -> bool:
        """Whether a patient has every treatment."""
        return self.design in (CROSSOVER, WITHIN)

    def chosen(self, table: Table) -> Table:
        """The table with the rows of it that are analysed."""
        if self.where is None or table.raw is not self.home.raw:
            return table
        return table.rows(table.has(*self.where))

    def by_patient(self, numbers: np.ndarray, table: Table) -> np.ndarray:
        """For each row of a table the number of its patient, of numbers by the rows of `home`; NaN
        where there is none."""
        if self.subject in ("", SOURCE_ROW):
            return numbers
        mine, own = self.home.column(self.subject), table.column(self.subject)
        known = zip(mine.at, numbers, strict=True)
        found = {mine.values[at]: number for at, number in known if np.isfinite(number)}
        whole = np.array([*(found.get(name, np.nan) for name in own.values), np.nan])
        return np.asarray(whole[own.at])

    @property
    def cluster(self) -> str:
        return self.design.removeprefix(CLUSTER) if self.design.startswith(CLUSTER) else ""

    @property
    def factor(self) -> str:
        return self.design.removeprefix(FACTORIAL) if self.design.startswith(FACTORIAL) else ""


def used_tables(draft: Draft) -> list[Table]:
    """The tables that a draft needs."""
    raws = [draft.home.raw, *(one.table.raw for one in draft.outcomes)]
    return [table for table in draft.tables if any(table.raw is raw for raw in raws)]


def keys_of(draft: Draft, table: Table) -> tuple[str, ...]:
    """The key of a table."""
    within = [one.visit for one in draft.outcomes if one.table.raw is table.raw]
    within += [draft.where[0]] if draft.where and table.raw is draft.home.raw else []
    return key_of(table, draft.subject, tuple(dict.fromkeys(filter(None, within))))
