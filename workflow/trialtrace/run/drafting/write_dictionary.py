"""dictionary.csv of a draft, and what cleaning.yaml says of its columns: each has a place."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trialtrace.base.errors import wrong
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.delimited import FALLBACK
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.keys import WHOLE_NUMBER
from trialtrace.run.drafting.names import ROW_NUMBERS, SPECIAL_MISSING, words_apart
from trialtrace.run.drafting.outcomes import TIME
from trialtrace.run.drafting.parameters import visit_alone
from trialtrace.run.drafting.products import is_product
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import cells_of
from trialtrace.run.drafting.visits import in_visit_order
from trialtrace.run.drafting.yaml_text import Quoted
from trialtrace.run.tables.measures import plain
from trialtrace.run.trial.check_labels import exchanged
from trialtrace.run.trial.dictionary import FIXED_CHOICES, PARTS

DICTIONARY, CLEANING = "dictionary.csv", "cleaning.yaml"
BELOW_0 = re.compile("-[0-9]")
COULD_NOT = re.compile(
    r"\(.*(?:evalua|assessab|beurteilbar|évaluab|valutab|avaliáv).*\) is missing|not be judged",
    re.IGNORECASE,
)
# Evidence of a column that a person must see: what was said of it and its cells do not agree.
AGAINST = {
    "contradiction": "The cells are taken.",
    "labels": "The labels are taken as codes.",
    "range": "The bounds are kept: these cells would be rejected.",
    "date": "It is taken as a number.",
    "spelling": "They are taken as different.",
    "mixed_signs": "It is taken as text, of which no endpoint is made: write one decimal sign into "
    "the export. Commas before thousands would look the same.",
    "near_numbers": "They are taken as text, of which no endpoint is made: write bare numbers, or "
    "days as 2026-11-20, into the export.",
}
# What stands around the table of a sheet, and where its columns have their names.
AROUND = ("header", "under_header", "foot", "row_names")


@dataclass
class Columns:
    """The rows of the dictionary and the entries of cleaning.yaml, by table."""

    rows: list[dict[str, str]] = field(default_factory=list)
    ignore: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, dict[str, object]] = field(default_factory=dict)
    units: dict[str, dict[str, str]] = field(default_factory=dict)
    covers: dict[str, str] = field(default_factory=dict)
    guesses: list[Guessed] = field(default_factory=list)

    @property
    def dictionary(self) -> str:
        """The text of dictionary.csv."""
        return written(self.rows)

    @property
    def cleaning(self) -> dict[str, object]:
        """The content of cleaning.yaml."""
        tables: dict[str, object] = {}
        parts: Mapping[str, Mapping[str, object]] = {
            "covers": self.covers,
            "ignore": self.ignore,
            "missing": self.missing,
            "units": self.units,
        }
        for name in self.ignore:
            entry = {part: given[name] for part, given in parts.items() if given.get(name)}
            if entry:
                tables[name] = entry
        return {"tables": tables} if tables else {}


def written(rows: list[dict[str, str]]) -> str:
    """Rows of a dictionary, by our names of its columns, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(PARTS.values())
    writer.writerows([row.get(part, "") for part in PARTS] for row in rows)
    return out.getvalue()


