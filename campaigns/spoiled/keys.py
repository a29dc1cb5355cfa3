"""Spoilings of keys and identifiers; each can be told from the export and its configuration."""

import unicodedata

from spoiled.choose import column, few, filled, has_key, ids, long_tables, one, some
from spoiled.export import Export, NotHereError, Rng, Variable

CYRILLIC = str.maketrans("NSPACEBHKMOTX", "ΝЅРАСЕВНКМОТХ")


def other_value(export: Export, rng: Rng, table: str, variable: Variable, text: str) -> str:
    """Another legal value of the same column, as some other row has it."""
    present = {
        export.sheet(table).column(variable.name)[n] for n in filled(export, table, variable)
    }
    return one(rng, sorted(present - {text}))


def key_repeated(export: Export, rng: Rng) -> str:
    """Rows stand twice, the second time with another value in one column."""
    table, variable = column(
        export,
        rng,
        lambda t, v: has_key(export, t) and len(set(filled_texts(export, t, v))) > 1,
    )
    sheet = export.sheet(table)
    rows = some(rng, filled(export, table, variable))
    for row in rows:
        again = list(sheet.rows[row])
        place = sheet.at(variable.name)
        again[place] = other_value(export, rng, table, variable, again[place])
        sheet.rows.append(again)
    return f"{table}: {len(rows)} rows a second time, with another {variable.name}"


def filled_texts(export: Export, table: str, variable: Variable) -> list[str]:
    texts = export.sheet(table).column(variable.name)
    return [texts[n] for n in filled(export, table, variable)]


def row_again(export: Export, rng: Rng) -> str:
    """Rows stand twice, cell by cell."""
    table = one(rng, [t for t in export.tables if has_key(export, t) and export.sheet(t).rows])
    sheet = export.sheet(table)
    rows = some(rng, range(len(sheet.rows)))
    sheet.rows += [list(sheet.rows[row]) for row in rows]
    return f"{table}: {len(rows)} rows a second time"


