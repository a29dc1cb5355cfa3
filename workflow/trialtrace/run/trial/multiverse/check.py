"""multiverse.yaml against itself, the plan and the trial; then each specification as an analysis.

A mistake is told where it stands: at the level that all specifications with it have, and no other;
else as one of the combination.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.files import hold
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import mapping_of, structure
from trialtrace.base.errors import UserError, one_of
from trialtrace.base.words import LABELS
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial import references
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.endpoints import check as endpoints
from trialtrace.run.trial.endpoints.measure import event_values
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.multiverse.file import Level, MultiverseFile
from trialtrace.run.trial.multiverse.load import (
    ADDED,
    CHOOSING,
    PATCHES,
    Conflict,
    Multiverse,
    Specification,
    analysis_of,
    by_rule,
    estimand_of,
)
from trialtrace.run.trial.plan import check as plan
from trialtrace.run.trial.plan import check_fit as fit
from trialtrace.run.trial.plan.file import PlanFile

MARKS = ("registered", "published")
# Columns that say which treatment a patient had.
ARMS = ("TRT01P", "TRT01A", "TRTP", "TRTA", "ARM")
# What an endpoint is, whatever its rule; another one has an entry of its own.
NO_RULE = ("kind", "instrument", "code", "label")
# A mistake in words: what was found, what is expected, what to do.
Mistake = tuple[str | None, str | None, str | None]


def check(files: Files, document: Document) -> None:
    """Add what is wrong to the document's problems."""
    if document.problems:
        return
    references.check(files, document, MultiverseFile)
    if document.data["of"] not in (files.plan.names("analyses") or ()):
        return
    multiverse = Multiverse(structure(MultiverseFile, document.data))
    _estimate(files, document, ("estimate",), multiverse.file.estimate)
    for name, factor in multiverse.file.factors.items():
        _marks(document, name, factor.levels)
        for level, entry in factor.levels.items():
            _level(files, document, ("factors", name, "levels", level), entry)
        _same(files, document, name, factor.levels, multiverse.file.estimate)
    _every_factor_marked(document, multiverse)
    _forbidden(document, multiverse)
    if document.problems or files.plan.problems or files.endpoints.problems:
        return
    try:
        specifications = multiverse.specifications()
    except UserError as error:
        for problem in error.problems:
            document.add(("limit",), problem.found, problem.expected, do=problem.do)
        return
    _left(document, multiverse, specifications)
    if not document.problems:
        _as_analyses(files, document, multiverse, specifications)
    # Whether a column is there is told by the plan's own checks.
    if not document.problems:
        for name, factor in multiverse.file.factors.items():
            for level, entry in factor.levels.items():
                _at_entry(files, document, ("factors", name, "levels", level), entry)


def _marks(document: Document, name: str, levels: dict[str, Level]) -> None:
    for mark in MARKS:
        marked = [level for level, entry in levels.items() if getattr(entry, mark)]
        if len(marked) > 1:
            document.add(
                ("factors", name, "levels", marked[1], mark),
                f"{mark}: true on {one_of(marked)}",
                "it on one level of a factor",
            )


def _every_factor_marked(document: Document, multiverse: Multiverse) -> None:
    factors = multiverse.file.factors
    for mark in MARKS:
        without = [
            name
            for name, factor in factors.items()
            if not any(getattr(level, mark) for level in factor.levels.values())
        ]
        if 0 < len(without) < len(factors):
            document.add(
                ("factors", without[0]),
                f"no level with {mark}: true, while other factors have one",
                "it on a level of every factor, or of none",
            )


def _estimate(files: Files, document: Document, path: Path_, estimate: Content) -> None:
    """The file's estimate is a number, and no level has to tell when something in it was known."""
    _number(document, path, estimate)
    if adjusting := _adjusting(files, estimate):
        document.add(
            path,
            f"{one_of(adjusting)} in an estimate that no level tells the time of",
            "covariates and strata on a level with `known`, but for strata of the randomisation",
        )


def _number(document: Document, path: Path_, estimate: Content) -> None:
    ((statistic, _),) = estimate.items()
    if statistic not in LABELS:
        document.add(
            path,
            f"{statistic}, which gives a decision and not one number",
            "the estimate that it decides by",
        )


def _adjusting(files: Files, estimate: Content) -> list[str]:
    """Covariates and strata of an estimate but for those that patients were randomised within."""
    ((_, how),) = estimate.items()
    options = how if isinstance(how, dict) else {}
    randomisation = files.trial.get("design", "randomisation")
    if randomisation is None:
        return []  # a mistake of trial.yaml, which is told there
    within = set(randomisation.get("strata") or ())
    return [name for key in ADDED for name in options.get(key) or () if name not in within]


