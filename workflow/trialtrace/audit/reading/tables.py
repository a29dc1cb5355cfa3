"""Tables: each row's cells joined into expressions, with arm, outcome, visit and kind."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from math import sqrt
from typing import TypeGuard

from trialtrace.audit.printed.symbols import PROCEDURES
from trialtrace.audit.reading.arms import ALL, Arms, bare, run_together
from trialtrace.audit.reading.categories import OF_SECTION
from trialtrace.audit.reading.cells import Cell, is_missing, read_cell
from trialtrace.audit.reading.characters import decimal_commas
from trialtrace.audit.reading.compared import limited, paired
from trialtrace.audit.reading.comparisons import (
    BY_GAP,
    BY_HEAD,
    OWN_OR_BETWEEN,
    P_BEHIND,
    UNSAID_NUMBERS,
    Comparisons,
)
from trialtrace.audit.reading.everyone import TAKEN
from trialtrace.audit.reading.expressions import expression, is_share, of_most, unsaid_range
from trialtrace.audit.reading.heading_words import (
    EVERYONE,
    LONGEST,
    UNSAID,
    VERSUS,
    kinds_in,
    said,
    symbol,
)
from trialtrace.audit.reading.heads import ARM, COMPARE, Column
from trialtrace.audit.reading.item import NO_GROUPS, WHICH_PATIENTS, Item, Left
from trialtrace.audit.reading.laid import Laid, at_baseline, predicts, taken_for_heads, usual
from trialtrace.audit.reading.named_tests import with_tests
from trialtrace.audit.reading.parted import TWO_SCORES, averaged, parted, twofold
from trialtrace.audit.reading.rows import Row

_WHOSE = "whose number of patients is not said"
_GUESSED = "that this is an arm is guessed: none has a number of patients or is a control"
_NO_ARM = "no arm is named over this column"
_NAMELESS = "what was measured is not said above this arm"
LIMITS_UNSAID = "whether its limits are an interval or the range is not said"
MEAN_OR_SHARE = "whether it is a share or a mean in per cent is not said"
_BY_CAPTION = "arm by the caption"
_BY_COLUMN = ("statistic", "p", "ci", "mean", "sd", "se", "median", "percent", "count")
# Kinds that rows below take over which do not say what their two numbers are.
_CARRIED = ("count_percent", "mean_sd", "mean_se", "median_iqr", "median_range", "mean_ci")
# "Sex (male/female)" over cells such as 10/15.
_HALF = r"((?:fe)?males?|men|women|boys|girls|[MF♂♀]|yes|no|left|right)"
_HALVES = re.compile(
    rf"(?<!\w){_HALF}\s*(?:\(n\))?\s*[/:∶]\s*{_HALF}(?!\w)",
    re.IGNORECASE,
)
_OF_CHANGES = re.compile(r"\b(?:changes?|differences?|improvements?|reductions?)\b", re.IGNORECASE)
# Of p and of its visits: "P value (within group)", "P, before vs after".
_WITHIN = re.compile(r"\b(?:within|baseline|before|pre)\b", re.IGNORECASE)
# "n, mean (SD)" and "mean (SD), n".
_N_BESIDE = re.compile(
    r"\bn\W{1,3}(?:means?|medians?)\b|\b(?:SD|SE|IQR|range)[)\]]?[,;/\s[(]{1,3}n\b(?!\W*[(%=])",
    re.IGNORECASE,
)
_PATIENTS = re.compile(
    r"(?:(?:\w+\.? )?(?:patients|participants|subjects)|patient numbers?)"
    r"(?: (?:analy[sz]ed|evaluated|included|randomi[sz]ed))?",
    re.IGNORECASE,
)


class _Reader(Comparisons):
    """Reads one table."""

    def items(self) -> Iterator[Item | Left]:
        wholes: set[tuple[str, ...]] = set()
        for row in self.laid.rows:
            section = row.path[: len(row.path) - row.own]
            if row.size and section and not re.search(rf"\b{row.size}\b", row.cells[0]):
                if section not in wholes:
                    yield self._whole(row, section)
                wholes.add(section)
            for one in [*self._parted(row)] or [row]:
                yield from self._row(one)

    def _whole(self, row: Row, section: tuple[str, ...]) -> Item:
        """The number of patients beside the label of a section, "Stage (n = 120)"."""
        place, label = self.laid.table.place_of(row.at - 1, [0]), ", ".join(section)
        stem = f"{self.laid.table.name.split(' (')[0].replace('table ', 't')}_whole"
        item = Item(place, label, str(row.size), row.path[0], "count", section, arm=ALL, stem=stem)
        return replace(item, cells=((row.at - 1, 0),)).doubted(OF_SECTION)

    def _parted(self, row: Row) -> list[Row]:
        """The rows that a row of cells with several numbers is; none of patients: "4/40"."""
        columns = [one for one in self.laid.columns if one.role in (ARM, COMPARE)]
        cells = ((one, read_cell(row.cells[one.at])) for one in columns)
        of_patients = any(
            cell.form == "fraction"
            and cell.whole("n") == self._size(row, one, self.arms.of(one.arm))
            for one, cell in cells
            if cell
        )
        at = [one.at for one in columns]
        return [] if of_patients or not at else [*parted(row, at)] or twofold(row, at)

    def _row(self, row: Row) -> Iterator[Item | Left]:
        read: list[tuple[Column, Cell]] = []
        tested: list[tuple[Column, Cell]] = []
        columns = self._columns(row)
        joined = set[int]()
        row = _with_sizes(self._below(row))
        for column in columns:
            text = row.cells[column.at]
            if column.role not in (ARM, COMPARE) or not text or is_missing(text):
                continue
            if column.at in joined:
                continue
            if any((column.at, arm) in self._statistics for arm in self._arms_of(row)):
                yield self._left(row, column.at, text, UNSAID_NUMBERS)
                continue
            behind = self._behind(row, column, columns)
            if behind:
                text = " ".join([text, *(row.cells[at] for at in behind)])
                joined |= set(behind)
            column = self._noted_size(column, text)
            shares, whole = "percent" in (column.kind or row.kind or ""), text
            text = _with_n(text) if self._counted_in_cells(row, column) else text
            column, text = _measured(*_counted(column, text, shares=shares))
            arm = self.arms.of(column.arm)
            if arm is None:
                column, text = _tested(column, text)
            elif (
                arm != ALL
                and "effect" not in (row.kind, column.kind)
                and (p := P_BEHIND.search(text))
            ):
                text, of_p = text[: p.start()], read_cell(p[1], commas=self.commas)
                tested += [(column, of_p)] if of_p else []
            cell = read_cell(text, commas=self.commas)
            if cell is not None and averaged(row.kind or column.kind, cell):
                yield self._left(row, column.at, text, UNSAID_NUMBERS)
            elif cell is not None:
                whole = whole if column.kind == "statistic" else cell.text
                read.append((column, replace(cell, more=behind, text=whole)))
            elif any(letter.isdigit() for letter in text) and not self.arms.pair(text):
                yield self._left(row, column.at, text, "its form is not known")
        self.shares = self._of_shares(row, read)
        if self.shares is None and (total := _of_row_whole(read)):
            self.shares, row = True, replace(row, size=total)
        self.uncounted = self._beyond(row, read)
        self.counts = any(cell.form == "count_percent" for _, cell in read)
        self.halves = self._of_halves(row, read)
        if self._is_sizes(row, read):
            yield from self._sizes(row, read)
            return
        alone = [one for one in read if one[0].kind == "count" and one[0].arm is None]
        alone = [one for one in alone if one[0].role == ARM and one[1].form == "value"]
        if len(alone) == 1 and len(read) > 1 and not row.size:
            # A column "n" that is of no arm is of the whole row.
            row = replace(row, size=alone[0][1].whole("a"))
            read = [one for one in read if one is not alone[0]]
        of_arms = [one for one in read if one[0].role == ARM]
        made = list(self._of_arms(row, of_arms))
        yield from made
        between = [one for one in read if one[0].role == COMPARE]
        yield from self._between(row, between, [one for one in made if isinstance(one, Item)])
        yield from self._in_cells(row, tested)

    def _counted_in_cells(self, row: Row, column: Column) -> bool:
        """Whether words say that cells hold numbers of patients beside means or medians."""
        table = self.laid.table
        heads = (head[column.at] for head in table.rows[: self.laid.heads])
        every = (row.cells[0], table.rows[0][0], *heads, table.caption, table.notes)
        return any(map(_N_BESIDE.search, every))

    def _of_shares(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> bool | None:
        """Whether pairs of a row, such as "59 (96.7)", are counts with their percentages, as the
        arithmetic of one of them or a number that counts nothing tells; None where nothing does."""
        pairs = [one for one in read if one[0].role == ARM and one[1].form == "pair"]
        if len({column.kind for column, _ in pairs}) != 1:
            return None
        if self.in_rows:
            return _of_one_size(pairs) or None
        if any(float(cell.parts["a"].replace(",", "")) % 1 for _, cell in pairs):
            return False
        told = (
            "." in cell.parts["b"]
            and is_share(cell, self._size(row, column, self.arms.of(column.arm)))
            for column, cell in pairs
        )
        return any(told) or None

    def _beyond(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> bool:
        """Whether a number alone in the row is no count of its patients."""
        alone = [(one, cell) for one, cell in read if one.role == ARM and cell.form == "value"]
        counts = (
            (cell.whole("a"), self._size(row, one, self.arms.of(one.arm))) for one, cell in alone
        )
        return any(count is None or (size and count > size) for count, size in counts)

    def _of_halves(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> bool:
        """Whether cells such as "20/14" and "2/4/8" are counts of what the label names in as many
        words, which in a column, or in more than two, are its patients together."""
        own = [(column, cell) for column, cell in read if _listed(row, cell)]
        whole = (
            sum(int(one) for _, one in _listed(row, cell))
            == self._size(row, column, self.arms.of(column.arm))
            for column, cell in own
        )
        return any(whole) or any(cell.form == "counts" for _, cell in own)

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

    def _is_sizes(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> bool:
        label = row.path[-1] if row.own == 1 else ""
        after = next((one for one in self.laid.rows if one.at == row.at + 1), None)
        if row.own == 0 and after is not None and (after.kind, after.own) == ("percent", 0):
            return False
        patients, first = bool(_PATIENTS.fullmatch(label)), row.at == self.laid.heads
        bare = row.kind == "count" and (row.own == 0 or patients)
        counted = row.kind is None or (row.kind == "percent" and label.startswith(("No", "Num")))
        bare = bare or (counted and patients and first)
        if first and row.own == 0 and row.kind == "count_percent":
            # "N (%)" over 40 (44.4) and 50 (55.6).
            own = [cell for one, cell in read if one.arm != ALL and cell.whole("a")]
            pairs = [cell for cell in own if cell.form in ("pair", "count_percent")]
            shares = [float(cell.parts["b"].replace(",", "")) for cell in pairs]
            return len(shares) == len(own) > 1 and abs(sum(shares) - 100) < 1
        return bare and all(cell.form == "value" and cell.whole("a") for _, cell in read)

    def _sizes(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> Iterator[Item | Left]:
        for column, cell in read:
            arm, size = self.arms.of(column.arm), cell.whole("a")
            if size is not None:
                self.sizes[row.path[: len(row.path) - row.own], column.at] = size
            if arm is None or size is None or column.part:
                yield self._left(row, column.at, cell.text, _WHOSE)
                continue
            item = self._item(row, [(column, cell)], cell.parts["a"], "size")
            yield replace(item, arm=arm, is_size=True, path=()).doubted(WHICH_PATIENTS)

    def _of_arms(self, row: Row, read: Sequence[tuple[Column, Cell]]) -> Iterator[Item | Left]:
        groups: dict[tuple[object, ...], list[tuple[Column, Cell]]] = {}
        change, visit = False, None
        for column, cell in read:
            # A spread behind a mean change is that of the change, at the same time.
            spread = column.kind in ("sd", "se", "iqr", "range", "ci")
            change = column.change or (change and spread)
            visit = column.visit or (visit if spread else None)
            whose = (column.arm, visit, change, column.part)
            groups.setdefault(whose, []).append((column, cell))
        for group in groups.values():
            yield from self._group(row, group)

    def _group(self, row: Row, own: list[tuple[Column, Cell]]) -> Iterator[Item | Left]:
        """The numbers of one arm in one row."""
        pairs, rest, size = paired(own, row.kind)
        added = limited(rest) if len(pairs) + len(rest) == 2 else None
        if added is not None:
            other = [one for one in own if one is not added[0]]
            for item in self._group(row, other):
                yield from self._with_limits(item, row, *added)
            return
        for cells, one in pairs:
            yield self._of_arm(row, cells, one.printed, one.kind, size).doubted(one.doubt)
        for column, cell in rest:
            parts = _halves(row, cell) or (_listed(row, cell) if self.halves else [])
            if parts:
                for name, printed in parts:
                    item = self._of_arm(row, [(column, cell)], printed, "count", size)
                    label = f"{item.label}, {name}"
                    yield replace(item, path=(*item.path, name), label=label)
                continue
            yield self._single(
                row, column, cell, size or (cell.whole("n") if cell.form == "spread_size" else None)
            )

    def _with_limits(
        self, item: Item | Left, row: Row, end: tuple[Column, Cell], text: str
    ) -> Iterator[Item | Left]:
        """An item of a mean, a median or a share with its range or interval."""
        if isinstance(item, Left) or not item.kind.startswith(("mean", "median", "percent")):
            yield item
            yield self._left(row, end[0].at, end[1].text, UNSAID_NUMBERS)
            return
        places = (*item.cells, (row.at, end[0].at))
        yield replace(
            item,
            printed=item.printed + text,
            quote=f"{item.quote} | {end[1].text}",
            place=self.laid.table.place_of(row.at, [at for n, at in places if n == row.at]),
            cells=places,
        )

    def _single(self, row: Row, column: Column, cell: Cell, size: int | None) -> Item | Left:
        arm = self.arms.of(column.arm)
        n = size or self._size(row, column, arm)
        if row.kind == "p" or (row.own == 0 and row.kind in ("count", "percent")):
            column = replace(column, kind=row.kind)
        by_column = column.kind in _BY_COLUMN
        # "% predicted" below "Mean (SD)" is a unit.
        empty: list[str] = []
        if row.kind in ("effect", "p") and arm not in (None, ALL):
            empty = self._lacking(column, self._columns(row), self._present(row))
            reference, doubt = self._reference(row), None
            if reference is None and len(empty) == 1:
                reference, doubt = empty[0], BY_GAP
            if reference not in (None, arm):
                item = self._against(row, column, cell, (arm, reference))
                return item.doubted(doubt) if isinstance(item, Item) else item
        unit = row.kind in ("percent", "count") and "_" in (column.kind or "")
        # A model's mean of a difference is a mean.
        by_column = by_column or unit or (row.kind == "effect" and "_" in (column.kind or ""))
        kind = column.kind if by_column and column.kind else row.kind or column.kind
        more = row.kind or ""
        if more.startswith(f"{column.kind}_") or (
            # "Median (range)" below "No. (%)".
            column.kind in ("count", "percent")
            and not column.change
            and more.startswith(("mean_", "median_"))
        ):
            kind = row.kind
        if row.kind and (column.kind or "").startswith(f"{row.kind}_"):
            # "Mean diurnal" below "Mean ± SE".
            kind = column.kind
        if cell.form == "pair" and self.shares is not None:
            kind = self._of_row(kind)
        if kind == "percent" and cell.form == "value" and column.at in self._paired:
            # "3" below "Arm A (%)", beside "4 (50)".
            kind = "count_percent"
        if cell.form == "decimal_percent" and self.counts:
            kind = kind or "count_percent"
        measure = row.measure if column.arm is None and kind == "effect" else None
        own = f"{row.cells[0]} {row.label}"
        usual = self.usual | {f"per {number}" for number in re.findall(r"\bper (1,?0+)\b", own)}
        limits = self._limits(row, column, own, cell) if cell.form == "spread_range" else "ci"
        usual = usual | {"ci"} if limits == "ci" else usual - {"ci"}
        usual = usual | {"uncounted"} if self.uncounted else usual
        found = expression(cell, kind, n, usual, measure)
        if found is None and kind is None and (kind := self.told.get(cell.form)):
            fits = kind != "count_percent" or n is None or of_most(cell, n)
            found = expression(cell, kind, n, usual, measure) if fits else None
            found = found and replace(found, doubt="kind from a row above")
        elif kind in _CARRIED and found is not None and cell.form in ("pair", "ranged"):
            self.told[cell.form] = kind
        if found is None and kind == "effect" and arm not in (None, ALL):
            # "Difference" below an arm is its change.
            found, column = expression(cell, None, n, usual), replace(column, change=True)
        found = found or unsaid_range(cell)
        if found is None:
            return self._left(row, column.at, cell.text, UNSAID_NUMBERS)
        if found.kind == "count" and column.kind == "count" and column.arm is None and self._armed:
            return self._left(row, column.at, cell.text, _WHOSE)
        item = self._of_arm(row, [(column, cell)], found.printed, found.kind, size)
        if cell.form == "ranged_p" and item.arm and not (row.change or column.change):
            item = item.doubted(OWN_OR_BETWEEN)
        if found.kind == "fraction" and cell.whole("n") != n and re.search(r"\bscore", own, re.I):
            item = item.doubted(TWO_SCORES)
        if (
            found.kind == "percent"
            and cell.form == "value"
            and kind == "percent"
            and self._of_means
        ):
            item = item.doubted(MEAN_OR_SHARE)
        heads = self.laid.table.rows[: self.laid.heads]
        last = next((head[column.at] for head in reversed(heads) if head[column.at]), "")
        of_n = re.fullmatch(r"n\W*|no\.", last, re.I) and not (
            row.own and (size or self._all_counts)
        )
        if found.kind == "count" and item.arm and of_n:
            return replace(item, is_size=True, path=()).doubted(WHICH_PATIENTS)
        if found.kind == "effect":
            item = replace(item, measure=measure, arm=None)
            if column.arm is not None:
                alone = arm not in (None, ALL) and not empty
                item = replace(item, arm=arm if alone else None)
                item = item.doubted(OWN_OR_BETWEEN if alone else NO_GROUPS)
        elif found.kind == row.kind == "p" and item.arm not in (None, ALL):
            told = row.change or column.change or self._within(column) or _WITHIN.search(own)
            if empty:
                item = replace(item, arm=None).doubted(NO_GROUPS)
            item = item.doubted(None if empty or told else OWN_OR_BETWEEN)
        elif found.kind == "p" and item.arm is None and self.in_rows:
            # A row of p-values below the rows of arms.
            over = tuple(head for head in (column.over, column.arm) if head)
            path = (*(name for name in row.path if self._arm_of(row, name) is None), *over)
            item = replace(item, compare=self._compared(row, ()), path=path or item.path)
        return item.doubted(found.doubt, None if limits else LIMITS_UNSAID)

    @cached_property
    def _all_counts(self) -> bool:
        """Whether the columns of all arms are headed "n", and so are of what the rows name."""
        arms = [one for one in self.laid.columns if one.role == ARM and one.arm]
        return {one.kind for one in arms} == {"count"}

    @cached_property
    def _paired(self) -> set[int]:
        """Columns in which several cells are a number with another one in brackets."""
        cells = [
            (column.at, cell.form)
            for row in self.laid.rows
            for column in self.laid.columns
            if (cell := read_cell(row.cells[column.at], commas=self.commas))
        ]
        return {at for at, form in cells if form == "pair" and cells.count((at, form)) > 1}

    @property
    def _of_means(self) -> bool:
        """Whether caption and notes tell of means, and of no numbers of patients."""
        text = f"{self.laid.table.caption} {self.laid.table.notes}"
        sized = re.search(r"%|\b(?:numbers?|n|percent\w*)\b", text, re.I)
        return sized is None and re.search(r"\b(?<!by )means\b", text, re.I) is not None

    def _limits(self, row: Row, column: Column, own: str, cell: Cell) -> str | None:
        """What two numbers behind a mean and its spread are, by the nearest words that tell it:
        "ci" or "range"; those of other columns do not. Else limits where mean,
        spread and number of patients put those of an interval are such, and no interval is twice
        as wide as the spread of four patients."""
        table, arms = self.laid.table, [one.at for one in self.laid.columns if one.role == ARM]
        above = (cells for cells in table.rows[row.at :: -1] if not any(cells[at] for at in arms))
        section = next((cells[0] for cells in above if any(cells)), "")
        heads = (head[column.at] for head in table.rows[: self.laid.heads])
        for text in (own, section, *heads, table.caption, table.notes):
            if re.search(r"\brange\b|\bmin\w*\W{1,3}max", text, re.IGNORECASE):
                return "range"
            if "ci" in kinds_in(text):
                return "ci"
        if _is_interval(cell, self._size(row, column, self.arms.of(column.arm))):
            return "ci"
        spread, low, high = (float(cell.parts[name].replace(",", "")) for name in "bcd")
        return "range" if high - low > 2 * spread else None

    def _of_row(self, kind: str | None) -> str | None:
        """The kind of a pair whose row is one of shares, or is none: "23.00 (23.20)" beside
        "32.37 (47.62)"."""
        if self.shares:
            return kind or "count"
        return None if kind in ("count_percent", "count", "percent") else kind

    def _against(self, row: Row, column: Column, cell: Cell, pair: tuple[str, str]) -> Item | Left:
        """A difference from the arm that the row's label names, in the column of another arm, or
        its p."""
        measure = row.measure or UNSAID if row.kind == "effect" else None
        found = expression(cell, row.kind, None, self.usual | {"ci"}, measure)
        if found is None:
            return self._left(row, column.at, cell.text, UNSAID_NUMBERS)
        item = self._item(row, [(column, cell)], found.printed, found.kind)
        path = self._without_reference(row, item.path)
        item = replace(item, path=path, compare=pair, measure=measure, model=self.model)
        return item.doubted(found.doubt, measure and "the order of the groups is guessed")

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
        doubts = [column.doubt, _GUESSED if self.arms.guessed and arm not in (None, ALL) else None]
        item = self._item(row, read, printed, kind)
        if arm is None:
            # A row below an outcome may be the arm's, and the head a part of what was measured.
            arm = next(iter(self._arms_of(row)), None)
            own = arm
            # "All" below the rows of two groups.
            whole = self.in_rows and arm is None and EVERYONE.fullmatch("".join(row.path[-1:]))
            arm = ALL if whole else arm
            if arm is None and kind != "p" and self._captioned:
                arm, size = self._captioned[0], size or self._captioned[1]
            path = tuple(
                name for name in item.path if own is None or self._arm_of(row, name) != own
            )
            path = path[:-1] if whole else path
            heads = (column.over, column.arm or "")
            path += tuple(head for head in heads if head not in ("", self._titled, *path))
            path = path or (self._titled or row.label,)
            item = replace(item, path=path, label=", ".join(path))
            again = sum(own in self._arms_of(one) for one in self.laid.rows) > 1
            named = any(self._arm_of(row, name) is None for name in row.path)
            doubts += [None if own else TAKEN if arm == ALL else _BY_CAPTION if arm else _NO_ARM]
            doubts.append(_NAMELESS if own and again and not (named or row.visit) else None)
        elif arm != ALL and run_together(bare(column.arm or arm)) != run_together(arm):
            doubts.append(f"{BY_HEAD} “{column.arm}”")
        # A change in per cent is no share of patients.
        alone = kind == "p" or (kind == "percent" and item.change)
        n = None if alone else size or self._size(row, column, arm)
        model = self.model and kind in ("effect", "p")
        return replace(item, arm=arm, size=n, model=model).doubted(*doubts)


def _is_interval(cell: Cell, size: int | None) -> bool:
    """Whether two limits are, to their last digits, as far from a mean as its spread and its number
    of patients make them."""
    mean, spread, low, high = (float(cell.parts[name].replace(",", "")) for name in "abcd")
    unit = 10.0 ** -max(len(cell.parts[name].partition(".")[2]) for name in "cd")
    half = 1.98 * spread / sqrt(size) if size else 0.0
    far = (abs(abs(one - mean) - half) for one in (low, high))
    return half > 2 * unit and low < mean < high and max(far) < 0.6 * unit + 0.05 * half


def _of_row_whole(read: Sequence[tuple[Column, Cell]]) -> int | None:
    """How many patients a row has of whom its cells are counts and percentages, "5 (31.3)" beside
    "11 (68.7)"; None where not all cells of groups are, to a decimal."""
    cells = [cell for column, cell in read if column.role == ARM and cell.form != "p"]
    pairs = [cell for cell in cells if cell.form == "pair" and "." in cell.parts["b"]]
    whole = sum(cell.whole("a") or 0 for cell in pairs)
    fits = len(pairs) == len(cells) > 1 and all(is_share(cell, whole) for cell in pairs)
    return whole if fits else None


def _of_one_size(pairs: Sequence[tuple[Column, Cell]]) -> bool:
    """Whether pairs beside each other, all but one of them, are counts and percentages of one
    number of patients."""
    told = [cell for _, cell in pairs if "." in cell.parts["b"] and cell.whole("a")]
    numbers = [(cell.whole("a") or 0, float(cell.parts["b"].replace(",", ""))) for cell in told]
    sizes = [round(100 * count / percent) for count, percent in numbers if percent > 0]
    fit = [sum(is_share(cell, n) for cell in told) for n in sizes]
    return max(fit, default=0) > max(2, len(told) - 2)


def _with_sizes(row: Row) -> Row:
    """The row, of which a cell "(N = 58)" stands behind the number of the column before it."""
    cells = list(row.cells)
    for at in range(1, len(cells)):
        if re.fullmatch(r"[(\[]\s*n\s?=\s?[0-9]+\s*[)\]]", cells[at], re.I) and cells[at - 1]:
            cells[at - 1] = f"{cells[at - 1]} {cells[at]}"
            cells[at] = ""
    return replace(row, cells=tuple(cells))


def _counted(column: Column, text: str, *, shares: bool) -> tuple[Column, str]:
    """A cell without the number of its patients before it, or behind it: "2 (1–4) n = 164";
    where a cell is one of `shares`, the number behind a percentage is its count."""
    match = re.search(r"(?<=[0-9)%])[\s,;(\[]+n\s?=\s?([0-9]+)[)\]]?$", text, re.I)
    match = match or re.match(r"n\s?=\s?([0-9]+)(?:[;:]|,?\s)\s*(?=[-−–]?[0-9.])", text, re.I)
    if match is None or "±" in text:
        return column, text
    left = text[: match.start()] + text[match.end() :]
    if shares and match.start() and re.fullmatch(r"[0-9]+(?:[.·,][0-9]+)?\s?%?", left.strip()):
        return column, f"{match[1]} ({left.strip().rstrip('%').strip()}%)"
    return replace(column, size=int(match[1])), left


def _with_n(text: str) -> str:
    """ "38, 3.2 (1.1)" and "3.2 (1.1), 38" with the number of patients told as such."""
    match = re.fullmatch(r"([0-9]+)(?:\s*[,;:/]\s*|\s+)(.*[)\]]|.*±.*)", text)
    match = match or re.fullmatch(r"(?P<of>.*[)\]]|.*±.*?)(?:\s*[,;:/]\s*|\s+)(?P<n>[0-9]+)", text)
    if match is None or read_cell(text) is not None:
        return text
    told = match.groupdict() or {"n": match[1], "of": match[2]}
    return f"n = {told['n']}; {told['of']}" if read_cell(told["of"]) else text


def _measured(column: Column, text: str) -> tuple[Column, str]:
    """A cell with the words before its number that name its measure: "OR 0.88 (0.76 to 1.03)"."""
    match = re.match(r"([A-Za-z][A-Za-z -]{1,30}?)\s*[:=]?\s*(?=[-−–]?[0-9.])", text)
    told = said(match[1]) if match else None
    if match is None or told is None or told.kind != "effect":
        return column, text
    measured = replace(column, role=COMPARE, kind="effect", measure=told.measure, arm=None)
    return measured, text[match.end() :]


def _tested(column: Column, text: str) -> tuple[Column, str]:
    """A cell without the symbol of its statistic, "t = 1.34", which is one of the row's groups."""
    match = re.fullmatch(r"(t|F|[zZ]|[χΧxX]\s?[²2])\s*=\s*([-−–]?[0-9.]+)", text)
    if match is None:
        return column, text
    name = symbol(re.sub(r".\s?[²2]", "χ²", match[1]))
    return replace(column, role=COMPARE, kind="statistic", measure=name, arm=None), match[2]


