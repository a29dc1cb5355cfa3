"""Families of tests and their levels: against the analyses of the plan and in themselves.

An interval that more likely misses than holds what it is of, and a test that more often than not
rejects what is true, are most often the one number written for the other: 0.05 and 0.95.
"""

import re
from collections.abc import Mapping
from typing import Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.words import RATIOS
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.card import TEST
from trialtrace.run.trial.plan.gives import Gives
from trialtrace.run.trial.plan.methods import INTERIM
from trialtrace.run.trial.plan.multiplicity import OF_TIME
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.resolve import compared_arms, inherited, steps, used_visits, variables_of


def check(files: Files, name: str, entry: dict[str, Any]) -> None:
    path = ("multiplicity", name)
    for position, test in enumerate(entry["tests"]):
        place: Path_ = (*path, "tests", position)
        if _test(files, place, test) and "comparison" in test:
            _comparison(files, (*place, "comparison"), test)
    _one_kind(files, path, entry["tests"])
    if "global" in entry:
        _closed(files, path, entry)
    if "in_place" in entry:
        _in_place(files, (*path, "in_place"), entry["in_place"])
    if "weights" in entry:
        _graph(files, path, entry)


def _test(files: Files, place: Path_, test: dict[str, Any]) -> bool:
    document = files.plan
    analysis = document.get("analyses", test["analysis"])
    if analysis is not None:
        choices = [s for _, section, s, _, _ in steps(analysis) if section == "tests"]
        known(document, (*place, "test"), test["test"], choices, f"a test of {test['analysis']}")
    return analysis is not None


def _one_kind(files: Files, path: Path_, tests: list[dict[str, list[str]]]) -> None:
    """Effects of time are hardly ever null: among them a treatment is found too easily.

    Adjusting for the false discovery rate lets as many false effects of treatment pass as there
    are true ones of time to hide them; by Holm's procedure they cost the treatment power. So do
    means over visits of which one is the baseline: no treatment changes these.
    """
    found: dict[str, None] = {}
    for position, test in enumerate(tests):
        place = (*path, "tests", position)
        offered = _effects_of(str(test["test"]))
        named = test.get("effects")
        for number, effect in enumerate(named or ()):
            known(files.plan, (*place, "effects", number), effect, offered, "an effect of the test")
        kinds: dict[str, list[str]] = {}
        for effect in named or offered or [""]:
            kinds.setdefault(_kind(files, str(test["analysis"]), effect), []).append(effect)
        if len(kinds) > 1:
            told, of = ", ".join(sorted(named or offered)), sorted(kinds, reverse=True)
            own = [f"`effects: [{', '.join(each)}]`" for each in kinds.values()]
            files.plan.add(
                (*place, "effects") if named else place,
                f"effects of {' and of '.join(of)} in one family: {told}",
                "tests of one kind",
                do=f"give {' and '.join(own)} a family each",
            )
        else:
            found |= dict.fromkeys(kinds)
    if len(found) > 1:
        files.plan.add(
            (*path, "tests"),
            f"tests of {' and of '.join(sorted(found, reverse=True))} in one family",
            "tests of one kind",
            do="give each kind a family of its own",
        )


def _kind(files: Files, analysis: str, effect: str) -> str:
    """What an effect of an analysis of variance is of; a test without effects is of treatment."""
    factors = set(effect.split("_")) - {""}
    if factors == {OF_TIME}:
        return "time"
    if not factors or factors & {OF_TIME, "cell"} or not _has_baseline(files, analysis):
        return "treatment"
    return "means over visits with the baseline"


def _has_baseline(files: Files, analysis: str) -> bool:
    """Whether an analysis is of values at visits of which one is a baseline."""
    if inherited(files, analysis, "value") not in (None, "value"):
        return False
    own = (files.derived.get(name) for name in variables_of(files, analysis))
    starts = {getattr(one.entry, "baseline", None) for one in own if one is not None}
    return bool(starts & {*(used_visits(files, analysis) or ())})


