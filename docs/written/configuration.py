"""docs/configuration.md and the pages below docs/configuration/: every key of every file.

Endpoints have a page a kind (`endpoint_kinds`), what a plan can ask for a page a family
(`steps`): these stand in the documentation as a site alone.
"""

from collections.abc import Iterable, Mapping

from written import endpoint_kinds, steps
from written.markdown import heading, table

from trialtrace.base.config.schema import SHARED, load_schema
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.config.spec import Schema
from trialtrace.base.paths import Project
from trialtrace.run.trial.dictionary import (
    CLOCKS,
    DATES,
    DATETIMES,
    DURATIONS,
    NO_DATA,
    NUMBERS,
    PARTS,
    TEXTS,
    UNSUPPORTED,
)
from trialtrace.run.trial.reference_keys import VALUES, Key, Reader

PAGES = (
    *("config", "trial", "cleaning", "endpoints", "plan", "claims"),
    *("multiverse", "simulation", "amendments", "review", "answers"),
)
FOLDER = "configuration"
# Keys below which steps of a plan stand; each step is told with its family.
_STEPS = (
    *(
        f"analyses.<name>.{section}"
        for section in ("describe[]", "estimates[]", "tests[]", "interaction")
    ),
    *("estimate", "factors.<name>.levels.<name>.estimate"),
)

_INTRODUCTION = """\
# Configuration

*Written from the schemas, and these from the shapes in `workflow/trialtrace/run/trial/`, by
`python docs/write.py`; change it there.*

A trial is a folder under `config/trials/`. Its name is the folder's: small letters, digits and `_`.
Every key is checked, at every level; an unknown one is a mistake. All mistakes are told together,
each with file, line, column and key, as an editor opens it; entries of a list are counted from 1.

Endpoints have a page a kind, and what a plan can ask for a page a family of methods: in the
documentation as a site, which `make docs` writes.

YAML is read strictly. Keys stand once; anchors, aliases, tags and second documents are refused.
Only `true` and `false` are logical values, only plain decimal numbers are numbers. Text that some
reader of YAML would take for something else (`NO`, `010`, `12:30`, `2020-01-05`, `1_000`, `1e5`)
has to stand in quotes. Codes, versions, checksums and printed numbers stand in quotes always.
"""

_READING = """\
On these pages `<name>` is a name of your choice and `[]` an entry of a list. A key without a mark
in the second column may be left out. The values of keys are:
"""

_CONDITIONS = """\
## Conditions

A condition is a mapping of columns to tests; several entries are an "and". `any: [..]` and
`all: [..]` take a list of conditions, `not: {..}` takes one. A test is `present`, `missing`, or a
mapping of these; several are an "and". A value is text in quotes, a number, a date as
`"2026-11-20"`, or another column: `{column: name}`. Codes have to be choices of the dictionary.
A comparison with a missing value is unknown, never "no".
"""

_DICTIONARY = "config/trials/<trial>/dictionary.csv"


def pages() -> dict[str, str]:
    """The pages of the repository by their paths below docs/."""
    schemas = _schemas()
    reader = Reader(schemas)
    found = {f"{FOLDER}.md": _start(schemas)}
    for name in PAGES:
        if name != "endpoints":
            found[f"{FOLDER}/{name}.md"] = _file(schemas[name], reader)
    return found | {f"{FOLDER}/dictionary.md": _dictionary()}


def of_endpoints_and_steps(at: Project) -> dict[str, str]:
    """The pages of kinds of endpoint and of families of methods by their paths below docs/."""
    schemas = _schemas()
    reader = Reader(schemas)
    kinds = endpoint_kinds.pages(at, reader, schemas["endpoints"], f"{FOLDER}/endpoints")
    return kinds | steps.pages(reader, f"{FOLDER}/steps")


def _schemas() -> dict[str, Schema]:
    return {name: load_schema(schema_folder(), name) for name in (*PAGES, *SHARED)}


def _start(schemas: Mapping[str, Schema]) -> str:
    files = [(each, schemas[each]["title"], schemas[each]["description"]) for each in PAGES]
    files.insert(
        2, ("dictionary", _DICTIONARY, "The columns of the clean tables, as REDCap has them.")
    )
    rows = ["| file | what it says |", "| --- | --- |"]
    rows += [f"| [`{title}`]({FOLDER}/{each}.md) | {means} |" for each, title, means in files]
    common = schemas["common"]["$defs"]
    values = ["| value | what stands there |", "| --- | --- |"]
    values += [f"| {told} | {common[name]['x-expected']} |" for name, told in VALUES.items()]
    tests = common["test"]["then"]["properties"]
    conditions = ["| test | meaning |", "| --- | --- |"]
    conditions += [f"| `{name}` | {test['description']} |" for name, test in tests.items()]
    tables = ("\n".join(each) for each in (rows, values, conditions))
    parts = (_INTRODUCTION, next(tables), "", _READING, next(tables), "", _CONDITIONS, next(tables))
    return "\n".join(parts) + "\n"


def _file(schema: Schema, reader: Reader) -> str:
    """A page with a table for each key of the file; keys without any below them come first."""
    by_first: dict[str, list[Key]] = {}
    for key in reader.keys(schema):
        if not key.path.startswith(tuple(f"{section}." for section in _STEPS)):
            by_first.setdefault(key.path.split(".")[0].removesuffix("[]"), []).append(key)
    single = [keys[0] for keys in by_first.values() if len(keys) == 1]
    parts = [f"{heading(schema['title'])}\n\n{schema['description']}\n"]
    parts += [table(single)] if single else []
    parts += [
        f"## {first}\n\n{keys[0].means}\n\n{table(keys)}"
        for first, keys in by_first.items()
        if len(keys) > 1
    ]
    return "\n".join(parts)


def _dictionary() -> str:
    text = ", ".join(f"*{part}*" for part in PARTS.values())
    unsupported = "; ".join(f"`{name}` ({do})" for name, do in UNSUPPORTED.items())
    return f"""\
{heading(_DICTIONARY)}

A data dictionary in REDCap's 18 columns, as UTF-8, with the headers of the export or of the API:
{text}. A form is a clean table; a variable stands once in a form.

| field type | column |
| --- | --- |
| `text` | text; a number, a date or a time by its validation type |
| `notes` | text |
| `radio`, `dropdown` | one of its choices, written `code, label` between bars |
| `yesno` | `1` Yes, `0` No |
| `truefalse` | `1` True, `0` False |
| `checkbox` | a column a choice, `variable___code`, with `0` Unchecked, `1` Checked |
| `calc` | a number |
| `slider` | a whole number |
| {", ".join(f"`{name}`" for name in NO_DATA)} | none |

Not supported: {unsupported}.

Validation types:

| types | column |
| --- | --- |
| {_listed(NUMBERS)} | a number; with `comma` the decimal sign is a comma |
| {_listed(DATES)} | a date |
| {_listed(DATETIMES)} | a date with a time of day, to the second |
| {_listed(CLOCKS)} | a time of day: 14:30, 14:30:05, 2:30 pm |
| {_listed(DURATIONS)} | a duration: a number in the unit that `units` of cleaning.yaml has |
| {_listed(TEXTS)} | text |

The types that begin with `duration` are our own, since a duration can be longer than a day. Text
has no minimum and no maximum. Bounds are written as 2026-11-20, 2026-11-20 14:30, 14:30, or as the
duration is. [Dates, times and missing values](../dates-and-missing.md) shows them in use.
"""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