def _halves(row: Row, cell: Cell) -> list[tuple[str, str]]:
    """The two counts of "Sex (male/female)", each with its name."""
    match = _HALVES.search(row.label) or _HALVES.search(row.cells[0])
    if match is None or cell.form not in ("fraction", "fraction_percent", "halves"):
        return []
    parts = cell.parts
    if cell.form == "fraction_percent":
        # "126/142 (0.89)": with their ratio.
        first, second, ratio = (float(parts[name].replace(",", "")) for name in "anb")
        if not second or abs(first / second - ratio) > 0.01:
            return []
    if cell.form != "halves":
        return list(zip(match.groups(), (parts["a"], parts["n"]), strict=True))
    texts = (f"{parts['a']} ({parts['b']}%)", f"{parts['c']} ({parts['d']}%)")
    return list(zip(match.groups(), texts, strict=True))


def _listed(row: Row, cell: Cell) -> list[tuple[str, str]]:
    """Counts of "Stage (I/II/III)", each with its name."""
    if cell.form not in ("fraction", "counts"):
        return []
    text = cell.parts["a"] if cell.form == "counts" else f"{cell.parts['a']}/{cell.parts['n']}"
    counts = [one.strip().replace(",", "") for one in text.split("/")]
    for label in (row.label, row.cells[0]):
        for named in re.findall(r"[^\s/(),;:]+(?: [^\s/(),;:]+)?(?:\s?/\s?[^/(),;:]+)+", label):
            names = [one.strip() for one in named.split("/")]
            if len(names) == len(counts):
                return list(zip(names, counts, strict=True))
    return []


