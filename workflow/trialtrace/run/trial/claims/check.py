"""claims.yaml: papers, analyses, arms, visits, strata and statistics that claims name; items that
nothing covers; and of whom a claim is by its own words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from trialtrace.audit.ledger.about import check_about
from trialtrace.audit.printed.expression import Component, parse
from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.base.words import P_VALUES, RATIOS
from trialtrace.run.trial import references
from trialtrace.run.trial.check_labels import labels_of_groups
from trialtrace.run.trial.claims.file import ADVERSE, ALL, BASELINE, FLOW, OF_DISPLAYS, ClaimsFile
from trialtrace.run.trial.context import Files, Given, known, known_arm
from trialtrace.run.trial.plan import methods
from trialtrace.run.trial.plan.gives import ARM, EVERY_PAIR, EVERYONE, GROUP, PAIR
from trialtrace.run.trial.plan.statistics import STATISTICS
from trialtrace.run.trial.plan.steps import Statistic, statistics, steps_of
from trialtrace.run.trial.resolve import (
    estimand_of,
    inherited,
    of_whole_patients,
    used_visits,
    variables_of,
)

SHOWN = 40
COVERS = ("endpoints", "variables", "claims", "settings", "checks", "absent")
# Keys of a claim that tell several results of one statistic apart.
SECOND = ("effect", "time", "category", "contrast", "term")
# What a statistic is of, as a claim selects it.
_OF = {
    GROUP: "group: an arm",
    ARM: "group: an arm",
    PAIR: "compare: {of: arm, to: arm}",
    EVERY_PAIR: "compare: {of: arm, to: arm}",
    EVERYONE: "neither group nor compare",
}
_FLOW_STATS = (
    "assessed",
    "excluded",
    "randomised",
    "received",
    "not_received",
    "ended",
    "in_population",
    "analysed",
    "not_analysed",
    "missing",
)


def check(files: Files) -> None:
    document = files.claims
    references.check(files, document, ClaimsFile)
    check_about(document)
    _items(files)
    for group in document.names("groups") or ():
        known_arm(files, document, ("groups", group), group)
    labels_of_groups(files)
    for name, given in document.entries("claims"):
        path = ("claims", name)
        for position, other in enumerate(given.get("with", ())):
            if other == name:
                document.add((*path, "with", position), "the claim itself", "another claim")
        direction = given.get("direction", {})
        for side, arm in direction.items() if "by" not in direction else ():
            known_arm(files, document, (*path, "direction", side), arm)
        _printed(files, name, given)
        _arms_meant(files, name, given)
        for at, selects in _selections(path, given):
            _selects(files, at, selects)


def _printed(files: Files, name: str, inputs: Given) -> None:
    """A printed expression that the audit could not read, or could not hold against a result."""
    place = ("claims", name, "printed")
    try:
        parts = parse(
            inputs["printed"],
            words="cannot" in inputs,
            direction="direction" in inputs,
            fact="cannot" in inputs and "fact" in inputs.get("about", {}),
        )
    except UserError as error:
        problem = error.problems[0]
        files.claims.add(place, problem.found, problem.expected, do=problem.do)
        return
    if "cannot" in inputs:
        return
    words = [component.name in ("direction", "significance") for component in parts]
    if "direction" in inputs and not all(words):
        files.claims.add(place, tell(inputs["printed"]), "words, for a claim with a direction")
    elif "direction" not in inputs and any(words):
        files.claims.add(
            place,
            f"{tell(inputs['printed'])}, words without a number",
            "a number, or words and a direction such as {lower: arm, than: arm}",
            do="type the number that is printed, or give the claim `cannot` in place of `is`",
        )
    for at, selects in _selections(("claims", name), inputs):
        _logarithm(files, at, selects, parts)


def _selections(path: Path_, inputs: Given) -> Iterator[tuple[Path_, Given]]:
    """What recomputes a claim, by each of its readings, and where that stands."""
    if "is" in inputs:
        yield (*path, "is"), inputs["is"]
    for label, reading in inputs.get("readings", {}).items():
        yield (*path, "readings", label, "is"), reading["is"]


def _logarithm(files: Files, at: Path_, selects: Given, parts: Sequence[Component]) -> None:
    """A ratio is above 0: what is printed otherwise is its logarithm, which a claim has to say."""
    stat, logarithm = selects.get("stat", ""), selects.get("as") == "log"
    ratio = stat.partition(".")[0] in RATIOS
    if logarithm and not ratio:
        files.claims.add((*at, "as"), f"log of {stat}", "the logarithm of a ratio")
    for part in parts if ratio and "as" not in selects else ():
        if part.name in ("value", "ci_low", "ci_high") and part.bounds[1] <= 0:
            files.claims.add(
                ("claims", at[1], "printed"),
                f"{part.text}, as {stat}",
                "a ratio is above 0; is it a logarithm?",
                do="say as: log under `is` where the logarithm of the ratio is printed",
            )
            return


def _selects(files: Files, path: Path_, selects: Given) -> None:
    analysis = selects["analysis"]
    if analysis in OF_DISPLAYS:
        _of_display(files, path, selects)
        return
    data = files.plan.get("analyses", analysis)
    if data is not None:
        _stat(files, path, selects, data)
        _strata(files, path, selects)
        _groups(files, path, selects, data)
        _visit(files, path, selects)
        _stratum(files, path, selects)
        _parameter(files, path, selects)


def _parameter(files: Files, path: Path_, selects: Given) -> None:
    """Where an analysis is of several endpoints, which of them is meant."""
    document, analysis = files.claims, selects["analysis"]
    listed = variables_of(files, analysis)
    if "parameter" in selects:
        what = f"an endpoint of {analysis}"
        known(document, (*path, "parameter"), selects["parameter"], listed or None, what)
    elif len(listed) > 1:
        document.add(path, "no parameter", f"parameter: {one_of(listed)}, as in {analysis}")


def _of_display(files: Files, path: Path_, selects: Given) -> None:
    """Claims on the baseline table and on the flow."""
    document, part = files.claims, selects["analysis"]
    shown = files.plan.names("displays")
    if files.plan.data is not None and files.plan.sound("displays") and part not in (shown or ()):
        document.add((*path, "analysis"), tell(part), f"displays.{part} in plan.yaml")
        return
    if part == FLOW:
        stat = selects.get("stat")
        if stat is None or stat not in _FLOW_STATS:
            place = (*path, "stat") if stat else path
            expected = f"a count of the flow: {one_of(_FLOW_STATS)}"
            do = did_you_mean(stat or "", _FLOW_STATS)
            document.add(place, tell(stat) if stat else "no stat", expected, do=do)
        return
    if "parameter" not in selects:
        document.add(path, "no parameter", "parameter: a variable of the table")
        return
    if part == ADVERSE:
        shown = [each["endpoint"] for each in files.plan.get("displays", ADVERSE) or ()]
        what = "an endpoint of displays.adverse_events"
        known(document, (*path, "parameter"), selects["parameter"], shown, what)
        return
    of = [files.plan.get("displays", BASELINE, key) for key in ("population", "beside")]
    if "population" in selects:
        tables, what = [*filter(None, of)], "a population of displays.baseline"
        known(document, (*path, "population"), selects["population"], tables, what)
    variables = files.plan.get("displays", "baseline", "variables")
    parameter, what = selects["parameter"], "a variable of displays.baseline"
    if known(document, (*path, "parameter"), parameter, variables, what) and "level" in selects:
        choices = files.subject_choices(parameter)
        known(document, (*path, "level"), selects["level"], choices, f"a level of {parameter}")


def _stat(files: Files, path: Path_, selects: Given, inputs: Given) -> None:
    document, analysis = files.claims, selects["analysis"]
    made = made_by(files, analysis, inputs)
    names = list(dict.fromkeys(statistic.name for statistic in made))
    stat = selects.get("stat")
    if stat is None:
        if not any(statistic.stat == "proportion" for statistic in made):
            found = f"no stat, while {analysis} has no proportion"
            document.add(path, found, f"stat: one of {one_of(names, SHOWN)}")
        return
    if not (own := _named(made, selects)):
        by = [f" by {key}" for key in SECOND if key in selects and stat in names]
        expected = f"a statistic of {analysis}: {one_of(names, SHOWN)}"
        document.add((*path, "stat"), tell(stat) + "".join(by), expected, do=_nearest(stat, names))
    elif (
        "by" in (direction := document.get("claims", str(path[1])).get("direction", {}))
        or not direction
    ):
        _who(files, path, selects, own)


def _nearest(stat: str, names: list[str]) -> str | None:
    """The same quantity by another method, rather than another quantity by the same one."""
    first, _, method = stat.partition(".")
    if (turned := f"{method}.{first}") in names:
        return f'did you mean "{turned}"?'
    same = [name for name in names if name.partition(".")[0] == first and name != stat]
    if len(same) == 1 and first not in P_VALUES:
        return f'did you mean "{same[0]}"?'
    return did_you_mean(stat, same) or did_you_mean(stat, [name for name in names if name != stat])


def _named(statistics: list[Statistic], selects: Given) -> list[Statistic]:
    """Those that a claim names by `stat`, and of these the ones by the further key it has."""
    key = next((key for key in SECOND if key in selects), None)
    return [
        statistic
        for statistic in statistics
        if selects.get("stat") in (statistic.stat, statistic.name)
        and (key is None or (statistic.second is not None and statistic.second[0] == key))
    ]


def made_by(files: Files, analysis: str, inputs: Given) -> list[Statistic]:
    """Every statistic that an analysis gives, with the adjusted p-values of its families."""
    own = files.trial.get("design", "kind") in methods.OWN_TREATMENT
    steps = [statistic for step in steps_of(inputs) for statistic in statistics(step, own=own)]
    adjusted = [
        replace(one, stat="p_adjusted", method=f"{family['adjust']}_{one.method}")
        for _, family in files.plan.entries("multiplicity")
        for test in family["tests"]
        for one in steps
        if (test["analysis"], test["test"], "p_value") == (analysis, one.method, one.stat)
    ]
    return steps + adjusted


def _who(files: Files, path: Path_, selects: Given, statistics: list[Statistic]) -> None:
    """The group or comparison that a claim names, against what its statistic is of."""
    at: Path_
    stat, of = selects["stat"], {statistic.of for statistic in statistics}
    if "compare" in selects:
        fits, found, at = bool(of & {PAIR, EVERY_PAIR}), "compare", (*path, "compare")
    elif selects.get("group") == ALL:
        fits, found, at = bool(of & {EVERYONE, GROUP}), "group: all", (*path, "group")
    elif "group" in selects:
        fits, found = bool(of & {GROUP, ARM}), f"group: {selects['group']}"
        at = (*path, "group")
    else:
        fits, found, at = (
            bool(of & {PAIR, EVERY_PAIR, EVERYONE}),
            "neither group nor compare",
            path,
        )
    if not fits:
        expected = " or ".join(dict.fromkeys(told for one, told in _OF.items() if one in of))
        files.claims.add(at, found, f"{expected}, as {stat} has")
        return
    keys = (
        {statistic.second[0] for statistic in statistics if statistic.second}
        if all(statistic.second for statistic in statistics)
        else set()
    )
    for key in keys & set(SECOND) - set(selects):
        values = list(
            dict.fromkeys(
                statistic.second[1]
                for statistic in statistics
                if statistic.second and statistic.second[1]
            )
        )
        if len(values) != 1:
            told = f"one of {one_of(values)}" if values else "which of them"
            files.claims.add(path, f"no {key}", f"{key}: {told}")
    effects = [
        statistic.second[1]
        for statistic in statistics
        if statistic.second and statistic.second[0] == "effect"
    ]
    if effects and "effect" in selects:
        offered = [effect for effect in dict.fromkeys(effects) if effect]
        known(files.claims, (*path, "effect"), selects["effect"], offered, f"an effect of {stat}")


def _groups(files: Files, path: Path_, selects: Given, inputs: Given) -> None:
    document, analysis = files.claims, selects["analysis"]
    everyone = inputs.get("overall") or of_whole_patients(files, analysis)
    if selects.get("group") == ALL and not everyone:
        found = f"all, while {analysis} describes each arm alone"
        document.add((*path, "group"), found, f"an arm, or overall: true in analyses.{analysis}")
    estimand = estimand_of(files, analysis)
    if estimand is None:
        return
    treated = estimand["treatment"]["of"]
    treated = treated if isinstance(treated, list) else [treated]
    if compare := selects.get("compare"):
        known(
            document,
            (*path, "compare", "of"),
            compare["of"],
            treated,
            f"a treated arm of {analysis}",
        )
        reference = [estimand["treatment"]["to"]]
        known(
            document,
            (*path, "compare", "to"),
            compare["to"],
            reference,
            f"the reference of {analysis}",
        )
    elif len(treated) > 1 and _of_pairs(selects.get("stat", "").partition(".")[0]):
        found = f"no compare, while {analysis} has {len(treated)} comparisons"
        expected = f"compare: {{of: {' or '.join(treated)}, to: {estimand['treatment']['to']}}}"
        document.add(path, found, expected)


def _of_pairs(statistic: str) -> bool:
    """Whether a statistic is one of a comparison."""
    return statistic in STATISTICS and STATISTICS[statistic].section == "estimates"


def _visit(files: Files, path: Path_, selects: Given) -> None:
    document, analysis = files.claims, selects["analysis"]
    visits = used_visits(files, analysis)
    if visits is None:
        return
    data = files.plan.get("analyses", analysis)
    own = _named(made_by(files, analysis, data), selects)
    over = bool(own) and all(statistic.visits is None for statistic in own)
    if "visit" in selects:
        known(document, (*path, "visit"), selects["visit"], visits, f"a visit of {analysis}")
    elif visits and not over:
        document.add(path, "no visit", f"visit: one of {one_of(visits)}, as in {analysis}")


def _strata(files: Files, path: Path_, selects: Mapping[str, object]) -> None:
    """The strata that a direction compares are those of its analysis."""
    document, claim = files.claims, path[:2]
    direction = document.get("claims", str(claim[1])).get("direction", {})
    if "by" not in direction:
        return
    analysis = str(selects["analysis"])
    by = inherited(files, analysis, "by")
    if by != direction["by"]:
        told = f"by: {by}" if by else f"no by; {analysis} has no `by`"
        document.add((*claim, "direction", "by"), tell(direction["by"]), told)
    elif "stratum" in selects or "stat" not in selects:
        found = "stratum" if "stratum" in selects else "no stat"
        document.add(path, found, "a stat and no stratum, where a direction compares strata")
    else:
        for side in set(direction) - {"by"}:
            choices = files.subject_choices(by)
            known(
                document, (*claim, "direction", side), direction[side], choices, f"a level of {by}"
            )


def _stratum(files: Files, path: Path_, selects: Given) -> None:
    document, analysis = files.claims, selects["analysis"]
    if "stratum" not in selects:
        return
    by = inherited(files, analysis, "by")
    variable, _, level = selects["stratum"].partition("=")
    if by != variable:
        expected = f"{by}=level" if by else f"no stratum; {analysis} has no `by`"
        document.add((*path, "stratum"), tell(selects["stratum"]), expected)
        return
    known(document, (*path, "stratum"), level, files.subject_choices(by), f"a level of {by}")


def _items(files: Files) -> None:
    document = files.claims
    for name, given in document.entries("items"):
        path = ("items", name)
        if not set(COVERS) & set(given):
            found = "an item that nothing covers"
            do = "write in `absent` what is not covered, and why"
            document.add(path, found, f"one of {one_of(COVERS)}", do=do)
        for position, setting in enumerate(given.get("settings", ())):
            if files.trial.data is not None and not _holds(files.trial.data, setting):
                expected = "a key that trial.yaml has"
                document.add((*path, "settings", position), f'"{setting}"', expected)


def _holds(data: object, setting: str) -> bool:
    for word in setting.split("."):
        if not isinstance(data, Mapping) or word not in data:
            return False
        data = data[word]
    return True


def _arms_meant(files: Files, name: str, inputs: Given) -> None:
    """A printed number is about the arm, or the arms, that recompute it."""
    about, selects = inputs.get("about", {}), inputs.get("is", {})
    compare = selects.get("compare", {})
    pairs = [("group", about.get("group"), selects.get("group"))]
    if isinstance(about.get("compare"), list) and compare:
        arms = sorted(compare[side] for side in ("of", "to") if side in compare)
        pairs.append(("compare", sorted(about["compare"]), arms))
    names = {*(files.arms or ()), "all"}
    for key, said, computed in pairs:
        named = {computed} if isinstance(computed, str) else {*(computed or ())}
        # A name that is none is told where it stands.
        if said and computed and said != computed and named <= names:
            files.claims.add(
                ("claims", name, "about", key),
                f"{tell(said)}, while claims.{name}.is.{key} is of {tell(computed)}",
                "the same in both",
                do="look in the paper which is meant, and mend the other",
            )
