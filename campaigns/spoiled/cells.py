"""Spoilings of single cells: types, ranges, codes, dates; each breaks the dictionary."""

import datetime
from collections.abc import Callable
from decimal import Decimal

from spoiled.choose import column, filled, of_kind, one, some, told
from spoiled.export import Export, Rng, Variable, bound

Change = Callable[[str], str]


def spoil(
    export: Export, rng: Rng, table: str, variable: Variable, change: Change, what: str
) -> str:
    """Change some cells; only those that the dictionary refuses afterwards count."""
    texts = export.sheet(table).column(variable.name)
    rows = [
        row
        for row in filled(export, table, variable)
        if not export.legal(table, variable, change(texts[row]))
    ]
    chosen = some(rng, rows)
    for row in chosen:
        export.sheet(table).put(row, variable.name, change(texts[row]))
    return told(table, variable.name, chosen, f"{what}, such as {change(texts[chosen[0]])!r}")


def text_in_number(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "integer", "number")
    word = rng.choice(
        ("unk", "n/d", "not done", "see note", "<{}", "~{}", "{} kg", "{}?", "{} or so")
    )
    return spoil(export, rng, table, variable, lambda text: word.format(text), "text in a number")


def no_number(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "integer", "number")
    word = rng.choice(("NaN", "inf", "-inf", "#N/A", "#REF!", "#VALUE!", "1e999", "NULL", "0x1F"))
    return spoil(
        export, rng, table, variable, lambda text: word, "what programs write for no number"
    )


def other_decimal(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "number")
    sign = "," if export.decimal == "." else "."
    return spoil(
        export,
        rng,
        table,
        variable,
        lambda text: text.replace(export.decimal, sign) if export.decimal in text else text,
        "the other decimal sign",
    )


def thousands(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "integer", "number")
    sign = rng.choice(("," if export.decimal == "." else ".", " ", "'", "\u00a0"))
    return spoil(
        export, rng, table, variable, lambda text: f"1{sign}{text:0>3}", "a sign between thousands"
    )


def half_number(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "integer")
    return spoil(
        export, rng, table, variable, lambda text: f"{text}{export.decimal}5", "half a whole number"
    )


def two_numbers(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "integer", "number")
    sign = rng.choice(("/", "-", " - ", "; ", " to "))
    return spoil(export, rng, table, variable, lambda text: f"{text}{sign}{text}", "two numbers")


def _bounded(table: str, variable: Variable) -> bool:
    return variable.kind in ("integer", "number") and bool(variable.minimum and variable.maximum)


def out_of_bounds(export: Export, rng: Rng) -> str:
    table, variable = column(export, rng, _bounded)
    low, high = (bound(variable, text) for text in (variable.minimum, variable.maximum))
    value = rng.choice((low - 1, high + 1, high * 10 + 1, low - 100, -high - 1, Decimal(-9999)))
    return spoil(export, rng, table, variable, lambda text: export.shown(value), "out of bounds")


def far_out(export: Export, rng: Rng) -> str:
    table, variable = column(export, rng, _bounded)
    value = rng.choice((99999999, 4915112345678, 2**53 + 1, 123456789012345678, 10**30))
    return spoil(export, rng, table, variable, lambda text: str(value), "a number from elsewhere")


def missing_code(export: Export, rng: Rng) -> str:
    table, variable = column(export, rng, lambda t, v: v.kind == "code" or _bounded(t, v))
    code = rng.choice(("-99", "-9", "999", "9999", "-1", "."))
    return spoil(
        export, rng, table, variable, lambda text: code, "a code for missing, not declared"
    )


def code_unknown(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "code")
    code = rng.choice(("7x", "?", "other", "88", "0/1", "yes and no"))
    return spoil(export, rng, table, variable, lambda text: code, "an unknown code")


def code_case(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "code")
    return spoil(export, rng, table, variable, str.swapcase, "a code in other letters")


def code_label(export: Export, rng: Rng) -> str:
    table, variable = of_kind(export, rng, "code")
    labels = variable.choices or {}
    return spoil(
        export, rng, table, variable, lambda text: labels.get(text, text), "a label for its code"
    )


def arm_unknown(export: Export, rng: Rng) -> str:
    table, variable = column(
        export, rng, lambda t, v: v.name == export.tables[t].get("arm"), fixed=True
    )
    code = rng.choice(("C", "9", "unknown", "arm A", "2x"))
    return spoil(export, rng, table, variable, lambda text: code, "an arm that nobody declared")


def arm_blank(export: Export, rng: Rng) -> str:
    table, variable = column(
        export, rng, lambda t, v: v.required and v.name == export.tables[t].get("arm")
    )
    return spoil(export, rng, table, variable, lambda text: "", "no arm")


def _part_of_key(export: Export, rng: Rng) -> tuple[str, Variable]:
    """A column of a key beside the subject: a visit, a side, a number."""
    return column(
        export,
        rng,
        lambda t, v: (
            v.required
            and v.name in export.tables[t]["key"]
            and v.name != export.tables[t]["subject"]
        ),
        fixed=True,
    )


def key_unknown(export: Export, rng: Rng) -> str:
    table, variable = _part_of_key(export, rng)
    text = rng.choice(("unscheduled", "x", "-1", "99999", "V1"))
    return spoil(export, rng, table, variable, lambda before: text, "a key that is none")


