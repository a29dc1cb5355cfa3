"""`trialtrace new`: the files of a trial, written at once, and only where `check` passes them."""

import shutil
from collections.abc import Mapping, Sequence

from trialtrace.base.config.yaml_text import document
from trialtrace.base.errors import Problem, ProblemsError, one_of, wrong
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text
from trialtrace.run.draft.answers import kept_file, listed
from trialtrace.run.draft.decide import Decider
from trialtrace.run.draft.dictionary import columns_of
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.endpoints import endpoints_file
from trialtrace.run.draft.files import LAYOUT, read_files
from trialtrace.run.draft.outcomes import joined_columns
from trialtrace.run.draft.plan import plan_file
from trialtrace.run.draft.profile import Table, profiled
from trialtrace.run.draft.trial import trial_file
from trialtrace.run.trial.answers import FILE
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.listing import RULES, with_trial

MARKS = (".", ",", "'", " ")
NO_NAMES = ("null", "true", "false", *RULES)


def tables_of(texts: Sequence[str], given: Mapping[str, str]) -> list[Table]:
    """The profiles of the tables that are used."""
    layout: dict[str, int | str] = {}
    for key, flag in ((key, key.replace("_", "-")) for key in LAYOUT):
        if text := given.get(flag, ""):
            need = one_of(map(repr, MARKS)) if key == "thousands" else "a whole number of rows"
            if not (text in MARKS if key == "thousands" else text.isdecimal()):
                raise wrong(f"--{flag}", repr(text), need)
            layout[key] = int(text) if text.isdecimal() else text
    joined = joined_columns(given.get("subject", ""))
    raws = read_files(texts, layout, listed(given, "tables"), joined)
    return [profiled(raw, listed(given, "missing")) for raw in raws]


def write_trial(at: Project, name: str, texts: Sequence[str], asked: Decider, draft: Draft) -> None:
    """Write config/trials/NAME at once and list it in config.yaml. Raises UserError, and writes
    nothing, where `check` would refuse it."""
    whole = asked.draft.tables
    columns = columns_of(draft, whole)
    cleaning = {"tables": columns.cleaning} if any(columns.cleaning.values()) else {}
    cleaning = {key: {n: e for n, e in tables.items() if e} for key, tables in cleaning.items()}
    files = {
        "trial.yaml": document(trial_file(draft, name, whole, at), apart=True),
        "dictionary.csv": columns.dictionary,
        "cleaning.yaml": document(cleaning),
        "endpoints.yaml": document(endpoints_file(draft), apart=True),
        "plan.yaml": document(plan_file(draft), apart=True),
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
        need = "a name that YAML reads as text, and no rule of the workflow has"
        raise wrong("trial name", name, need, "take another name")
    folder = at.trial_config(name)
    if folder.exists():
        do = f"take another name, or move that folder away; for a new cut: new {name} FILE --again"
        raise wrong(f"trial {name}", f"{at.shown(folder)}, which is there", "a new name", do)
