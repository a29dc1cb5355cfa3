"""What a table's row tells of comparisons: which groups, of what, and against whom."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.cells import Cell, is_missing, is_number
from trialtrace.audit.reading.characters import MARKS
from trialtrace.audit.reading.compared import compared, ordered
from trialtrace.audit.reading.expressions import p_text
from trialtrace.audit.reading.heading_words import (
    COEFFICIENT,
    CROSSED,
    EITHER,
    OF_TIME,
    RATIO,
    UNSAID,
    VERSUS,
    said,
)
from trialtrace.audit.reading.heads import ARM, COMPARE, Column, is_above_1
from trialtrace.audit.reading.item import NO_GROUPS, Item, Left
from trialtrace.audit.reading.laid import Context, of_treatment
from trialtrace.audit.reading.rows import Row

UNSAID_NUMBERS = "what its numbers are is not said"
BY_HEAD = "arm by the head"
ABOVE_1 = "no p is above 1: it is misprinted, or its head is of another number"
TURNED = "the order of the groups is turned round against the table's, so that the side fits"
_REFERENCE = re.compile(r"(?:[01](?:\.0+)?\s*)?[(\[]?ref(?:erence|erent)?\.?[)\]]?", re.IGNORECASE)
_OF_ERROR = re.compile(r"[(\[±,]\s*(?:SEM?|s\.e\.|(?i:(?:standard|std\.?) err(?:or)?))\b")
_TERM = "that this coefficient is the difference of the groups is guessed"
_OF_GROUPS = re.compile(r"\b(?:treatment|groups?|arms?|intervention|allocation)\b", re.IGNORECASE)
_OF_SOME = re.compile(rf"{_OF_GROUPS.pattern}|\b(?:those|who|with|without|among)\b", re.I)
# "Wald χ2 (group)": what each arm's row has is no p of that arm.
_OF_THE_GROUPS = re.compile(r"\b(?:between|inter)\b|\bgroups?\b", re.IGNORECASE)
P_BEHIND = re.compile(
    r"(?<=[0-9)%\]*†‡§])\s*[,;]?\s*[(\[]?\s*(p(?:[\s-]?values?)?\s?[<>=≤≥]\s?[0-9.,·]*[0-9])\s*[)\]]?$",
    re.I,
)
"""A p behind other numbers in their cell."""
OF_A_TERM = "taken for a term of a model of all patients, which compares no groups"
BY_GAP = "it is taken for one against the group that has none in its row"
NOT_ALL = "a number of its row is not taken up"
OF_EITHER = "which of the measures in its head this is is not said"
OWN_OR_BETWEEN = "whether it is of its group alone, or against another one, is not said"
OVER_TIMES = "its cell stands beside several times: of which of them it is is not said"
_COMPARED = ("p", "effect")
# Visit, whether of change, part, and the arm within which it compares.
_Whose = tuple[str | None, bool, str | None, str | None]


class Comparisons(Context):
    """Reads what a row says of groups against each other."""

    @property
    def _armed(self) -> bool:
        return any(column.role == ARM and column.arm for column in self.laid.columns)

    def _between(
        self, row: Row, read: list[tuple[Column, Cell]], items: Sequence[Item]
    ) -> Iterator[Item | Left]:
        """Estimate, interval and p of one comparison, as one expression."""
        for (_, _, part, within), group in self._of_comparisons(row, read).items():
            over = self.laid.table.rows[: self.laid.heads]
            heads = (head[column.at] for head in over for column, _ in group)
            spread = {"se"} if any(map(_OF_ERROR.search, (*heads, row.cells[0]))) else set[str]()
            for cells, found, measure in compared(group, items, self.usual | spread):
                if found is None:
                    for column, cell in cells:
                        yield self._left(row, column.at, cell.text, UNSAID_NUMBERS)
                    continue
                item = self._item(row, cells, found.printed, found.kind)
                if self.in_rows and self._arms_of(row):
                    item = replace(item, path=self._path_beside(row, cells[0][0]))
                else:
                    path = (*self._without_reference(row, item.path), *self._models(cells[0][0]))
                    item = replace(item, path=path)
                item = self._over_rows(item, row)
                pair = self._pair(row, cells[0][0])
                printed = pair or self._compared(row, items)
                names = printed if pair else ordered(printed, items, found, measure)
                names = () if pair == ("?",) else names
                model = self.model or any(column.adjusted for column, _ in cells)
                item = replace(item, compare=names, measure=measure, model=model)
                if found.kind == "effect" and names == (ALL,):
                    names = ()
                doubts = [
                    found.doubt,
                    cells[0][0].doubt,
                    OF_EITHER if measure in (EITHER, RATIO) else None,
                ]
                if model:
                    doubts.append("adjusted, by the words beside it")
                if not names:
                    doubts.append(NO_GROUPS)
                elif found.kind != "p" and names != printed:
                    doubts.append(TURNED)
                elif found.kind != "p" and not found.printed.startswith(("F", "χ²")):
                    doubts.append("the order of the groups is guessed")
                elif cells[0][0].tested:
                    doubts.append("it stands alone below the last group: taken for one of all")
                elif len(self.arms.labels) > 2 and names == ("all",):
                    doubts.append("taken for a test of all groups")
                if names and measure == COEFFICIENT and not self._of_groups(cells[0][0]):
                    doubts.append(
                        "that this coefficient is the difference of the groups is guessed"
                    )
                doubts += _by_heads(items, printed)
                if not self.in_rows and {*self._present(row)} - {item.arm for item in items}:
                    doubts.append(NOT_ALL if names == (ALL,) else None)
                if found.kind == "p" and is_above_1(found.printed.rpartition(" ")[2]):
                    doubts.append(ABOVE_1)
                arm = within
                if arm is None and self.in_rows:
                    arm = self._of_its_arm(row, cells[0][0])
                    if pair_of_row := self._against_row(row, cells[0][0]):
                        doubts = [doubt for doubt in doubts if doubt not in (NO_GROUPS, TURNED)]
                        item = replace(item, compare=pair_of_row).doubted(BY_GAP)
                if arm is not None and arm != ALL:
                    doubts = ["taken for a comparison within one group"]
                    item = replace(item, compare=(), arm=arm)
                elif self.predicts and not names and found.kind == "effect":
                    if not any(map(_OF_SOME.search, (row.cells[0], self.laid.table.caption))):
                        doubts = [OF_A_TERM if one == NO_GROUPS else one for one in doubts]
                        item = replace(item, arm=ALL)
                elif part is None and self._parts(row):
                    doubts.append("which of the columns beside it this is of is not said")
                yield item.doubted(*doubts)

    def _over_rows(self, item: Item, row: Row) -> Item:
        """A comparison whose cell stands over several rows as one of what these have in common."""
        merged = (self.laid.table.merged.get(cell, 1) for cell in item.cells)
        below = range(row.at, row.at + max(merged, default=1))
        every = [one for one in self.laid.rows if one.at in below and not one.opens]
        if len(every) < 2 or row.opens or self.in_rows:
            return item
        paths = [one.path for one in every]
        together = takewhile(lambda names: len({*names}) == 1, zip(*paths, strict=False))
        path = tuple(names[0] for names in together)
        if {one.visit for one in every} != {row.visit}:
            item = replace(item, visit=None).doubted(OVER_TIMES)
        if not path:
            path = (" / ".join(dict.fromkeys(one.path[-1] for one in every if one.path)),)
        return replace(item, path=path) if path[0] else item

    def _present(self, row: Row) -> list[str]:
        """The arms that have a number in a row, taken up or not."""
        every = [one for one in self._columns(row) if one.role == ARM]
        having = (self.arms.of(one.arm) for one in every if re.search("[0-9]", row.cells[one.at]))
        return [name for name in dict.fromkeys(having) if name and name != ALL]

    def _lacking(self, column: Column, every: Sequence[Column], having: Sequence[str]) -> list[str]:
        """The arms that have columns at the time of one, and none of what others have."""
        names = (self.arms.of(one.arm) for one in every if one.visit == column.visit)
        return [name for name in dict.fromkeys(names) if name and name not in (ALL, *having)]

    def _in_cells(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> Iterator[Item]:
        """A p in the cell of an arm: against the one arm that has none, or else its own."""
        for column, cell in read:
            item = self._item(row, [(column, cell)], p_text(cell) or "", "p")
            arm = self.arms.of(column.arm)
            having = [self.arms.of(one.arm) or "" for one, _ in read]
            lacking = self._lacking(column, self._columns(row), having)
            if not lacking:
                told = row.change or column.change or self._within(column)
                yield replace(item, arm=arm).doubted(None if told else OWN_OR_BETWEEN)
            elif len(lacking) == 1 and arm is not None:
                yield replace(item, compare=(lacking[0], arm)).doubted(BY_GAP)
            else:
                yield item.doubted(NO_GROUPS)

    def _of_its_arm(self, row: Row, column: Column) -> str | None:
        """The arm of a row whose p or difference is its own: each arm of the paper has another one
        of the same outcome in this column."""
        heads = (head[column.at] for head in self.laid.table.rows[: self.laid.heads])
        if any(map(_OF_THE_GROUPS.search, heads)):
            return None
        of = self._block(row, column)
        whole = of.keys() >= self.arms.labels.keys() and len({*of.values()}) > 1
        each = whole and all(map(is_number, of.values()))
        return next(iter(self._arms_of(row)), None) if each else None

    def _block(self, row: Row, column: Column) -> dict[str, str]:
        """The cells of a column in the rows of arms beside each other, by their arms."""
        own = (row.path[:-1], row.visit)
        block = [one for one in self.laid.rows if (one.path[:-1], one.visit) == own]
        return {arm: one.cells[column.at] for one in block for arm in self._arms_of(one)[:1]}

    def _against_row(self, row: Row, column: Column) -> tuple[str, ...]:
        """The arm of a row and the only one of three or more that has no number in its column, or
        "Ref."."""
        of, own = self._block(row, column), self._arms_of(row)[:1]
        lacking = [arm for arm, text in of.items() if not is_number(text) or is_missing(text)]
        return (
            (*own, *lacking) if own and len(of) > 2 and len(lacking) == 1 and lacking != own else ()
        )

    def _of_groups(self, column: Column) -> bool:
        """Whether caption, notes or the head of a coefficient say that it is of the groups."""
        table = self.laid.table
        heads = [row[column.at] for row in table.rows[: self.laid.heads]]
        return bool(_OF_GROUPS.search(" ".join([table.caption, table.notes, *heads])))

    def _of_comparisons(
        self, row: Row, read: list[tuple[Column, Cell]]
    ) -> dict[_Whose, list[tuple[Column, Cell]]]:
        """The cells of a row by what they compare."""
        words = (row.cells[one.at] for one in self.laid.columns)
        in_row = [said(text) for text in words if text]
        named = next((cell.measure for cell in in_row if cell.kind == "effect"), None)
        groups: dict[_Whose, list[tuple[Column, Cell]]] = {}
        for column, cell in read:
            if row.kind == "p":
                column = replace(column, kind="p", measure=None)
            elif column.kind == "effect" and column.measure in (None, UNSAID, VERSUS):
                column = replace(column, measure=row.measure or named or column.measure)
            if column.kind == "effect" and (noted := self._noted(cell.text)):
                column = replace(column, measure=noted)
            under = [one for name in column.names if (one := self._under(name))]
            within = None if column.tested else self.arms.of(column.arm)
            within = within or (under[0] if len(under) == 1 else None)
            if (two := self._behind_arm(row, column)) is not None:
                named_by = " vs ".join(self.arms.labels[name] for name in two)
                column, within = replace(column, names=(named_by,)), None
            if within is None and self._within(column):
                before = [one.arm for one in self._columns(row) if one.at < column.at and one.arm]
                within = self.arms.of(before[-1]) if before else None
            whose = (column.visit, column.change, column.part, within)
            groups.setdefault(whose, []).append((column, cell))
        return groups

    def _noted_size(self, column: Column, text: str) -> Column:
        """A column with the number of patients that the note to a cell's mark tells, "* n = 58"."""
        mark = re.search(rf"[{re.escape(MARKS)}]+$", text)
        of_mark = rf"(?:^|[^\w)]){re.escape(mark[0])}\s*n\s?=\s?([0-9]+)\b" if mark else ""
        found = re.search(of_mark, self.laid.table.notes, re.IGNORECASE) if mark else None
        return replace(column, size=int(found[1])) if found else column

    def _noted(self, text: str) -> str | None:
        """The measure that the note to a cell's mark names, "* Mean difference", and no more."""
        mark, notes = re.search(rf"[{re.escape(MARKS)}]+$", text), self.laid.table.notes
        found = mark and re.search(
            rf"(?:^|[^\w)]){re.escape(mark[0])}\s*(?=[A-Za-z])([^.;{MARKS}]+)", notes
        )
        told = said(found[1]) if found else None
        return told.measure if told and told.kind == "effect" and not told.rest else None

    def _behind_arm(self, row: Row, column: Column) -> tuple[str, str] | None:
        """The two arms of "P vs placebo" that stands below or behind another arm."""
        reference = self.arms.reference(column.names)
        columns = [one for one in self._columns(row) if one.role == ARM and one.at < column.at]
        names = [arm for one in columns if (arm := self.arms.of(one.arm)) not in (None, ALL)]
        own = self.arms.of(column.arm) or (names[-1] if names else None)
        if reference is None or own in (None, reference) or any(map(self.arms.pair, column.names)):
            return None
        return own, reference

    def _under(self, name: str) -> str | None:
        """The arm that a comparison stands below: it is of that arm alone, as before and after."""
        sides = re.split(r"\s(?:vs?\.?|versus)\s", name)
        if len(sides) == 2 and any(said(side).visit for side in sides):
            return next((one for side in sides if (one := self.arms.of(side))), None)
        return None if self.arms.pair(name) else self.arms.of(name)

    def _within(self, column: Column) -> bool:
        """Whether a head calls a comparison one within a group."""
        heads = self.laid.table.rows[: self.laid.heads]
        return any(re.match(r"within[\s-]group", head[column.at], re.I) for head in heads)

    def _pair(self, row: Row, column: Column) -> tuple[str, ...]:
        """The two groups that a head or the row's label names as those that are compared."""
        over = row.heads[column.at] if row.heads else ""
        cells = (row.cells[one.at] for one in self._columns(row) if one.at < column.at)
        cells = (cell for cell in cells if cell and not is_number(cell))
        texts = (over, *column.names, row.path[-1] if row.path else "", *cells)
        effects = (one for one in column.pieces if "effect" in one.lower())
        if column.kind != "effect" and any(map(OF_TIME.fullmatch, (*column.names, over, *effects))):
            return ("?",)
        if column.kind == "statistic" and any(map(CROSSED.fullmatch, column.names)):
            return ("?",)
        if any(re.search(r"\S\s(?:vs?\.?|versus|×)\s", name) for name in column.names):
            # Two that are no arms, as two studies are, are not those of the row.
            return next((pair for text in texts if (pair := self.arms.pair(text))), ("?",))
        over_arms = {name for one in self.laid.columns if one.role == ARM for name in one.names}
        named = (self.arms.joined(name) for name in column.names if name not in over_arms)
        found = next((pair for text in texts if (pair := self.arms.pair(text))), ())
        return found or next((pair for pair in named if len(pair) == 2), ())

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
        path = tuple(name for name in row.path if self._arm_of(row, name) is None)
        tests = [one for one in self.laid.columns if one.role == COMPARE]
        shares = {one.kind for one in before} <= {None, "count_percent", "percent"}
        if len(before) > 1 and len(tests) == 1 and shares:
            # One test behind a distribution is of all of it.
            return path or (self._titled or row.label,)
        part = [before[-1].arm] if before and before[-1].arm else self._models(column)
        return (*path, *part) or (self._titled or row.label,)

    def _models(self, column: Column) -> list[str]:
        """What the heads of a table of estimates alone tell of a column's own, such as its outcome
        or its model."""
        if self._armed:
            return []
        every = [set(one.names) for one in self.laid.columns if one.role == COMPARE]
        own = [name for name in column.names if not all(name in names for names in every)]
        own = [name for name in own if not re.search(r"\bvs\b|\bversus\b", name)]
        return [name for name in own if self.arms.of(name) is None]

    def _without_reference(self, row: Row, path: tuple[str, ...]) -> tuple[str, ...]:
        """What was measured, without words such as "from placebo" that tell a comparison alone."""
        if row.kind not in ("effect", "p"):
            return path
        left = tuple(name for name in path if self.arms.reference([name]) is None)
        return left or (self._titled or row.label,)

    def _below(self, row: Row) -> Row:
        """A row whose words tell a comparison alone, "P vs placebo", as one of the row of numbers
        above it."""
        before = [one for one in self.laid.rows if one.at < row.at and one.kind not in _COMPARED]
        bare = row.own == len(row.path) and all(self.arms.reference([one]) for one in row.path)
        if row.kind not in _COMPARED or not bare or self.in_rows or not before:
            return row
        above = before[-1]
        return replace(row, path=above.path, own=0, loose=True) if above.path else row

    def _reference(self, row: Row) -> str | None:
        """The arm that the others of a row are compared with: by its label, or by "reference" in
        its place."""
        for column in self._columns(row):
            arm = self.arms.of(column.arm) if column.role == ARM else None
            if arm not in (None, ALL) and _REFERENCE.fullmatch(row.cells[column.at]):
                return arm
        return self.arms.reference([*row.path, row.label])

    def _compared(self, row: Row, items: Sequence[Item]) -> tuple[str, ...]:
        names = list(dict.fromkeys(item.arm for item in items if item.arm and item.arm != ALL))
        if names and not self.in_rows:
            names = list(dict.fromkeys([*self._present(row), *names]))
        if self.in_rows:
            names = list(dict.fromkeys(one for row in self.laid.rows for one in self._arms_of(row)))
        if not names:
            every = [one for one in self._columns(row) if one.role == ARM or one.tested]
            own = [self.arms.of(column.arm) for column in every]
            names = list(dict.fromkeys(one for one in own if one and one != ALL))
        heads = any(column.role == ARM and column.arm for column in self.laid.columns)
        # Where one row names the arms, the others are of other terms of a model.
        heads = heads or any(self.arms.pair(one.path[-1]) for one in self.laid.rows if one.path)
        apart = (heads and not of_treatment(self.laid.table)) or self.predicts
        if not names and len(self.arms.labels) == 2 and not apart:
            names = list(self.arms.labels)
        return tuple(names) if len(names) == 2 else (("all",) if len(names) > 2 else ())


def _by_heads(items: Sequence[Item], names: Sequence[str]) -> Iterator[str]:
    """The doubts on the arms that are compared: a head was taken for one."""
    for item in items:
        if item.arm in names:
            yield from (doubt for doubt in item.doubts if doubt.startswith(BY_HEAD))
