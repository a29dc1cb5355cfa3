"""Writes docs/configuration.md, the reference of every key, from the schemas.

`python -m trialtrace.trial.reference` writes it anew; a test fails when it is stale.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trialtrace.config.schema import SHARED, load_schema
from trialtrace.config.spec import structure
from trialtrace.ground.paths import Project, project
from trialtrace.ground.store import write_text
from trialtrace.trial.dictionary_types import DATES, NO_DATA, NUMBERS, PARTS, TEXTS, UNSUPPORTED
from trialtrace.trial.plan.card import Card
from trialtrace.trial.plan.options import NoOptions
from trialtrace.trial.plan.registry import cards
from trialtrace.trial.plan.results import statistics
from trialtrace.trial.plan.steps import Step

SCHEMAS = ("config", "trial", "cleaning", "endpoints", "plan", "claims", "cohort")
# A step on the way to a variant of a mapping, as it is told.
_WORD = re.compile(r"(?:with |without )?`[^`]+`")
_LEAVES = (
    "condition",
    "test",
    "operand",
    "parameter",
    "counts_of_share",
    "category_weights",
    "category_counts",
    "exact_moments",
    "totals",
    "level_probabilities",
    "outcome",
    "margin_check",
)
_VALUES = {
    "name": "name",
    "short_name": "short name",
    "column": "column",
    "value": "text in quotes",
    "code": "code",
    "flag": "flag",
    "sha256": "checksum",
    "visit": "label of a visit",
    "place": "label of a place",
    "item": "item",
    "step": "statistic.method",
}

_INTRODUCTION = """\
# Configuration

*Written from the schemas, and these from the shapes in `workflow/trialtrace/trial/`, by
`python -m trialtrace.trial.files` and `python -m trialtrace.trial.reference`; change it there.*

A trial is a folder under `config/trials/` with six files: `trial.yaml`, `dictionary.csv`,
`cleaning.yaml`, `endpoints.yaml`, `plan.yaml`, `claims.yaml`. Its name is the folder's: small
letters, digits and `_`. Every key is checked, at every level; an unknown one is a mistake. All
mistakes are told together, each with file, line and key; entries of a list are counted from 1.

YAML is read strictly. Keys stand once; anchors, aliases, tags and second documents are refused.
Only `true` and `false` are logical values, only plain decimal numbers are numbers. Text that some
reader of YAML would take for something else (`NO`, `010`, `12:30`, `2020-01-05`, `1_000`, `1e5`)
has to stand in quotes. Codes, versions, checksums and printed numbers stand in quotes always.

In the tables below `<name>` is a name of your choice and `[]` an entry of a list. A key without a
mark in the second column may be left out. The values in them are:
"""

_CONDITIONS = """\
## Conditions

A condition is a mapping of columns to tests; several entries are an "and". `any: [..]` and
`all: [..]` take a list of conditions, `not: {..}` takes one. A test is `present`, `missing`, or a
mapping of these; several are an "and". A value is text in quotes, a number, a date as
`"2026-11-20"`, or another column: `{column: name}`. Codes have to be choices of the dictionary.
A comparison with a missing value is unknown, never "no".
"""


_STATISTICS = """\
## Names of statistics

