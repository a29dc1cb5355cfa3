"""Tables: each row's cells joined into expressions, with arm, outcome, visit and kind."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trialtrace.audit.reading.arms import ALL, Arms, bare
from trialtrace.audit.reading.categories import can_be_share
from trialtrace.audit.reading.cells import Cell, is_missing, is_number, read_cell
from trialtrace.audit.reading.characters import BY_POINT, decimal_commas, thousands_by_point, words
from trialtrace.audit.reading.compared import compared, ordered
from trialtrace.audit.reading.crossed import crossed
from trialtrace.audit.reading.expressions import expression
from trialtrace.audit.reading.heading_words import LONGEST, kinds_in, other_words, said
from trialtrace.audit.reading.heads import (
    ARM,
    COMPARE,
    Column,
    columns,
    first_data_column,
    head_rows,
    of_tests,
)
from trialtrace.audit.reading.heads import column as named_by
from trialtrace.audit.reading.item import Item, Left
from trialtrace.audit.reading.paper import Table
from trialtrace.audit.reading.rows import Row, rows

_SPREAD = {"sd": "mean (SD) {} ({})", "se": "mean {} (SE {})"}
_IN_ROWS = "its arms were taken from the labels of rows"
TURNED = "the order of the groups is turned round against the table's, so that the side fits"
_NO_ARM = "no arm is named over this column"
# Estimates of a model's terms are no comparisons of arms.
_PREDICTS = re.compile(
    r"\b(?:predict|regression|associat|correlat|factors|determinants|covariate)", re.I
)
# "Sex (male/female)" over cells such as 10/15.
_HALVES = re.compile(
    r"\b((?:fe)?males?|men|women|boys|girls|[MF]|yes|no|left|right)\b\s*(?:\(n\))?\s*[/:∶]\s*"
    r"((?:fe)?males?|men|women|boys|girls|[MF]|yes|no|left|right)\b",
    re.IGNORECASE,
)
_BASELINE = re.compile(
    r"\bbaseline\b|\bdemographic|\bat (?:entry|enrolment|randomi[sz]ation)\b", re.I
)
_LATER = re.compile(
    r"\b(?:follow|change|chang|after|post|outcomes?|results?|end of|weeks?|months?|adjust|predict|"
    r"effects?|final|responders?|completers?|dropouts?|and [0-9]+)",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"\b(9[0-9](?:\.[0-9])?)\s?%\s?(?:CI|CL|conf)", re.IGNORECASE)
_PATIENTS = re.compile(
    r"(?:\w+ )?(?:patients|participants|subjects)"
    r"(?: (?:analy[sz]ed|evaluated|included|randomi[sz]ed))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Laid:
    """A table whose columns and rows are known."""

    table: Table
    columns: tuple[Column, ...]
    heads: int
    rows: tuple[Row, ...]


def laid_out(table: Table) -> Laid | None:
    """The table's columns and rows; None for one in which no column holds numbers."""
    if not table.rows or not table.rows[0]:
        return None
    first = first_data_column(table)
    if first is None:
        return None
    heads = head_rows(table, first)
    other = other_words(f"{table.caption} {table.notes}")
    every = [
        of_tests(column, [row[column.at] for row in table.rows[heads:]])
        for column in columns(table, heads, first, other)
    ]
    every = crossed(every)
    return Laid(table, tuple(every), heads, tuple(rows(table, heads, every, other)))


