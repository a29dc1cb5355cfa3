"""What is shown before a draft is written: what is analysed, with counts by arm, so that a wrong
patient, control, event, visit or unit is seen."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.missing_codes import far_off
from trialtrace.run.draft import names
from trialtrace.run.draft.draft import Draft, used_tables
from trialtrace.run.draft.outcomes import EVENT, Outcome
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table, misfit_lines
from trialtrace.run.draft.types import DURATION, MOMENT

Mask = np.ndarray
MOST_VISITS = 8


def screen(draft: Draft, whole: Sequence[Table]) -> list[str]:
    """The lines, one a fact. Values of a patient are in none of them, ends of ranges are."""
    lines = [*_people(draft)]
    lines += [line for one in draft.outcomes for line in _outcome(draft, one)]
    lines += [f"from the files: {key} {value}" for key, value in draft.taken.items()]
    named = {"baseline table": draft.baseline, "adjusted for": draft.covariates}
    lines += [f"{what}: {', '.join(each) or 'nothing'}" for what, each in named.items()]
    unused = [table.raw.shown for table in whole if table.name not in _used(draft)]
    lines += [f"not used: {one_of(unused)}"] if unused else []
    for table in whole:
        if table.name in _used(draft):
            lines += [*_missing(table), *misfit_lines(table)]
    return lines


def _used(draft: Draft) -> set[str]:
    return {table.name for table in used_tables(draft)}


def _count(draft: Draft, rows: Mask) -> int:
    """The patients in some rows of the patients' table."""
    (who,) = draft.home.at([draft.subject])
    return len(np.unique(who[rows]))


def analysed(draft: Draft, table: Table) -> Mask:
    """The rows of the patients who are analysed."""
    if not draft.population:
        return np.ones(table.size, bool)
    return _of_patients(draft, draft.home.has(*draft.population), table)


def in_arm(draft: Draft, table: Table, code: str) -> Mask:
    """The analysed rows of an arm: of its patients, or of the treatment of a row."""
    if draft.own_treatment:
        return np.asarray(table.has(draft.arm.name, code) & analysed(draft, table))
    rows = _of_patients(draft, draft.home.has(draft.arm.name, code), table)
    return np.asarray(rows & analysed(draft, table))


def _of_patients(draft: Draft, rows: Mask, table: Table) -> Mask:
    """The rows in a table of the patients in some rows of the patients' table."""
    return np.asarray(np.isfinite(draft.by_patient(np.where(rows, 1.0, np.nan), table)))


def _people(draft: Draft) -> Iterator[str]:
    """The patients, of all and of each arm."""
    home = draft.home
    rows = analysed(draft, home)
    n, known = _count(draft, rows), 0
    who = "each row is one" if draft.subject == SOURCE_ROW else draft.subject
    some = draft.population or draft.where
    chosen = f", with {some[0]}={some[1]}" if some else ""
    yield f"patients: {n} ({who}) in {int(rows.sum())} rows{chosen}; design {draft.design}"
    for code in names.arm_names(draft):
        own = in_arm(draft, home, code)
        known += (patients := _count(draft, own))
        control, groups = " (control)" * (code == draft.control), ""
        if draft.cluster:
            groups = f" in {len(np.unique(home.column(draft.cluster).at[own]))} of {draft.cluster}"
        label = names.arm_label(draft, code)
        yield f"arm {draft.arm.name}={code}, {label}{control}: {patients} patients{groups}"
    if known < n and not draft.own_treatment:
        yield f"without an arm, and not analysed: {n - known} patients"


def _outcome(draft: Draft, one: Outcome) -> Iterator[str]:
    role = "primary" if one is draft.primary else "secondary"
    of = f"{one.status}={one.code}" if one.status else one.column.name
    kind = f"event {of}" if one.kind == EVENT else f"time, event {of}" if one.timed else one.kind
    unit = f", in {one.unit}" if one.unit else ", no unit" if one.kind == "measure" else ""
    yield f"{role} outcome: {one.label} ({one.column.name}: {kind}{unit})"
    if one.start:
        yield f"  from {one.start} to {one.column.name}, else to {one.last_contact}"
        if one.origin and MOMENT in (one.origin.kind.name, one.column.kind.name):
            yield "  days are counted, without their times of day"
    if one.levels:
        yield f"  levels from the lowest on: {', '.join(one.levels)}"
    if codes := _codes(one.column):
        cells = f"{one_of(codes)} in {sum(codes.values())} cells"
        yield f"  {cells}: far off all others, and values; --missing reads them as missing"
    places = [""]
    if one.visit:
        places = [*one.visits]
        before = f"; before treatment: {one.before}" if one.before else ""
        yield f"  {one.visit}: {one_of(places)}{before}"
    for place in places[:MOST_VISITS]:
        for code in names.arm_names(draft):
            rows = in_arm(draft, one.table, code)
            rows = rows & one.table.has(one.visit, place) if place else rows
            at = f"{one.visit} {place}, " if place else ""
            yield f"  {at}{names.arm_label(draft, code)}: {_values(one, rows)}"
    if one.status and one.timed:
        status = one.table.column(one.status)
        if one.competing:
            n = status.counts[one.competing]
            yield f"  {one.status}={one.competing} is a competing event: {n} patients"
        out = (one.code, one.competing)
        others = [f"{code} {status.counts[code]}" for code in status.levels if code not in out]
        yield f"  other codes of {one.status} end a time without the event: {', '.join(others)}"


def _codes(one: Column) -> dict[str, int]:
    """Numbers that may be codes for a missing value, with their cells."""
    if not one.is_number or one.kind.name == DURATION:
        return {}
    cells = pa.array(np.array([*one.values, None], object)[one.at], pa.string())
    return far_off(cells, one.kind.decimal, visits=False)


def _values(one: Outcome, rows: Mask) -> str:
    """Events, or the range and mean, of an outcome in some rows."""
    there = rows & (np.isfinite(one.times) if one.timed else one.column.at >= 0)
    missing = int(rows.sum() - there.sum())
    lacking = f", {missing} missing" if missing else ""
    if one.timed:
        below = int((one.times[there] < 0).sum())
        lacking = (f"; {below} end before they begin" if below else "") + lacking
        n = int((there & one.happened()).sum())
        return f"{n} events of {int(there.sum())}; {_range(one.times[there], one.unit)}{lacking}"
    if one.kind == EVENT:
        n, of = int((there & one.happened()).sum()), int(there.sum())
        return f"{n} events of {of}{lacking}"
    if not one.column.is_number:
        counts = {
            code: int((there & one.table.has(one.column.name, code)).sum()) for code in one.levels
        }
        return ", ".join(f"{code} {n}" for code, n in counts.items()) + lacking
    return f"{_range(one.column.numbers[there], one.unit)}{lacking}"


def _range(numbers: np.ndarray, unit: str) -> str:
    if not len(numbers):
        return "no value"
    low, high, mean = numbers.min(), numbers.max(), numbers.mean()
    return f"{low:g} to {high:g}, mean {mean:.4g} {unit}".rstrip()


def _missing(table: Table) -> Iterator[str]:
    """Codes that are read as missing, with their cells."""
    for form, n in table.raw.unopened.items():
        if n:
            yield f"boxes read as missing in {table.name}: {n} rows of the form {form}, not opened"
    cells: dict[str, int] = {}
    for one in table.columns.values():
        for code, n in one.missing.items():
            cells[code] = cells.get(code, 0) + n
    if cells:
        told = [f"{code!r} {n}" for code, n in cells.items()]
        yield f"cells read as missing in {table.name}: {one_of(told)}"