def _at_entry(files: Files, document: Document, path: Path_, level: Level) -> None:
    """A condition that was known before randomisation is over variables of the subjects."""
    columns = columns_of(level.where or {})
    known_then = {adsl_code(name) for name in files.subject_variables or ()}
    late = [name for name in columns if name not in known_then]
    arms = [name for name in late if name in ARMS]
    if arms or (late and level.known == "before_randomisation"):
        document.add(
            (*path, "where"),
            f"{one_of(arms or late)}, which no patient had before randomisation",
            "variables of the subjects, or a population; what a patient had later is "
            "known: after_randomisation, and no condition is over the arm",
        )


def _level(files: Files, document: Document, path: Path_, level: Level) -> None:
    chosen = [key for key in CHOOSING if getattr(level, key) is not None]
    if level.estimate is not None:
        _number(document, (*path, "estimate"), level.estimate)
        if _adjusting(files, level.estimate):
            chosen.append("estimate")
    if chosen and level.known is None:
        document.add(
            path,
            f"{chosen[0]}, and not when that was known",
            "known: before_randomisation, after_randomisation or not_recorded",
        )
    elif level.known is not None and not chosen and level.endpoints is None:
        expected = f"it with {one_of((*CHOOSING, 'endpoints'))}"
        document.add((*path, "known"), "nothing that it is of", expected)
    _endpoints(files, document, path, level)


def _endpoints(files: Files, document: Document, path: Path_, level: Level) -> None:
    """The entries are there, and something else is said of them, with what that asks."""
    if (level.endpoints is None) != (level.asks is None):
        document.add(
            path,
            "asks without endpoints" if level.asks else "endpoints, and not what that asks",
            "asks: the_same, or another, beside endpoints",
        )
    for name, keys in (level.endpoints or {}).items():
        place = (*path, "endpoints", name)
        if name not in (files.endpoints.names() or ()):
            continue
        for key in keys:
            if key in NO_RULE:
                document.add(
                    (*place, key),
                    f"{key}, which is what an endpoint is and not its rule",
                    "keys by which its values are made",
                    do="write an endpoint of its own, which `variable` names",
                )
        entry = files.endpoints.get(name)
        changed = {key: value for key, value in ((entry or {}) | keys).items() if value is not None}
        if isinstance(entry, dict) and _rule(files, name, changed) == _rule(files, name, entry):
            document.add(
                place, f"what endpoints.yaml says of {name} already", "keys that change something"
            )


def _rule(files: Files, name: str, keys: Content) -> Content:
    """Keys of an endpoint, a test of whole numbers as those that meet it: `above: 0` is
    `at_least: 1`."""
    entry = files.endpoints.get(name)
    test, parent = keys.get("event"), keys.get("of") or (entry or {}).get("of")
    if not isinstance(test, dict) or not isinstance(parent, str):
        return keys
    values = event_values(files, parent, test)
    return keys | {"event": values[0] if values else test}


def _same(
    files: Files, document: Document, name: str, levels: dict[str, Level], estimate: Content
) -> None:
    """Two levels that change the same are one; the file's own estimate changes nothing."""
    before: dict[str, str] = {}
    for level, entry in levels.items():
        changes = {key: mapping_of(getattr(entry, key)) for key in PATCHES}
        changes["endpoints"] = {
            each: _rule(files, each, keys) for each, keys in (entry.endpoints or {}).items()
        }
        if _plain(entry.estimate or estimate) == _plain(estimate):
            changes["estimate"] = None
        patch = repr(changes)
        if patch in before:
            document.add(
                ("factors", name, "levels", level),
                f"the same choice as {before[patch]}: the factor varies nothing there",
                "levels that change something, one of them perhaps nothing",
            )
        before.setdefault(patch, level)


def _plain(estimate: Content) -> Content:
    """An estimate with its method as an option, however it is written."""
    ((statistic, how),) = estimate.items()
    return {statistic: {"method": how} if isinstance(how, str) else how}


def _forbidden(document: Document, multiverse: Multiverse) -> None:
    factors = multiverse.file.factors
    for position, rule in enumerate(multiverse.file.forbid or ()):
        for name, level in rule.items():
            place = ("forbid", position, name)
            if known(document, place, name, factors, "a factor above"):
                known(document, place, level, factors[name].levels, f"a level of {name}")