def visit_repeated(export: Export, rng: Rng) -> str:
    """A row takes the visit (or side, cycle, number) of another row of its subject."""
    table = one(rng, [t for t in export.tables if len(export.tables[t]["key"]) > 1])
    key, sheet = export.tables[table]["key"], export.sheet(table)
    places = [sheet.at(name) for name in key]
    subject = places[0]
    pairs = [
        (first, second)
        for first, second in zip(sheet.rows, sheet.rows[1:], strict=False)
        if first[subject] == second[subject] and _data(first, places) != _data(second, places)
    ]
    chosen = few(rng, pairs, rng.choice((1, 2, len(pairs) // 10)))
    for first, second in reversed(chosen):
        for place in places:
            second[place] = first[place]
    return f"{table}: {len(chosen)} rows under the key of the row before, with other values"


def _data(row: list[str], places: list[int]) -> list[str]:
    return [text for place, text in enumerate(row) if place not in places]


def id_blank(export: Export, rng: Rng) -> str:
    """The subject of rows is not said."""
    table = one(rng, [t for t in export.tables if _has_subject(export, t)])
    subject = export.tables[table]["subject"]
    rows = few(rng, range(len(export.sheet(table).rows)), rng.choice((1, 1, 3, 10)))
    for row in rows:
        export.sheet(table).put(row, subject, "")
    return f"{table}.{subject}: blank in {len(rows)} rows"


def _has_subject(export: Export, table: str) -> bool:
    return export.tables[table]["subject"] != "source_row" and bool(export.sheet(table).rows)


def id_mistyped(export: Export, rng: Rng) -> str:
    """Rows of a further table under an id that nobody has; a number with a letter in it."""
    tables = long_tables(export) or [export.subjects]
    table = one(rng, [t for t in tables if _has_subject(export, t)])
    known, subject = set(ids(export, export.subjects)), export.tables[table]["subject"]
    rows = few(rng, range(len(export.sheet(table).rows)), rng.choice((1, 1, 2, 8)))
    for row in rows:
        right = export.sheet(table).rows[row][export.sheet(table).at(subject)]
        export.sheet(table).put(
            row, subject, _mistyped(rng, right, known, bool(long_tables(export)))
        )
    return f"{table}.{subject}: mistyped in {len(rows)} rows"


def _mistyped(rng: Rng, right: str, known: set[str], free: bool) -> str:
    place = rng.randrange(len(right))
    signs = "0123456789" if free and right[place].isdigit() else "OIlx-"
    wrong = {right[:place] + sign + right[place + 1 :] for sign in signs}
    wrong |= {right + sign for sign in signs}
    return one(rng, sorted(wrong - known))


LOOKS = {
    "a sign without width": lambda text: text[:1] + "\u200b" + text[1:],
    "a mark of direction": lambda text: text + "\u200f",
    "a soft hyphen": lambda text: text[:1] + "\u00ad" + text[1:],
    "a letter of another script": lambda text: text.translate(CYRILLIC),
    "full-width signs": lambda text: "".join(_wide(sign) for sign in text),
    "a small letter": lambda text: text.lower(),
    "a blank that does not break": lambda text: text[:1] + "\u00a0" + text[1:],
}


def _wide(sign: str) -> str:
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else unicodedata.normalize("NFC", sign)


def id_looks_alike(export: Export, rng: Rng) -> str:
    """A subject stands a second time under an id that looks the same."""
    return _alike(export, rng, export.subjects)


def id_looks_alike_beside(export: Export, rng: Rng) -> str:
    """Rows of a further table under an id that looks like the right one."""
    return _alike(export, rng, one(rng, long_tables(export)))


def _alike(export: Export, rng: Rng, table: str) -> str:
    subject, sheet = export.tables[table]["subject"], export.sheet(table)
    row = one(rng, [n for n, text in enumerate(ids(export, table)) if text])
    right = sheet.rows[row][sheet.at(subject)]
    encoding = export.item(table)["encoding"]
    how, wrong = one(
        rng,
        [
            (how, look(right))
            for how, look in LOOKS.items()
            if look(right) != right and _written(look(right), encoding)
        ],
    )
    again = [list(one_row) for one_row in sheet.rows if one_row[sheet.at(subject)] == right]
    if table != export.subjects:
        sheet.keep(lambda one_row: one_row[sheet.at(subject)] != right)
    for copied in again:
        copied[sheet.at(subject)] = wrong
    sheet.rows += again
    return f"{table}.{subject}: {wrong!a} for {right!r} in {len(again)} rows ({how})"


def _written(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeEncodeError:
        return False


def key_declared_short(export: Export, rng: Rng) -> str:
    """The configuration's key of a long table lacks a column, so that rows share it and differ."""
    places = []
    for table, spec in export.tables.items():
        for left in spec["key"]:
            key = [name for name in spec["key"] if name != left]
            if key and _collides(export, table, key):
                places.append((table, left, key))
    table, left, key = one(rng, places)
    export.tables[table]["key"] = key
    return f"trial.yaml: tables.{table}.key without {left}"


def _collides(export: Export, table: str, key: list[str]) -> bool:
    sheet = export.sheet(table)
    keys = [tuple(row[sheet.at(name)] for name in key) for row in sheet.rows]
    return len(set(keys)) < len(keys)


def key_declared_wrong(export: Export, rng: Rng) -> str:
    """The configuration names another column as key, which does not tell the rows apart."""
    table, variable = column(
        export,
        rng,
        lambda t, v: (
            has_key(export, t)
            and _collides(export, t, [v.name])
            and all(export.sheet(t).column(v.name))
        ),
    )
    export.tables[table]["key"] = [variable.name]
    return f"trial.yaml: tables.{table}.key is [{variable.name}]"


def subject_declared_wrong(export: Export, rng: Rng) -> str:
    """The configuration names a column as subject in which no subject of the trial stands."""
    known = set(ids(export, export.subjects))
    far = set(long_tables(export))
    if not far:
        raise NotHereError
    table, variable = column(
        export,
        rng,
        lambda t, v: (
            t in far
            and v.name != export.tables[t]["subject"]
            and any(export.sheet(t).column(v.name))
            and not known & set(export.sheet(t).column(v.name))
        ),
        fixed=True,
    )
    export.tables[table]["subject"] = variable.name
    return f"trial.yaml: tables.{table}.subject is {variable.name}"


KINDS = {
    "a key twice, rows differ": key_repeated,
    "a row twice": row_again,
    "a visit twice": visit_repeated,
    "an id blank": id_blank,
    "an id mistyped": id_mistyped,
    "a subject under a look-alike id": id_looks_alike,
    "rows under a look-alike id": id_looks_alike_beside,
    "config: key too short": key_declared_short,
    "config: key of another column": key_declared_wrong,
    "config: subject of another column": subject_declared_wrong,
}
