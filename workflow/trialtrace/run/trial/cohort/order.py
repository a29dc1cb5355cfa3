"""In which order the levels and quantities of a cohort are made.

A step is ("level", name), its rows; ("kept", name), those of them that `keep` leaves; or
("quantity", name). Quantities that `keep` names are drawn on all rows of their level, every other
one on the rows that are kept.
"""

from dataclasses import replace
from functools import cached_property

from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.file import CohortFile
from trialtrace.run.trial.cohort.forms import Level
from trialtrace.run.trial.cohort.quantities.quantity import Held
from trialtrace.run.trial.model import Variable


class Types:
    """The columns of a cohort by name; what cannot be known (a cycle, a wrong name) is left out."""

    def __init__(self, cohort: CohortFile):
        self.cohort = cohort
        self.columns: dict[str, Held] = {}
        self._open: set[str] = set()
        self._seen: dict[str, dict[str, Held]] = {}
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
        if level not in self._seen:
            above = self.above(level)
            self._seen[level] = {
                name: held for name, held in self.columns.items() if held.level in above
            }
        return self._seen[level]

    def variables(self, level: str) -> dict[str, Variable]:
        """The same as columns that conditions are checked with."""
        return {name: self._variables[name] for name in self.seen(level)}

    @cached_property
    def _variables(self) -> dict[str, Variable]:
        return {name: held.variable() for name, held in self.columns.items()}


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


Step = tuple[str, str]


class CycleError(Exception):
    """Quantities or levels that need each other; `steps` begins and ends with the same one."""

    def __init__(self, steps: list[Step]):
        super().__init__(" -> ".join(name for _, name in steps))
        self.steps = steps


def in_order(cohort: CohortFile) -> list[Step]:
    """Every step after those that it needs, otherwise as the file has them. Raises CycleError."""
    wanted = steps(cohort)
    done: dict[Step, None] = {}
    for step in wanted:
        _visit(step, wanted, done, [])
    return list(done)


def _visit(
    step: Step, wanted: dict[Step, list[Step]], done: dict[Step, None], path: list[Step]
) -> None:
    if step in done:
        return
    if step in path:
        raise CycleError([*path[path.index(step) :], step])
    for before in wanted.get(step, ()):
        _visit(before, wanted, done, [*path, step])
    done[step] = None


def steps(cohort: CohortFile) -> dict[Step, list[Step]]:
    """Every step with those that it needs."""
    made = makers(cohort)
    early = {name: before_keep(cohort, level) for name, level in cohort.levels.items()}
    wanted: dict[Step, list[Step]] = {}
    for name, level in cohort.levels.items():
        wanted["level", name] = _needs_of_level(level, made)
        kept = [made[column] for column in columns_of(level.keep or {}) if column in made]
        wanted["kept", name] = [("level", name), *kept]
    for name, quantity in cohort.quantities.items():
        start = "level" if name in early.get(quantity.level, ()) else "kept"
        needed = [(start, quantity.level)]
        needed += [made[need] for _, need in quantity.needs() if need in made]
        if (below := quantity.level_below) is not None:
            needed.append(("kept", below))
            needed += [made[need] for need in quantity.gathers if need in made]
        wanted["quantity", name] = needed
    return wanted


def makers(cohort: CohortFile) -> dict[str, Step]:
    """Column -> the quantity that makes it; the columns of levels are not among them."""
    return {
        column: ("quantity", name)
        for name, quantity in cohort.quantities.items()
        for column in quantity.columns
    }


def before_keep(cohort: CohortFile, level: Level) -> set[str]:
    """The quantities of a level that `keep` uses, also through others of the level."""
    steps = makers(cohort)
    texts: set[str] = set()
    ahead = columns_of(level.keep or {})
    while ahead:
        name = steps.get(ahead.pop(), ("", ""))[1]
        quantity = cohort.quantities.get(name)
        if quantity is not None and quantity.level == level.name and name not in texts:
            texts.add(name)
            ahead += [need for _, need in quantity.needs()]
    return texts


def _needs_of_level(level: Level, steps: dict[str, Step]) -> list[Step]:
    found: list[Step] = [("kept", level.of)] if level.of else []
    if isinstance(level.count, str) and level.count in steps:
        found.append(steps[level.count])
    return found
