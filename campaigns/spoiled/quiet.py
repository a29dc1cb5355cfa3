"""Spoilings after which the export is still a legal one: nothing but a check can tell them."""

import datetime

from spoiled.choose import (
    column,
    filled,
    has_key,
    ids,
    long_tables,
    of_kind,
    one,
    some,
    told,
)
from spoiled.export import Export, NotHereError, Rng, Variable


def _legal_put(export: Export, table: str, variable: Variable, row: int, text: str) -> None:
    if not export.legal(table, variable, text):
        raise NotHereError
    export.sheet(table).put(row, variable.name, text)


def value_edited(export: Export, rng: Rng) -> str:
    """A number is another one that stands elsewhere in its column."""
    return _another(export, rng, "integer", "number")


def code_edited(export: Export, rng: Rng) -> str:
    """A code is another one of its column."""
    return _another(export, rng, "code")


def _another(export: Export, rng: Rng, *kinds: str) -> str:
    table, variable = of_kind(export, rng, *kinds)
    texts = export.sheet(table).column(variable.name)
    row = one(rng, filled(export, table, variable))
    present = sorted({texts[n] for n in filled(export, table, variable)} - {texts[row]})
    text = one(rng, present)
    _legal_put(export, table, variable, row, text)
    return told(table, variable.name, [row], f"{text!r} for {texts[row]!r}")


def digits_turned(export: Export, rng: Rng) -> str:
    """Two digits of a number in each other's place, within the bounds."""
    table, variable = of_kind(export, rng, "integer", "number")
    texts = export.sheet(table).column(variable.name)
    rows = [
        row
        for row in filled(export, table, variable)
        if texts[row][1::-1] + texts[row][2:] != texts[row]
        and texts[row][:2].isdigit()
        and export.legal(table, variable, texts[row][1::-1] + texts[row][2:])
    ]
    row = one(rng, rows)
    text = texts[row][1::-1] + texts[row][2:]
    export.sheet(table).put(row, variable.name, text)
    return told(table, variable.name, [row], f"{text!r} for {texts[row]!r}")


def codes_exchanged(export: Export, rng: Rng) -> str:
    """Two codes of a patient stand in each other's column."""
    table, first = of_kind(export, rng, "code")
    others = [
        v
        for v in export.variables(table).values()
        if v.name != first.name and v.choices == first.choices and v.name not in export.fixed(table)
    ]
    second, sheet = one(rng, others), export.sheet(table)
    here, there = sheet.column(first.name), sheet.column(second.name)
    row = one(rng, [n for n in range(len(here)) if here[n] != there[n] and here[n] and there[n]])
    sheet.put(row, first.name, there[row])
    sheet.put(row, second.name, here[row])
    return told(table, first.name, [row], f"exchanged with {second.name}")


def rows_exchanged(export: Export, rng: Rng) -> str:
    """Two rows have each other's value in a column."""
    table, variable = of_kind(export, rng, "code", "integer", "number", "date")
    texts = export.sheet(table).column(variable.name)
    rows = filled(export, table, variable)
    first = one(rng, rows)
    second = one(rng, [row for row in rows if texts[row] != texts[first]])
    export.sheet(table).put(first, variable.name, texts[second])
    export.sheet(table).put(second, variable.name, texts[first])
    return told(table, variable.name, [first, second], "exchanged")


def date_moved(export: Export, rng: Rng) -> str:
    """A date lies some days earlier or later."""
    table, variable = of_kind(export, rng, "date")
    row = one(rng, filled(export, table, variable))
    date = export.date(export.sheet(table).column(variable.name)[row])
    days = rng.choice((-30, -7, -1, 1, 7, 30))
    if date is None:
        raise NotHereError
    _legal_put(export, table, variable, row, export.day(date + datetime.timedelta(days)))
    return told(table, variable.name, [row], f"moved by {days} days")


def row_removed(export: Export, rng: Rng) -> str:
    """A row of a further table is not there."""
    table = one(rng, long_tables(export))
    row = rng.randrange(len(export.sheet(table).rows))
    del export.sheet(table).rows[row]
    return f"{table}: without the row of line {row + 2}"


def row_added(export: Export, rng: Rng) -> str:
    """A row more of a known subject, under a number of its own."""
    tables = [
        t
        for t in long_tables(export)
        if export.tables[t]["key"][1:]
        and export.variables(t)[export.tables[t]["key"][-1]].kind == "integer"
    ]
    table = one(rng, tables)
    name, sheet = export.tables[table]["key"][-1], export.sheet(table)
    row = list(rng.choice(sheet.rows))
    taken = {int(text) for text in sheet.column(name) if text.isdigit()}
    row[sheet.at(name)] = str(max(taken) + 1)
    if not export.legal(table, export.variables(table)[name], row[sheet.at(name)]):
        raise NotHereError
    sheet.rows.append(row)
    return f"{table}: a row more, with {name} {max(taken) + 1}"


def patient_removed(export: Export, rng: Rng) -> str:
    """A patient is in no table."""
    gone = one(rng, sorted(set(ids(export, export.subjects))))
    for table, spec in export.tables.items():
        place = export.sheet(table).at(spec["subject"])
        export.sheet(table).keep(lambda row, place=place: row[place] != gone)
    return "every table: without one patient"


