"""The built-in proposer: it says of a table what form, head, caption and note state, and no more.

A column is proposed only where every head over it is understood: the name of a group, a number of
patients, a time, a kind, P, or an estimate. What is not is left, with the reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from trialtrace.audit.ledger.draft import slug
from trialtrace.audit.locate.cells import is_number
from trialtrace.audit.locate.paper import CAPTION, Cell, LocatedPaper, Table
from trialtrace.audit.meaning.head_words import (
    ALL_HEAD,
    BASELINE,
    CHANGE,
    CONTROL,
    ESTIMATE,
    GROUP_WORD,
    LENGTH,
    MEASURES,
    N_LABEL,
    OTHER_TIME,
    P_HEAD,
    PARTS,
    bare,
    is_time,
    is_time_head,
    same_words,
    size_in,
    size_start,
    without_size,
)
from trialtrace.audit.meaning.kinds import cell_of, stated
from trialtrace.audit.meaning.mapping import (
    Kind,
    MapFile,
    MapGroup,
    MapSentence,
    MapTable,
    Meaning,
    Measure,
    Said,
    kind_of,
)
from trialtrace.audit.meaning.row_rules import Column, propose_rows
from trialtrace.audit.meaning.statements import EMPTY, with_commas
from trialtrace.audit.meaning.tests_in_text import correction_in, tests
from trialtrace.audit.meaning.verify import Refusal, refusals

RULES = "built-in rules"
NOT_HEADS = "heads that the built-in rules do not know"
_PAIRS = ("plus_minus", "pair", "count_percent", "fraction_percent", "ranged", "fraction")


def propose(paper: LocatedPaper) -> MapFile:
    """The map that the rules propose; what verification refuses of it is left."""
    proposer = _Proposer(paper)
    made = MapFile(
        sha256=paper.sha256,
        proposer=RULES,
        groups=proposer.groups,
        tables={table.id: proposer.table(table) for table in paper.tables},
        sentences=dict(_sentences(paper)),
    )
    return without_refused(paper, made)


def without_refused(paper: LocatedPaper, said: MapFile) -> MapFile:
    """The map without what is refused: cells leave their row, columns themselves; what is still
    refused then leaves its table, group or sentence."""
    refused = refusals(paper, said)
    if refused:
        said = _lines_left(said, refused)
        refused = refusals(paper, said)
    reasons = {one.place.replace("tables.", "").partition(".")[0]: one for one in refused}
    places = {one.place for one in refused}
    return replace(
        said,
        groups={
            name: replace(group, size=None) if f"groups.{name}" in places else group
            for name, group in said.groups.items()
        },
        tables={
            name: replace(_EMPTY_TABLE, leave=_reason(reasons[name])) if name in reasons else table
            for name, table in said.tables.items()
        },
        sentences={
            name: parts
            for name, parts in said.sentences.items()
            if not any(place.startswith(f"sentences.{name}[") for place in places)
            and f"sentences.{name}" not in places
        },
    )


def _reason(refused: Refusal) -> str:
    return f"refused ({refused.code}): {refused.text}"


def _lines_left(said: MapFile, refused: list[Refusal]) -> MapFile:
    tables = dict(said.tables)
    for one in refused:
        match = re.fullmatch(
            r"(?:tables\.)?(t[0-9]+)\.(?:columns\.)?(?:(r[0-9]+)\.)?(c[0-9]+)", one.place
        )
        if match is None or match[1] not in tables:
            continue
        table, leave = tables[match[1]], replace(EMPTY, leave=_reason(one))
        if match[2]:
            tables[match[1]] = replace(table, rows={**table.rows, match[2]: leave})
        else:
            tables[match[1]] = replace(table, columns={**table.columns, match[3]: leave})
    return replace(said, tables=tables)


_EMPTY_TABLE = MapTable(
    confirmed=False, baseline=None, all=None, columns={}, rows={}, cells={}, leave=None
)


def _sentences(paper: LocatedPaper) -> Iterator[tuple[str, tuple[MapSentence, ...]]]:
    """Complete tests of sentences; a correction of degrees is that of the same sentence, or the one
    that the paper names anywhere."""
    named = [
        (Said(at=one.id, quote=found[1]), found[0])
        for one in paper.sentences
        if (found := correction_in(one.text))
    ]
    only = {name for _, name in named}
    for one in paper.sentences:
        quotes = [text for text in tests(one.text) if one.text.count(text) == 1]
        own = [said for said, _ in named if said.at == one.id]
        made = []
        for text in quotes:
            said = own[0] if own else named[0][0] if len(only) == 1 else None
            made.append(
                MapSentence(
                    quote=text,
                    group=None,
                    compare=None,
                    outcome=None,
                    visit=None,
                    correction=said if text.startswith("F") else None,
                    confirmed=False,
                )
            )
        if made:
            yield one.id, tuple(made)


@dataclass
class _Stack:
    """What the heads over a column say."""

    column: int
    group: str | None = None
    visit: Said | None = None
    visit_end: int = 0
    kind: tuple[str, Said] | None = None
    size: str | None = None
    joins: str | None = None
    p: bool = False
    measure: Measure | None = None
    spread: str = ""
    change: Said | None = None
    labels: list[Cell] = field(default_factory=list)


class _Proposer:
    def __init__(self, paper: LocatedPaper):
        self.paper = paper
        self.commas = with_commas(paper)
        self.groups: dict[str, MapGroup] = {}
        self.known: dict[str, str] = {}
        for table in paper.tables:
            self._sized_groups(table)
        for table in paper.tables:
            self._beside_p(table)
        self._sizes_in_heads()

    def _declare(self, table: Table, cell: Cell, *, everyone: bool = False) -> str:
        """The name of the group that a head names; the same words are the same group."""
        words = same_words(without_size(cell.text))
        if words not in self.known:
            name = slug(without_size(cell.text), 30) or "group"
            name = (
                name
                if name not in self.groups and name != "all"
                else f"{name[:27]}_{len(self.groups)}"
            )
            self.known[words] = name
            quote = without_size(cell.text)
            quote = quote if quote in cell.text else cell.text.strip()
            self.groups[name] = MapGroup(
                at=f"{table.id}.{cell.id}", quote=quote, also=None, size=None, everyone=everyone
            )
        return self.known[words]

    def _sized_groups(self, table: Table) -> None:
        """Groups whose head holds "(n = 27)", or stands over a head that is nothing else."""
        for column in range(1, table.width):
            over = table.over(column)
            for at, cell in enumerate(over):
                if size_in(cell.text) is None or cell.column == 0:
                    continue
                words = without_size(cell.text)
                named = (
                    cell if words and not is_time_head(words) and not _says_kind(words) else None
                )
                if named is None and not words:
                    named = next((one for one in reversed(over[:at]) if _names(table, one)), None)
                if named is not None:
                    everyone = bool(ALL_HEAD.fullmatch(without_size(named.text)))
                    self._declare(table, named, everyone=everyone)

    def _beside_p(self, table: Table) -> None:
        """Groups that heads name without a size: two or more in one row of heads, over pairs of
        numbers, that call themselves groups, stand beside a P, or come back below each time."""
        lowest: dict[int, Cell] = {}
        p = times = False
        for column in range(1, table.width):
            over = [cell for cell in table.over(column) if not stated(bare(cell.text))]
            p |= any(P_HEAD.fullmatch(bare(cell.text)) for cell in over)
            compared = any(P_HEAD.fullmatch(bare(cell.text)) for cell in over)
            named = [cell for cell in over if _names(table, cell) and not compared]
            times |= any(is_time_head(cell.text) for cell in over)
            if named and self._holds_numbers(table, column):
                lowest[column] = named[-1]
        paired = {at: cell for at, cell in lowest.items() if self._holds_pairs(table, at)}
        words = [same_words(without_size(cell.text)) for cell in dict.fromkeys(paired.values())]
        again = times and len(words) > len(set(words)) > 1 and len(words) % len(set(words)) == 0
        stated_so = again or (p and not times) or bool(self._size_row(table, list(paired)))
        found = list(dict.fromkeys(paired.values())) if stated_so else []
        # Names that call themselves groups, and what stands beside one that is called a control.
        called = list(dict.fromkeys(lowest.values()))
        control = {cell.row for cell in called if CONTROL.search(cell.text)}
        found += [
            cell
            for cell in called
            if cell not in found and (GROUP_WORD.search(cell.text) or cell.row in control)
        ]
        if len({same_words(without_size(cell.text)) for cell in found}) < 2:
            return
        for cell in found:
            everyone = bool(ALL_HEAD.fullmatch(without_size(cell.text)))
            self._declare(table, cell, everyone=everyone)

    def _size_row(self, table: Table, columns: list[int]) -> dict[int, str]:
        """The numbers of patients, by column, that a row of them states; none where none does."""
        for row in range(table.heads, min(table.height, table.heads + 3)):
            label = table.own(row, 0)
            cells = {at: table.own(row, at) for at in columns}
            if label is None or not N_LABEL.fullmatch(bare(label.text)) or len(cells) < 2:
                continue
            if all(cell and bare(cell.text).isdigit() for cell in cells.values()):
                return {
                    at: self.paper.within[f"{table.id}.{cell.id}"][0].id
                    for at, cell in cells.items()
                    if cell
                }
        return {}

    def _holds_numbers(self, table: Table, column: int) -> bool:
        rows = range(table.heads, table.height)
        return any(is_number(table.text(row, column)) for row in rows)

    def _holds_pairs(self, table: Table, column: int) -> bool:
        cells = [
            cell
            for row in range(table.heads, table.height)
            if (cell := table.own(row, column)) is not None and cell.text
        ]
        forms = [form.form for cell in cells if (form := cell_of(cell.text, self.commas))]
        return bool(forms) and 2 * sum(form in _PAIRS for form in forms) > len(forms)

    def _sizes_in_heads(self) -> None:
        """The one number of patients that stands with each group's name in its heads."""
        found: dict[str, dict[int, str]] = {}
        for table in self.paper.tables:
            for cell in table.cells:
                if cell.row < table.heads and (match := size_in(cell.text)):
                    name = self.known.get(same_words(without_size(cell.text)))
                    self._note(found, name, f"{table.id}.{cell.id}", size_start(match))
        for name, sizes in found.items():
            if len(sizes) == 1 and len(found) >= len(self.groups) - self._everyone():
                self.groups[name] = replace(self.groups[name], size=next(iter(sizes.values())))

    def _everyone(self) -> int:
        return sum(group.everyone for group in self.groups.values())

    def _note(
        self, found: dict[str, dict[int, str]], name: str | None, within: str, start: int
    ) -> None:
        for number in self.paper.within.get(within, ()) if name else ():
            if number.start == start:
                size = int("".join(filter(str.isdigit, number.text)))
                found.setdefault(str(name), {}).setdefault(size, number.id)

    def table(self, table: Table) -> MapTable:
        stacks = [self._stack(table, column) for column in range(1, table.width)]
        grouped = [stack.column for stack in stacks if stack and stack.group and stack.size is None]
        sizes = self._size_row(table, grouped)
        for stack in stacks:
            if stack and stack.column in sizes:
                stack.size = sizes[stack.column]
        self._join(stacks)
        columns: dict[str, Meaning] = {}
        shown: list[Column] = []
        own = [stack for stack in stacks if stack and stack.group]
        named = list(dict.fromkeys(stack.group for stack in own))
        groups = [name for name in named if name and not self.groups[name].everyone]
        for column, stack in enumerate(stacks, 1):
            name = f"c{column + 1}"
            if not any(table.own(row, column) for row in range(table.heads, table.height)):
                continue
            made = None if stack is None else self._column(table, stack, own, groups)
            if made is None or not groups:
                columns[name] = replace(EMPTY, leave=NOT_HEADS)
                continue
            columns[name] = made
            assert stack is not None
            shown.append(Column(column, made, stack.kind, stack.spread))
        if not shown:
            return replace(_EMPTY_TABLE, leave=NOT_HEADS)
        caption = self._caption(table, [one.meaning for one in shown])
        rows, cells = propose_rows(self.paper, table, shown, self.groups, caption, self.commas)
        return MapTable(
            confirmed=False,
            baseline=self._baseline(table),
            all=caption if caption != EMPTY else None,
            columns=columns,
            rows=rows,
            cells=cells,
            leave=None,
        )

    def _stack(self, table: Table, column: int) -> _Stack | None:
        """What the heads over a column say; None where one of them is not understood."""
        made = _Stack(column)
        for cell in table.over(column):
            at, text = f"{table.id}.{cell.id}", cell.text
            words = without_size(text)
            if (match := size_in(text)) and cell.column > 0:
                number = [one for one in self.paper.within[at] if one.start == size_start(match)]
                made.size = number[0].id if number else None
            if cell.column == 0 or not words or self._is_title(table, cell):
                continue
            if same_words(words) in self.known:
                if made.group is not None:
                    return None
                made.group = self.known[same_words(words)]
                if kinds := stated(text.replace(words, "", 1)):
                    made.kind = kinds[0][0], Said(at=at, quote=kinds[0][1])
            elif is_time_head(words):
                if made.visit is not None:
                    return None
                made.visit, made.visit_end = Said(at=at, quote=words), cell.column + cell.columns
            elif P_HEAD.fullmatch(words):
                made.p = True
            elif (match := ESTIMATE.fullmatch(bare(text))) and match["spread"]:
                made.measure = MEASURES[match["what"].lower().removesuffix("s")]
                made.spread = "ci" if "c" in match["spread"].lower() else "se"
                made.kind = f"estimate_{made.spread}", Said(at=at, quote=bare(text))
            elif kinds := stated(words):
                if len(kinds) > 1 or made.kind:
                    return None
                made.kind = kinds[0][0], Said(at=at, quote=kinds[0][1])
            elif CHANGE.fullmatch(words):
                made.change = Said(at=at, quote=words)
            elif part := next((kind for kind, pattern in PARTS if pattern.fullmatch(words)), None):
                if made.kind:
                    return None
                made.kind = part, Said(at=at, quote=words)
            else:
                return None
        return made

    def _join(self, stacks: list[_Stack | None]) -> None:
        """Columns of one group and time: an SD or SE is part of the mean beside it, an interval of
        the number before it, and an "n" beside a percentage counts patients."""
        known = [stack for stack in stacks if stack is not None]
        for stack in known:
            kind = stack.kind[0] if stack.kind else ""
            same = [one for one in known if one is not stack and _beside(one, stack)]
            kinds = {one.kind[0]: one for one in same if one.kind}
            if kind in ("sd", "se") and "mean" in kinds:
                stack.joins = f"c{kinds['mean'].column + 1}"
            elif kind in ("sd", "se"):
                stack.group, stack.p, stack.measure = None, False, None
            elif kind == "size" and "percent" in kinds and stack.kind:
                stack.kind = "count", stack.kind[1]

    def _is_title(self, table: Table, cell: Cell) -> bool:
        """Whether a head stands over all columns of groups, and so tells none from another."""
        if _over_all(table, cell):
            return True
        if cell.columns < 2 or same_words(without_size(cell.text)) in self.known:
            return False
        if is_time_head(cell.text) or stated(cell.text):
            return False
        inside = range(cell.column, cell.column + cell.columns)
        named = [
            at
            for at in range(1, table.width)
            for one in table.over(at)
            if one.row > cell.row
            and (name := self.known.get(same_words(without_size(one.text))))
            and not self.groups[name].everyone
        ]
        return bool(named) and all(at in inside for at in named)

    def _column(
        self, table: Table, stack: _Stack, own: list[_Stack], groups: list[str]
    ) -> Meaning | None:
        if stack.p or stack.measure:
            return self._compared(stack, own, groups)
        if stack.group is None:
            return None
        kind, says = _kind(stack)
        return replace(
            EMPTY,
            group=stack.group,
            visit=stack.visit,
            size=stack.size,
            change=stack.change,
            kind=kind,
            says=says,
            joins=stack.joins,
        )

    def _compared(self, stack: _Stack, own: list[_Stack], groups: list[str]) -> Meaning | None:
        """A column that compares: all groups of the table, at the one time that its own heads, or
        the block of columns before it, name. Below one group's name it compares within that."""
        if stack.group is not None or len(groups) < 2 or (stack.measure and len(groups) != 2):
            return None
        visits = {one.visit.at if one.visit else "" for one in own}
        visit = stack.visit
        if visit is None and len(visits) > 1:
            before = [one for one in own if one.column < stack.column]
            behind = [
                one.visit_end for one in before if one.visit and one.visit_end == stack.column
            ]
            block = [one for one in before if one.visit and one.visit == before[-1].visit]
            if not behind or {one.group for one in block} < set(groups):
                return None
            visit = before[-1].visit
        elif visit is None:
            visit = own[0].visit
        kind, says = (kind_of("p"), None) if stack.p else _kind(stack)
        return replace(
            EMPTY,
            compare=tuple(groups),
            visit=visit,
            kind=kind,
            says=says,
            measure=stack.measure,
            change=stack.change,
        )

    def _baseline(self, table: Table) -> Said | None:
        match = BASELINE.search(table.caption)
        whole = match and len({found.group() for found in LENGTH.finditer(table.caption)}) == 1
        if not match or not whole or CHANGE.search(table.caption):
            return None
        return Said(at=f"{table.id}.{CAPTION}", quote=match.group())

    def _caption(self, table: Table, columns: list[Meaning]) -> Meaning:
        """What the caption says of all: a time where no head has any, or that they are changes."""
        at = f"{table.id}.{CAPTION}"
        if any(one.visit for one in columns):
            return EMPTY
        times = list(
            {same_words(found.group()): found for found in LENGTH.finditer(table.caption)}.values()
        )
        labels = (table.text(row, 0) for row in range(table.heads, table.height))
        # Rows of times hold the values themselves, whatever the caption says of changes.
        change = None if any(map(is_time, labels)) else CHANGE.search(table.caption)
        made = EMPTY
        first = BASELINE.search(table.caption)
        if change and first and first.start() < change.start():
            # "Baseline characteristics; changes where so marked": not of all its numbers.
            return EMPTY
        if change:
            made = replace(made, change=Said(at=at, quote=change.group()))
            times = [one for one in times if not BASELINE.fullmatch(one.group())]
        if len(times) == 1:
            made = replace(made, visit=Said(at=at, quote=times[0].group()))
        return made


def _kind(stack: _Stack) -> tuple[Kind | None, Said | None]:
    return (kind_of(stack.kind[0]), stack.kind[1]) if stack.kind else (None, None)


def _beside(one: _Stack, other: _Stack) -> bool:
    return one.group is not None and (one.group, one.visit) == (other.group, other.visit)


def _names(table: Table, cell: Cell) -> bool:
    """Whether a head may name a group: it is no time, kind, P or estimate, and not over all."""
    words = without_size(cell.text)
    return bool(
        words
        and cell.column > 0
        and not _over_all(table, cell)
        and not is_time_head(words)
        and not _says_kind(words)
        and not P_HEAD.fullmatch(words)
        and not ESTIMATE.match(bare(cell.text))
        and not CHANGE.search(words)
        and not OTHER_TIME.search(words)
        and any(sign.isalpha() for sign in words)
    )


def _says_kind(words: str) -> bool:
    return bool(stated(words)) or any(pattern.fullmatch(words) for _, pattern in PARTS)


def _over_all(table: Table, cell: Cell) -> bool:
    """Whether a head stands over all columns of numbers, as a title does."""
    return cell.columns > 1 and cell.column <= 1 and cell.column + cell.columns >= table.width
