"""Tables of what was given that hold none of the trial's patients: set aside and told, asked where
another could as well be the trial."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from trialtrace.base.errors import one_of, wrong
from trialtrace.run.cleaning.fits import as_known
from trialtrace.run.drafting.decided import Decided, none_of
from trialtrace.run.drafting.delimited import by_pandas, python
from trialtrace.run.drafting.keys import may_tell_people
from trialtrace.run.drafting.names import (
    CLUSTERS,
    RELATED,
    ROW_NUMBERS,
    SEX,
    SITES,
    identifies,
    name_words,
    rank,
)
from trialtrace.run.drafting.outcomes import is_number, levels, usable
from trialtrace.run.drafting.profile import Column, Table, Unread
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import parts, plain

# Of the patients of a table those that another has, from which on a column of both links them.
MOSTLY = 0.5
# Of the values of two columns of other names those that both have.
ALIKE = 0.8
# Of the patients of the smaller of two tables those of both, up to which they are of strangers.
STRANGERS = 0.02
# Of the numbers between the ends of a column those that it has, from which on others meet it by
# chance: they count from 1.
DENSE = 0.2
# Values that link a column of another name; patients of two tables, and of them those of whom a sex
# or an arm differs, from which on they are others under the same numbers.
FEWEST, FEWEST_OF_BOTH, OTHERS = 4, 10, 0.2
# Words of those whom a trial has.
PEOPLE = {"participant", "patient", "subject", "person", "proband", "teilnehmer", "pat", "subj"}
ASIDE = "aside"
# A sheet that cannot be read, and what is wrong, without where.
OF_SHEET = re.compile(r"(.+)\[(.+)\] cannot be read: ([^:]+): .+", re.DOTALL)
WORDS = "Which tables are of the trial?"
EACH = "where each file is an arm, a visit, or of other people, --stack arm, visit or part says so"
UNDER = "--stack part puts them under one another, --stack arm where each is an arm"


@dataclass
class Read:
    """The tables, with cells that are read once; `patients` are the columns that tell them."""

    tables: Sequence[Table]
    told: str
    cells: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def subject(self, table: Table) -> str:
        """The column of the patients: the one that was told, or that its name tells."""
        told = self.told if self.told in {one.name for one in table.columns} else ""
        return told or (*table.subject, "")[0]

    def values(self, table: Table, name: str) -> set[str]:
        """The different values of a column."""
        at = (table.name, name)
        if at not in self.cells:
            self.cells[at] = {cell for (cell,) in cells_of(table, [name])} - {""}
        return self.cells[at]

    def patients(self, table: Table) -> set[str]:
        """The patients of a table, none where no name tells them."""
        name = self.subject(table)
        return self.values(table, name) if name and table.rows <= MOST_ROWS else set()

    def pair(self, one: Table, other: Table) -> tuple[str, str] | None:
        """The columns by which two tables may be of the same patients; none where none are."""
        own, known = self.patients(one), self.patients(other)
        if own and known and same(own, known):
            names = self.subject(one), self.subject(other)
            # Numbers of another name, such as those of who was screened, count from 1 as well.
            sure = len({*map(plain, names)}) == 1 or len(own & known) >= ALIKE * len(own)
            return names if sure or by_no_chance(own, known) else None
        if known and (name := self.link(one, known, self.subject(other))):
            return name, self.subject(other)
        if own and (name := self.link(other, own, self.subject(one))):
            return self.subject(one), name
        pairs = ((a, b) for a in _ids(one) for b in _ids(other) if not (own or known))
        return next(((a.name, b.name) for a, b in pairs if self._shared(one, other, (a, b))), None)

    def belongs(self, one: Table, group: Sequence[Table]) -> bool:
        """Whether a table is of the patients of others, and of none of them contradicts what does
        not change."""
        if any(one.of and one.of == each.of for each in group):
            return True
        pairs = [(each, pair) for each in group if (pair := self.pair(one, each))]
        known = any(map(self.patients, group))
        return any(self.patients(each) or not known for each, _ in pairs) and not any(
            self.differing(one, each, pair) for each, pair in pairs
        )

    def link(self, table: Table, known: set[str], name: str = "") -> str:
        """The one column of a table that has the patients of others."""
        found = self.links(table, known, name)
        return found[0] if len(found) == 1 or name in found[:1] else ""

    def links(self, table: Table, known: set[str], name: str = "") -> list[str]:
        """The columns with the patients of others: that of their `name` first, or those whose
        values are theirs and would hardly be so by chance."""
        found = [
            one.name
            for one in _ids(table)
            if not (table.subject and name_words(one.name) & CLUSTERS)
            for values in [self.values(table, one.name)]
            if len(values & known) >= MOSTLY * len(values)
            if one.name == name or by_no_chance(values, known) or _alike(values, known)
        ]
        return sorted(found, key=lambda each: each != name)

    def _shared(self, one: Table, other: Table, pair: tuple[Column, Column]) -> bool:
        """Whether columns of two tables without a subject may be the patients of both."""
        own, known = (
            self.values(table, column.name)
            for table, column in zip((one, other), pair, strict=True)
        )
        shared, least = len(own & known), min(len(own), len(known))
        if pair[0].name == pair[1].name and shared >= MOSTLY * least:
            # Within sites patients may be numbered anew.
            sites = {each.name for each in one.columns if rank(each.name, SITES) is not None}
            alone = len(own) == one.rows or len(known) == other.rows
            return alone or bool(sites & {e.name for e in other.columns}) or own == known
        return least >= FEWEST and _alike(own, known)

    def differing(self, one: Table, other: Table, pair: tuple[str, str]) -> str:
        """A sentence on a column that no patient has twice, and of which those of two tables have
        another value, whatever its codes: they are others under the same numbers."""
        for mine in one.columns:
            theirs = next((each for each in other.columns if each.name == mine.name), None)
            if theirs is None or not (_stays(mine, one) and _stays(theirs, other)):
                continue
            had, has = (
                {row[0]: row[1] for row in cells_of(table, [name, mine.name])}
                for table, name in zip((one, other), pair, strict=True)
            )
            both = Counter((had[who], has[who]) for who in had if had[who] and has.get(who))
            coded = {*levels(mine)} != {*levels(theirs)}
            n = both.total() - sum(
                max(m for (a, b), m in both.items() if a == code and (coded or a == b))
                for code in {a for a, b in both if coded or a == b}
            )
            if both.total() >= FEWEST_OF_BOTH and n > OTHERS * both.total():
                return f"{mine.name} differs in {n} of {both.total()}"
        return ""


def same(own: set[str], known: set[str]) -> bool:
    """Whether two tables share more patients than by chance."""
    return len(own & known) > STRANGERS * min(len(own), len(known))


def _ids(table: Table) -> list[Column]:
    """The columns of a table that may tell its patients."""
    return [
        one
        for one in table.columns
        if plain(one.name) not in ROW_NUMBERS
        and rank(one.name, SITES) is None
        and may_tell_people(one)
        and not (one.blank or one.missing_codes or one.validation.startswith("date"))
        and one.distinct >= FEWEST
        and table.rows <= MOST_ROWS
    ]


def by_no_chance(values: set[str], known: set[str]) -> bool:
    """Whether a column of another name would hardly have these patients by chance: texts that both
    have, or numbers far from each other."""
    if not all(map(str.isdecimal, values & known)):
        return True
    numbers = [int(one) for one in known if one.isdecimal()]
    span = max(numbers) - min(numbers) + 1 if numbers else 0
    return len(numbers) <= DENSE * span and len(values & known) >= ALIKE * len(values)


def _alike(values: set[str], known: set[str]) -> bool:
    return len(values & known) >= ALIKE * len(values | known)


def _stays(column: Column, table: Table) -> bool:
    """Whether a patient has one value of a column for good: a sex, a day of birth, the arm."""
    always = rank(column.name, SEX) is not None or identifies(column.name)
    few = always or column.name in table.arm
    return few and column.constant_within is not False and column.distinct > 1


def named(tables: Sequence[Table], told: str) -> tuple[Table, ...]:
    """The tables that were told by their names; all where one of the names is none of theirs."""
    names = {one.strip() for one in told.split(",") if one.strip()}
    known = set[str]().union(*map(_names, tables))
    return tuple(one for one in tables if not (names and names <= known) or names & _names(one))


def tell_copies(tables: Sequence[Table], decided: Decided) -> None:
    """A guess that blinds the report where two files have the same bytes."""
    first: dict[str, Table] = {}
    for one in sorted(tables, key=lambda table: len(table.item)):
        first.setdefault(one.sha256 or one.name, one)
    pairs = [(one, first[one.sha256 or one.name]) for one in tables]
    told = [
        f"{called(one)} has the bytes of {called(other)}"
        for one, other in pairs
        if one.item != other.item
    ]
    if told:
        text = f"{'; '.join(told)}: counted once more. --tables names the files of the trial."
        decided.guess("copies", ("trial.yaml", "source.items"), "counted", text, blinds=True)


def of_the_trial(tables: Sequence[Table], decided: Decided) -> tuple[Table, ...]:
    """The tables of the trial: those that were told, else those that are linked with the one of the
    likeliest arm. What is left is told; where it may be the trial as well, or has about as many
    patients, it is asked, as is what cannot be read and is not much smaller."""
    read = Read(tables, decided.told.get("subject", ""))
    unread = [one for table in tables for one in table.unread]

    def chosen(text: str) -> tuple[Table, ...]:
        names = [one.strip() for one in text.split(",") if one.strip()]
        for name in names:
            if not any(name in _names(table) for table in tables):
                fault = next((one.fault for one in unread if name in one.names), None)
                raise fault or none_of("tables", name, [table.name for table in tables])
        return tuple(table for table in tables if {*names} & _names(table))

    if "tables" in decided.told:
        return chosen(decided.told["tables"])
    groups = _groups(read) if len(tables) > 1 else [[*tables]]
    home, *others = groups
    rivals = [home, *(group for group in others if _may_be_it(read, group, home))]
    if len(rivals) > 1 and not any(map(read.patients, tables)):
        # Nothing tells any patient: what links them is asked, or they are refused together.
        _tell_aside([], {}, unread, decided)
        return tuple(tables)
    reasons = {one.name: _reason(read, one, home) for group in others for one in group}
    most = max(one.rows for one in home)
    large = [one for one in unread if one.rows is None or one.rows >= MOSTLY * most]
    kept = tuple(home)
    if len(rivals) > 1 or large:
        words = [
            (
                ",".join(one.name for one in group),
                "; ".join(f"{one.name} is {of_rows(one, called(one))}" for one in group)
                + ("" if group is home else f": {reasons[group[0].name]}")
                + "".join(f"; {one.why}" for one in large if group is home),
            )
            for group in rivals
        ]
        kept = decided.choose("tables", WORDS, words, ("trial.yaml", "tables"), chosen, False)
    known = [one for group in rivals for one in group] if "tables" in decided.told else kept
    out = [one for one in tables if one not in known]
    _tell_samples(read, kept, out, decided)
    _tell_aside(out, reasons, unread, decided)
    return kept


def _tell_samples(
    read: Read, kept: Sequence[Table], out: Sequence[Table], decided: Decided
) -> None:
    """A guess that blinds the report where ids of other names have a row each, and a table beside
    them has as many rows of fewer people: each row may be a sample."""
    own = next((one for one in kept if read.subject(one)), None)
    if own is None or any({*parts(read.subject(one))} & PEOPLE for one in kept):
        return
    name, n = read.subject(own), len(read.patients(own))
    for other in out:
        whose, people = read.subject(other), len(read.patients(other))
        named = {*parts(whose)} & PEOPLE
        if named and other.rows >= MOSTLY * own.rows and people <= MOSTLY * n == MOSTLY * own.rows:
            why = f"{name} may tell samples apart, each in a row of its own: {called(other)} has "
            why += (
                f"{people} {whose} in {other.rows} rows. Give a file with the person of each row."
            )
            key = f"tables.{own.name}.subject"
            decided.guess("samples", ("trial.yaml", key), name, why, blinds=True)
            return


def files_of_visits(tables: Sequence[Table]) -> Iterator[tuple[list[Table], str]]:
    """Tables with the same columns and a row of each of mostly the same patients: a file a visit,
    each with the column that has another value in each, by which they are sorted, or with names
    that differ in a number alone."""
    forms = defaultdict[frozenset[str], list[Table]](list)
    for table in tables:
        if table.subject[:1] in table.keys and table.rows <= MOST_ROWS and not table.of:
            forms[frozenset(one.name for one in table.columns)].append(table)
    for alike in (each for each in forms.values() if len(each) > 1):
        first, *others = ({*cells_of(one, one.subject[:1])} for one in alike)
        if all(len(first & each) < MOSTLY * min(len(first), len(each)) for each in others):
            continue
        for column in alike[0].columns:
            own = [one.column(column.name) for one in alike]
            values = [each.values[0][0] for each in own if each.distinct == 1 and each.values]
            if len({*values}) == len(alike):
                order = sorted(zip(values, range(len(alike)), strict=True), key=_by_number)
                yield [alike[at] for _, at in order], column.name
                break
        else:
            if len({re.sub("[0-9]+", "", Path(one.item).stem) for one in alike}) == 1:
                yield alike, ""


def _by_number(value: tuple[str, int]) -> tuple[float, str]:
    digits = "".join(one for one in value[0] if one.isdecimal())
    return (float(digits or "inf"), value[0])


def _tell_aside(
    out: Sequence[Table], reasons: Mapping[str, str], unread: Sequence[Unread], decided: Decided
) -> None:
    """A guess on the tables that are not used, and on what cannot be read."""
    if not (out or unread):
        return
    lost = _lost(unread)
    value = [f"{of_rows(one, one.name)}: {reasons[one.name]}" for one in out] + lost
    why = [f"{of_rows(one, called(one))}: {reasons[one.name]}" for one in out] + lost
    text = f"No part of the trial, and not used: {'; '.join(why)}. --tables names those that are."
    decided.guess(ASIDE, ("trial.yaml", "tables"), "; ".join(value), text)


def _lost(unread: Sequence[Unread]) -> list[str]:
    """What cannot be read; sheets of a workbook of which the same is wrong together."""
    each = defaultdict[str, list[str]](list)
    for one in unread:
        sheet = OF_SHEET.fullmatch(one.why)
        each[f"{sheet[1]} cannot be read: {sheet[3]}" if sheet else one.why].append(one.why)
    names = {key: [OF_SHEET.sub(r"\2", why) for why in whys] for key, whys in each.items()}
    return [
        f"{len(whys)} sheets ({one_of(names[key])}) of {key}" if len(whys) > 1 else whys[0]
        for key, whys in each.items()
    ]


def _groups(read: Read) -> list[list[Table]]:
    """Tables of the same patients together, those with the likeliest arm first, and of
    them those that have numbers of patients which may be an outcome."""
    left = sorted(
        read.tables,
        key=lambda one: (
            -max(one.weights.values(), default=0.0),
            not any(is_number(each) and usable(each) for each in one.columns if read.patients(one)),
            -len(read.patients(one)),
        ),
    )
    groups: list[list[Table]] = []
    while left:
        group, grown = [left.pop(0)], True
        while grown:
            more = [one for one in left if read.belongs(one, group)][:1]
            group += more
            left = [one for one in left if one not in more]
            grown = bool(more)
        groups.append([one for one in read.tables if one in group])
    return groups


def _may_be_it(read: Read, group: Sequence[Table], home: Sequence[Table]) -> bool:
    """Whether as much may hang on a group as on the likeliest one: it has half as many patients, or
    nearly as many rows where none are told, or their numbers under the same name."""
    most = max(len(read.patients(one)) or one.rows for one in home)
    names = {read.subject(one) for one in home} - {""}
    return any(
        read.subject(one) in names
        or (len(own) >= MOSTLY * most if (own := read.patients(one)) else one.rows >= ALIKE * most)
        for one in group
    )


def _reason(read: Read, table: Table, home: Sequence[Table]) -> str:
    """Why a table is no part of the trial of the others."""
    best = max(home, key=lambda one: len(read.patients(one)))
    for one in home:
        pair = read.pair(table, one)
        if pair and (odd := read.differing(table, one, pair)):
            return f"its {pair[0]} are those of {one.name}, but {odd}: other people"
    own, known = read.patients(table), read.patients(best)
    if len(links := read.links(table, known)) > 1:
        return f"{one_of(links)} have the patients of {best.name}: --subject names the one"
    group = read.subject(best) or (*(one for one in best.keys[:1] if len(one) == 1), ("",))[0][0]
    groups = CLUSTERS | RELATED if table.stack else CLUSTERS
    if name_words(group) & groups and group in {one.name for one in table.columns}:
        parts = table.stack.parts if table.stack else [(table.name, table)]
        fault = f"{called(best)} has one row of each {group}, {called(table)} their members"
        mend = f"give one file in which each row of {called(table)} has the arm of its {group}"
        whole, *reads = (by_pandas(one) for one in (best, *(part for _, part in parts)))
        if whole and all(reads):
            names = (json.dumps(name) for name, _ in parts)
            each = (f"{r}.assign(file={name})" for r, name in zip(reads, names, strict=True))
            code = f"pandas.concat([{', '.join(each)}]).merge({whole}, on={json.dumps(group)}, "
            mend += ": " + python(f'{code}how="left")', f"{Path(best.item).stem}_members.csv")
        mend += f"; --stack apart takes each for measures of the {group}" if table.stack else ""
        raise wrong("the files", fault, "the arm beside each patient", mend)
    if joined := next((text for one in home if (text := by_samples(read, table, one))), ""):
        return joined
    if not (own and known):
        return f"no column has the patients of {best.name}"
    text = f"{len(own & known)} of its {len(own)} {read.subject(table)} are among the {len(known)} "
    text += f"patients of {best.name}"
    if of_one_form(table, best) and not own & known:
        text += f", and its columns are the same, as of one table in parts: {UNDER}"
    return "; ".join([text, *as_known([*(own - known)], known)])


def by_samples(read: Read, table: Table, home: Table) -> str:
    """A sentence on a table whose rows are of another with several of each patient, by a column of
    either that has another value in each row, as of samples, with the command that joins them;
    nothing of others."""
    whose = read.subject(home)
    if not whose or (whose,) in home.keys or max(table.rows, home.rows) > MOST_ROWS:
        return ""
    each = [
        [one for one in t.columns if one.distinct == t.rows and may_tell_people(one)]
        for t in (home, table)
    ]
    for mine, other in product(*each):
        values, known = read.values(home, mine.name), read.values(table, other.name)
        if _alike(values, known) and by_no_chance(values, known):
            text = f"its {other.name} are the {mine.name} of {called(home)}, several of each "
            text += f"{whose}, and tell rows and no patients: they are to stand in one file"
            left, right = by_pandas(home), by_pandas(table)
            made = f"{Path(home.item).stem}_{Path(table.item).stem}.csv"
            at = [one.name for one in table.columns].index(other.name)
            code = f"d = {right}; {left}.merge(d, left_on={json.dumps(mine.name)}, "
            code += f'right_on=d.columns[{at}], how="left")'
            return f"{text}: {python(code, made)}" if left and right else text
    return ""


def of_one_form(one: Table, other: Table) -> bool:
    """Whether two tables have the same columns."""
    return {each.name for each in one.columns} == {each.name for each in other.columns}


def _names(table: Table) -> set[str]:
    """What a person may call a table."""
    path = Path(table.item)
    parts = set[str]().union(*(_names(one) for _, one in table.stack.parts)) if table.stack else ()
    sheet = str(table.reading.get("sheet", ""))
    files = {table.item, path.name, path.stem}
    of_sheet = {f"{one}[{sheet}]" for one in files} if sheet else set()
    return {*parts, *files, *of_sheet, table.name, sheet, table.of} - {""}


def called(table: Table) -> str:
    if table.stack:
        return one_of([called(one) for _, one in table.stack.parts])
    sheet = table.reading.get("sheet", "")
    return f"{Path(table.item).name}[{sheet}]" if sheet else Path(table.item).name


def of_rows(table: Table, name: str) -> str:
    return f"{name} ({table.rows} row{'s' * (table.rows != 1)})"
