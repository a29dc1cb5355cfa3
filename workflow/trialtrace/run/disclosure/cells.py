"""The numbers of subjects that a run's results tell, and which of them add up to which.

A cell is a set of subjects or rows that a member list names. Cells of several analyses are one
where they count the same rows: the patients of an arm with a value, of whichever endpoint. What
adds up is read off the conditions: those that differ in one column alone are parts of the one
without it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations

from trialtrace.base.words import COUNTS
from trialtrace.run.disclosure.presets import Preset
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow, values_of
from trialtrace.run.tables.frames import COMPLETE, Predicate, canonical
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

ARM = "TRTP"
# Columns that say which value a row has; without them a condition is on who is there.
OF_VALUES = ("AVAL", "AVALC", "CNSR", "PARAMCD", "AVISIT", "AVISITN", "ASEQ")
OF_RECORDS = ("LAT", "LOC", "ADT", "ADY", "TSTART", "TSTOP", "complete", "lacking", "USUBJID")
VALUES = {*OF_VALUES, *OF_RECORDS}
ALIKE = ("method", "parameter", "visit", "group2", "group2_level")
WHO = "who"
NO_POPULATIONS: Mapping[str, Collection[str]] = {}
# Of each result the lists of its members.
Members = Mapping[str, Sequence[MemberRow]]
Subjects = Callable[[str, Predicate], Collection[str]]
Form = tuple[str, str]
# Of a condition without a column the cells by its value there.
Groups = dict[Form, dict[str, dict[str, int]]]
# What patients are by a condition, without tests of values, and a bit for each.
Patients = tuple[dict[str, object], int]


@dataclass
class Cell:
    """A count. `kept`: it is never hidden. `absent`: it is of who is not there, so that a 0 tells
    of nobody. `who` has a bit for each of its patients, where they are known; `wheres` are the
    conditions that select it, `arms` the cells of its single arms."""

    count: int
    kept: bool = False
    absent: bool = False
    who: int = 0
    wheres: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    arms: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sum:
    """`parts` are a `whole` together; where not `complete`, they are no more than it."""

    whole: int
    parts: tuple[int, ...]
    complete: bool


class Cells:
    """The cells of results, by number; `of` has those that a result tells, by their role.
    `between` says how often two counts that are always told tell of a few between them."""

    def __init__(
        self,
        rows: Iterable[ResultRow],
        members: Members,
        subjects: Subjects,
        arms: Collection[str],
        preset: Preset,
        populations: Mapping[str, Collection[str]] = NO_POPULATIONS,
    ):
        """`subjects` gives the rows that a predicate selects, of a subject's single row himself;
        `populations` the columns that the condition of a population, by its flag, reads."""
        self.cells: list[Cell] = []
        self.of: dict[str, dict[str, int]] = {}
        self._subjects, self._arms, self._preset = subjects, set(arms), preset
        self._known: dict[object, int] = {}
        self._forms: dict[Form, set[int]] = {}
        self._labelled: dict[tuple[object, ...], dict[str | None, int]] = {}
        self._parts: list[tuple[int, int]] = []
        self._sizes: dict[int, frozenset[str]] = {}
        self._alike: dict[object, dict[int, Patients]] = {}
        self._bits: dict[str, int] = {}
        # By the event and whom it could have met.
        self._events: dict[tuple[str, int], set[int]] = {}
        # By whom an event could have met, the counts of patients who had one.
        self._among: dict[int, set[int]] = {}
        self.between = 0
        rows = [row for row in rows if row["analysis_id"] != PLANNING]
        self._classes = _classes(rows, members, populations)
        for row in rows:
            self._row(row, members.get(row["result_id"], ()))
        by_condition = list(self._by_condition())
        self._nested = list(self._pairs(by_condition)) if preset.exact else []
        self._keep_sizes()
        if preset.exact:
            self._nested += self._nested_events()
        self.sums = list(dict.fromkeys([*by_condition, *self._sums(rows)]))

    def value(self, row: ResultRow) -> int | None:
        """The cell that is the value of a count."""
        return self.of.get(row["result_id"], {}).get("value")

    def by_arm(self, number: int) -> tuple[int, ...]:
        """The cells of the single arms of a cell: itself where it is of one."""
        return self.cells[number].arms or (number,)

    def _keep_sizes(self) -> None:
        """Sizes of arms are told, but where one is small, since the others and the total would
        give it; and but of a population that leaves a few of another one."""
        small = self._preset.too_small
        if any(small(self.cells[number].count) for number in self._sizes):
            return
        inner = [pair[1] for pair in self._nested if small(self._left(*pair))]
        few = {self._sizes[number] for number in inner if number in self._sizes}
        for number, flags in self._sizes.items():
            self.cells[number].kept |= flags not in few and flags.isdisjoint(self._classes)

    def _left(self, outer: int, inner: int) -> int:
        return self.cells[outer].count - self.cells[inner].count

    def _row(self, row: ResultRow, members: Sequence[MemberRow]) -> None:
        crossed = cross_classified(row, members) or any(
            not self._classes.isdisjoint(json.loads(member["predicate"])) for member in members
        )
        kept = not self._preset.everywhere and not crossed
        cells = {
            member["role"]: self._of(member["dataset"], json.loads(member["predicate"]), kept)
            for member in members
            if member["role"] != "drawn_from"
        }
        whole = cells.get("denominator", cells.get("analysed"))
        if whole is not None and (inner := cells.get("numerator")) is not None and inner != whole:
            self._parts.append((whole, inner))
            self._events.setdefault((_event(members), self.cells[whole].who), set()).add(inner)
        if (count := _count(row)) is not None:
            cells["value"] = self._value(row, count, cells, kept)
            if whole is not None and "numerator" in cells:
                self._among.setdefault(self.cells[whole].who, set()).add(cells["value"])
            key = values_of(row, ("analysis_id", "stratum", *ALIKE))
            self._labelled.setdefault(key, {})[row["group1_level"]] = cells["value"]
            if not self.cells[cells["value"]].who and "analysed" in cells:
                # Who of them is counted is not known, but no more than are between are so.
                population = self.cells[cells["analysed"]]
                like = self._alike.setdefault(values_of(row, (*ALIKE, "group1_level")), {})
                like[cells["value"]] = _patients(population.wheres[-1][1]), population.who
        self.of[row["result_id"]] = cells

    def _value(self, row: ResultRow, count: int, cells: Mapping[str, int], kept: bool) -> int:
        """Of the members the one that is counted; a count that none is, such as the patients at
        risk at a time, is a part of them."""
        for role in ("numerator", "analysed"):
            if role in cells and self.cells[cells[role]].count == count:
                return cells[role]
        cell = self._add(count, kept)
        if "numerator" in cells and (listed := self.cells[cells["numerator"]].who):
            # Of a list of records these are its patients.
            self.cells[cell].who = listed if listed.bit_count() == count else 0
        if "analysed" in cells and self.cells[cells["analysed"]].count >= count:
            self._parts.append((cells["analysed"], cell))
        return cell

    def _add(self, count: int, kept: bool) -> int:
        self.cells.append(Cell(count, kept))
        return len(self.cells) - 1

    def _of(self, dataset: str, predicate: Predicate, kept: bool) -> int:
        """The cell of a member list, with those of its single arms."""
        key = dataset, canonical(predicate), kept
        if key in self._known:
            return self._known[key]
        where = self._normal(predicate)
        chosen = self._subjects(dataset, predicate)
        who = who_is_there(dataset, where)
        listed = self.bits(chosen)
        # The same patients, of whichever endpoint and whichever rows, are one cell.
        known = canonical(who) if who is not None and chosen else None
        same = known or (dataset, canonical(where), kept), listed
        if same not in self._known:
            self._known[same] = self._add(len(chosen), kept)
        number = self._known[key] = self._known[same]
        cell = self.cells[number]
        cell.kept |= kept
        if who is not None and _size_of_arm(who):
            self._sizes[number] = frozenset(who) - {ARM}
        cell.absent |= "lacking" in where or "missing" in where.values()
        # How many values are missing is told; who is outside of a population is a count as others.
        lacking = predicate.get("lacking", ())
        outside = any(each["dataset"] == "adsl" for each in lacking)
        cell.kept |= cell.absent and self._preset.exact and not outside
        cell.wheres.append((dataset, where))
        cell.who = listed
        if cell.who.bit_count() == len(chosen) and not cell.absent:
            values = {name: test for name, test in where.items() if name in (ARM, *VALUES)}
            like = self._alike.setdefault((dataset, canonical(values)), {})
            like[number] = _patients(where), cell.who
        self._forms.setdefault((dataset, canonical(where)), set()).add(number)
        if who is not None:
            self._forms.setdefault((WHO, canonical(who)), set()).add(number)
        column = ARM if ARM in predicate else "TRT01P"
        if column in predicate.get(COMPLETE, ()):
            return number  # patients with a value in each: no list is of one of them
        if (test := predicate.get(column)) and isinstance(test, dict) and "in" in test:
            cell.arms = tuple(
                self._of(dataset, {**predicate, column: {"is": arm}}, kept) for arm in test["in"]
            )
        return number

    def bits(self, chosen: Iterable[str]) -> int:
        """A number with a bit for each subject."""
        who = 0
        for subject in chosen:
            who |= self._bits.setdefault(subject, 1 << len(self._bits))
        return who

    def _normal(self, predicate: Predicate) -> dict[str, object]:
        """A condition as it is compared: the arm by one name, and no test that all arms pass."""
        where = {ARM if name == "TRT01P" else name: test for name, test in predicate.items()}
        test = where.get(ARM)
        if isinstance(test, dict) and set(test.get("in", ())) >= self._arms:
            del where[ARM]
        elif isinstance(test, dict) and len(test.get("in", ())) == 1:
            where[ARM] = {"is": test["in"][0]}
        return {
            name: test for name, test in where.items() if test != "present" or name in OF_VALUES
        }

    def _sums(self, rows: Iterable[ResultRow]) -> Iterator[Sum]:
        for whole, inner in dict.fromkeys(self._parts):
            yield Sum(whole, (inner,), complete=False)
            # What a count leaves of its whole is told with them, and may be small itself.
            left = self._left(whole, inner)
            if self._preset.exact and self._preset.too_small(left):
                yield Sum(whole, (inner, self._add(left, self.cells[inner].kept)), complete=True)
        if self._preset.exact:
            yield from self._by_patients()
        for by_arm in self._labelled.values():
            arms = tuple(number for arm, number in by_arm.items() if arm in self._arms)
            for whole in (number for arm, number in by_arm.items() if arm not in self._arms):
                yield from self._sum(whole, arms)
        yield from self._flow(rows)

    def _pairs(self, sums: Iterable[Sum]) -> Iterator[tuple[int, int]]:
        """Counts of the same value of which one is of patients of the other, but for those that
        sums already have."""
        known = {(each.whole, part) for each in sums if each.complete for part in each.parts}
        for like in self._alike.values():
            ordered = sorted(like, key=lambda number: -self.cells[number].count)
            for outer, inner in combinations(ordered, 2):
                large = self.cells[inner].count > self._preset.small and self._left(outer, inner)
                if large and (outer, inner) not in known and _within(like[inner], like[outer]):
                    yield outer, inner

    def _nested_events(self) -> Iterator[tuple[int, int]]:
        """Counts of events of which everybody with the one had the other, but for a few, such as
        serious ones: which are so the data say."""
        for among in self._among.values():
            for outer, inner in permutations(among, 2):
                whole, part = self.cells[outer], self.cells[inner]
                if (
                    self._preset.small < part.count == part.who.bit_count()
                    and whole.count == whole.who.bit_count()
                    and whole.who & part.who == part.who != whole.who
                    and self._preset.too_small(self._left(outer, inner))
                    and not (whole.kept and part.kept)
                ):
                    yield outer, inner

    def _by_patients(self) -> Iterator[Sum]:
        """Sums of counts of known patients: the same under several names; and nested ones with
        those between, who are a count of their own, or else a few."""
        for (_, who), numbers in self._events.items():
            first, *others = sorted(numbers) if who else [0]
            for number in others:
                if not (self.cells[first].kept or self.cells[number].kept):
                    yield Sum(first, (number,), complete=True)
        known: dict[int, int] = {}
        for number, cell in enumerate(self.cells):
            large = self._preset.small < cell.count == cell.who.bit_count()
            if large and not cell.absent:
                first = known.setdefault(cell.who, number)
                if first != number and not (cell.kept or self.cells[first].kept):
                    yield Sum(first, (number,), complete=True)
        for outer, inner in self._nested:
            whole, part = self.cells[outer], self.cells[inner]
            between = known.get(whole.who & ~part.who)
            left = self._left(outer, inner)
            if self._preset.too_small(left):
                self.between += whole.kept and part.kept
                between = self._add(left, whole.kept and part.kept)
            if between is not None:
                yield Sum(outer, (inner, between), complete=True)

    def _by_condition(self) -> Iterator[Sum]:
        groups: Groups = {}
        for (space, text), numbers in self._forms.items():
            where = json.loads(text)
            for column, test in where.items():
                value = test if isinstance(test, str) else canonical(test)
                if value == "missing" or (isinstance(test, dict) and test.keys() == {"is"}):
                    rest = {name: other for name, other in where.items() if name != column}
                    parts = groups.setdefault((space, canonical(rest)), {})
                    parts.setdefault(column, {})[value] = max(
                        numbers, key=lambda number: self.cells[number].count
                    )
        self._constant = self._constants(groups)
        for (space, others), columns in groups.items():
            for name, levels in columns.items():
                yield from self._wholes(space, json.loads(others), name, levels)
        for (space, _), numbers in self._forms.items():
            if space == WHO:
                ordered = sorted(numbers, key=lambda number: -self.cells[number].count)
                yield from (Sum(a, (b,), complete=False) for a, b in combinations(ordered, 2))

    def _constants(self, groups: Groups) -> set[str]:
        """Columns in which all patients have the same value."""
        found: dict[str, bool] = {}
        for (space, rest), columns in groups.items():
            there = self._forms.get((WHO, rest), ()) if space == WHO else ()
            if most := max((self.cells[number].count for number in there), default=0):
                for column, parts in columns.items():
                    counts = [self.cells[number].count for number in parts.values()]
                    alone = [count for count in counts if count] == [most]
                    found[column] = found.get(column, True) and alone
        return {column for column, alone in found.items() if alone}

    def _wholes(
        self, space: str, rest: dict[str, object], column: str, parts: Mapping[str, int]
    ) -> Iterator[Sum]:
        """The cells that parts by a column make up: without it, with any value, with one of a
        list. What is missing in the column is a part of those without it."""
        named = tuple(number for value, number in parts.items() if value != "missing")
        for test in (None, "present"):
            where = rest if test is None else rest | {column: test}
            for whole in self._forms.get((space, canonical(where)), ()):
                yield from self._sum(whole, named, alone=column in self._constant)
                if "missing" in parts:
                    yield from self._sum(whole, (*named, parts["missing"]))
        if "missing" in parts and space == WHO:
            there = self._forms.get((WHO, canonical(rest)), ())
            for a, b in combinations(sorted(there, key=lambda n: self.cells[n].count), 2):
                if self.cells[a].count + self.cells[parts["missing"]].count == self.cells[b].count:
                    yield Sum(b, (a, parts["missing"]), complete=True)

    def _sum(self, whole: int, parts: tuple[int, ...], *, alone: bool = False) -> Iterator[Sum]:
        """The sum of parts; `alone`: one part can be all there is, a variable's only level."""
        parts = tuple(number for number in dict.fromkeys(parts) if number != whole)
        total = sum(self.cells[number].count for number in parts)
        if parts and total <= self.cells[whole].count:
            yield Sum(
                whole,
                parts,
                complete=total == self.cells[whole].count and (alone or len(parts) > 1),
            )

    def _flow(self, rows: Iterable[ResultRow]) -> Iterator[Sum]:
        """Who was randomised was analysed, or not for one of the reasons."""
        found: dict[tuple[str | None, str | None], list[int]] = {}
        whole: dict[str | None, list[int]] = {}
        for row in rows:
            if row["analysis_id"] == "flow" and (cell := self.value(row)) is not None:
                if row["stat_name"] in ("analysed", "not_analysed"):
                    found.setdefault((row["group1_level"], row["parameter"]), []).append(cell)
                elif row["stat_name"] in ("randomised", "in_population"):
                    whole.setdefault(row["group1_level"], []).append(cell)
        for (arm, _), parts in found.items():
            for total in whole.get(arm, ()):
                yield from self._sum(total, tuple(parts))


