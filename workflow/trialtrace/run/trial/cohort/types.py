"""What the quantities of a cohort hold: their level, kind and, for text, the possible values."""

from dataclasses import replace

from trialtrace.run.trial.cohort.file import CohortFile
from trialtrace.run.trial.cohort.levels import Level
from trialtrace.run.trial.cohort.quantities.quantity import Held


class Types:
    """The columns of a cohort by name; what cannot be known (a cycle, a wrong name) is left out."""

    def __init__(self, cohort: CohortFile):
        self.cohort = cohort
        self.columns: dict[str, Held] = {}
        self._open: set[str] = set()
        self._makers = {
            column: quantity
            for quantity in cohort.quantities.values()
            for column in quantity.columns
        }
        for level in cohort.levels.values():
            self.columns |= {held.name: held for held in _of_level(level)}
        for name in self._makers:
            self.held(name)

    def held(self, name: str) -> Held | None:
        if name in self.columns or name in self._open or name not in self._makers:
            return self.columns.get(name)
        self._open.add(name)
        quantity = self._makers[name]
        held = quantity.holds(self.held)
        if held is not None:
            self.columns[name] = replace(held, name=name, level=quantity.level, of=quantity)
        return self.columns.get(name)

    def above(self, level: str) -> list[str]:
        """A level and those above it, as far as they are known."""
        texts: list[str] = []
        following: str | None = level
        while following in self.cohort.levels and following not in texts:
            texts.append(following)
            following = self.cohort.levels[following].of
        return texts

    def seen(self, level: str) -> dict[str, Held]:
        """The columns that rows of a level can use."""
        levels = self.above(level)
        return {name: held for name, held in self.columns.items() if held.level in levels}


def _of_level(level: Level) -> list[Held]:
    if level.of is None:
        made = [Held("integer", name="id", level=level.name)]
        if level.arms:
            made.append(Held("text", tuple(level.arms), name="arm", level=level.name))
        return made
    if not level.labels:
        return [Held("integer", name=level.column, level=level.name)]
    made = [Held("text", tuple(level.days), name=level.column, level=level.name)]
    if level.dated:
        made.append(Held("number", name=f"{level.column}_day", level=level.name))
    return made