def arms_exchanged(export: Export, rng: Rng) -> str:
    """Two patients have each other's arm, in every row."""
    if export.trial["design"]["kind"] != "parallel":
        raise NotHereError
    table = one(rng, [t for t in export.tables if "arm" in export.tables[t]])
    arm, sheet = export.tables[table]["arm"], export.sheet(table)
    who = sheet.rows if not has_key(export, table) else None
    people = [str(n) for n in range(len(sheet.rows))] if who else ids(export, table)
    arms = sheet.column(arm)
    first = rng.randrange(len(people))
    second = one(rng, [n for n, text in enumerate(arms) if text != arms[first]])
    if people[first] == people[second]:
        raise NotHereError
    for n, person in enumerate(people):
        if person in (people[first], people[second]):
            sheet.put(n, arm, arms[second] if person == people[first] else arms[first])
    return f"{table}.{arm}: exchanged between two subjects"


def arms_reversed(export: Export, rng: Rng) -> str:
    """Everybody of one arm is called one of the other, and the other way round."""
    table = one(rng, [t for t in export.tables if "arm" in export.tables[t]])
    arm = export.tables[table]["arm"]
    first, second = rng.sample(sorted(set(export.sheet(table).column(arm)) - {""}), 2)
    _exchange(export, table, arm, first, second)
    return f"{table}.{arm}: {first!r} and {second!r} exchanged in every row"


def codes_reversed(export: Export, rng: Rng) -> str:
    """Two codes of a column in each other's place in every row: 0 means yes."""
    table, variable = of_kind(export, rng, "code")
    codes = sorted(
        {export.sheet(table).column(variable.name)[n] for n in filled(export, table, variable)}
    )
    if len(codes) < 2:
        raise NotHereError
    first, second = rng.sample(codes, 2)
    _exchange(export, table, variable.name, first, second)
    return f"{table}.{variable.name}: {first!r} and {second!r} exchanged in every row"


def _exchange(export: Export, table: str, name: str, first: str, second: str) -> None:
    turned = {first: second, second: first}
    for n, text in enumerate(export.sheet(table).column(name)):
        export.sheet(table).put(n, name, turned.get(text, text))


def value_blanked(export: Export, rng: Rng) -> str:
    """Values of a column that may be empty are blank."""
    table, variable = column(
        export, rng, lambda t, v: not v.required and bool(filled(export, t, v))
    )
    rows = some(rng, filled(export, table, variable))
    for row in rows:
        export.sheet(table).put(row, variable.name, "")
    return told(table, variable.name, rows, "blank")


def column_emptied(export: Export, rng: Rng) -> str:
    """A column that may be empty is empty."""
    table, variable = column(
        export, rng, lambda t, v: not v.required and bool(filled(export, t, v))
    )
    for row in range(len(export.sheet(table).rows)):
        export.sheet(table).put(row, variable.name, "")
    return f"{table}.{variable.name}: emptied, and not required"


def column_sorted(export: Export, rng: Rng) -> str:
    """One column was sorted in a spreadsheet, or moved down by a row, the others not."""
    table, variable = of_kind(export, rng, "code", "integer", "number", "date")
    texts = export.sheet(table).column(variable.name)
    after, how = rng.choice(((sorted(texts), "sorted"), ([texts[-1], *texts[:-1]], "moved down")))
    if after == texts or (variable.required and "" in texts):
        raise NotHereError
    for row, text in enumerate(after):
        export.sheet(table).put(row, variable.name, text)
    return f"{table}.{variable.name}: {how}, alone"


def last_lines_lost(export: Export, rng: Rng) -> str:
    """The file ends some rows early, at the end of a line."""
    table = one(rng, [t for t in export.tables if len(export.sheet(t).rows) > 20])
    sheet = export.sheet(table)
    lost = rng.randint(1, len(sheet.rows) // 20)
    del sheet.rows[-lost:]
    if table == export.subjects and long_tables(export):
        raise NotHereError
    return f"{table}: without its last {lost} rows"


def subjects_of_rows_exchanged(export: Export, rng: Rng) -> str:
    """Two rows stand under each other's subject; no key stands twice after that."""
    table = one(rng, [t for t in long_tables(export) if has_key(export, t)])
    sheet, subject = export.sheet(table), export.tables[table]["subject"]
    place, first = sheet.at(subject), rng.choice(sheet.rows)
    rest = [sheet.at(name) for name in export.tables[table]["key"] if name != subject]
    same = [
        row
        for row in sheet.rows
        if all(row[p] == first[p] for p in rest) and row[place] != first[place]
    ]
    second = one(rng, same)
    first[place], second[place] = second[place], first[place]
    return f"{table}: two rows under each other's {subject}"


KINDS = {
    "a number edited": value_edited,
    "a code edited": code_edited,
    "two digits turned": digits_turned,
    "two codes of a patient exchanged": codes_exchanged,
    "a value exchanged between rows": rows_exchanged,
    "a date moved": date_moved,
    "a row removed": row_removed,
    "a row added": row_added,
    "a patient removed": patient_removed,
    "arms of two patients exchanged": arms_exchanged,
    "arms exchanged throughout": arms_reversed,
    "two codes exchanged throughout": codes_reversed,
    "values blanked": value_blanked,
    "an optional column emptied": column_emptied,
    "a column sorted alone": column_sorted,
    "the last lines lost": last_lines_lost,
    "two rows under each other's subject": subjects_of_rows_exchanged,
}