def columns_of(draft: Draft) -> Columns:
    """Every column of every table: declared, or ignored with the reason."""
    made = Columns()
    first: dict[str, tuple[Table, Column]] = {}
    scales = {
        (outcome.table, name): outcome.codes
        for outcome in (draft.primary, *draft.others)
        for _, name in outcome.columns
    }
    for table in draft.tables:
        used = _used(draft, table)
        names = {*draft.key(table), draft.subject[table.name]}
        made.ignore[table.name] = {}
        made.missing[table.name] = {}
        made.units[table.name] = {}
        if why := _log(draft, table):
            made.covers[table.name], key = "some", f"tables.{table.name}.covers"
            made.guesses.append(Guessed(f"covers.{table.name}", CLEANING, key, "some", why))
        fields: set[str] = set()
        visit = draft.visit[table.name]
        outcomes = [o for o in (draft.primary, *draft.others) if o.table == table.name]
        visits = {visit, *(one.visit for one in outcomes)}
        alone = visit_alone(table, visit)
        below = _below_0(draft, table)
        for column in table.columns:
            if reason := _not_used(table, column, used, draft.arm):
                made.ignore[table.name][column.name] = reason
                continue
            if column.field not in fields:
                whole = _with_steps(column, scales.get((table.name, column.name), ()))
                whole = in_visit_order(table, whole) if column.name in visits else whole
                for part in _parts_with(table, whole):
                    _one_coding(first.setdefault(column.field, part), part)
                entry = row(table, whole, bounded=column.name not in names)
                if column.name in alone and not entry.get("branching"):
                    entry["branching"] = _at_visit(visit, alone[column.name])
                if column.name in below:
                    entry["minimum"] = "0"
                made.rows.append(entry)
                fields.add(column.field)
            if column.missing_codes:
                made.missing[table.name][column.name] = _kinds(column)
            if column.unit:
                made.units[table.name][column.name] = column.unit
        if table.of and _others(draft, table):
            made.ignore[table.name]["others"] = "columns of other rows of the file"
        there = [one for one in table.columns if not _not_used(table, one, used, draft.arm)]
        means = {one.column for one in outcomes if one.several}
        ends = draft.primary.names if draft.primary.table == table.name else set[str]()
        ends = {*ends, *([draft.arm.name] if table.name == draft.home.name else [])}
        made.guesses += _guesses(table, there, names, (means, ends))
        if below:
            why = f"No time ends before it begins; their least are {', '.join(below.values())}."
            key = f"{table.name}, {PARTS['minimum']}"
            text = _listed([f"{name} from 0" for name in below])
            made.guesses.append(Guessed(f"below.{table.name}", DICTIONARY, key, text, why))
        if once := {one.name: code for one in there if (code := alone.get(one.name))}:
            text = _listed([f"{name} at {code}" for name, code in once.items()])
            why = f"They have a value at no other {visit}, where their blanks lose nothing."
            key = f"{table.name}, {PARTS['branching']}"
            made.guesses.append(Guessed(f"once.{table.name}", DICTIONARY, key, text, why))
    return made


def _parts_with(table: Table, column: Column) -> list[tuple[Table, Column]]:
    """The column in each of the files that a table is made of, or as it is."""
    parts = [part for _, part in table.stack.parts] if table.stack else []
    own = [(part, one) for part in parts for one in part.columns if one.name == column.name]
    return own or [(table, column)]


def _one_coding(one: tuple[Table, Column], other: tuple[Table, Column]) -> None:
    """Raises UserError for columns of one name that give the same labels to other codes: which of
    them is right the files do not tell."""
    (table, column), (there, again) = one, other
    first, second = dict(column.choices), dict(again.choices)
    crossed = exchanged(first, second) if sorted(first.values()) == sorted(second.values()) else []
    for code, _ in crossed[:1]:
        files = [Path(each.item).name for each in (table, there)]
        raise wrong(
            f"column {again.name} of {files[1]}",
            f"{code} is {second[code]}; in column {column.name} of {files[0]} it is {first[code]}",
            "one coding in all files",
            f"give one of the two files alone, leave the other out (--tables {files[0]}), or give "
            "the column in one of them the codes of the other, or another name",
        )


def _below_0(draft: Draft, table: Table) -> dict[str, str]:
    """Times to an event with values below 0, which are not used: the least of each."""
    times = {outcome.column for outcome in (draft.primary, *draft.others) if outcome.kind == TIME}
    return {
        column.name: column.low
        for column in table.columns
        if column.name in times
        and column.low.startswith("-")
        and not (column.given or column.bounds)
    }


def _at_visit(visit: str, code: str) -> str:
    """The branching logic of a field that one visit has."""
    mark = '"' if "'" in code else "'"
    return f"[{visit}] = {mark}{code}{mark}"


def _log(draft: Draft, table: Table) -> str:
    """Why a table may well have rows of some patients alone: a log of what they had, no visits."""
    home = draft.home
    if table in (home, draft.treated) or draft.visit[table.name] or not table.subject:
        return ""
    both = [one.column(draft.subject[one.name]).distinct for one in (table, home)]
    if both[0] >= both[1] or (table.subject[0],) in table.keys:
        return ""
    here, every = ({*cells_of(one, [draft.subject[one.name]])} - {("",)} for one in (table, home))
    text = f"{len(here & every)} of {len(every)} patients have rows in it, some several and none"
    return f"{text} at visits: a log."


def _kinds(column: Column) -> list[str] | dict[str, str]:
    """Codes for missing; each with what it says where the file has labels of them, or where several
    letters of SAS or Stata are kinds that it does not name."""
    codes = column.missing_codes
    special = sum(bool(SPECIAL_MISSING.fullmatch(code)) for code in codes)
    if not column.missing_labels and special < 2:
        return [Quoted(code) for code in codes]
    return {Quoted(code): column.missing_labels.get(code, f"coded {code}") for code in codes}


