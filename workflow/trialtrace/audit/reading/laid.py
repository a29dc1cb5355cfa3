"""A table while it is read: what is known of it as a whole, and what each row makes of that."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from trialtrace.audit.reading.arms import ALL, Arms
from trialtrace.audit.reading.cells import Cell, is_missing, is_number, read_cell
from trialtrace.audit.reading.characters import BY_POINT, thousands_by_point, words
from trialtrace.audit.reading.crossed import crossed
from trialtrace.audit.reading.expressions import LONE, is_share
from trialtrace.audit.reading.heading_words import (
    EVERYONE,
    KINDS,
    LONGEST,
    PERCENT_CHANGED,
    Said,
    kinds_in,
    other_words,
    said,
)
from trialtrace.audit.reading.heads import (
    ARM,
    COMPARE,
    LABEL,
    Column,
    aligned,
    columns,
    first_data_column,
    head_rows,
    is_above_1,
    of_p,
    of_tests,
    with_changes,
    with_limits,
    with_sizes,
    with_terms,
    with_visits,
)
from trialtrace.audit.reading.heads import column as named_by
from trialtrace.audit.reading.item import Item, Left
from trialtrace.audit.reading.paper import Table
from trialtrace.audit.reading.rows import Row, is_unit, rows

NAME = 4
"""A title of more words is no name of an outcome."""
TITLED = "what was measured is told by the title of its table alone"
UNNAMED = "what was measured is not said"
_VAGUE = re.compile(
    r"a|all|among|analys[ei]s|and|arms|at|between|both|by|characteristics|clinical|comparison|data|"
    r"descriptive|each|efficacy|endpoints?|final|findings|follow|for|from|groups?|individual|main|"
    r"h(?:a)?emodynamic|laboratory|biochemical|measure(?:d|s|ments)?|of|on|other|outcomes?|parameters|patients|participants|primary|"
    r"results?|scores|secondary|statistics|study|summary|tests?|the|time|trial|two|up|values?|"
    r"variables?|with",
    re.IGNORECASE,
)
# "Comparison of pain between the two groups" is of pain.
_OF_GROUPS = re.compile(
    r"^(?:the )?(?:comparisons?|summary|distribution|analysis) of (?:the )?(?:mean |median )?|"
    r"[\s,]+(?:(?:between|among|in|across|by|for|of) (?:the |each )?(?:\w+ ){0,2}(?:groups?|arms?)|"
    r"over time|(?:at|by|in) (?:each|all|every|different) (?:\w+ )?"
    r"(?:visits?|times?|time[ -]?points?))$",
    re.IGNORECASE,
)
OF_UNITS = "its rows are single patients, clusters or studies, and no groups"
_IN_ROWS = "its arms were taken from the labels of rows"
_WHEN = re.compile(
    r"\b(?:T[0-9]|[0-9]+(?:st|nd|rd|th)?|months?|weeks?|days?|hours?|diff?(?:erence)?|baseline|to|and|"
    r"from|change|mean|total|all|overall|phase|period)\b",
    re.IGNORECASE,
)
# Heads over all columns that are of what was measured.
_MEASURED = re.compile(
    r"\b(?:rates?|scores?|levels?|concentrations?|changes?|differences?|ratios?|index|costs?|titers?|"
    r"titres?|pressures?|intakes?|volumes?|weights?|durations?|times? to|intensity|prevalence|"
    r"incidence|(?:m|µ|n)?g/(?:d?l|ml|kg)|mmol/l|mmhg)\b",
    re.IGNORECASE,
)
# "Outcomes at week 52", and no "at week 4 and 8"; a label with a time of its own.
_AT = re.compile(
    r"\bat (?:the )?((?:week|month|day|year) [0-9]+|[0-9]+[ -](?:week|month|day|year|hour)s?|"
    r"post[- ]?(?:treatment|intervention|test)|follow[- ]up|"
    r"end of (?:the )?(?:follow[- ]up|study|trial|treatment|intervention))"
    r"(?P<alone>(?=\W*(?:$|[.;(]|\b(?:by|in|of|for|between)\b)))?",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"[0-9][ -]?(?:hours?|h|days?|weeks?|months?|years?)\b|\b(?:week|month|day|year)s? ?[0-9]|"
    r"\b(?:baseline|follow|before|after|pre|post|change)",
    re.IGNORECASE,
)
_GRADE = re.compile(
    r"\bgrades? ?[≥>]?\s?[1-5](?:\s?(?:[-–/]|to|and|or)\s?[2-5]| or (?:higher|worse|more)| ?\+)?"
    r"(?=,? (?:\S+ ){0,3}?(?:adverse|toxic|AEs?\b|events?\b|reactions?\b|side effects))",
    re.IGNORECASE,
)
_SUBGROUPS = re.compile(r"\bsubgroups?\b", re.IGNORECASE)
_COUNTED = ("count", "count_percent", "fraction", "percent", "p")
_PEOPLE = re.compile(
    r"(?:all )?(?:(?:fe)?males?|men|women|boys|girls|patients|subjects|participants|[AP]M first|"
    r"(?:younger|older) \w+)",
    re.IGNORECASE,
)
# A table on everyone, and on some of them or each group.
_OF_PEOPLE = re.compile(
    r"\b(?:baseline|demographics?|patients?|participants?|subjects?|sample|population|cohort|"
    r"respondents|volunteers|women|men|children|infants|students)\b",
    re.IGNORECASE,
)
_OF_SOME = re.compile(
    r"\b(?:groups?|arms?|each|vs?|versus|non|not|exclu\w*|ineligib\w*|declin\w*|refus\w*|withdr\w*|"
    r"respond(?:ers?|ing)|complet\w*|surviv\w*|those|who|subgroups?|studies|trials|required|correlat\w*)\b",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"\b(9[0-9](?:\.[0-9])?)\s?%\s?(?:CI|CL|conf)", re.IGNORECASE)
_HOLDS_NUMBER = re.compile(r"[0-9]\s?(?:±|[(\[]\s?[-−–]?\.?[0-9])|\b[Pp]\s?[<=>]")


@dataclass(frozen=True)
class Laid:
    """A table whose columns and rows are known; `under` are rows whose cells stand in those of
    another one, `by_heads` the columns before any of their names is taken for the arm."""

    table: Table
    columns: tuple[Column, ...]
    heads: int
    rows: tuple[Row, ...]
    under: dict[int, tuple[int, ...]] = field(default_factory=dict)
    by_heads: tuple[Column, ...] = ()


def laid_out(table: Table) -> Laid | None:
    """The table's columns and rows; None for one in which no column holds numbers."""
    if not table.rows or not table.rows[0]:
        return None
    first = first_data_column(table)
    if not first:
        return None
    heads = head_rows(table, first)
    table = _sized(aligned(_with_units(table, heads, first), heads, first), heads, first)
    other = other_words(f"{table.caption} {table.notes}")
    every = [
        of_tests(column, [row[column.at] for row in table.rows[heads:]])
        for column in columns(table, heads, first, other)
    ]
    by_heads = with_visits(with_limits(_with_shares(every), table, heads))
    by_heads = with_sizes(with_changes(with_terms(by_heads)))
    every = crossed(by_heads)
    whole, under = joined(_with_sexes(table, heads, every), heads, first)
    made = tuple(rows(whole, heads, every, other))
    return Laid(whole, tuple(every), heads, made, under, tuple(by_heads))