def _at_no_time(item: Item | Left) -> TypeGuard[Item]:
    """Whether an item is of one arm, of a value that is no share, no change and at no visit."""
    if not isinstance(item, Item) or item.arm is None or item.change or item.visit is not None:
        return False
    return item.kind.startswith(("mean", "median", "value"))


def _procedure(text: str) -> str | None:
    """The one procedure for several comparisons that a caption, heads or notes name."""
    words = "|".join(PROCEDURES)
    named = {PROCEDURES[one.lower()] for one in re.findall(rf"\b(?:{words})\b", text, re.I)}
    return named.pop() if len(named) == 1 else None


def read_table(laid: Laid, arms: Arms, *, in_rows: bool = False) -> list[Item | Left]:
    """Everything in a table; `in_rows` says that its arms are labels of rows."""
    table = laid.table
    text = " ".join(
        [table.caption, table.notes, *(cell for row in table.rows[: laid.heads] for cell in row)]
    )
    body = [cell for row in table.rows[laid.heads :] for cell in row]
    told = {kind for column in laid.columns for kind in [column.kind] if kind}
    told |= {"lone means" for one in laid.columns if one.measure == "mean_difference"}
    reader = _Reader(
        laid,
        arms,
        usual(table, laid.heads) | {kind for kind in told if re.search("[_ ]", kind)},
        decimal_commas(body),
        said(text[:LONGEST]).adjusted and not at_baseline(table),
        {},
        predicts(table),
        in_rows,
        at_baseline(table),
    )
    read = list(reader.items())
    read += taken_for_heads(laid, read)
    if procedure := _procedure(text):
        doubt = f"by the procedure that the words beside it name: {procedure}"
        read = [
            replace(one, procedure=procedure).doubted(doubt)
            if isinstance(one, Item) and len(one.compare) == 2 and one.arm is None
            else one
            for one in read
        ]
    read = list(with_tests(read, text, table.rows))
    changes = {one.lower() for one in _OF_CHANGES.findall(table.caption)}
    if any(one.measure not in (None, VERSUS) and one.kind == "effect" for one in laid.columns):
        # "Differences in mean scores", which have a column.
        changes -= {"difference", "differences"}
    if changes:
        read = [
            one.doubted("its table may be of changes") if _at_no_time(one) else one for one in read
        ]
    arms_sizes = [one.size or 0 for one in laid.columns if one.role == ARM and one.arm != ALL]
    whole = max((one.size or 0 for one in laid.columns if one.arm == ALL), default=0)
    if whole and sum(arms_sizes) > whole:
        again = "its patients are in several columns"
        read = [
            one.doubted(again) if isinstance(one, Item) and one.arm == ALL else one for one in read
        ]
    return read