@dataclass
class _Reader:
    """What is known while one table is read."""

    laid: Laid
    arms: Arms
    usual: set[str]
    commas: bool
    model: bool
    sizes: dict[tuple[tuple[str, ...], int], int]
    predicts: bool
    in_rows: bool
    baseline: bool

    def items(self) -> Iterator[Item | Left]:
        for row in self.laid.rows:
            yield from self._row(row)

    def _row(self, row: Row) -> Iterator[Item | Left]:
        read: list[tuple[Column, Cell]] = []
        columns = self._columns(row)
        joined = set[int]()
        for column in columns:
            text = row.cells[column.at]
            if column.role not in (ARM, COMPARE) or not text or is_missing(text):
                continue
            if column.at in joined:
                continue
            behind = self._behind(row, column, columns)
            if behind:
                text = " ".join([text, *(row.cells[at] for at in behind)])
                joined |= set(behind)
            column, text = _measured(column, text)
            cell = read_cell(text, commas=self.commas)
            if cell is not None:
                read.append((column, replace(cell, more=behind)))
            elif any(letter.isdigit() for letter in text):
                yield self._left(row, column.at, text, "its form is not known")
        if self._is_sizes(row, read):
            yield from self._sizes(row, read)
            return
        alone = [one for one in read if one[0].kind == "count" and one[0].arm is None]
        alone = [one for one in alone if one[0].role == ARM and one[1].form == "value"]
        if len(alone) == 1 and len(read) > 1 and not row.size:
            # A column "n" that is of no arm is of the whole row.
            row = replace(row, size=alone[0][1].whole("a"), counted=True)
            read = [one for one in read if one is not alone[0]]
        of_arms = [one for one in read if one[0].role == ARM]
        made = list(self._of_arms(row, of_arms))
        yield from made
        between = [one for one in read if one[0].role == COMPARE]
        yield from self._between(row, between, [one for one in made if isinstance(one, Item)])

    def _behind(self, row: Row, column: Column, columns: Sequence[Column]) -> tuple[int, ...]:
        """The columns behind one below the same heads whose numbers stand in brackets, or are the
        percentage of a count."""
        same = [
            one for one in columns if one.at > column.at and replace(one, at=column.at) == column
        ]
        heads = self.laid.table.rows[: self.laid.heads]
        found: list[int] = []
        for at, one in enumerate(same, column.at + 1):
            text = row.cells[one.at]
            alike = all(head[one.at] in ("", head[column.at]) for head in heads)
            if one.at != at or not alike or not re.fullmatch(r"[(\[].*[0-9].*[)\]]", text):
                break
            found.append(at)
        return tuple(found)

    def _columns(self, row: Row) -> list[Column]:
        """The columns as the heads in the midst of the table have renamed them."""
        if row.heads is None:
            return list(self.laid.columns)
        made, name = [], None
        for column in self.laid.columns:
            text = row.heads[column.at]
            own = said(text) if column.role == ARM else None
            if own is not None and (own.kind in ("p", "effect") or own.measure):
                column = named_by(column.at, [text])
            elif own is not None and (own.rest or own.kind or own.visit):
                name = own.rest or column.arm
                column = replace(
                    column,
                    arm=name,
                    kind=own.kind or column.kind,
                    visit=own.visit or column.visit,
                    size=own.size or column.size,
                )
            made.append(column)
        return made

    def _is_sizes(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> bool:
        label = row.path[-1] if row.own == 1 else ""
        after = next((one for one in self.laid.rows if one.at == row.at + 1), None)
        if row.own == 0 and after is not None and (after.kind, after.own) == ("percent", 0):
            return False
        bare = row.kind == "count" and (row.own == 0 or bool(_PATIENTS.fullmatch(label)))
        return bare and all(cell.form == "value" and cell.whole("a") for _, cell in read)

    def _sizes(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> Iterator[Item]:
        for column, cell in read:
            arm, size = self.arms.of(column.arm), cell.whole("a")
            if arm is None or size is None:
                continue
            self.sizes[row.path[: len(row.path) - row.own], column.at] = size
            item = self._item(row, [(column, cell)], cell.parts["a"], "size")
            doubt = "which patients these are is not said"
            yield replace(item, arm=arm, is_size=True, path=()).doubted(doubt)

    def _of_arms(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> Iterator[Item | Left]:
        groups: dict[tuple[object, ...], list[tuple[Column, Cell]]] = {}
        for column, cell in read:
            whose = (column.arm, column.visit, column.change, column.part)
            groups.setdefault(whose, []).append((column, cell))
        for group in groups.values():
            yield from self._group(row, group)

    def _group(self, row: Row, own: list[tuple[Column, Cell]]) -> Iterator[Item | Left]:
        """The numbers of one arm in one row: a count beside a mean is its number of patients."""
        kinds = {column.kind: (column, cell) for column, cell in own}
        size = None
        if "mean" in kinds and (spread := kinds.keys() & _SPREAD.keys()):
            other = "sd" if "sd" in spread else "se"
            pair = [kinds["mean"], kinds[other]]
            if all(cell.form == "value" for _, cell in pair):
                printed = _SPREAD[other].format(*(cell.parts["a"] for _, cell in pair))
                own = [one for one in own if one not in pair]
                size = self._beside(own)
                yield self._of_arm(row, pair, printed, f"mean_{other}", size)
                own = [] if size else own
        elif "count" in kinds and "percent" in kinds:
            pair = [kinds["count"], kinds["percent"]]
            count, percent = (cell.parts.get("a") for _, cell in pair)
            if count and percent and pair[0][1].form == "value":
                yield self._of_arm(row, pair, f"{count} ({percent}%)", "count_percent", None)
                own = [one for one in own if one not in pair]
        elif pair := _count_and_percent(own):
            count, percent = (cell.parts["a"] for _, cell in pair)
            item = self._of_arm(row, pair, f"{count} ({percent}%)", "count_percent", None)
            yield item.doubted("a whole number before a percentage: taken for its count")
            own = [one for one in own if one not in pair]
        elif len(own) > 1 and (size := self._beside(own)):
            count = next(one for one in own if one[0].kind == "count")
            own = [one for one in own if one is not count]
            first = own[0][1]
            if first.form == "percent" and not can_be_share(first.parts["a"], size):
                printed = f"{count[1].parts['a']} ({first.parts['a']}%)"
                item = self._of_arm(row, [count, own[0]], printed, "count_percent", None)
                yield item.doubted("a whole number before a percentage: taken for its count")
                size, own = None, own[1:]
        for column, cell in own:
            if cell.form == "fraction" and (halves := _HALVES.search(row.label)):
                for half, name in zip("an", halves.groups(), strict=True):
                    item = self._of_arm(row, [(column, cell)], cell.parts[half], "count", size)
                    label = f"{item.label}, {name}"
                    yield replace(item, path=(*item.path, name), label=label)
                continue
            yield self._single(
                row, column, cell, size or (cell.whole("n") if cell.form == "spread_size" else None)
            )

    def _beside(self, own: Sequence[tuple[Column, Cell]]) -> int | None:
        """The number of patients in a column of its own, beside what is told of them."""
        counts = [cell.whole("a") for column, cell in own if column.kind == "count"]
        return counts[0] if len(counts) == 1 else None

    def _single(self, row: Row, column: Column, cell: Cell, size: int | None) -> Item | Left:
        arm = self.arms.of(column.arm)
        n = size or self._size(row, column, arm)
        if row.kind == "p" or (row.own == 0 and row.kind in ("count", "percent")):
            column = replace(column, kind=row.kind)
        by_column = column.kind in ("p", "ci", "mean", "sd", "se", "median", "percent", "count")
        kind = column.kind if by_column and column.kind else row.kind or column.kind
        if column.kind in ("count", "mean") and row.kind and row.kind.startswith(column.kind):
            kind = row.kind
        measure = row.measure if column.arm is None else None
        found = expression(cell, kind, n, self.usual, measure)
        if found is None:
            return self._left(row, column.at, cell.text, "what its numbers are is not said")
        if found.kind == "count" and column.kind == "count" and column.arm is None and self._armed:
            return self._left(row, column.at, cell.text, "whose number of patients is not said")
        item = self._of_arm(row, [(column, cell)], found.printed, found.kind, size)
        heads = self.laid.table.rows[: self.laid.heads]
        last = next((head[column.at] for head in reversed(heads) if head[column.at]), "")
        if found.kind == "count" and item.arm and re.fullmatch(r"n\W*|no\.", last, re.I):
            doubt = "which patients these are is not said"
            return replace(item, is_size=True, path=()).doubted(doubt)
        if found.kind == "effect":
            item = replace(item, measure=measure, arm=None)
        return item.doubted(found.doubt)

    @property
    def _titled(self) -> str:
        """What the table is of, by its caption, where a row's label is a visit alone."""
        caption = re.sub(
            r"^\s*table\s+\S+?[.:]?(?:\s|$)\W*", "", self.laid.table.caption, flags=re.I
        )
        return said(words(re.split(r"[.;:(]\s?", caption)[0], 8)).rest

    @property
    def _armed(self) -> bool:
        return any(column.role == ARM and column.arm for column in self.laid.columns)

    def _size(self, row: Row, column: Column, arm: str | None) -> int | None:
        """How many patients a column has in a row: by the row, its section, its head."""
        if row.size:
            several = len({one.arm for one in self.laid.columns if one.role == ARM}) > 1
            whole = row.counted or self.in_rows or arm == ALL or not several
            return row.size if whole else None
        at = max(
            (
                one.at
                for one in self.laid.columns
                if one.at <= column.at
                and (one.arm, one.part, one.visit) == (column.arm, column.part, column.visit)
            ),
            default=0,
        )
        for section in (row.path[: len(row.path) - row.own], ()):
            for place in (column.at, *range(at, -1, -1)):
                if (size := self.sizes.get((section, place))) and self._same(place, column):
                    return size
        return column.size

    def _same(self, at: int, column: Column) -> bool:
        """Whether a column is of the same patients as another one."""
        other = self.laid.columns[at]
        return (other.arm, other.part) == (column.arm, column.part)

    def _of_arm(
        self,
        row: Row,
        read: Sequence[tuple[Column, Cell]],
        printed: str,
        kind: str,
        size: int | None,
    ) -> Item:
        column = read[0][0]
        arm = self.arms.of(column.arm)
        doubts = [column.doubt]
        item = self._item(row, read, printed, kind)
        if arm is None:
            # A row below an outcome may be the arm's, and the head a part of what was measured.
            arm = next(iter(self._arms_of(row)), None)
            path = tuple(name for name in item.path if arm is None or self.arms.named(name) != arm)
            heads = (column.over, column.arm or "")
            path += tuple(head for head in heads if head and head != self._titled)
            path = path or (self._titled or row.label,)
            item = replace(item, path=path, label=", ".join(path))
            doubts += [None if arm else _NO_ARM]
        elif arm != ALL and bare_differs(self.arms, arm, column.arm):
            doubts.append(f"arm by the head “{column.arm}”")
        n = None if kind == "p" else size or self._size(row, column, arm)
        model = self.model and kind in ("effect", "p")
        return replace(item, arm=arm, size=n, model=model).doubted(*doubts)

    def _between(
        self, row: Row, read: list[tuple[Column, Cell]], items: Sequence[Item]
    ) -> Iterator[Item | Left]:
        """Estimate, interval and p of one comparison, as one expression."""
        groups: dict[tuple[object, ...], list[tuple[Column, Cell]]] = {}
        for column, cell in read:
            if row.kind == "p":
                column = replace(column, kind="p", measure=None)
            under = [one for name in column.names if (one := self._under(name))]
            within = self.arms.of(column.arm) or (under[0] if len(under) == 1 else None)
            own = (column.visit, column.change, column.part, within)
            groups.setdefault(own, []).append((column, cell))
        for (_, _, part, within), group in groups.items():
            for cells, found, measure in compared(group, items):
                if found is None:
                    for column, cell in cells:
                        why = "what its numbers are is not said"
                        yield self._left(row, column.at, cell.text, why)
                    continue
                item = self._item(row, cells, found.printed, found.kind)
                if self.in_rows and self._arms_of(row):
                    item = replace(item, path=self._path_beside(row, cells[0][0]))
                printed = self._pair(row, cells[0][0]) or self._compared(row, items)
                names = (
                    printed
                    if self._pair(row, cells[0][0])
                    else ordered(printed, items, found, measure)
                )
                model = self.model or any(column.adjusted for column, _ in cells)
                item = replace(
                    item, compare=names, measure=measure, model=model and found.kind != "p"
                )
                if found.kind == "effect" and names == (ALL,):
                    names = ()
                doubts = [found.doubt]
                if model:
                    doubts.append("adjusted, by the words beside it")
                if not names:
                    doubts.append("which groups are compared is not said")
                elif found.kind != "p" and names != printed:
                    doubts.append(TURNED)
                elif found.kind != "p":
                    doubts.append("the order of the groups is guessed")
                elif len(self.arms.labels) > 2 and names == ("all",):
                    doubts.append("taken for a test of all groups")
                if within is not None and within != ALL:
                    names, doubts = (), ["taken for a comparison within one group"]
                    item = replace(item, compare=(), arm=str(within))
                elif part is None and self._parts(row):
                    doubts.append("which of the columns beside it this is of is not said")
                yield replace(item, model=model).doubted(*doubts)

    def _under(self, name: str) -> str | None:
        """The arm that a comparison stands below: it is of that arm alone, as before and after."""
        return None if self.arms.pair(name) else self.arms.of(name)

    def _arms_of(self, row: Row) -> list[str]:
        """The arms that the labels of a row are the names of."""
        return [one for name in row.path if (one := self.arms.named(name))]

    def _pair(self, row: Row, column: Column) -> tuple[str, ...]:
        """The two groups that a head or the row's label names as those that are compared."""
        over = row.heads[column.at] if row.heads else ""
        texts = (over, *column.names, row.path[-1] if row.path else "")
        return next((pair for text in texts if (pair := self.arms.pair(text))), ())

    def _parts(self, row: Row) -> bool:
        """Whether columns of several outcomes stand beside a comparison that names none."""
        columns = [column for column in self.laid.columns if column.role == ARM]
        in_row = self.in_rows and bool(self._arms_of(row))
        return any(one.part for one in columns) or (
            in_row and len({one.arm for one in columns}) > 1
        )

    def _path_beside(self, row: Row, column: Column) -> tuple[str, ...]:
        """What a comparison in a row of one arm is of: the outcome of the column before it."""
        before = [one for one in self.laid.columns if one.role == ARM and one.at < column.at]
        path = tuple(name for name in row.path if self.arms.named(name) is None)
        part = (before[-1].arm,) if before and before[-1].arm else ()
        return (*path, *part) or (self._titled or row.label,)

    def _compared(self, row: Row, items: Sequence[Item]) -> tuple[str, ...]:
        names = list(dict.fromkeys(item.arm for item in items if item.arm and item.arm != ALL))
        if self.in_rows:
            names = list(dict.fromkeys(one for row in self.laid.rows for one in self._arms_of(row)))
        if not names:
            own = [self.arms.of(column.arm) for column in self._columns(row) if column.role == ARM]
            names = list(dict.fromkeys(one for one in own if one and one != ALL))
        heads = any(column.role == ARM and column.arm for column in self.laid.columns)
        if not names and len(self.arms.labels) == 2 and not (heads or self.predicts):
            names = list(self.arms.labels)
        return tuple(names) if len(names) == 2 else (("all",) if len(names) > 2 else ())

    def _item(self, row: Row, read: Sequence[tuple[Column, Cell]], printed: str, kind: str) -> Item:
        column = read[0][0]
        columns = [at for one, cell in read for at in (one.at, *cell.more)]
        place = self.laid.table.place_of(row.at, columns)
        name = self.laid.table.name.split(" (")[0].replace("table ", "t").replace(" ", "_")
        path = row.path or (self._titled or row.label,)
        if (
            self._titled
            and not re.search(r"[^\W\d_]{2}", path[-1].split(" – ")[-1])
            and len(path) == 1
        ):
            # "0–4" alone says when or of whom, and not what was measured.
            path = (self._titled, *path)
        by_point = any(thousands_by_point(cell.text, commas=self.commas) for _, cell in read)
        return Item(
            place=place,
            label=f"{row.label}, {column.part}" if column.part else row.label,
            printed=printed,
            quote=" | ".join(cell.text for _, cell in read),
            kind=kind,
            path=path if column.part is None else (f"{path[0]}, {column.part}", *path[1:]),
            visit=column.visit or row.visit,
            change=column.change or row.change,
            stem=name,
            baseline=self.baseline and not (column.visit or row.visit),
            cells=tuple((row.at, at) for at in columns),
        ).doubted(BY_POINT if by_point else None, _IN_ROWS if self.in_rows else None)

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


def _measured(column: Column, text: str) -> tuple[Column, str]:
    """A cell with the words before its number that name its measure: "OR 0.88 (0.76 to 1.03)"."""
    match = re.match(r"([A-Za-z][A-Za-z -]{1,30}?)\s*[:=]?\s*(?=[-−–]?[0-9.])", text)
    if match is None or (measure := said(match[1]).measure) is None:
        return column, text
    measured = replace(column, role=COMPARE, kind="effect", measure=measure, arm=None)
    return measured, text[match.end() :]


def _count_and_percent(own: Sequence[tuple[Column, Cell]]) -> list[tuple[Column, Cell]]:
    """A whole number right before a percentage, both under heads of percentages."""
    for first, second in pairwise(own):
        both = first[0].kind == second[0].kind == "percent"
        if both and first[1].whole("a") is not None and first[1].form == "value":
            return [first, second] if second[1].form == "percent" else []
    return []


def bare_differs(arms: Arms, arm: str, head: str | None) -> bool:
    """Whether a head is not the arm's own name, but one that was taken for it."""
    return head is not None and bare(head) != arm


def read_table(laid: Laid, arms: Arms, *, in_rows: bool = False) -> list[Item | Left]:
    """Everything in a table; `in_rows` says that its arms are labels of rows."""
    table = laid.table
    text = " ".join(
        [table.caption, table.notes, *(cell for row in table.rows[: laid.heads] for cell in row)]
    )
    body = [cell for row in table.rows[laid.heads :] for cell in row]
    told = {kind for column in laid.columns for kind in [column.kind] if kind}
    reader = _Reader(
        laid,
        arms,
        kinds_in(text) | {kind for kind in told if "_" in kind},
        decimal_commas(body),
        said(text[:LONGEST]).adjusted,
        {},
        bool(_PREDICTS.search(table.caption)),
        in_rows,
        bool(_BASELINE.search(table.caption)) and not _LATER.search(table.caption),
    )
    read = list(reader.items())
    arms_sizes = [one.size or 0 for one in laid.columns if one.role == ARM and one.arm != ALL]
    whole = max((one.size or 0 for one in laid.columns if one.arm == ALL), default=0)
    if whole and sum(arms_sizes) > whole:
        again = "its patients are in several columns"
        read = [
            one.doubted(again) if isinstance(one, Item) and one.arm == ALL else one for one in read
        ]
    return read


def left_whole(table: Table) -> list[Left]:
    """The numbers of a table that has no columns of numbers."""
    return [
        Left(table.place_of(at, [number]), cell, "no column of numbers")
        for at, row in enumerate(table.rows)
        for number, cell in enumerate(row)
        if cell and is_number(cell)
    ]