def _event(members: Iterable[MemberRow]) -> str:
    """What is counted, whoever could have it: the values, and what the whole does not ask for."""
    of = {member["role"]: member for member in members}
    inner = of["numerator"]
    whole = json.loads(of.get("denominator", of.get("analysed", inner))["predicate"])
    where = {
        name: test
        for name, test in json.loads(inner["predicate"]).items()
        if name in VALUES or whole.get(name) != test
    }
    return f"{inner['dataset']} {canonical(where)}"


def _patients(where: Mapping[str, object]) -> dict[str, object]:
    return {name: test for name, test in where.items() if name not in VALUES and test != "present"}


def _within(inner: Patients, outer: Patients) -> bool:
    """Whether some are of the others by their conditions, and not by chance: what populations are
    in each other everybody knows."""
    (where, who), (of, whole) = inner, outer
    plain = all(name.endswith("FL") or where.get(name) == test for name, test in of.items())
    return plain and where != of and who != whole and who & whole == who


def cross_classified(row: ResultRow, members: Iterable[MemberRow]) -> bool:
    """Whether a result is of more than an arm and an outcome: of a subgroup, of a level of what
    patients were at entry, or of those alone who meet a further condition."""
    if row["analysis_id"] == "baseline":
        return bool(row["group2"])
    return bool(row["stratum"]) or (row["analysis_id"] != "flow" and any(map(_further, members)))


