"""Steps of the plan that do not suit their endpoint or the design, with the nearest that do."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.deleted_names import answer
from trialtrace.base.errors import SYNONYMS, one_of
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan import methods, registry
from trialtrace.run.trial.plan.card_modules import MODULES
from trialtrace.run.trial.resolve import STEPS, variables

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.offers import Offered

TESTS = ("tests", "interaction")
NEAREST, ALIKE = 2, 0.6


@dataclass(frozen=True)
class Written:
    """A step as it stands in the plan, whether or not there is such a method; `name` is where its
    method, or an unknown statistic, is named, and `by_key` whether as a key; the statistic of a
    test is its method."""

    section: str
    place: Path_
    name: Path_
    statistic: str
    method: str
    by_key: bool = False

    @property
    def exists(self) -> bool:
        return registry.step_key(self.section, self.statistic, self.method) in MODULES


def check(files: Files) -> None:
    for name in files.plan.names("analyses") or ():
        check_analysis(files, name)


def check_analysis(files: Files, name: str) -> None:
    """Refuse each step whose method is unknown, or not of its endpoint or the design; what its
    schema says of such a step is of a method that cannot stand there, and taken back."""
    endpoints = _endpoints(files, name)
    for step in _steps(files, name) if endpoints else ():
        wrong = _wrong(files, step, endpoints)
        near, count = _nearest(files, step, wrong[0]) if wrong else ([], 0)
        if wrong and near:
            endpoint, found, expected = wrong
            named = " or ".join(map(_named, near))
            files.plan.take_back(step.place)
            files.plan.add(
                step.name,
                found,
                f"{expected}a method for {endpoint} in this design, such as {named}",
                do=answer(step.method) or answer(step.statistic) or _block(files, near, count),
                key=step.by_key,
            )


def _endpoints(files: Files, analysis: str) -> list[str]:
    """The endpoints of an analysis that may itself have mistakes, those of each family apart."""
    analyses = files.plan.data["analyses"]
    seen: set[str] = set()
    while analysis not in seen and isinstance(entry := analyses.get(analysis), dict):
        seen.add(analysis)
        if isinstance(estimand := entry.get("estimand"), str):
            given = files.plan.get("estimands", estimand)
            named = variables(given) if given else []
            return [one for name in named for one in [e.name for e in files.family(name)] or [name]]
        analysis = str(entry.get("of"))
    return []


def _steps(files: Files, analysis: str) -> Iterator[Written]:
    entry = files.plan.data["analyses"][analysis]
    for section in (*STEPS, "interaction") if isinstance(entry, dict) else ():
        path: Path_ = ("analyses", analysis, section)
        given = entry.get(section)
        if isinstance(given, list):
            for at, step in enumerate(given):
                yield from _step(files, section, (*path, at), step)
        else:
            yield from _step(files, section, path, given)


def _step(files: Files, section: str, path: Path_, given: Any) -> Iterator[Written]:
    if not isinstance(given, dict):
        return
    unknown = {at[-1]: value for at, value in files.plan.unknown.items() if at[:-1] == path}
    steps = given | unknown
    if len(steps) != 1:
        return
    ((statistic, value),) = steps.items()
    name: Path_ = (*path, statistic)
    if section in ("tests", "interaction"):
        yield Written(section, path, name, statistic, statistic, by_key=True)
    elif statistic in unknown:
        method = value.get("method", "") if isinstance(value, dict) else value
        yield Written(section, path, name, statistic, str(method), by_key=True)
    elif isinstance(value, str):
        yield Written(section, path, name, statistic, value)
    elif isinstance(value, dict) and isinstance(value.get("method"), str):
        yield Written(section, path, (*name, "method"), statistic, value["method"])


def _wrong(files: Files, step: Written, endpoints: list[str]) -> tuple[str, str, str] | None:
    """The endpoint that a step does not suit, what is wrong, and how that endpoint would have to
    be; None where it suits."""
    if not step.exists:
        found = f"the key {tell(step.statistic)}" if step.by_key else tell(step.method)
        return endpoints[0], found, ""
    card = registry.card_of(registry.step_key(step.section, step.statistic, step.method))
    design = files.trial.get("design", "kind")
    other = "between" if design in methods.OWN_TREATMENT else "within"
    if design is not None and card.compares == other:
        return endpoints[0], f"{step.method}, while the design is {design}", ""
    kinds = registry.kinds_of(step.section, step.statistic, step.method)
    narrow = registry.narrower(step.statistic, step.method)
    for endpoint in endpoints:
        kind = files.endpoint_kind(endpoint)
        if kind in methods.ANALYSABLE and kind not in kinds:
            told = step.method if narrow else step.statistic
            found = f"{told} of {endpoint}, an endpoint of kind {kind}"
            return endpoint, found, f"an endpoint of kind {one_of(kinds, 3)}, or "
    return None


def _nearest(files: Files, step: Written, endpoint: str) -> tuple[list["Offered"], int]:
    """The offers of the same section that are nearest by name, and how many there are."""
    from trialtrace.run.trial.plan.offers import groups

    alike = next((group for group in groups(files) if endpoint in group.names), None)
    offers = [one for one in (alike.offers if alike else ()) if one.section == step.section]
    asked = f"{step.statistic}_{step.method}"
    asked += "".join(f"_{SYNONYMS.get(one, '')}" for one in (step.statistic, step.method))
    words = {*asked.split("_")} - {""}

    def nearness(offer: "Offered") -> tuple[float, int]:
        statistic, _, method = offer.step.partition(".")
        name = {*statistic.split("_"), *method.split("_")}
        ratio = SequenceMatcher(None, step.method, method).ratio()
        same, alike = statistic == step.statistic, ratio if ratio >= ALIKE else 0
        return (2 * same + len(words & name) + 2 * alike, -offer.written.count(":"))

    return sorted(offers, key=nearness, reverse=True)[:NEAREST], len(offers)


def _named(offer: "Offered") -> str:
    statistic, _, method = offer.step.partition(".")
    return method if offer.section in TESTS else f"{statistic}: {method}"


def _block(files: Files, near: list["Offered"], count: int) -> str:
    """The steps to paste in place of the one that is refused, and where all stand."""
    from trialtrace.run.trial.plan.offers import filled

    mark = "" if near[0].section == "interaction" else "- "
    lines = [f"    {mark}{{{filled(files, offer)}}}" for offer in near]
    if count > len(near):
        trial = PurePath(files.trial.shown).parent.name
        lines.append(f"    trialtrace plan {trial} lists all {count}")
    return "\n".join(["write one of", *lines])