def key_blank(export: Export, rng: Rng) -> str:
    table, variable = _part_of_key(export, rng)
    return spoil(export, rng, table, variable, lambda text: "", "a key blank")


def unit_blank(export: Export, rng: Rng) -> str:
    """Values stand without the unit that they are converted from."""
    parts = export.cleaning.get("tables") or {}
    pairs = [
        (table, name, told_of["unit_column"])
        for table, part in parts.items()
        for name, told_of in (part.get("convert") or {}).items()
    ]
    table, name, unit = one(rng, pairs)
    sheet = export.sheet(table)
    values, units = sheet.column(name), sheet.column(unit)
    rows = some(rng, [n for n in range(len(values)) if values[n] and units[n]])
    for row in rows:
        sheet.put(row, unit, "")
    return told(table, unit, rows, f"the unit of {name} is blank")


def required_blank(export: Export, rng: Rng) -> str:
    table, variable = column(export, rng, lambda t, v: v.required)
    return spoil(export, rng, table, variable, lambda text: "", "a required value blank")


def _dated(export: Export, rng: Rng) -> tuple[str, Variable]:
    return of_kind(export, rng, "date")


def date_impossible(export: Export, rng: Rng) -> str:
    table, variable = _dated(export, rng)
    year, month, day = rng.choice(
        (
            ("2018", "02", "30"),
            ("2019", "13", "13"),
            ("2017", "04", "31"),
            ("2019", "02", "29"),
            ("2018", "00", "00"),
        )
    )
    text = export.order.replace("%Y", year).replace("%m", month).replace("%d", day)
    return spoil(export, rng, table, variable, lambda before: text, "a day that was not")


def date_turned(export: Export, rng: Rng) -> str:
    """Day and month in the other order, where the day is no month."""
    table, variable = _dated(export, rng)
    order = export.order.translate(str.maketrans("md", "dm"))

    def turned(text: str) -> str:
        return datetime.datetime.strptime(text, export.order).strftime(order)

    return spoil(export, rng, table, variable, turned, "day and month in the other order")


def date_short_year(export: Export, rng: Rng) -> str:
    table, variable = _dated(export, rng)
    order = export.order.replace("%Y", "%y")

    def short(text: str) -> str:
        return datetime.datetime.strptime(text, export.order).strftime(order)

    return spoil(export, rng, table, variable, short, "a year of two digits")


def date_in_words(export: Export, rng: Rng) -> str:
    table, variable = _dated(export, rng)
    word = rng.choice(
        ("March 2018", "2018", "unknown", "03/2018", "week 12", "n. d.", "1.-5.3.2018")
    )
    return spoil(export, rng, table, variable, lambda text: word, "a date in words")


def date_serial(export: Export, rng: Rng) -> str:
    table, variable = _dated(export, rng)

    def serial(text: str) -> str:
        day = datetime.datetime.strptime(text, export.order)
        return str((day - datetime.datetime(1899, 12, 30)).days)

    return spoil(export, rng, table, variable, serial, "a date as a spreadsheet counts days")


def date_out_of_bounds(export: Export, rng: Rng) -> str:
    table, variable = column(export, rng, lambda t, v: v.kind == "date" and bool(v.minimum))
    years = rng.choice((-100, -10, 10, 100))

    def moved(text: str) -> str:
        date = export.date(text)
        return export.day(date.replace(year=date.year + years, day=min(date.day, 28)))

    return spoil(export, rng, table, variable, moved, f"a date {years} years off, out of bounds")


def shifted(export: Export, rng: Rng) -> str:
    """The cells of rows stand a column to the left, the last one is blank."""
    table = one(rng, [t for t in export.tables if export.sheet(t).rows])
    sheet, variables = export.sheet(table), export.variables(table)
    fixed = export.fixed(table)
    start = rng.randrange(1, len(sheet.header))
    rows = []
    for number, row in enumerate(sheet.rows):
        moved = [*row[:start], *row[start + 1 :], ""]
        wrong = (
            name in variables
            and name not in fixed
            and not export.legal(table, variables[name], text)
            for name, text in zip(sheet.header, moved, strict=True)
        )
        if any(wrong):
            rows.append(number)
    chosen = some(rng, rows)
    for row in chosen:
        sheet.rows[row] = [*sheet.rows[row][:start], *sheet.rows[row][start + 1 :], ""]
    return f"{table}: the cells of {len(chosen)} rows moved left from {sheet.header[start]}"


KINDS = {
    "text in a number": text_in_number,
    "NaN, #N/A, 1e999": no_number,
    "the other decimal sign": other_decimal,
    "a sign between thousands": thousands,
    "half a whole number": half_number,
    "two numbers in a cell": two_numbers,
    "out of bounds": out_of_bounds,
    "a number from elsewhere": far_out,
    "a code for missing, not declared": missing_code,
    "an unknown code": code_unknown,
    "a code in other letters": code_case,
    "a label for its code": code_label,
    "an unknown arm": arm_unknown,
    "an arm blank": arm_blank,
    "a key that is none": key_unknown,
    "a key blank": key_blank,
    "a unit blank": unit_blank,
    "a required value blank": required_blank,
    "a day that was not": date_impossible,
    "day and month turned": date_turned,
    "a year of two digits": date_short_year,
    "a date in words": date_in_words,
    "a date as a serial number": date_serial,
    "a date out of bounds": date_out_of_bounds,
    "cells moved by a column": shifted,
}