def _further(member: MemberRow) -> bool:
    """Whether a member list has a condition on what its patients are, beside arm and population;
    what occurred is the outcome itself."""
    return any(not name.endswith("FL") for name in _conditions(member))


def _conditions(member: MemberRow) -> set[str]:
    """The columns on which a member list has a condition beside arm and values."""
    where: dict[str, object] = json.loads(member["predicate"])
    names = {name for name, test in where.items() if test != "present"}
    return set() if member["dataset"] == "occds" else names - {ARM, "TRT01P", *VALUES}


def _classes(
    rows: Iterable[ResultRow],
    members: Mapping[str, Sequence[MemberRow]],
    populations: Mapping[str, Collection[str]],
) -> set[str]:
    """Flags of populations by what patients are: by a column that a table is classified by."""
    lists = [
        member
        for row in rows
        if row["analysis_id"] != "flow"
        for member in members.get(row["result_id"], ())
    ]
    columns = set().union(*map(_conditions, lists))
    return {flag for flag, of in populations.items() if not columns.isdisjoint(of)}


def _size_of_arm(who: Mapping[str, object]) -> bool:
    """Whether a condition is on the arm and the population alone."""
    return {name for name in who if not name.endswith("FL")} <= {ARM}


def who_is_there(dataset: str, where: Mapping[str, object]) -> dict[str, object] | None:
    """The condition on subjects behind one that asks for any value; None where it asks for one,
    or for rows of which a subject may have several."""
    values = {name: test for name, test in where.items() if name in OF_VALUES}
    plain = values.pop("AVAL", "present") == "present"
    if dataset == "occds" or not plain or values.keys() - {"PARAMCD", "AVISIT", "AVISITN"}:
        return None
    return {name: test for name, test in where.items() if name not in OF_VALUES}


def _count(row: ResultRow) -> int | None:
    """The value of a count of patients or occurrences."""
    value = row["stat_value"]
    if value is None or row["stat_name"] not in COUNTS or row["ci_level"] is not None:
        return None
    return round(value)