def _effects_of(test: str) -> list[str]:
    """The effects that a test of the plan has a p-value of; none for other tests."""
    if test == "visit_pairs":
        return [OF_TIME]
    try:
        gives = card_of(f"p_value.{test}").gives
    except KeyError:
        return []
    if isinstance(gives, Gives):
        tests = [one.second for one in gives.results if one.stat == TEST and one.second]
        return [effect for kind, effect in tests if kind == "effect" and effect]
    told = gives if isinstance(gives, str) else ""
    return list(dict.fromkeys(re.findall(r"p_value\.\{\}@\w+;effect=(\w+)", told)))


def _comparison(files: Files, place: Path_, test: dict[str, Any]) -> None:
    treated = compared_arms(files, test["analysis"])[:-1]
    if treated:
        what = f"a treated arm of {test['analysis']}"
        known(files.plan, place, test["comparison"], treated, what)


def _closed(files: Files, path: Path_, entry: dict[str, Any]) -> None:
    """Only with three arms are all intersections of pairs the global hypothesis."""
    place = (*path, "global")
    if not _test(files, place, entry["global"]):
        return
    arms = compared_arms(files, entry["global"]["analysis"])
    if arms and len(arms) != 3:
        files.plan.add(
            place,
            f"a closed test of {len(arms)} arms",
            "three arms: two treated ones and the reference",
            do="adjust by holm or hochberg",
        )
    _as_primary(files, place, entry["global"])
    wanted = _strata_of(files, entry["global"])
    for position, test in enumerate(entry["tests"]):
        strata = _strata_of(files, test)
        if wanted is not None and strata is not None and strata != wanted:
            files.plan.add(
                (*path, "tests", position),
                f"{test['test']} {_within(strata)}, after {entry['global']['test']} "
                f"{_within(wanted)}",
                "the strata of the test of all arms in each test of a pair",
            )


def _in_place(files: Files, place: Path_, given: Mapping[str, str]) -> None:
    """The other family is one by Holm, with tests of the analysis that is left out of it."""
    families = dict(files.plan.entries("multiplicity"))
    holm = [
        name for name, one in families.items() if one["adjust"] == "holm" and "in_place" not in one
    ]
    if known(files.plan, (*place, "family"), given["family"], holm, "a family by holm"):
        analyses = [test["analysis"] for test in families[given["family"]]["tests"]]
        known(
            files.plan, (*place, "of"), given["of"], analyses, f"an analysis of {given['family']}"
        )


def _as_primary(files: Files, place: Path_, test: Mapping[str, str]) -> None:
    """The test of all arms keeps the strata by which its own analysis tests all arms."""
    if _strata_of(files, test) != []:
        return
    analysis = files.plan.get("analyses", test["analysis"]) or {}
    for _, section, name, _, options in steps(analysis):
        strata = options.get("strata")
        if section == "tests" and strata and options.get("groups") == "all":
            files.plan.add(
                (*place, "test"),
                f"{test['test']}, which leaves out the strata of {name} in the same analysis",
                f"{name}, or its exact form",
            )
            return


def _strata_of(files: Files, test: Mapping[str, str]) -> list[str] | None:
    """The strata that a test of an analysis keeps, in the order of their names."""
    analysis = files.plan.get("analyses", test["analysis"]) or {}
    for _, section, name, _, options in steps(analysis):
        if section == "tests" and name == test["test"]:
            return sorted(options.get("strata", ()))
    return None


def _within(strata: list[str]) -> str:
    return f"within strata of {' and '.join(strata)}" if strata else "without strata"


def _graph(files: Files, path: Path_, entry: dict[str, Any]) -> None:
    weights, transitions = entry["weights"], entry["transitions"]
    if sum(weights) > 1 + 1e-9:
        files.plan.add((*path, "weights"), f"a sum of {sum(weights):g}", "at most 1 in all")
    if len(transitions) != len(weights):
        files.plan.add(
            (*path, "transitions"),
            f"{len(transitions)} lists for {len(weights)} weights",
            "a list for each weight",
        )
    for position, row in enumerate(transitions):
        place = (*path, "transitions", position)
        if len(row) != len(weights) or sum(row) > 1 + 1e-9:
            files.plan.add(
                place,
                f"{len(row)} shares that add up to {sum(row):g}",
                f"{len(weights)} shares that add up to at most 1",
            )
        elif position < len(row) and row[position] != 0:
            files.plan.add(place, "a share that goes to itself", "0 at its own place")


