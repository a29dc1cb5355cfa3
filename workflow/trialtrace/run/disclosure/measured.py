"""What is measured behind statistics of values, whatever it is called there.

The same values stand under several names: a variable at entry and an endpoint's baseline, two
endpoints, a visit and the same with what is missing filled in. They are told apart by the values
themselves: what nearly all patients have alike is one measurement, in which a patient with another
value is another patient.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from trialtrace.run.disclosure.cells import ARM, OF_VALUES, Cells
from trialtrace.run.disclosure.levels import NOTHING, Column, column_of
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.tables.frames import Predicate, canonical
from trialtrace.run.trial.model import adsl_code

ADSL, CHANGE, VALUE, VISIT = "adsl", "CHG", "AVAL", "AVISIT"
# (subject, value) of a column in the rows of a data set that meet a condition.
Measured = Callable[[str, Predicate, str], Iterable[tuple[str, float]]]
Where = Mapping[str, object]


@dataclass
class Measurement:
    """The value of each patient, by his bit, and of those with another value under some name the
    bit that they have there, with their own."""

    values: dict[int, tuple[float, ...]]
    others: dict[int, int] = field(default_factory=dict)

    def is_of(self, column: Column, fewest: int) -> bool:
        """Whether it is what a column has: of enough patients all but a few."""
        both = [bit for bit in column.of if bit in self.values]
        left = len(both) >= fewest
        apart = 0
        for bit in both if left else ():
            apart += self.values[bit] != column.of[bit]
            if apart >= fewest:
                return False
        return left

    def patients(self, items: int) -> int:
        """The patients of a set in which some may be others."""
        for item, bit in self.others.items():
            if items & item:
                items = items & ~item | bit
        return items


@dataclass(frozen=True)
class Name:
    """A measurement under one of its names: `swaps` has the bits of who has another value there."""

    key: object
    of: Measurement
    swaps: Mapping[int, int]

    def items(self, who: int) -> int:
        for bit, item in self.swaps.items():
            if who & bit:
                who = who & ~bit | item
        return who


class Measurements:
    """The columns of a trial, and which of them are of one measurement."""

    def __init__(self, cells: Cells, measured: Measured, baselines: Mapping[str, str], fewest: int):
        self._cells, self._measured, self._baselines = cells, measured, baselines
        self._fewest = fewest
        self._columns: dict[object, Column] = {}
        self._known: list[Measurement] = []
        self._names: dict[int, Name] = {}

    def column(self, row: ResultRow, dataset: str, where: Where) -> Column:
        """What a statistic is of, of all patients."""
        name = adsl_code(row["parameter"] or "")
        if dataset != ADSL:
            name = CHANGE if CHANGE in where else VALUE
        return self._column(dataset, where, name)

    def behind(self, row: ResultRow, dataset: str, where: Where, *, plain: bool) -> Iterator[Name]:
        """What a statistic tells of: with the value at its visit a change, where it is `plain` and
        not adjusted, gives that at the baseline, of the same patients."""
        visits = [row["visit"]]
        if CHANGE not in where:
            yield from self._names_of((row["parameter"], *visits), self.column(row, dataset, where))
            return
        if plain:
            visits += filter(None, [self._baselines.get(row["parameter"] or "")])
        where = {name: test for name, test in where.items() if name != CHANGE} | {VALUE: "present"}
        for visit in visits:
            at = where | ({VISIT: {"is": visit}} if VISIT in where else {})
            yield from self._names_of((row["parameter"], visit), self._column(dataset, at, VALUE))

    def _column(self, dataset: str, where: Where, name: str) -> Column:
        if name not in where:
            return NOTHING
        kept = {one: test for one, test in where.items() if one in (*OF_VALUES, name)}
        column, arms = self._read(dataset, kept, name), _arms(where)
        if not arms or all(len(each) == 1 for each in column.of.values()):
            return column
        # Of patients who have every treatment the value of one, or the difference of two.
        by_arm = [self._read(dataset, kept | {ARM: {"is": arm}}, name) for arm in arms]
        if any(len(each) > 1 for one in by_arm for each in one.of.values()):
            return column
        if len(by_arm) == 1:
            return by_arm[0]
        return self._columns.setdefault(
            (dataset, canonical(kept), *arms),
            column_of(
                (bit, value - by_arm[1].of[bit][0])
                for bit, (value,) in by_arm[0].of.items()
                if bit in by_arm[1].of
            ),
        )

    def _read(self, dataset: str, where: Where, name: str) -> Column:
        key = dataset, canonical(dict(where))
        if key not in self._columns:
            values = self._measured(dataset, dict(where), name)
            self._columns[key] = column_of((self._cells.bits([who]), one) for who, one in values)
        return self._columns[key]

    def _names_of(self, called: object, column: Column) -> Iterator[Name]:
        """What it is called, whoever has which value, and what it is by its values."""
        yield Name(called, Measurement({}), {})
        if column.of:
            if id(column) not in self._names:
                self._names[id(column)] = self._found(column)
            yield self._names[id(column)]

    def _found(self, column: Column) -> Name:
        fits = (at for at, one in enumerate(self._known) if one.is_of(column, self._fewest))
        at = next(fits, len(self._known))
        if at == len(self._known):
            self._known.append(Measurement({}))
        of, swaps = self._known[at], {}
        for bit, value in column.of.items():
            if of.values.setdefault(bit, value) != value:
                swaps[bit] = self._cells.bits([f"{at} {bit} {value}"])
                of.others[swaps[bit]] = bit
        return Name(at, of, swaps)


def _arms(where: Where) -> list[str]:
    """The arm, or both arms, that a condition is on."""
    test = where.get(ARM)
    found = test.get("in", [test.get("is")]) if isinstance(test, dict) else []
    return found if len(found) < 3 else []
