"""`trialtrace new`: the files of a trial, written at once, and only where `check` passes them."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialtrace.base.config.yaml_text import document
from trialtrace.base.errors import Problem, ProblemsError, wrong
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text
from trialtrace.run.draft import names
from trialtrace.run.draft.answers import Ask, Question, kept_file
from trialtrace.run.draft.decide import Decider
from trialtrace.run.draft.dictionary import columns_of
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.endpoints import endpoints_file
from trialtrace.run.draft.files import LAYOUT, read_files, table_of
from trialtrace.run.draft.plan import plan_file
from trialtrace.run.draft.profile import Table, profiled
from trialtrace.run.draft.trial import trial_file
from trialtrace.run.trial.answers import FILE
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.listing import with_trial

NO_NAMES = ("null", "true", "false")


@dataclass(frozen=True)
class Asked:
    """What came of the questions: a draft, or those that are open; `answers` are all that were
    given, `tables` those of the files."""

    draft: Draft | None
    answers: Mapping[str, str]
    open: Sequence[Question]
    tables: Sequence[Table]


def ask_all(texts: Sequence[str], given: dict[str, str], ask: Ask) -> Asked:
    """Read the files and ask what they do not decide; answers are added to `given`. Raises
    UserError for a file that cannot be read and for an answer that does not fit."""
    tables = tables_of(texts, given)
    decider = Decider(tables, given, ask)
    draft = decider.decide()
    return Asked(draft, decider.answers, decider.open, tables)


def tables_of(texts: Sequence[str], given: Mapping[str, str]) -> list[Table]:
    """The profiles of the tables that are used."""
    layout = {key: _whole(key, given) for key in LAYOUT if key.replace("_", "-") in given}
    raws = read_files(texts, layout)
    if chosen := [name.strip() for name in given.get("tables", "").split(",") if name.strip()]:
        raws = [table_of(raws, name) for name in chosen]
    return [profiled(raw) for raw in raws]


def _whole(key: str, given: Mapping[str, str]) -> int:
    text = given[key.replace("_", "-")]
    if not text.isdecimal():
        raise wrong(f"--{key.replace('_', '-')}", text, "a whole number of rows")
    return int(text)


def write_trial(at: Project, name: str, texts: Sequence[str], asked: Asked, draft: Draft) -> None:
    """Write config/trials/NAME at once and list it in config.yaml. Raises UserError, and writes
    nothing, where `check` would refuse it."""
    known = names.variables(draft, names.sequence_columns(draft))
    columns = columns_of(draft, asked.tables)
    cleaning = {"tables": columns.cleaning} if any(columns.cleaning.values()) else {}
    cleaning = {key: {n: e for n, e in tables.items() if e} for key, tables in cleaning.items()}
    files = {
        "trial.yaml": document(trial_file(draft, name, asked.tables, at), apart=True),
        "dictionary.csv": columns.dictionary,
        "cleaning.yaml": document(cleaning),
        "endpoints.yaml": document(endpoints_file(draft, known), apart=True),
        "plan.yaml": document(plan_file(draft, known), apart=True),
        "claims.yaml": "papers: {}\nclaims: {}\n",
        FILE: kept_file(texts, asked.answers),
    }
    config = at.config / "config.yaml"
    listed = with_trial(at, name)
    folder = at.trial_config(name)
    staged = folder.with_name(f".{name}.new")
    shutil.rmtree(staged, ignore_errors=True)
    for file, text in files.items():
        write_text(staged / file, text)
    staged.rename(folder)
    if problems := check_trial(at, name):
        shutil.rmtree(folder)
        fault = "its own check refuses this draft: a fault of trialtrace, not of your answers"
        raise ProblemsError([Problem(f"trialtrace new {name}", fault), *problems])
    if listed is not None:
        write_text(config, listed)


def free_name(at: Project, name: str) -> None:
    """Raises UserError for a name that is none, or that a trial has."""
    if name in NO_NAMES:
        raise wrong("trial name", name, "a name that YAML reads as text", "take another name")
    folder = at.trial_config(name)
    if folder.exists():
        do = f"take another name, or move that folder away; for a new cut: new {name} FILE --again"
        raise wrong(f"trial {name}", f"{at.shown(folder)}, which is there", "a new name", do)