def check_level(files: Files, place: Path_, level: Any) -> None:
    """A look of a group-sequential design."""
    if not isinstance(level, dict):
        return
    fractions, look = level["fractions"], level["look"]
    if sorted(set(fractions)) != fractions or fractions[-1] != 1:
        files.plan.add(
            (*place, "fractions"),
            f"{fractions}",
            "shares of the information that grow and end at 1",
        )
    cuts = files.plan.get("cuts") or ()
    if len(cuts) >= len(fractions):
        found = f"{len(fractions)} looks, the last of which is the analysis, and {len(cuts)} cuts"
        files.plan.add(place, found, "fewer cuts than looks")
    if look > len(fractions):
        files.plan.add(
            (*place, "look"), f"look {look} of {len(fractions)}", f"1 to {len(fractions)}"
        )


def check_stopped(
    files: Files, name: str, place: Path_, method: str, options: Mapping[str, object]
) -> None:
    """An estimate after stopping, and what is asked at a look, need the looks of the trial."""
    statistic = str(place[-1])
    if method != "median_unbiased" and statistic not in INTERIM:
        return
    level = inherited(files, name, "decision_level")
    if not isinstance(level, dict):
        files.plan.add(
            place,
            "no interim looks",
            "decision_level: {boundary: …, alpha: …, fractions: […], look: …}",
        )
        return
    cuts = files.plan.get("cuts")
    if statistic in INTERIM and not cuts and level["look"] >= len(level["fractions"]):
        files.plan.add(
            place,
            f"look {level['look']} of {len(level['fractions'])}, after which nothing comes",
            "an analysis at an earlier look",
        )
    later = (files.plan.get("analyses", name, "estimates") or ())[int(place[-2]) :]
    if statistic in INTERIM and cuts and any(not {*step} & {*INTERIM} for step in later):
        expected = "the last of the estimates: in the analysis they are left out"
        files.plan.add(place, "a step of data cuts before others", expected)
    effect = options.get("effect")
    if method.removeprefix("of_") in RATIOS and isinstance(effect, int | float) and effect <= 0:
        files.plan.add((*place, "effect"), f"the ratio {effect:g}", "a ratio above 0")
    if statistic == "futility_limit" and not level["boundary"].startswith("spending_"):
        files.plan.add(
            place,
            f"the boundary {level['boundary']}, which spends no level look by look",
            "decision_level with a boundary spending_obrien_fleming or spending_pocock",
        )


HALF = 0.5
REASON = "level_reason"


def check_levels(files: Files) -> None:
    """Every confidence and every level of the plan."""
    plan = files.plan
    top = {key: plan.get(key) for key in ("confidence", "decision_level", REASON)}
    _level(files, (), top, top[REASON])
    for name, given in plan.entries("analyses"):
        path: Path_ = ("analyses", name)
        reason = inherited(files, name, REASON)
        _level(files, path, given, reason)
        for place, _, _, _, options in steps(given):
            if "alpha" in options and 1 - 2 * options["alpha"] < HALF:
                text = f"{options['alpha']:g}, with an interval of confidence "
                text += f"{1 - 2 * options['alpha']:g}"
                _no_reason(files, (*path, *place, "alpha"), text, "at most 0.25", reason)
    for name, given in plan.entries("planning"):
        if given.get("alpha", 0) > HALF:
            place = ("planning", name, "alpha")
            _no_reason(files, place, f"{given['alpha']:g}", "at most 0.5", given.get(REASON))


def _level(files: Files, path: Path_, entry: Mapping[str, object], reason: str | None) -> None:
    confidence, level = entry.get("confidence"), entry.get("decision_level")
    if isinstance(confidence, float | int) and confidence < HALF:
        _no_reason(files, (*path, "confidence"), f"{confidence:g}", "at least 0.5", reason)
    if isinstance(level, float | int) and level > HALF:
        _no_reason(files, (*path, "decision_level"), f"{level:g}", "at most 0.5", reason)


def _no_reason(files: Files, place: Path_, text: str, expected: str, reason: str | None) -> None:
    if reason is None:
        files.plan.add(
            place, text, expected, do=f"mend it; where it is meant, say why: {REASON}: …"
        )
