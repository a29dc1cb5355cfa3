"""Spoilings of the configuration: what a stranger gets wrong who writes it for a good export.

Mistakes of keys, choices, files and the decimal sign stand with what they are about.
"""

from spoiled.choose import column, filled, one, told
from spoiled.export import CHOICES, MAXIMUM, VALIDATION, Export, NotHereError, Rng, Variable


def date_order(export: Export, rng: Rng) -> str:
    """The dictionary says another order of dates; some days are no months."""
    export_order = {"plain": "ymd", "german": "dmy", "american": "mdy"}[export.dialect]
    order = one(rng, [name for name in ("ymd", "dmy", "mdy") if name != export_order])
    table, variable = column(
        export, rng, lambda t, v: v.kind == "date" and len(filled(export, t, v)) > 5
    )
    texts = [export.sheet(table).column(variable.name)[n] for n in filled(export, table, variable)]
    if not any(date.day > 12 for text in texts if (date := export.date(text))):
        raise NotHereError
    export.line(table, variable.name)[VALIDATION] = f"date_{order}"
    return f"dictionary.csv: {table}.{variable.name} is date_{order}, the file has {export.order}"


def choices_counted(export: Export, rng: Rng) -> str:
    """The dictionary's codes are 1, 2, 3; the file has others, all or one of them."""
    table, variable = column(
        export, rng, lambda t, v: v.kind == "code" and _wrong(export, t, v, _counted(v))
    )
    labels = list((variable.choices or {}).values())
    line = export.line(table, variable.name)
    if line[3] not in ("radio", "dropdown"):
        raise NotHereError
    line[CHOICES] = " | ".join(f"{n}, {label}" for n, label in enumerate(labels, start=1))
    return f"dictionary.csv: the codes of {table}.{variable.name} are 1, 2, …"


def _counted(variable: Variable) -> set[str]:
    return {str(number) for number in range(1, len(variable.choices or ()) + 1)}


def _wrong(export: Export, table: str, variable: Variable, codes: set[str]) -> bool:
    texts = export.sheet(table).column(variable.name)
    return any(texts[row] not in codes for row in filled(export, table, variable))


def type_wrong(export: Export, rng: Rng) -> str:
    """The dictionary calls a column of numbers with decimals whole, or one of codes a number."""
    table, variable = column(
        export,
        rng,
        lambda t, v: (
            v.kind == "number"
            and any(export.decimal in text for text in export.sheet(t).column(v.name))
        ),
    )
    export.line(table, variable.name)[VALIDATION] = "integer"
    return f"dictionary.csv: {table}.{variable.name} is an integer"


def bounds_narrow(export: Export, rng: Rng) -> str:
    """The dictionary's maximum lies below values of the file: a scale of 0 to 10 for one to 100."""
    table, variable = column(
        export,
        rng,
        lambda t, v: v.kind in ("integer", "number") and v.maximum != "" and v.minimum != "",
    )
    texts = export.sheet(table).column(variable.name)
    numbers = {
        n: value
        for n in filled(export, table, variable)
        if (value := export.number(texts[n])) is not None
    }
    high = int(max(numbers.values(), default=0)) - 1
    if high <= float(variable.minimum):
        raise NotHereError
    limit = rng.randint(int(float(variable.minimum)) + 1, high)
    over = [n for n, value in numbers.items() if value > limit]
    export.line(table, variable.name)[MAXIMUM] = str(limit)
    return told(table, variable.name, over, f"above the maximum {limit} of the dictionary")


def arm_code(export: Export, rng: Rng) -> str:
    """An arm's code is another than that of the file."""
    arms = export.trial["design"]["arms"]
    name = one(rng, arms)
    other = one(
        rng,
        [
            c
            for c in ("A", "1", "2", arms[name]["code"].swapcase() + "x")
            if c not in {arm["code"] for arm in arms.values()}
        ],
    )
    arms[name]["code"] = other
    return f"trial.yaml: the code of the arm {name} is {other!r}"


def arm_column(export: Export, rng: Rng) -> str:
    """The arm is said to stand in another column, whose values are no arms."""
    arms = {arm["code"] for arm in export.trial["design"]["arms"].values()}
    table, variable = column(
        export,
        rng,
        lambda t, v: (
            "arm" in export.tables[t]
            and v.name != export.tables[t]["arm"]
            and bool({*export.sheet(t).column(v.name)} - arms - {""})
        ),
    )
    export.tables[table]["arm"] = variable.name
    return f"trial.yaml: tables.{table}.arm is {variable.name}"


def sex_codes(export: Export, rng: Rng) -> str:
    """The codes of the sexes are others than those of the file."""
    sex = export.trial["subjects"]["sex"]
    right = set(sex["codes"].values())
    codes = one(
        rng,
        [
            pair
            for pair in (("1", "2"), ("F", "M"), ("w", "m"), ("female", "male"))
            if not right <= set(pair)
        ],
    )
    sex["codes"] = dict(zip(("F", "M"), codes, strict=True))
    return f"trial.yaml: subjects.sex.codes are {codes}"


def item_wrong(export: Export, rng: Rng) -> str:
    """A table is said to be made of the file of another."""
    tables = list(export.tables)
    first = one(rng, tables if len(tables) > 1 else [])
    mine = set(export.sheet(first).header)
    second = one(rng, [t for t in tables if mine - set(export.sheet(t).header)])
    export.tables[first]["of"] = export.tables[second]["of"]
    return f"trial.yaml: tables.{first}.of is {export.tables[second]['of']}"


KINDS = {
    "config: the order of dates": date_order,
    "config: other codes in the dictionary": choices_counted,
    "config: decimals called whole": type_wrong,
    "config: bounds too narrow": bounds_narrow,
    "config: an arm's code": arm_code,
    "config: the arm in another column": arm_column,
    "config: the codes of the sexes": sex_codes,
    "config: a table of another file": item_wrong,
}
