"""Names that are spelt as no name can be, where a name of the trial is meant: which there are.

The schema knows how a name is spelt; here a capital letter or a blank in one is told by the names
of its place, as a wrong name is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.run.trial.context import AN_ARM, Files, known_arm

Offered = tuple[str, Iterable[str]]
ARMS = ("group", "to", "than", "lower", "higher", "arm")
VARIABLES = ("strata", "by", "covariates", "variables", "baseline", "cluster")


def check(files: Files) -> None:
    for document in (files.trial, files.cleaning, files.endpoints, files.plan, files.claims):
        for path, name in document.misnamed.items():
            offered = _offered(files, document, path)
            if offered is not None and (names := list(offered[1])):
                _tell(files, document, path, name, offered[0], names)
            if "treatment" in path:
                _other_arm(files, document, path)


def _tell(
    files: Files, document: Document, path: Path_, name: str, what: str, names: list[str]
) -> None:
    place, column = document.place(path), dict(_columns(files)).get(name)
    do = did_you_mean(name, names)
    if column in names:
        do = f'did you mean "{column}"? It has the column {name}'
    if what == AN_ARM and (arm := files.arm_meant(name)):
        do = f'did you mean "{arm}"?'
    document.problems = [
        replace(problem, expected=f"{what}: {one_of(names)}", do=_entry(path, problem.do) or do)
        if problem.place == place
        else problem
        for problem in document.problems
    ]


def _entry(path: Path_, do: str | None) -> str | None:
    """What is told of an entry of a list by its spelling alone: a comma that is missing."""
    return do if isinstance(path[-1], int) else None


def _other_arm(files: Files, document: Document, path: Path_) -> None:
    """The arm on the other side of a comparison, which no check of a whole estimand sees now."""
    at = path[: path.index("treatment") + 1]
    given = document.data
    for key in at:
        given = given[key]
    for side, arms in given.items():
        place = (*at, side)
        if place not in document.misnamed and isinstance(arms, str):
            known_arm(files, document, place, arms)


def _columns(files: Files) -> Iterator[tuple[str, str]]:
    """(column, subject variable)."""
    given = files.trial.get("subjects") or {}
    for name in ("age", "sex"):
        if isinstance(given.get(name), dict) and "column" in given[name]:
            yield given[name]["column"], name
    if "site" in given:
        yield given["site"], "site"
    for name, one in given.get("variables", {}).items():
        yield (one["column"] if isinstance(one, dict) else one), name


def _offered_in_trial(files: Files, key: str, above: str) -> Offered | None:
    """What trial.yaml names of itself; most of its names are its own."""
    if (above, key) == ("randomisation", "strata"):
        return "a variable of subjects", files.subject_variables or ()
    if (above, key) == ("subjects", "table"):
        return "a table of tables", files.trial.names("tables") or ()
    return None


def _offered(files: Files, document: Document, path: Path_) -> Offered | None:
    """What is meant at a place, by the key that it stands under, and the names there are."""
    keys = [key for key in path if isinstance(key, str)]
    key, above = keys[-1], keys[-2] if len(keys) > 1 else ""
    if document is files.trial:
        return _offered_in_trial(files, key, above)
    if key in ARMS or (key == "of" and above in ("treatment", "compare")):
        return AN_ARM, files.arms or ()
    if key in ("population", "receipt"):
        return "a population of trial.yaml", files.populations or ()
    if key in VARIABLES:
        return "a variable of subjects in trial.yaml", files.subject_variables or ()
    if key in ("variable", "parameter", "endpoint"):
        return "an endpoint of endpoints.yaml", files.endpoint_names or ()
    if key in ("analysis", "analysed") or (key == "of" and keys[0] == "analyses"):
        return "an analysis of the plan", files.plan.names("analyses") or ()
    if key == "estimand":
        return "an estimand of the plan", files.plan.names("estimands") or ()
    if document is files.claims and key in ("from", "with"):
        section = "papers" if key == "from" else "claims"
        return f"one of {section}", document.names(section) or ()
    return None