What `is.stat` of a claim may say, by the step that gives it: the name, or its first part where that
is enough. `trialtrace results NAME --planned` lists the results of a plan by these names before it
has run. A test is `p_value.<test>`. An option `correction`, `zeros`, `allocation` or `design` that
makes another number of it is added: `p_value.chi_squared_continuity`. Tests with `groups: all` are
of all arms, not of a comparison. A family adds `p_adjusted.<adjust>_<test>`.
"""
_WHO = {
    "group": "arm, or all arms with `overall`",
    "arm": "arm",
    "pair": "comparison",
    "every_pair": "every pair of arms",
    "all": "all arms",
}
# Options without which a step does not say what it gives.
_SAMPLES: dict[str, dict[str, Any]] = {
    "summary.descriptive": {
        "statistics": ["mean", "sd", "median", "quartiles", "minimum", "maximum"]
    },
    "p_value.repeated_measures_anova": {"design": "treatment_by_visit", "sphericity": "none"},
    "mean_contrast.pooled_variance": {"contrasts": {"<name>": {}}, "sides": "two_sided"},
    "visit_contrast.own_error": {
        "combinations": {"<name>": {}},
        "variance": "pooled",
        "sides": "two_sided",
    },
    "mean_contrast.max_t": {"contrasts": {"<name>": {}}, "sides": "two_sided"},
    "fragility_index.fisher": {"rule": "walsh"},
}


@dataclass(frozen=True)
class Key:
    """A row of the reference."""

    path: str
    required: bool
    kind: str
    when: str
    means: str


def reference(at: Project) -> str:
    """The whole page."""
    parts = [_INTRODUCTION, _values(at)]
    for name in SCHEMAS:
        schema = load_schema(at.schemas, name)
        keys = _Reader(
            name, schema, {part: load_schema(at.schemas, part) for part in SHARED}
        ).keys()
        parts.append(f"## {schema['title']}\n\n{schema['description']}\n\n{_table(keys)}")
    parts += [_conditions(at), _statistics(), _dictionary()]
    return "\n".join(parts)


def _table(keys: list[Key]) -> str:
    rows = ["| key | needed | value | where | meaning |", "| --- | --- | --- | --- | --- |"]
    for key in keys:
        cells = (f"`{key.path}`", "yes" if key.required else "", key.kind, key.when, key.means)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _values(at: Project) -> str:
    given = load_schema(at.schemas, "common")["$defs"]
    rows = ["| value | what stands there |", "| --- | --- |"]
    rows += [f"| {told} | {given[name]['x-expected']} |" for name, told in _VALUES.items()]
    return "\n".join(rows) + "\n"


def _statistics() -> str:
    rows = ["| step of the plan | of | statistics |", "| --- | --- | --- |"]
    for card in cards():
        key = card.step
        by_who: dict[str, list[str]] = {}
        for one in statistics(_sample(card), own=False):
            who = f"{_WHO[one.of]}, by {one.second[0]}" if one.second else _WHO[one.of]
            names = by_who.setdefault(who, [])
            if one.name not in names:
                names.append(one.name)
        for who, names in by_who.items():
            rows.append(f"| `{key}` | {who} | {', '.join(f'`{name}`' for name in names)} |")
    return f"{_STATISTICS}\n" + "\n".join(rows) + "\n"


def _sample(card: Card) -> Step[object]:
    """A step of the card; with options where these decide what it gives."""
    given = _SAMPLES.get(card.step)
    options = NoOptions() if given is None else structure(card.options, given)
    return Step(card.statistic, card.method, options)


def _conditions(at: Project) -> str:
    tests = load_schema(at.schemas, "common")["$defs"]["test"]["then"]["properties"]
    rows = ["| test | meaning |", "| --- | --- |"]
    rows += [f"| `{name}` | {given['description']} |" for name, given in tests.items()]
    return _CONDITIONS + "\n" + "\n".join(rows) + "\n"


def _dictionary() -> str:
    told = ", ".join(f"*{part}*" for part in PARTS.values())
    unsupported = "; ".join(f"`{name}` ({do})" for name, do in UNSUPPORTED.items())
    return f"""\
## config/trials/<trial>/dictionary.csv

A data dictionary in REDCap's 18 columns, as UTF-8, with the headers of the export or of the API:
{told}. A form is a clean table; a variable stands once in a form.

| field type | column |
| --- | --- |
| `text` | text; a number or a date by its validation type |
| `notes` | text |
| `radio`, `dropdown` | one of its choices, written `code, label` between bars |
| `yesno` | `1` Yes, `0` No |
| `truefalse` | `1` True, `0` False |
| `checkbox` | a column a choice, `variable___code`, with `0` Unchecked, `1` Checked |
| `calc` | a number |
| `slider` | a whole number |
| {", ".join(f"`{name}`" for name in NO_DATA)} | none |

Not supported: {unsupported}; times of day.