def _others(draft: Draft, table: Table) -> set[str]:
    """Columns that only other tables of the same file have."""
    beside = [one for one in draft.tables if one.of == table.of]
    return {c.name for one in beside for c in one.columns} - {c.name for c in table.columns}


def _used(draft: Draft, table: Table) -> set[str]:
    """Columns with a role, which are never left out."""
    own = {*draft.key(table), draft.subject[table.name], draft.visit[table.name]}
    own |= {*table.where, *table.kept}
    design = {draft.design.place, draft.design.sequence, draft.design.cluster}
    wide = {name for _, name in draft.primary.columns}
    return own | design | wide | {draft.arm.name, draft.primary.column, draft.primary.status}


def _not_used(table: Table, column: Column, used: set[str], arm: Column) -> str:
    """Why a column is left out; nothing where it is declared."""
    if column.name in used:
        return ""
    if plain(column.name) in ROW_NUMBERS and column.distinct == column.rows:
        return "a number of the row"
    if column.name in table.joined_numbers:
        return "a part of " + next(one for one, of in table.joined.items() if column.name in of)
    if not column.distinct:
        return "no value in the file"
    if column.identifier:
        return "may tell who a patient is"
    if is_product(column, table, arm):
        return f"a product with {arm.name}, whose rows would tell the arm"
    return ""


def row(table: Table, column: Column, bounded: bool = True) -> dict[str, str]:
    """The row of a column, by our names of the dictionary's columns; without bounds if it names
    rows."""
    if column.given:
        return {**column.given, "form_name": table.name}
    validation = column.declared_validation
    if validation == "number" and table.reading.get("decimal") == ",":
        validation = "number_comma_decimal"
    low, high = column.bounds if column.bounds and bounded else ("", "")
    choices = "" if column.type in FIXED_CHOICES else " | ".join(_choices(column))
    return {
        "field_name": column.field,
        "form_name": table.name,
        "field_type": column.type,
        "label": column.label,
        "choices": choices,
        "validation": validation,
        "minimum": low,
        "maximum": high,
        "identifier": "y" if column.identifier else "",
    }


def _with_steps(column: Column, scale: Sequence[tuple[str, float]]) -> Column:
    """The column with the steps of its scale that nobody had at its visit."""
    more = [(code, code) for code, _ in scale if code not in dict(column.choices)]
    return replace(column, choices=(*column.choices, *more))


def _choices(column: Column) -> Iterator[str]:
    labels = words_apart([label for _, label in column.choices])
    for (code, _), label in zip(column.choices, labels, strict=True):
        yield f"{code}, {label or code}"


def _guesses(
    table: Table, columns: list[Column], names: set[str], of: tuple[set[str], set[str]]
) -> Iterator[Guessed]:
    """What of the columns is doubtful, the same doubt of several columns once; a number that may
    stand for no value blinds the report where a mean over rows is `of` it, and where arm or primary
    endpoint are one such as -8, one beside listed codes, or who could not be evaluated."""
    means, ends = of
    absent: dict[tuple[str, ...], list[Column]] = {}
    for column in columns:
        if column.missing_codes:
            absent.setdefault(column.missing_codes, []).append(column)
    for codes, those in absent.items():
        key = f"tables.{table.name}.missing"
        text = f"{', '.join(codes)} in {_listed([one.name for one in those])}"
        every = {one.name: one.evidence.get("missing_codes", "") for one in those}
        doubt = not means.isdisjoint(every) and any(map(WHOLE_NUMBER.fullmatch, codes))
        stated = [told for code in codes if (told := table.evidence.get(f"missing.{code}"))]
        doubted = [one for one in those if one.name in ends and _may_be_a_value(one, bool(stated))]
        doubt |= bool(doubted)
        why = " ".join([every[(doubted or those)[0].name], *stated])
        name = f"missing.{table.name}.{'_'.join(codes)}"
        yield Guessed(name, CLEANING, key, text, why, blinds=doubt)
    for column in columns:
        if len(column.date_orders) > 1:
            key = f"{table.name}, {column.name}, {PARTS['validation']}"
            why = column.evidence.get("date_order", "")
            yield Guessed(f"dates.{column.name}", DICTIONARY, key, column.validation, why)
    yield from _against(table, columns)
    bare = [
        one.name
        for one in columns
        if one.type == "radio"
        and all(code == label and code.isdecimal() for code, label in one.choices)
        # A label such as "1=16-17, 2=18" says what they mean.
        and not re.search(r"\b[0-9]+ ?=", one.label)
    ]
    if bare:
        key = f"{table.name}, {PARTS['choices']}"
        why = "They are small whole numbers of few levels; what they mean no file says."
        yield Guessed(f"codes.{table.name}", DICTIONARY, key, _listed(bare), why)
    binary = [one.name for one in columns if one.type == "yesno" and not one.given]
    if binary:
        why = "Their values are 0 and 1, read as no and yes."
        key = f"{table.name}, {PARTS['field_type']}"
        yield Guessed(f"yesno.{table.name}", DICTIONARY, key, _listed(binary), why)
    ranged = [one for one in columns if "bounds" in one.evidence and one.name not in names]
    if ranged:
        why = (
            "Their names say what they measure, or a Define-XML has its range, and these are the "
            "ends of what it can be: a value outside is not used. Columns of other measures have "
            "none."
        )
        outside = {one.name: told for one in ranged if (told := one.evidence["bounds"])}
        why += "".join(f" {name}: outside are {told}." for name, told in outside.items())
        key = f"{table.name}, {PARTS['minimum']} and {PARTS['maximum']}"
        text = _listed(
            [f"{one.name} {' to '.join(end or '…' for end in one.bounds or ())}" for one in ranged]
        )
        yield Guessed(f"bounds.{table.name}", DICTIONARY, key, text, why)
    far = {one.name: one.evidence["far"] for one in columns if "far" in one.evidence}
    if far:
        why = " ".join(f"{name}: {told} far from all others." for name, told in far.items())
        why += " They are used as they are: mend them, or set bounds."
        key = f"{table.name}, {PARTS['minimum']} and {PARTS['maximum']}"
        yield Guessed(f"far.{table.name}", DICTIONARY, key, _listed([*far]), why)
    units = {one.name: one.unit for one in columns if one.unit and "unit" in one.evidence}
    if units:
        text = _listed([f"{name} {unit}" for name, unit in units.items()])
        why = "Their names begin or end with a unit."
        yield Guessed(f"units.{table.name}", CLEANING, f"tables.{table.name}.units", text, why)


