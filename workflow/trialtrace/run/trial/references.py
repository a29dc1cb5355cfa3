"""The names of a trial's files against what they stand for: the one look at all of them.

The shapes of the files mark each such name (`trialtrace.base.config.references`). Here is what the
names of a trial are, and what is wrong with one: no such thing, of another kind, made from itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.references import Reference, references
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import Hint
from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.run.trial.check_conditions import check_condition, check_test
from trialtrace.run.trial.check_labels import code_is_missing
from trialtrace.run.trial.context import (
    AN_ARM,
    Files,
    column,
    known,
    known_code,
    names_nobody,
    of_kind,
)
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.model import Variable, made_after
from trialtrace.run.trial.plan.methods import OCCURRENCES
from trialtrace.run.trial.resolve import compared_arms, estimand_of, used_visits

Columns = dict[str, Variable]
# The value of an endpoint, as a column that a test can be held against.
AVAL = Variable("AVAL", "bds", "number", "value")


def check(files: Files, document: Document, shape: Hint, under: Path_ = ()) -> None:
    """Add what is wrong with the names of a file, or with those at and below a place of it."""
    for each in references(shape, document.data, under):
        if document.full:
            return
        if (checks := _OVER.get(each.mark.to)) is not None:
            if document.sound(*each.path):
                checks(files, document, each)
        elif isinstance(each.value, str):
            _named(files, document, each, _TARGETS[each.mark.to])


@dataclass(frozen=True)
class _Target:
    """What names are of: in words, which there are (None where that is not known), and what more
    one must be."""

    what: str
    names: Callable[[Files, Reference], Iterable[str] | None]
    suits: Callable[[Files, Document, Reference], None] | None = None
    meant: Callable[[Files, str], str | None] | None = None


def _named(files: Files, document: Document, each: Reference, target: _Target) -> None:
    names = target.names(files, each)
    if names is None:
        return
    offered = [*names, *each.mark.also]
    meant = target.meant(files, each.value) if target.meant and each.value not in offered else None
    do = f"did you mean {tell(meant)}?" if meant else None
    if each.path in document.misnamed:
        _misnamed(files, document, each, target.what, offered, do)
    elif document.sound(*each.path):
        there = known(document, each.path, each.value, offered, target.what, do)
        if there and target.suits and each.value not in each.mark.also:
            target.suits(files, document, each)


def _misnamed(
    files: Files, document: Document, each: Reference, what: str, names: list[str], do: str | None
) -> None:
    """A name spelt as none can be, such as with a capital: which names there are."""
    if not names:
        return
    variable = {given: name for name, given in _columns_of_variables(files)}.get(each.value)
    if variable in names:
        do = f'did you mean "{variable}"? It has the column {each.value}'
    place, do = document.place(each.path), do or did_you_mean(each.value, names)
    document.problems = [
        replace(
            problem,
            expected=f"{what}: {one_of(names)}",
            # Of an entry of a list its spelling may tell more: a comma that is missing.
            do=(isinstance(each.path[-1], int) and problem.do) or do,
        )
        if problem.place == place
        else problem
        for problem in document.problems
    ]


def _columns_of_variables(files: Files) -> Iterable[tuple[str, str]]:
    """(variable of the subjects, its column)."""
    given = files.trial.get("subjects") or {}
    own = {name: given[name] for name in ("age", "sex", "site") if name in given}
    for name, one in (own | given.get("variables", {})).items():
        yield name, one.get("column", "") if isinstance(one, dict) else one


def _endpoint(files: Files, document: Document, each: Reference) -> None:
    """It is of a kind that suits; and what is made from it is not itself."""
    kinds, name = each.mark.kinds, each.value
    whole = each.path[0] if document is files.endpoints else None
    for endpoint in files.family(name) if kinds else ():
        occurs = endpoint.kind in OCCURRENCES and document is files.plan
        do = "declare an endpoint of kind any_occurrence of it" if occurs else None
        wanted = " or ".join(kinds) if whole else ""
        if not of_kind(files, document, each.path, endpoint.name, kinds, wanted=wanted, do=do):
            return
    if whole is not None and whole in made_from(files, name):
        document.add(each.path, f"{name}, which is made from {whole}", "another endpoint")


def made_from(files: Files, name: str) -> set[str]:
    """An endpoint and all that must be derived before it."""
    reached: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one not in reached:
            reached.add(one)
            endpoint = files.derived.get(one)
            todo += made_after(endpoint, files.derived.get) if endpoint else []
    return reached


def _subject_variable(files: Files, document: Document, each: Reference) -> None:
    """Its column is of a kind that suits, and its values may be shown where they are."""
    variable, kinds = files.subject_variable(each.value), each.mark.kinds
    if kinds and variable is not None and variable.kind and variable.kind not in kinds:
        expected = f"a column of {' or '.join(kinds)} by the dictionary"
        document.add(each.path, f"{each.value}, a column of {variable.kind}", expected)
    if each.mark.needs == "levels":
        derived.check_levels(files, each.path, each.value)
    elif each.mark.needs == "description":
        derived.check_baseline(files, each.path, each.value)


def _arm_meant(files: Files, name: str) -> str | None:
    return files.arm_meant(name)


def _events(files: Files, each: Reference) -> list[str] | None:
    estimand = estimand_of(files, str(each.path[1]))
    return None if estimand is None else [event["event"] for event in estimand["intercurrent"]]


_TARGETS = {
    "arm": _Target(AN_ARM, lambda files, _: files.arms, meant=_arm_meant),
    "population": _Target("a population of trial.yaml", lambda files, _: files.populations),
    "table": _Target("a table of trial.yaml", lambda files, _: files.trial.names("tables")),
    "raw table": _Target(
        "an item of source, or of source.stacked", lambda files, _: files.raw_tables
    ),
    "subject variable": _Target(
        "a variable of subjects", lambda files, _: files.subject_variables, _subject_variable
    ),
    "endpoint": _Target(
        "an endpoint of endpoints.yaml", lambda files, _: files.endpoint_names, _endpoint
    ),
    # An instrument's entry stands for all of its scales.
    "endpoints": _Target(
        "an endpoint of endpoints.yaml", lambda files, _: files.plannable, _endpoint
    ),
    "entry": _Target("an entry of endpoints.yaml", lambda files, _: files.endpoints.names()),
    "analysis": _Target("an analysis of the plan", lambda files, _: files.plan.names("analyses")),
    "estimand": _Target("an estimand of the plan", lambda files, _: files.plan.names("estimands")),
    # Of the analysis at the place.
    "compared arm": _Target(
        "an arm of the estimand",
        lambda files, each: compared_arms(files, str(each.path[1])) or None,
    ),
    "covered visit": _Target(
        "a visit of the analysis", lambda files, each: used_visits(files, str(each.path[1])) or None
    ),
    "intercurrent event": _Target("an intercurrent event of the estimand", _events),
    "claim": _Target("a claim", lambda files, _: files.claims.names("claims")),
    "paper": _Target("a paper of papers", lambda files, _: files.claims.names("papers")),
    "check": _Target("a check of cleaning.yaml", lambda files, _: files.cleaning.names("checks")),
}


# --- columns, codes and conditions: of the table that stands beside them --------------------------


def _table(files: Files, document: Document, each: Reference) -> str | None:
    """The table whose columns a place names."""
    if each.path[0] == "tables" and (document is files.trial or document is files.cleaning):
        return str(each.path[1])
    beside = each.beside("table")
    if isinstance(beside, str):
        return beside
    return files.subjects_table if document is files.trial else None


def _columns(files: Files, document: Document, each: Reference) -> Columns | None:
    if each.mark.of == "subjects":
        return files.columns_of_subjects
    if each.mark.of == "adsl":
        return derived.columns_of_analysis(files, "measure")
    table = _table(files, document, each)
    # What a table is cleaned by are its own columns, without the spans that cleaning makes.
    if document is files.cleaning and each.path[0] == "tables":
        return files.dictionary.get(table) if table else None
    return files.columns(table)


def _column(files: Files, document: Document, each: Reference) -> None:
    if not isinstance(each.value, str):
        return
    columns, mark = _columns(files, document, each), each.mark
    variable = column(document, each.path, each.value, columns, mark.kinds, mark.also)
    if variable is None:
        return
    if mark.needs == "nobody":
        names_nobody(document, each.path, variable)
    elif mark.needs == "choices" and not variable.choices:
        found = f"{variable.name}, a column without choices in the dictionary"
        document.add(each.path, found, "a column of codes with labels")


def _code(files: Files, document: Document, each: Reference) -> None:
    """A code of the column that the mapping around it names under `of`."""
    variable = (_columns(files, document, each) or {}).get(each.beside(each.mark.of) or "")
    known_code(document, each.path, each.value, variable)
    code_is_missing(files, document, each.path, each.value, variable)


def _condition(files: Files, document: Document, each: Reference) -> None:
    what = "a column of ADSL" if each.mark.of == "adsl" else "a column"
    check_condition(document, each.path, each.value, _columns(files, document, each), what)


def _test(files: Files, document: Document, each: Reference) -> None:
    if isinstance(each.value, dict):
        check_test(document, each.path, AVAL, each.value, {"AVAL": AVAL})


_OVER = {"column": _column, "code": _code, "condition": _condition, "test": _test}