Validation types: {_listed(NUMBERS)} for numbers (with `comma` the decimal sign is a comma);
{_listed(DATES)} for dates; {_listed(TEXTS)} for text. A minimum or maximum needs a number or a
date; dates of bounds are written as 2026-11-20.
"""


def _listed(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


class _Reader:
    """Walks a schema and gives a row for every key."""

    def __init__(self, file: str, schema: dict[str, Any], shared: dict[str, dict[str, Any]]):
        self.file = file
        self.schema = schema
        self.shared = shared

    def keys(self) -> list[Key]:
        return list(self._object(self.schema, "", ""))

    def _resolved(self, schema: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """A schema without references, and the last name it was referred to by."""
        name = ""
        while "$ref" in schema:
            file, _, name = schema["$ref"].rpartition("/")
            definitions = (self.shared | {self.file: self.schema})[file.partition(".")[0]]["$defs"]
            own = {key: value for key, value in schema.items() if key != "$ref"}
            schema = definitions[name] | own
        return schema, name

    def _object(self, schema: dict[str, Any], path: str, when: str) -> Iterator[Key]:
        """The keys of a mapping: those of all its variants first told once."""
        if isinstance(inner := schema.get("additionalProperties"), dict):
            yield from self._key(f"{path}.<name>".lstrip("."), inner, False, when, named=True)
        leaves = self._leaves(schema)
        for key in dict.fromkeys(key for _, properties, _ in leaves for key in properties):
            having = [leaf for leaf in leaves if key in leaf[1]]
            seen: list[Any] = []
            for _, properties, _ in having:
                if properties[key] not in seen:
                    seen.append(properties[key])
            for one in seen:
                mine = [leaf for leaf in having if leaf[1][key] == one]
                if "not" in one:
                    continue
                told = when if len(mine) == len(leaves) else _joined(when, mine, leaves)
                required = all(key in leaf[2] for leaf in mine)
                yield from self._key(f"{path}.{key}".lstrip("."), one, required, told)

    def _leaves(self, schema: dict[str, Any]) -> "list[_Leaf]":
        """(when, properties, required) of every variant of a mapping."""
        schema, _ = self._resolved(schema)
        own, needed = schema.get("properties", {}), set(schema.get("required", ()))
        found = []
        for rule in schema.get("allOf", ()):
            ((key, test),) = rule["if"]["properties"].items()
            found += _after(f"`{key}: {test['const']}`", self._leaves(rule["then"]))
        test = schema.get("if", {})
        if "required" in test:
            key = test["required"][0]
            found += _after(f"with `{key}`", self._leaves(schema.get("then", {})))
            other = [leaf for leaf in self._leaves(schema.get("else", {})) if leaf[1] or own]
            told = any(leaf[0] for leaf in other)
            found += other if told else _after(f"without `{key}`", other)
        elif "type" in test:
            side = "then" if test["type"] == "object" else "else"
            return self._leaves(schema.get(side, {}))
        if not found:
            return [("", own, needed)]
        return [(told, properties | own, needed | more) for told, properties, more in found]

    def _key(
        self, path: str, schema: dict[str, Any], required: bool, when: str, named: bool = False
    ) -> Iterator[Key]:
        schema, name = self._resolved(schema)
        means = schema.get("description", "")
        yield Key(path, required, _kind(schema, name, self._resolved), when, means)
        if name in _LEAVES:
            return
        items = schema.get("items") or schema.get("else", {}).get("items")
        if items is not None:
            items, name = self._resolved(items)
            if name not in _LEAVES:
                yield from self._object(items, f"{path}[]", when)
        else:
            yield from self._object(schema, path, when)


_Leaf = tuple[str, dict[str, Any], set[str]]


def _after(told: str, leaves: list[_Leaf]) -> list[_Leaf]:
    return [(f"{told} {leaf[0]}".strip(), *leaf[1:]) for leaf in leaves]


def _joined(when: str, mine: list[_Leaf], every: list[_Leaf]) -> str:
    """The variants that have a key, as short as they can be told."""
    words = [[_WORD.findall(leaf[0]) for leaf in leaves] for leaves in (mine, every)]
    return ", ".join(filter(None, (when, _told(*words))))


def _told(mine: list[list[str]], every: list[list[str]]) -> str:
    """Variants by their first words; those of a word that all have the key are told by it alone.

    Where few lack the key, they are told instead.
    """
    firsts = list(dict.fromkeys(leaf[0] if leaf else "" for leaf in every))
    whole, parts = [], []
    for first in firsts:
        inside, own = ([leaf[1:] for leaf in each if leaf[:1] == [first]] for each in (every, mine))
        if len(own) == len(inside):
            whole.append(first)
        elif own:
            further = _told(own, inside)
            # A key that only this variant has needs no more words.
            parts.append(further if further.startswith("`") else f"{first} {further}")
    lacking = [first for first in firsts if first not in whole]
    if not parts and len(lacking) * 2 < len(firsts):
        return f"all but {' and '.join(lacking)}"
    return " or ".join([*whole, *parts])


def _kind(schema: dict[str, Any], name: str, resolved: Any) -> str:
    """The value of a key, as the reference tells it."""
    if name in _LEAVES or name in _VALUES:
        return _VALUES.get(name, name)
    if "enum" in schema:
        return ", ".join(f"`{value}`".replace("`\t`", "`\\t`") for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "x-expected" in schema:
        return schema["x-expected"]
    if schema.get("type") == "array":
        inner, inner_name = resolved(schema["items"])
        return f"list of {_kind(inner, inner_name, resolved)}"
    plain = {"string": "text", "boolean": "true or false", "integer": "whole number"}
    return plain.get(schema.get("type", "object"), schema.get("type", "mapping")).replace(
        "object", "mapping"
    )


def main() -> None:
    at = project()
    write_text(at.root / "docs" / "configuration.md", reference(at))


if __name__ == "__main__":
    main()
