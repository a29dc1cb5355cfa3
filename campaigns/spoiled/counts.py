"""Spoilings of tables as wholes: older cuts, empty ones, rows of nobody, rows that were lost."""

from spoiled.choose import few, ids, long_tables, one
from spoiled.export import Export, Rng


def covers(export: Export, table: str) -> float:
    """The share of subjects who have a row in a table."""
    known = set(ids(export, export.subjects))
    return len(known & set(ids(export, table))) / len(known)


def _whole_tables(export: Export) -> list[str]:
    """Further tables in which nearly everybody has a row, where there are two or more."""
    tables = [t for t in long_tables(export) if covers(export, t) >= 0.9]
    return tables if len(tables) > 1 else []


def _late(export: Export, share: float) -> set[str]:
    """The last of the subjects, as they stand in their table."""
    known = list(dict.fromkeys(ids(export, export.subjects)))
    return set(known[round(len(known) * (1 - share)) :])


def older_cut(export: Export, rng: Rng) -> str:
    """One table from an older cut of the data: the last of the subjects have no row in it."""
    table = one(rng, _whole_tables(export))
    share = rng.choice((1 / 3, 1 / 2, 2 / 3))
    late, place = _late(export, share), export.sheet(table).at(export.tables[table]["subject"])
    export.sheet(table).keep(lambda row: row[place] not in late)
    return f"{table}: no rows of the last {len(late)} subjects"


def half_of_a_table(export: Export, rng: Rng) -> str:
    """Subjects drawn at random have no row in a table in which nearly everybody has."""
    table = one(rng, _whole_tables(export))
    known = sorted(set(ids(export, table)))
    gone = set(few(rng, known, len(known) * 2 // 5))
    place = export.sheet(table).at(export.tables[table]["subject"])
    export.sheet(table).keep(lambda row: row[place] not in gone)
    return f"{table}: no rows of {len(gone)} subjects"


def older_subjects(export: Export, rng: Rng) -> str:
    """The table of the subjects from an older cut: rows elsewhere are those of nobody."""
    long = long_tables(export)
    late = _late(export, rng.choice((1 / 10, 1 / 4, 1 / 3, 1 / 2)))
    one(rng, [table for table in long if late & set(ids(export, table))])
    sheet = export.sheet(export.subjects)
    place = sheet.at(export.tables[export.subjects]["subject"])
    sheet.keep(lambda row: row[place] not in late)
    return f"{export.subjects}: without the last {len(late)} subjects, who have rows elsewhere"


def header_alone(export: Export, rng: Rng) -> str:
    table = one(rng, long_tables(export) or [export.subjects])
    export.sheet(table).rows = []
    return f"{table}: a header alone"


def rows_of_nobody(export: Export, rng: Rng) -> str:
    """Copies of rows under ids of another trial."""
    table = one(rng, long_tables(export))
    sheet, known = export.sheet(table), set(ids(export, export.subjects))
    place = sheet.at(export.tables[table]["subject"])
    rows = few(rng, sheet.rows, rng.choice((1, 5, 30)))
    for number, row in enumerate(rows):
        other = list(row)
        other[place] = f"X{number:03}"
        assert other[place] not in known
        sheet.rows.append(other)
    return f"{table}: {len(rows)} rows more, of subjects whom nobody knows"


def table_of_another_trial(export: Export, rng: Rng) -> str:
    """All rows of a table are those of other subjects."""
    table = one(rng, long_tables(export))
    sheet = export.sheet(table)
    place = sheet.at(export.tables[table]["subject"])
    for row in sheet.rows:
        row[place] = f"{row[place]}9"
    known = set(ids(export, export.subjects))
    sheet.keep(lambda row: row[place] not in known)
    return f"{table}: every row is one of another trial's subjects"


KINDS = {
    "a table from an older cut": older_cut,
    "a table without two fifths": half_of_a_table,
    "the subjects from an older cut": older_subjects,
    "a table with its header alone": header_alone,
    "rows of nobody": rows_of_nobody,
    "a table of another trial": table_of_another_trial,
}