def _left(document: Document, multiverse: Multiverse, specifications: list[Specification]) -> None:
    """Something is left, and of every factor two levels."""
    if not specifications:
        document.add(
            ("forbid",),
            f"all {multiverse.combinations} combinations forbidden",
            "some that are left",
        )
        return
    for name, factor in multiverse.file.factors.items():
        left = {specification.levels[name] for specification in specifications}
        for level in factor.levels:
            if level not in left:
                document.add(
                    ("factors", name, "levels", level),
                    f"{tell(level)}, which is forbidden in every combination",
                    "a level that some specification has",
                )


def _as_analyses(
    files: Files, document: Document, multiverse: Multiverse, specifications: list[Specification]
) -> None:
    base = estimand_of(files.plan.data, multiverse.file.of)
    mistakes: dict[Mistake, list[Specification]] = defaultdict(list)
    rules: dict[str, list[Specification]] = defaultdict(list)
    entries: dict[str, Content] = {}
    estimands = dict(files.plan.data["estimands"])
    for each in specifications:
        try:
            entries[each.name], more = analysis_of(multiverse, each, base, files.plan.data)
            rules[multiverse.rule(each)].append(each)
            estimands |= more
        except Conflict as conflict:
            expected = "levels that go together"
            do = "forbid the combination, or give a level another estimate"
            mistakes[str(conflict), expected, do].append(each)
    whole = files.plan.data | {"estimands": estimands}
    for rule, by in rules.items():
        ruled = _ruled(files, rule)
        for mistake in _of_endpoints(ruled):
            mistakes[mistake] += by
        if not ruled.endpoints.problems:
            for each, mistake in _mistakes(ruled, whole, entries, by):
                mistakes[mistake].append(each)
    for mistake, those in mistakes.items():
        _tell(document, mistake, those, specifications)


def _ruled(files: Files, rule: str) -> Files:
    """The files with endpoints by a rule; what is wrong with these stands among their problems."""
    if not rule:
        return files
    data = deepcopy(by_rule(files.endpoints.data, rule))
    ruled = replace(files, endpoints=Document(files.endpoints.shown, data))
    hold(files.at, ruled.endpoints, "endpoints")
    endpoints.check(ruled)
    return ruled


def _of_endpoints(files: Files) -> Iterator[Mistake]:
    """What is wrong with the endpoints of a rule, each with its key."""
    for problem in files.endpoints.problems:
        place = problem.place.partition(": ")[2]
        yield f"{place}: {problem.found or problem.message}", problem.expected, problem.do


def _mistakes(
    files: Files,
    whole: Content,
    entries: Mapping[str, Content],
    specifications: list[Specification],
) -> Iterator[tuple[Specification, Mistake]]:
    """What the checks of the plan say of each specification; the same analysis is checked once.

    Beside those of the plan it is alone: each look at the names of analyses passes them all.
    """
    alike: dict[str, list[Specification]] = defaultdict(list)
    for specification in specifications:
        entry = entries[specification.name]
        alike[repr({key: entry[key] for key in entry if key != "label"})].append(specification)
    # One copy for all: what is derived of the other files stays with it.
    copy = Document(files.plan.shown)
    patched = replace(files, plan=copy)
    for those in alike.values():
        name, entry = those[0].analysis, entries[those[0].name]
        copy.data, copy.problems = whole | {"analyses": whole["analyses"] | {name: entry}}, []
        references.check(patched, copy, PlanFile, ("analyses", name))
        if (estimand := entry.get("estimand")) is not None:
            references.check(patched, copy, PlanFile, ("estimands", estimand))
            plan.check_estimand(patched, estimand, whole["estimands"][estimand])
        fit.check_analysis(patched, name)
        plan.check_analysis(patched, name, entry)
        for problem in copy.problems:
            for specification in those:
                yield (
                    specification,
                    (problem.found or problem.message, problem.expected, problem.do),
                )


def _tell(
    document: Document,
    mistake: Mistake,
    those: list[Specification],
    specifications: list[Specification],
) -> None:
    """At the level that just these specifications have; else as one of a combination."""
    found, expected, do = mistake
    wrong = {specification.name for specification in those}
    for factor, level in those[0].levels.items():
        if wrong == {
            specification.name
            for specification in specifications
            if specification.levels[factor] == level
        }:
            document.add(("factors", factor, "levels", level), found, expected, do=do)
            return
    document.add(
        ("factors",),
        f"{found}, in {len(those)} of {len(specifications)} specifications, the first "
        f"{those[0].name}",
        expected,
        do=do or "forbid the combination",
    )