def _with_shares(every: Sequence[Column]) -> list[Column]:
    """The columns; of "A | % | B | %" the shares are of the names before them."""
    behind = {
        share.at: one
        for one, share in pairwise(every)
        if one.role == share.role == ARM
        and (one.arm and not one.kind and not share.arm and share.kind == "percent")
    }
    named = {one.at for one in behind.values()} if len(behind) > 1 else {}
    return [
        replace(one, kind="count")
        if one.at in named
        else replace(behind[one.at], at=one.at, kind="percent")
        if named and one.at in behind
        else one
        for one in every
    ]


def _with_units(table: Table, heads: int, first: int) -> Table:
    """The table with the unit, or other words in brackets, that stand below a label behind it, "OI"
    over "(mmHg)", where further labels stand beside both, or no numbers beside the unit. "(%)" may
    be over shares, and is a unit beside others alone."""
    made = [list(row) for row in table.rows]
    units: dict[int, str] = {}
    for at, (above, row) in enumerate(pairwise(made[heads:]), heads + 1):
        bare = row[0].strip("()[] ")
        beside = first > 1 and above[1] and row[1] != above[1]
        worded = re.fullmatch(r"[(\[][^()\[\]]+[)\]]", row[0]) and said(row[0]).rest
        if (is_unit(bare) or worded) and above[0] and (beside or not any(row[1:])):
            units[at] = bare
    for at, unit in units.items() if {*units.values()} - {"%"} else ():
        made[at - 1][0], made[at][0] = f"{made[at - 1][0]} ({unit})", ""
    return replace(table, rows=tuple(map(tuple, made)))


