"""Tables: each row's cells joined into expressions, with arm, outcome, visit and kind."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trialtrace.audit.reading.arms import ALL, Arms, bare
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
from trialtrace.audit.reading.item import Item, Left
from trialtrace.audit.reading.paper import Table
from trialtrace.audit.reading.rows import Row, rows

_SPREAD = {"sd": "mean (SD) {} ({})", "se": "mean {} (SE {})"}
_IN_ROWS = "its arms were taken from the labels of rows"
TURNED = "the order of the groups is turned round against the table's, so that the side fits"
_NO_ARM = "no arm is named over this column"


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
    return Laid(table, tuple(every), heads, tuple(rows(table.rows, heads, every, other)))


@dataclass
class _Reader:
    """What is known while one table is read."""

    laid: Laid
    arms: Arms
    usual: set[str]
    commas: bool
    model: bool
    sizes: dict[str, int]
    known: dict[str, int]

    def items(self) -> Iterator[Item | Left]:
        for row in self.laid.rows:
            yield from self._row(row)

    def _row(self, row: Row) -> Iterator[Item | Left]:
        every = self._columns(row)
        read: list[tuple[Column, Cell]] = []
        for column in every:
            text = row.cells[column.at]
            if column.role not in (ARM, COMPARE) or not text or is_missing(text):
                continue
            cell = read_cell(text, commas=self.commas)
            if cell is not None:
                read.append((column, cell))
            elif any(letter.isdigit() for letter in text):
                yield self._left(row, column.at, text, "its form is not known")
        if self._is_sizes(row, read):
            yield from self._sizes(row, read)
            return
        of_arms = [one for one in read if one[0].role == ARM]
        made = list(self._of_arms(row, of_arms))
        yield from made
        between = [one for one in read if one[0].role == COMPARE]
        yield from self._between(row, between, [one for one in made if isinstance(one, Item)])

    def _columns(self, row: Row) -> list[Column]:
        """The columns as the heads in the midst of the table have renamed them."""
        if row.heads is None:
            return list(self.laid.columns)
        made, name = [], None
        for column in self.laid.columns:
            own = said(row.heads[column.at]) if column.role == ARM else None
            if own is not None and (own.rest or own.kind or own.visit):
                name = own.rest or column.arm
                column = replace(
                    column, arm=name, kind=own.kind or column.kind, visit=own.visit or column.visit
                )
            made.append(column)
        return made

    def _is_sizes(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> bool:
        bare = row.kind == "count" and not row.path
        return bare and all(cell.form == "value" and cell.whole("a") for _, cell in read)

    def _sizes(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> Iterator[Item]:
        for column, cell in read:
            arm, size = self.arms.of(column.arm), cell.whole("a")
            if arm is None or size is None:
                continue
            self.sizes[arm] = size
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
            own = [one for one in own if one[0].kind != "count"]
        for column, cell in own:
            yield self._single(row, column, cell, size)

    def _beside(self, own: Sequence[tuple[Column, Cell]]) -> int | None:
        """The number of patients in a column of its own, beside what is told of them."""
        counts = [cell.whole("a") for column, cell in own if column.kind == "count"]
        return counts[0] if len(counts) == 1 else None

    def _single(self, row: Row, column: Column, cell: Cell, size: int | None) -> Item | Left:
        arm = self.arms.of(column.arm)
        n = size or row.size or self._size(column, arm)
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

    def _size(self, column: Column, arm: str | None) -> int | None:
        if arm is None:
            return column.size
        return column.size or self.sizes.get(arm) or self.known.get(arm)

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
        if by_row := column.arm is None:
            arm = next((one for name in row.path if (one := self.arms.of(name))), None)
        doubts = [] if arm else [_NO_ARM]
        doubts += [column.doubt] if column.doubt else []
        n = size or row.size or column.size or (self.sizes.get(arm) if arm else None)
        item = self._item(row, read, printed, kind)
        if kind == "p":
            n = None
        model = self.model and kind in ("effect", "p")
        if arm and arm != ALL and bare_differs(self.arms, arm, column.arm) and not by_row:
            doubts.append(f"arm by the head “{column.arm}”")
        return replace(item, arm=arm, size=n, model=model).doubted(*doubts)

    def _between(
        self, row: Row, read: list[tuple[Column, Cell]], items: Sequence[Item]
    ) -> Iterator[Item | Left]:
        """Estimate, interval and p of one comparison, as one expression."""
        groups: dict[tuple[str | None, bool], list[tuple[Column, Cell]]] = {}
        for column, cell in read:
            groups.setdefault((column.visit, column.change), []).append((column, cell))
        for group in groups.values():
            for cells, found, measure in compared(group, items):
                if found is None:
                    for column, cell in cells:
                        why = "what its numbers are is not said"
                        yield self._left(row, column.at, cell.text, why)
                    continue
                item = self._item(row, cells, found.printed, found.kind)
                printed = self._compared(row, items)
                names = ordered(printed, items, found, measure)
                model = self.model or any(column.adjusted for column, _ in cells)
                item = replace(
                    item, compare=names, measure=measure, model=model and found.kind != "p"
                )
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
                if any(column.part for column in self.laid.columns):
                    doubts.append("which of the columns beside it this is of is not said")
                yield replace(item, model=model).doubted(*doubts)

    def _compared(self, row: Row, items: Sequence[Item]) -> tuple[str, ...]:
        names = list(dict.fromkeys(item.arm for item in items if item.arm and item.arm != ALL))
        if not names:
            own = [self.arms.of(column.arm) for column in self._columns(row) if column.role == ARM]
            names = list(dict.fromkeys(one for one in own if one and one != ALL))
        if not names and len(self.arms.labels) == 2:
            names = list(self.arms.labels)
        return tuple(names) if len(names) == 2 else (("all",) if len(names) > 2 else ())

    def _item(self, row: Row, read: Sequence[tuple[Column, Cell]], printed: str, kind: str) -> Item:
        column = read[0][0]
        place = self.laid.table.place_of(row.at, [one.at for one, _ in read])
        name = self.laid.table.name.split(" (")[0].replace("table ", "t").replace(" ", "_")
        path = row.path or (self._titled or row.label,)
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
            cells=tuple((row.at, one.at) for one, _ in read),
        ).doubted(BY_POINT if by_point else None, _IN_ROWS if self.laid.table.turned else None)

    def _left(self, row: Row, at: int, text: str, why: str) -> Left:
        return Left(self.laid.table.place_of(row.at, [at]), text, why)


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


def read_table(laid: Laid, arms: Arms, sizes: dict[str, int]) -> list[Item | Left]:
    """Everything in a table; `sizes` are the numbers of patients by arm that other tables tell."""
    table = laid.table
    text = f"{table.caption} {table.notes}"
    body = [cell for row in table.rows[laid.heads :] for cell in row]
    told = {kind for column in laid.columns for kind in [column.kind] if kind}
    reader = _Reader(
        laid,
        arms,
        kinds_in(text) | {kind for kind in told if "_" in kind},
        decimal_commas(body),
        said(text[:LONGEST]).adjusted,
        {},
        sizes,
    )
    return list(reader.items())


def left_whole(table: Table) -> list[Left]:
    """The numbers of a table that has no columns of numbers."""
    return [
        Left(table.place_of(at, [number]), cell, "no column of numbers")
        for at, row in enumerate(table.rows)
        for number, cell in enumerate(row)
        if cell and is_number(cell)
    ]
