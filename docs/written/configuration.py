"""The pages below configuration/ of the site: every key of every file.

Endpoints have a page a kind (`endpoint_kinds`), what a plan can ask for a page a family (`steps`).
`trialtrace help` shows the same in the shell.
"""

from collections.abc import Iterable

from written import endpoint_kinds, steps
from written.markdown import heading, table

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
from trialtrace.run.trial.reference_keys import Key, keys
from trialtrace.run.trial.schemas import FILES, File

PAGES = (
    *("config", "trial", "cleaning", "endpoints", "plan", "claims"),
    *("multiverse", "simulation", "amendments", "review", "answers"),
)
FOLDER = "configuration"
_DICTIONARY = "config/trials/<trial>/dictionary.csv"


def pages() -> dict[str, str]:
    """The pages of the files by their paths below docs/."""
    found = {f"{FOLDER}/{name}.md": _file(FILES[name]) for name in PAGES if name != "endpoints"}
    return found | {f"{FOLDER}/dictionary.md": _dictionary()}


def of_endpoints_and_steps(at: Project) -> dict[str, str]:
    """The pages of kinds of endpoint and of families of methods by their paths below docs/."""
    kinds = endpoint_kinds.pages(at, FILES["endpoints"], f"{FOLDER}/endpoints")
    return kinds | steps.pages(f"{FOLDER}/steps")


def _file(file: File) -> str:
    """A page with a table for each key of the file; keys without any below them come first."""
    by_first: dict[str, list[Key]] = {}
    for key in keys(file.shape):
        by_first.setdefault(key.path.split(".")[0].removesuffix("[]"), []).append(key)
    single = [rows[0] for rows in by_first.values() if len(rows) == 1]
    parts = [f"{heading(file.title)}\n\n{file.means}\n"]
    parts += [table(single)] if single else []
    parts += [
        f"## {first}\n\n{rows[0].means}\n\n{table(rows)}"
        for first, rows in by_first.items()
        if len(rows) > 1
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