# "Number of women (%)", and no "number of women with diabetes".
_OF_SEX = re.compile(
    r"(?:n|no\.?|numbers?) of (women|men|boys|girls|(?:fe)?males?)"
    r"(?P<form>\W*(?:n|no\.)?\W*(?:%\W*)?)",
    re.IGNORECASE,
)


def _with_sexes(table: Table, heads: int, every: Sequence[Column]) -> Table:
    """The table with "Number of women (%)" as "Women, n (%)": it counts some of the patients. One
    in the first row is their number where that stands nowhere else."""
    made = [list(row) for row in table.rows]
    sized = any(column.size for column in every)
    for at, row in list(enumerate(made))[heads:]:
        match = _OF_SEX.fullmatch(row[0])
        if match and (sized or at > heads or "%" in row[0]):
            row[0] = f"{match[1].capitalize()}, n{' (%)' if '%' in match['form'] else ''}"
    return replace(table, rows=tuple(map(tuple, made)))


_WHOLE = re.compile(
    r"([0-9]{1,3}(?:, ?[0-9]{3})+|[0-9]+) (?:women|men|patients|participants|subjects|children)\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"(?<=[^\W_])\s*\(([0-9]{1,5}|[0-9]{1,3}(?:, ?[0-9]{3})+)\)")


def _sized(table: Table, heads: int, first: int) -> Table:
    """The table with "Early (60)" as "Early (n = 60)" where two percentages of the column or more,
    and most of them, are those of so many patients, or where the caption has their sum."""
    made = [list(row) for row in table.rows]
    sized = dict.fromkeys(cell for row in made[:heads] for cell in row[first:])
    sizes = [int(re.sub("[, ]", "", one[1])) for one in map(_IN_BRACKETS.search, sized) if one]
    whole = len(sizes) > 1 and any(
        int(re.sub("[, ]", "", one)) == sum(sizes) for one in _WHOLE.findall(table.caption)
    )
    for at in range(first, len(table.rows[0]) if heads else 0):
        cells = [read_cell(row[at]) for row in table.rows[heads:] if row[at]]
        pairs = [one for one in cells if one and one.form in ("pair", "count_percent")]
        pairs = [one for one in pairs if one.whole("a")]
        for row in made[:heads]:
            match = _IN_BRACKETS.search(row[at])
            size = re.sub("[, ]", "", match[1]) if match else ""
            shares = sum(is_share(one, int(size)) for one in pairs) if match else 0
            if match and (whole or (shares > 1 and 2 * shares > len(pairs))):
                row[at] = f"{row[at][: match.start()]} (n = {size}){row[at][match.end() :]}"
    return replace(table, rows=tuple(map(tuple, made)))


def left_whole(table: Table, heads: int = 0, why: str = "no column of numbers") -> list[Left]:
    """The numbers below the heads of a table that is not read."""
    return [
        Left(table.place_of(at, [number]), cell, why)
        for at, row in enumerate(table.rows)
        for number, cell in enumerate(row)
        if at >= heads and (number or not heads) and cell and is_number(cell)
    ]


def taken_for_heads(laid: Laid, read: Sequence[Item | Left]) -> Iterator[Left]:
    """Cells with numbers that were taken for heads in the midst of a table, "Male: 14 (61%)", or
    for numbers of patients of which none is told."""
    told = {cell for one in read if isinstance(one, Item) for cell in one.cells}
    sizes = {(one.cells[0][0], str(one.size)) for one in read if isinstance(one, Item)}
    places = {one.place for one in read if isinstance(one, Left)}
    for at, row in list(enumerate(laid.table.rows))[laid.table.heads :]:
        for column in laid.columns:
            text = row[column.at]
            number = _HOLDS_NUMBER.search(text) or (
                at >= laid.heads and is_number(text) and not is_missing(text)
            )
            place = laid.table.place_of(at, [column.at])
            known = (at, column.at) in told or place in places or (at, text) in sizes
            if column.role in (ARM, COMPARE) and number and not known:
                yield Left(place, text, "it was taken for a head, or for a number of patients")


@dataclass
class Context:
    """What is known while one table is read; `told` are the kinds that rows above named, by the
    form of their cells."""

    laid: Laid
    arms: Arms
    usual: set[str]
    commas: bool
    model: bool
    sizes: dict[tuple[tuple[str, ...], int], int]
    predicts: bool
    in_rows: bool
    baseline: bool
    told: dict[str, str] = field(default_factory=dict)
    shares: bool | None = None
    halves: bool = False
    counts: bool = False
    uncounted: bool = False

    def _columns(self, row: Row) -> list[Column]:
        """The columns as the heads in the midst of the table have renamed them."""
        made, name = [], None
        for column in self.laid.columns:
            text = row.heads[column.at] if row.heads else ""
            if column.at == self._shared and self._alone(row, column):
                column = replace(column, role=COMPARE, kind="p", names=(), tested=True)
            if column.role == ARM and not column.arm and self.arms.named(column.visit or ""):
                # Arms that are called by their time, "24 weeks (n = 76)".
                column = replace(column, arm=column.visit, visit=None)
            own = said(text) if column.role == ARM else None
            if column.role == COMPARE and text and (other := said(text)).kind == "effect":
                column = replace(column, kind="effect", measure=other.measure)
            if own is not None and (own.kind in ("p", "effect") or own.measure):
                column = named_by(column.at, [text])
            elif own is not None and own != Said(""):
                worded = re.search(r"[^\W\d_]{2}", own.rest) or self.arms.of(own.rest)
                name = own.rest if worded else column.arm
                column = replace(
                    column,
                    arm=name,
                    kind=own.kind or column.kind,
                    visit=own.visit or column.visit,
                    size=own.size or column.size,
                )
            made.append(column)
        return made

    def _alone(self, row: Row, column: Column) -> bool:
        """Whether a p stands in the column of an arm, and no number in those of the others."""
        others = (one for one in self.laid.columns if one.role == ARM and one.arm != column.arm)
        cell = read_cell(row.cells[column.at], commas=self.commas)
        told = cell is not None and (cell.form == "p" or (column.tested and of_p(cell.text)))
        return told and not any(is_number(row.cells[one.at]) for one in others)

    @cached_property
    def _shared(self) -> int | None:
        """The column of the last arm where p stand alone in their rows, and in no other's."""
        arms = [one for one in self.laid.columns if one.role == ARM and self.arms.of(one.arm)]
        found = {one.arm for row in self.laid.rows for one in arms if self._alone(row, one)}
        several = len({one.arm for one in arms} - {ALL}) > 1
        if not several or found != {arms[-1].arm}:
            return None
        return next(one.at for one in arms for row in self.laid.rows if self._alone(row, one))

    @cached_property
    def _statistics(self) -> set[tuple[int, str]]:
        """Columns of p with the arms in whose rows some number is above 1: there they hold a
        statistic, and the p of it stands in the row of another arm."""
        return {
            (column.at, arm)
            for column in self.laid.columns
            if column.kind == "p"
            for row in self.laid.rows
            if is_above_1(row.cells[column.at])
            for arm in self._arms_of(row)
        }

    @cached_property
    def _captioned(self) -> tuple[str, int | None] | None:
        """The one arm that the caption names, with its number of patients, where neither a column
        nor a row names any; everyone, where all numbers stand below one head and that or the
        caption tells of people, and of no group."""
        caption = self.laid.table.caption
        size, among = said(caption[:LONGEST]).size, self.arms.among(caption)
        several = len(re.findall(r"\bn\s*=", caption, re.I)) > 1
        size = None if several else size
        heads = any(self.arms.of(one.arm) for one in self.laid.columns)
        if heads or self.in_rows or any(map(self._arms_of, self.laid.rows)):
            return None
        if among is not None:
            return (among[0], size) if size else None
        columns = [one for one in self.laid.columns if one.role == ARM]
        text = " ".join([caption, *(piece for one in columns for piece in one.pieces)])
        alone = len({(one.arm, one.visit, one.change) for one in columns}) == 1
        people = _OF_PEOPLE.search(text) and not _OF_SOME.search(text)
        return (ALL, size) if alone and people and not self.predicts else None

    @property
    def _over(self) -> str:
        """What stands over all columns of arms, and so of what is compared of them too."""
        over = {one.over for one in self.laid.columns if one.role == ARM}
        return over.pop() if len(over) == 1 else ""

    def _graded(self, row: Row) -> str:
        """The grade of a row: by the caption, or by the head over labels below no section."""
        table, end = self.laid.table, self.laid.heads
        own = [one[0] for one in table.rows[:end] if _GRADE.search(one[0])]
        found = [match[0] for match in _GRADE.finditer(table.caption)]
        inner = " | ".join(" ".join(one[at < end :]) for at, one in enumerate(table.rows))
        own = own if len(row.path) == row.own else []
        several = len(found) > 1 or re.search(r"\b(?:grades?|G[0-5])\b", inner, re.I)
        return "" if several else next(iter([*own, *found]), "")

    def _measured(self, row: Row) -> str:
        """What stands over the labels with its unit, "Age (in years)", and so is of the rows, but
        for a time."""
        if row.visit and any(one.role == LABEL and one.visit for one in self.laid.columns):
            return ""
        over = next((row[0] for row in self.laid.table.rows[: self.laid.heads] if row[0]), "")
        return over if re.fullmatch(r"[^()]+\((?:in )?[a-z/²]{2,10}\)", over) else ""

    def _when(self, row: Row) -> str | None:
        """The one time that the caption tells of a table none of whose heads or labels has any."""
        return None if self.baseline or _TIMED.search(row.label) else self._captioned_visit

    @cached_property
    def _captioned_visit(self) -> str | None:
        found = [*_AT.finditer(self.laid.table.caption)]
        alone = len(found) == 1 and found[0]["alone"] is not None
        visit = said(found[0][1]).visit if alone else None
        every = [one.visit for some in (self.laid.columns, self.laid.rows) for one in some]
        heads = " ".join(text for row in self.laid.table.rows[: self.laid.heads] for text in row)
        timed = any(every) or _TIMED.search(heads)
        return None if timed else visit

    @cached_property
    def _changed(self) -> bool:
        """Whether the caption calls the numbers of a table changes in percent."""
        title = re.sub(r"^\s*table\s+\S+\W*", "", self.laid.table.caption, flags=re.I)
        return PERCENT_CHANGED.match(title) is not None

    @property
    def _staged(self) -> bool:
        """Whether some rows are named by a visit alone."""
        return not self.baseline and any(row.visit and not row.path for row in self.laid.rows)

    @property
    def _titled(self) -> str:
        """What the table is of, by its caption, where a row's label is a visit alone."""
        caption = re.sub(
            r"^\s*table\s+\S+?[.:]?(?:\s|$)\W*", "", self.laid.table.caption, flags=re.I
        )
        # Words in brackets, as of a domain, tell tables apart; "(n = 60)" and "(SD)" do not.
        title = words(re.split(r"[.;:]\s?|\((?![a-z]+(?: [a-z]+)*\))", caption)[0], 10)
        told = said(title)
        if not told.rest and not told.measure and not told.change:
            # "Mean (SD) pain scores at each visit".
            title = words(said(re.split(r"[.;:]\s", caption)[0]).rest, 10)
            return _OF_GROUPS.sub("", re.sub(r"^of ", "", title))
        title = title if told.measure or told.change else told.rest
        return _OF_GROUPS.sub("", title.strip())

    @property
    def _vague(self) -> bool:
        """Whether the caption tells nothing that is measured: "Primary and secondary outcomes"."""
        return all(map(_VAGUE.fullmatch, re.findall(r"[^\W\d_]+", self._titled)))

    def _arms_of(self, row: Row) -> list[str]:
        """The arms that the labels of a row are the names of."""
        return [one for name in row.path if (one := self._arm_of(row, name))]

    def _arm_of(self, row: Row, name: str) -> str | None:
        """The arm that one label of a row names; of tables with arms in rows the last one may be
        short for it."""
        arm = self.arms.named(name)
        if arm is None and self.in_rows and name in row.path[-1:]:
            arm = self.arms.of(name)
        return None if arm == ALL else arm

    def _size(self, row: Row, column: Column, arm: str | None) -> int | None:
        """How many patients a column has in a row: by the row, its section, its head."""
        if row.size:
            named = {self.arms.of(one.arm) for one in self.laid.columns if one.role == ARM}
            several = len(named - {None, ALL}) > 1
            whole = self.in_rows or arm == ALL or not several
            return row.size if whole else None
        own = (column.arm, column.part)
        same = [one.at for one in self.laid.columns if (one.arm, one.part) == own]
        same = [at for at in same if at <= column.at]
        for section in (row.path[: len(row.path) - row.own], ()):
            for at in (column.at, *reversed(same)):
                if size := self.sizes.get((section, at)):
                    return size
        return column.size

    def _item(self, row: Row, read: Sequence[tuple[Column, Cell]], printed: str, kind: str) -> Item:
        column = read[0][0]
        columns = [at for one, cell in read for at in (one.at, *cell.more)]
        place = self.laid.table.place_of(row.at, columns)
        name = self.laid.table.name.split(" (")[0].replace("table ", "t").replace(" ", "_")
        over = column.over or self._over
        title = over or self._measured(row) or self._titled
        path = row.path or (title or row.label,)
        bare = not re.search(r"[^\W\d_]{2}", _WHEN.sub(" ", path[0]))
        people = _PEOPLE.fullmatch(path[0]) or EVERYONE.fullmatch(path[0])
        of_people = kind not in (*_COUNTED, "statistic") and bool(people)
        staged = self._staged and row.own == 1 and row.kind is None and not row.visit
        vague = title == self._titled and self._vague
        alone = len(path) == 1 and (bare or of_people or staged)
        if title and not vague and alone:
            # "0–4" alone says when or of whom, and not what was measured, and so does "Intubation"
            # below "Baseline".
            path = (title, *path)
        elif self._titled and _SUBGROUPS.search(self.laid.table.caption):
            # Rows are of whom, and what was measured stands in the title.
            path = (self._titled, *path)
        elif self._over not in ("", *path) and _MEASURED.search(self._over):
            path = (self._over, *path)
        if grade := self._graded(row):
            path = (grade, *(one for one in path if one != grade))
        section = row.path[0] if len(row.path) > row.own else row.visit
        under = self.laid.under.get(row.at, ())
        by_point = any(thousands_by_point(cell.text, commas=self.commas) for _, cell in read)
        return Item(
            place=place,
            label=f"{row.label}, {column.part}" if column.part else row.label,
            printed=self._levelled(printed, row, columns),
            quote=" | ".join(cell.text for _, cell in read),
            kind=kind,
            path=self._in_part(column, path, alone=vague and not row.path),
            visit=column.visit or row.visit or self._when(row),
            change=(column.change or row.change or (self._changed and kind == "percent"))
            and kind not in _COUNTED[:3],
            stem=name,
            baseline=self.baseline and not (column.visit or row.visit),
            cells=tuple((n, at) for n in (row.at, *under) for at in columns),
        ).doubted(
            TITLED if path[0] == self._titled and len(path[0].split()) > NAME else None,
            UNNAMED
            if vague and kind != "size" and (alone or not row.path) and column.part is None
            else None,
            BY_POINT if by_point else None,
            _IN_ROWS if self.in_rows else None,
            f"that this row is one of “{section}” is guessed" if row.loose and section else None,
        )

    def _in_part(self, column: Column, path: tuple[str, ...], *, alone: bool) -> tuple[str, ...]:
        """What was measured in a column that holds a part of it; of a vague title that alone."""
        if column.part is None:
            return path
        return (column.part,) if alone else (f"{path[0]}, {column.part}", *path[1:])

    def _levelled(self, printed: str, row: Row, columns: Sequence[int]) -> str:
        """The expression with the level of its interval that heads, label or caption tell."""
        table = self.laid.table
        heads = [head[at] for head in table.rows[: self.laid.heads] for at in columns]
        for text in (*heads, *row.cells[:1], table.caption, table.notes):
            if match := _LEVEL.search(text):
                return printed.replace("(95% CI", f"({match[1]}% CI")
        return printed

    def _left(self, row: Row, at: int, text: str, why: str) -> Left:
        return Left(self.laid.table.place_of(row.at, [at]), text, why)


# Rows that hold pieces of the row above them: its intervals, deviations or ranges.

Cells = Sequence[str]
_BRACKETED = re.compile(r"[(\[].*[0-9].*[)\]]")
_LIMITS = re.compile(r"[(\[]\s*[-−–+]?\.?[0-9].*[0-9]\s*[)\]]")
# What a row of a spread alone stands below.
_ABOVE = {
    "sd": ("mean",),
    "se": ("mean", "mean_sd"),
    "iqr": ("median", "median_range"),
    "ci": ("mean", "mean_sd", "median", "percent", "effect"),
    "range": ("mean", "median", "mean_sd", "median_iqr"),
}
_TITLES = {"sd": "SD", "se": "SE", "iqr": "IQR", "ci": "95% CI", "range": "range"}


def joined(table: Table, heads: int, first: int) -> tuple[Table, dict[int, tuple[int, ...]]]:
    """The table with such rows in the cells above them, and which rows went into which; a row that
    did is empty. `first` is the first column of numbers."""
    rows = [list(row) for row in table.rows]
    under: dict[int, tuple[int, ...]] = {}
    above: list[int] = []
    for at in range(heads, len(rows)):
        row = rows[at]
        if not any(row):
            continue
        # Above "Range" stand "Mean (SD)", "Median" and "95% CI".
        bare = _is_bare(row, first)
        nearest = above[::-1] if bare else above[-1:]
        every = ((up, _piece(rows[up], row, first)) for up in nearest)
        last, title = next(((up, one) for up, one in every if one is not None), (at, None))
        if title is None:
            of_numbers = any(map(is_number, row[first:]))
            above = ([*above, at] if bare else [at]) if of_numbers else []
            continue
        for column in range(first, len(row)):
            if (text := row[column]) and not is_missing(text):
                inner = text if _BRACKETED.fullmatch(text) else f"({text})"
                rows[last][column] = f"{rows[last][column]} {inner}"
        place = next((n for n in range(first - 1, -1, -1) if rows[last][n]), None)
        if title and place is not None:
            rows[last][place] = _titled(rows[last][place], title)
        rows[at] = [""] * len(row)
        under[last] = (*under.get(last, ()), at)
    return replace(table, rows=tuple(map(tuple, rows))), under


def _is_bare(row: Cells, first: int) -> bool:
    """Whether the label of a row tells a statistic alone."""
    own = said(next((text for text in reversed(row[:first]) if text), ""))
    return own.kind is not None and not own.rest


def _titled(label: str, title: str) -> str:
    """A label with what further rows hold: "Mean" and "SD" as "Mean (SD)"."""
    if title.startswith("– "):
        return f"{label} {title}"
    return f"{label}, {title}" if re.search(r"[±)]", label) else f"{label} ({title})"


def _piece(above: Cells, row: Cells, first: int) -> str | None:
    """What a row holds of the one above it, "" where it is not told; None for a row of its own."""
    told = [at for at in range(first, len(row)) if row[at] and not is_missing(row[at])]
    pairs = [(above[at], row[at]) for at in told]
    if not pairs or not all(is_number(over) for over, _ in pairs):
        return None
    labels = [text for text in row[:first] if text]
    if not labels:
        alone = all(_BRACKETED.fullmatch(text) for _, text in pairs)
        bare = not any(re.search(r"[(\[]", over) for over, _ in pairs)
        return "" if alone and bare else None
    own, over = said(labels[-1]), said(next((text for text in reversed(above[:first]) if text), ""))
    same = len(labels) == 1 or labels[:-1] == [text for text in above[: first - 1] if text]
    bare = not any(re.search(r"[(\[]", over) for over, _ in pairs)
    if bare and labels == [text for text in above[:first] if text]:
        return "" if all(_BRACKETED.fullmatch(text) for _, text in pairs) else None
    if bare and own.kind is None and all(_LIMITS.fullmatch(text) for _, text in pairs):
        # The second line of a label, beside intervals.
        return f"– {labels[-1]}"
    if own.rest or own.kind not in _ABOVE or not same:
        return None
    if over.kind not in _ABOVE[own.kind]:
        limits = own.kind == "ci" and all(_LIMITS.fullmatch(text) for _, text in pairs)
        return _TITLES["ci"] if limits and over.kind is None else None
    return _TITLES[own.kind]


# What a table's caption and notes say of all its cells.

# Estimates of a model's terms are no comparisons of arms.
_PREDICTS = re.compile(
    r"\b(?:predict|regression|associat|correlat|factors|determinants|covariate|(?:uni|multi)varia)",
    re.I,
)
_INTERCEPT = re.compile(r"[(\[]?(?:intercept|constant)[)\]]?", re.IGNORECASE)
_BASELINE = re.compile(
    r"\bbaseline\b|\bdemographic|\bat (?:entry|enrolment|randomi[sz]ation)\b", re.I
)
_LATER = re.compile(
    r"\b(?:follow|change|chang|after|post|outcomes?|results?|end of|weeks?|months?|adjust|predict|"
    r"effects?|final|responders?|completers?|dropouts?|and [0-9]+)",
    re.IGNORECASE,
)
_PERCENTAGES = re.compile(
    r"^(?:table\s+\S+\s+)?percentages?\b|\bpresented as percentages\b", re.IGNORECASE
)
_SD = r"(?:standard deviations?|(?-i:SDs?)\b)"
_BRACKETED_SD = re.compile(
    rf"(?:brackets?|parenthes[ei]s)\W.{{0,25}}{_SD}|{_SD}.{{0,15}} in (?:brackets|parenthes[ei]s)|"
    r"[(\[](?-i:SD)[)\]]",
    re.IGNORECASE,
)
_VALUES_ARE = re.compile(
    r"\b(?:values|data|results) (?:are|were) (?:[a-z]+ed as |given as |shown as )?(.{4,60}?)"
    r"(?=,|[.;]|\bunless\b|\bexcept\b|\bor\b|$)",
    re.IGNORECASE,
)


_LONE = r"(?:the )?(mean|median)s?(?: values?| scores?)?(?: ?(?:±|[(\[]).*)?"


def usual(table: Table, heads: int) -> set[str]:
    """The kinds of numbers that caption, notes and heads tell, and how some of them are printed:
    "±" of deviations, "per 1000" of rates, "percentages" of numbers alone."""
    caption = f"{table.caption} {table.notes}"
    text = " ".join([caption, *(cell for row in table.rows[:heads] for cell in row)])
    kinds = kinds_in(text)
    if not any(kind.startswith("mean") for kind in kinds) and _BRACKETED_SD.search(caption):
        kinds.add("mean_sd")
    if re.search(rf"(?<!\w){dict(KINDS)['percent_ci']}(?!\w)", caption, re.IGNORECASE):
        kinds.add("percent_ci")
    kinds |= set(re.findall(r"(?<=mean )±|(?<=means )±", text))
    kinds |= {f"per {number}" for number in re.findall(r"\bper (1,?0+)\b", text)}
    if not kinds and re.search(r"\bcoefficients?\b|\bcorrelation", caption, re.I):
        kinds.add("coefficients")
    for match in _VALUES_ARE.finditer(caption):
        kinds |= {f"usual {kind}" for kind in kinds_in(match[1])}
        lone = re.fullmatch(_LONE, match[1], re.IGNORECASE)
        kinds |= {f"lone {lone[1].lower()}s"} if lone else set()
    title = re.sub(r"^\s*table\s+\S+\s+", "", table.caption, flags=re.IGNORECASE)
    if (
        lone := re.match(r"(mean|median)s? (?!age\b|differences?\b|change)\w", title, re.I)
    ) and not kinds:
        kinds.add(f"lone {lone[1].lower()}s")
    if re.match(r"(?:total )?numbers? of (?!days|hours|weeks)", title, re.IGNORECASE):
        kinds.add("counts")
    if not re.search(r"%|\bpercent|\bnumbers?\b|\bn\b|\bcounts?\b", caption, re.IGNORECASE):
        kinds |= {f"whole {one[5:]}" for one in kinds & {*LONE}}
    return kinds | ({"percentages"} if _PERCENTAGES.search(caption) else set())


def predicts(table: Table) -> bool:
    """Whether a table is of a model's terms, as its caption or an intercept among them says."""
    terms = any(_INTERCEPT.fullmatch(row[0]) for row in table.rows if row)
    return terms or bool(_PREDICTS.search(table.caption) and not of_treatment(table))


def of_treatment(table: Table) -> bool:
    """Whether a caption calls what is estimated the effect of the treatment."""
    return bool(_TREATMENT.search(table.caption))


_TREATMENT = re.compile(
    r"\b(?:effects?|impact) of (?:the )?(?:\w+ )?(?:interventions?|treatments?)\b|"
    r"\b(?:treatment|intervention) effects?\b",
    re.IGNORECASE,
)


def at_baseline(table: Table) -> bool:
    """Whether a caption calls all of a table baseline."""
    return bool(_BASELINE.search(table.caption)) and not _LATER.search(table.caption)
