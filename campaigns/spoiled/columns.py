"""Spoilings of whole columns and headers; each leaves a trace that the dictionary refuses."""

import datetime
from collections.abc import Callable
from decimal import Decimal

from spoiled.choose import column, filled, of_kind, one
from spoiled.export import CHOICES, Export, NotHereError, Rng, Variable


def whole(
    export: Export, table: str, variable: Variable, change: Callable[[str], str], what: str
) -> str:
    """Change every value of a column. Raises NotHereError where all of them stay legal."""
    texts = export.sheet(table).column(variable.name)
    rows = filled(export, table, variable)
    changed = {row: change(texts[row]) for row in rows}
    wrong = [row for row in rows if not export.legal(table, variable, changed[row])]
    if not wrong or all(changed[row] == texts[row] for row in rows):
        raise NotHereError
    for row in rows:
        export.sheet(table).put(row, variable.name, changed[row])
    return f"{table}.{variable.name}: {what}, {len(wrong)} of {len(rows)} refused by the dictionary"


def decimal_column(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "number")
    sign = "," if export.decimal == "." else "."
    return whole(
        export, table, variable, lambda t: t.replace(export.decimal, sign), "the other decimal sign"
    )


def unit_column(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "number", "integer")
    factor = rng.choice((Decimal(10), Decimal(100), Decimal(1000), Decimal(12)))

    def times(text: str) -> str:
        value = export.number(text)
        return text if value is None else export.shown((value * factor).normalize())

    return whole(export, table, variable, times, f"in another unit, {factor} times")


def text_column(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "number", "integer")
    form = rng.choice(("{} kg", "{} %", "'{}", "={}", "{} (a)"))
    return whole(export, table, variable, lambda t: form.format(t), f"written as {form!r}")


def label_column(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "code")
    labels = variable.choices or {}
    return whole(export, table, variable, lambda t: labels.get(t, t), "labels for codes")


def true_false(export: Export, rng: Rng) -> str:
    table, variable = column(
        export, rng, lambda t, v: set(v.choices or ()) == {"0", "1"} and bool(filled(export, t, v))
    )
    said = rng.choice((("TRUE", "FALSE"), ("true", "false"), ("T", "F"), ("yes", "no"), ("x", "-")))
    words = dict(zip(("1", "0"), said, strict=True))
    return whole(export, table, variable, lambda t: words.get(t, t), f"{said[0]}/{said[1]}")


def codes_one_up(export: Export, rng: Rng) -> str:
    """0/1 as 1/2, 1/2/3 as 2/3/4: the highest is unknown, the others mean another thing."""
    table, variable = column(
        export, rng, lambda t, v: bool(v.choices) and all(c.isdigit() for c in v.choices or ())
    )
    return whole(
        export, table, variable, lambda t: str(int(t) + 1) if t.isdigit() else t, "codes one up"
    )


def codes_counted(export: Export, rng: Rng) -> str:
    """f/m as 1/2: the places of the codes in the list of choices."""
    table, variable = of_kind(export, rng, "code")
    places = {code: str(number) for number, code in enumerate(variable.choices or (), start=1)}
    return whole(export, table, variable, lambda t: places.get(t, t), "places for codes")


def codes_padded(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "code")
    form = rng.choice(("0{}", "{}.0", "code {}", "[{}]"))
    return whole(export, table, variable, lambda t: form.format(t), f"codes as {form!r}")


def dates_in_other_order(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "date")
    forms = {"%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y-%d-%m", "%d %b %Y", "%Y%m%d"}
    form = one(rng, sorted(forms - {export.order}))
    return whole(export, table, variable, _as(export, form), f"dates as {form}")


def dates_turned(export: Export, rng: Rng) -> str:
    """Day and month in the other order; where the day is a month too, it is another date."""
    table, variable = of_kind(export, rng, "date")
    form = export.order.translate(str.maketrans("md", "dm"))
    return whole(export, table, variable, _as(export, form), f"dates as {form}")


def dates_with_short_years(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "date")
    form = export.order.replace("%Y", "%y")
    return whole(export, table, variable, _as(export, form), f"dates as {form}")


def dates_as_serials(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "date")
    start = rng.choice((datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)))

    def serial(text: str) -> str:
        date = export.date(text)
        return text if date is None else str((date - start).days)

    return whole(export, table, variable, serial, "dates as serial numbers")


def _as(export: Export, form: str) -> Callable[[str], str]:
    def said(text: str) -> str:
        date = export.date(text)
        return text if date is None else date.strftime(form)

    return said


def required_emptied(export: Export, rng: Rng) -> str:
    table, variable = column(export, rng, lambda t, v: v.required and any(filled(export, t, v)))
    for row in filled(export, table, variable):
        export.sheet(table).put(row, variable.name, "")
    return f"{table}.{variable.name}: emptied, and required"