def _may_be_a_value(column: Column, stated: bool) -> bool:
    """Whether a code for missing of arm or primary endpoint may be a value of it: who could not be
    evaluated, a suspected -8 of a change, or one that its codebook does not list, nor a sentence
    on all columns has `stated`."""
    why = column.evidence.get("missing_codes", "")
    # Of a form with such a code the codebook says it.
    below = [code for code in column.missing_codes if BELOW_0.fullmatch(code)]
    suspected = any(re.search(rf"{code} \([0-9]+ cell", why) for code in below)
    return suspected or bool(COULD_NOT.search(why)) or ("does not list" in why and not stated)


def _against(table: Table, columns: list[Column]) -> Iterator[Guessed]:
    """What of the file or of what is said of it was not taken as it stands."""
    for kind, taken in AGAINST.items():
        those = {
            column.name: column.evidence[kind] for column in columns if kind in column.evidence
        }
        if those:
            why = " ".join([*(f"{name}: {told}" for name, told in those.items()), taken])
            key = f"{table.name}, {PARTS['field_type']}"
            yield Guessed(f"{kind}.{table.name}", DICTIONARY, key, _listed([*those]), why)
    if "described" in table.evidence:
        key, why = f"{table.name}, {PARTS['label']}", table.evidence["described"]
        yield Guessed(f"described.{table.name}", DICTIONARY, key, "labels of columns", why)
    if prose := table.evidence.get("set_aside"):
        yield Guessed("set_aside", "trial.yaml", "source.items", "files without a table", prose)
    place = ("trial.yaml", f"source.items.{table.of or table.name}")
    if table.reading.get("encoding") == FALLBACK:
        why = table.evidence["encoding"]
        yield Guessed(f"encoding.{table.name}", place[0], f"{place[1]}.encoding", FALLBACK, why)
    for key in AROUND:
        if key in table.reading:
            why, value = table.evidence[key], str(table.reading[key])
            yield Guessed(f"{key}.{table.name}", place[0], f"{place[1]}.{key}", value, why)
    if blank := table.evidence.get("blank"):
        yield Guessed(f"blank.{table.name}", *place, "rows left out", blank)
    sign, why = table.reading.get("decimal"), table.evidence.get("decimal", "")
    doubtful = "with a comma" in why if sign == "." else table.reading.get("separator") == sign
    if sign and doubtful:
        why += " Commas before thousands would look the same."
        why += " Numbers with a comma are taken as text." if sign == "." else ""
        yield Guessed(f"decimal.{table.name}", place[0], f"{place[1]}.decimal", str(sign), why)


def _listed(names: list[str], most: int = 8) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