def ids_from_elsewhere(export: Export, rng: Rng) -> str:
    """The ids of one table have another form than those of the subjects."""
    table = one(rng, [t for t in export.tables if t != export.subjects and export.sheet(t).rows])
    subject, sheet = export.tables[table]["subject"], export.sheet(table)
    form = rng.choice(("STUDY-{}", "{}_1", "0{}", "{}.0", "#{}"))
    for row in sheet.rows:
        row[sheet.at(subject)] = form.format(row[sheet.at(subject)])
    return f"{table}.{subject}: every id as {form!r}"


# --- headers


def _dropable(export: Export, rng: Rng, fixed: bool = True) -> tuple[str, str]:
    table, variable = column(export, rng, lambda t, v: True, fixed=fixed)
    return table, variable.name


def column_dropped(export: Export, rng: Rng) -> str:
    table, name = _dropable(export, rng)
    sheet = export.sheet(table)
    place = sheet.at(name)
    for row in (sheet.header, *sheet.rows):
        del row[place]
    return f"{table}.{name}: not in the file"


def column_renamed(export: Export, rng: Rng) -> str:
    table, name = _dropable(export, rng)
    other = rng.choice(
        (f"{name}_2", f"{name}.x", name[:-1] or "x", f"{name} ({table})", f"v_{name}")
    )
    sheet = export.sheet(table)
    sheet.header[sheet.at(name)] = other
    return f"{table}.{name}: is called {other!r} in the file"


def column_twice(export: Export, rng: Rng) -> str:
    """A second column of the same name, with other values."""
    table, name = _dropable(export, rng, fixed=False)
    sheet = export.sheet(table)
    texts = sheet.column(name)
    rng.shuffle(texts)
    sheet.header.append(name)
    for row, text in zip(sheet.rows, texts, strict=True):
        row.append(text)
    return f"{table}.{name}: two columns of this name"


def column_unknown(export: Export, rng: Rng) -> str:
    """A column that neither the dictionary nor `ignore` names."""
    table = one(rng, export.tables)
    sheet = export.sheet(table)
    name, text = rng.choice((("corrected_value", "3"), ("arm_new", "x"), ("deleted", "0")))
    sheet.header.append(name)
    for row in sheet.rows:
        row.append(text)
    return f"{table}: a column {name} that nobody declared"


def headers_exchanged(export: Export, rng: Rng) -> str:
    """Two columns under each other's name; the dictionary refuses a value of one of them."""
    table, first = column(export, rng, lambda t, v: any(filled(export, t, v)), fixed=True)
    sheet, variables = export.sheet(table), export.variables(table)

    def clash(second: Variable) -> bool:
        ways = ((first, second), (second, first))
        return any(
            not export.legal(table, here, text)
            for there, here in ways
            for text in sheet.column(there.name)
        )

    second = one(rng, [v for v in variables.values() if v.name != first.name and clash(v)])
    places = sheet.at(first.name), sheet.at(second.name)
    sheet.header[places[0]], sheet.header[places[1]] = second.name, first.name
    return f"{table}: {first.name} and {second.name} under each other's name"


def header_missing(export: Export, rng: Rng) -> str:
    table = one(rng, [t for t in export.tables if export.sheet(t).rows])
    sheet = export.sheet(table)
    sheet.header, sheet.rows = sheet.rows[0], sheet.rows[1:]
    return f"{table}: no header, the file begins with a patient"


def choice_forgotten(export: Export, rng: Rng) -> str:
    """A code of the data is not among the choices of the dictionary."""
    table, variable = column(
        export,
        rng,
        lambda t, v: (
            v.validation == ""
            and len(v.choices or ()) > 2
            and "|" in export.line(t, v.name)[CHOICES]
        ),
    )
    texts = set(export.sheet(table).column(variable.name))
    left = one(rng, [code for code in variable.choices or () if code in texts])
    kept = [f"{code}, {label}" for code, label in (variable.choices or {}).items() if code != left]
    export.line(table, variable.name)[CHOICES] = " | ".join(kept)
    return f"dictionary.csv: {table}.{variable.name} without the choice {left!r}"


KINDS = {
    "column: the other decimal sign": decimal_column,
    "column: another unit": unit_column,
    "column: numbers as text": text_column,
    "column: labels for codes": label_column,
    "column: TRUE/FALSE for 1/0": true_false,
    "column: codes one up": codes_one_up,
    "column: places for codes": codes_counted,
    "column: codes padded": codes_padded,
    "column: dates in another order": dates_in_other_order,
    "column: day and month turned": dates_turned,
    "column: years of two digits": dates_with_short_years,
    "column: dates as serial numbers": dates_as_serials,
    "column: a required one emptied": required_emptied,
    "column: ids of another form": ids_from_elsewhere,
    "column dropped": column_dropped,
    "column renamed": column_renamed,
    "column twice": column_twice,
    "column unknown": column_unknown,
    "headers exchanged": headers_exchanged,
    "header missing": header_missing,
    "config: a choice forgotten": choice_forgotten,
}
