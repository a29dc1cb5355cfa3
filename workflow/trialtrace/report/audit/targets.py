"""The section on a synthetic cohort: each number that was set to a published one, and what the
derived data have of it, so that what errors, cleaning and derivation do to it is seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan
from statistics import mean, stdev
from typing import Any

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table, with_names
from trialtrace.run.tables.frames import Frames, Selection
from trialtrace.run.trace.put_in import (
    OCCURRENCES,
    PATIENTS,
    SEXES,
    Margin,
    as_published,
    margin_name,
)
from trialtrace.run.trial.cohort_script import script_place
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.study.source import Synthetic

DATASETS = ("bds", "adtte", "occds")
LEAD = (
    "A program drew this cohort: {}. It set the numbers below to published ones, so that their "
    "agreement with a paper is no evidence; every other number is an assumption or chance. Nothing "
    "was fitted to a p-value, a statistic or an interval. Seed {}."
)
# Days of the units in which a published time is told.
DAYS = {"months": 30.4375}
MOMENTS: dict[str, Callable[[list[float]], float]] = {
    "mean": mean,
    "sd": stdev,
    "minimum": min,
    "maximum": max,
}


@dataclass(frozen=True)
class Measured:
    """A count of `of`, or a moment over `of` values."""

    value: float
    of: int


def measure(trial: Trial, frames: Frames, margin: Margin) -> Measured:
    """What the derived data have of a number of put_in.csv. Raises KeyError for a name that the
    trial does not have."""
    name, statistic = margin["endpoint"], margin["statistic"]
    if statistic == PATIENTS:
        found = _kept(trial, frames, margin, "adsl", {})
        return Measured(found.n, found.n)
    values = [value for value in _values(trial, frames, margin, name) if value == value]
    values = [value for value in values if value is not None]
    if statistic in MOMENTS:
        scaled = [float(value) / DAYS.get(margin["unit"], 1.0) for value in values]
        return Measured(MOMENTS[statistic](scaled) if scaled else nan, len(scaled))
    if statistic == OCCURRENCES:
        return Measured(len(values), len(values))
    wanted = (margin["level"] or "Y").lower()
    return Measured(sum(str(value).lower() == wanted for value in values), len(values))


def is_met(margin: Margin, found: Measured) -> bool:
    """Whether what is measured is what was published."""
    if margin["statistic"] in MOMENTS:
        return as_published(margin["published"], found.value) == margin["published"]
    return found.value == margin["value"] and margin["of"] in (None, found.of)


def _values(trial: Trial, frames: Frames, margin: Margin, name: str) -> list[Any]:
    """The value of each subject of a variable, or of each record of an endpoint: text, a number,
    or Y for an event."""
    if name not in trial.endpoints:
        values = _kept(trial, frames, margin, "adsl", {}).column(adsl_code(name)).tolist()
        return [SEXES.get(value) for value in values] if name == "sex" else values
    of_code = {"PARAMCD": {"is": trial.endpoints[name].code}}
    there = [one for one in DATASETS if frames.select(one, of_code).n]
    dataset = there[0] if there else "occds"
    kept = _kept(trial, frames, margin, dataset, of_code)
    if dataset == "occds":
        return ["Y"] * kept.n
    if dataset == "adtte":
        moment = margin["statistic"] in MOMENTS
        return kept.column("AVAL" if moment else "CNSR").tolist()
    return kept.column("AVALC" if margin["value"] is not None else "AVAL").tolist()


def _kept(
    trial: Trial, frames: Frames, margin: Margin, dataset: str, where: Mapping[str, object]
) -> Selection:
    """The rows of the number's arm, population and visit."""
    asked = dict(where)
    if margin["arm"] is not None:
        arm = "TRT01P" if "TRT01P" in frames.names(dataset) else "TRTP"
        asked[arm] = {"is": margin["arm"]}
    if margin["population"] is not None:
        asked[trial.populations[margin["population"]].flag] = {"is": "Y"}
    if margin["visit"] is not None:
        asked["AVISIT"] = {"is": margin["visit"]}
    return frames.select(dataset, asked or {"USUBJID": "present"})


def targets(material: Material) -> str:
    """The section as Markdown; empty for a trial whose data are not drawn here."""
    trial = material.trial
    if not trial.tells_cohort or not isinstance(trial.source, Synthetic):
        return ""
    lead = LEAD.format(f"`{script_place(trial.name)}`", trial.source.seed)
    margins = material.tracer.put_in.margins
    if not margins:
        return f"{lead}\n"
    body = [_line(material, margin) for margin in margins]
    header = [
        "Number",
        "Population",
        "Visit",
        "Group",
        "Published",
        "Set to",
        "In the derived data",
    ]
    caption = "Numbers of the synthetic cohort that were set to published ones."
    return f"{lead}\n\n{texts_table(material, header, body, 'targets', caption)}\n"


def _line(material: Material, margin: Margin) -> list[str]:
    trial, found = material.trial, measure(material.trial, material.tracer.frames, margin)
    population = trial.populations.get(margin["population"] or "")
    moment = margin["statistic"] in MOMENTS
    name = margin_name(trial, margin) + (f", {margin['statistic']}" if moment else "")
    told = f"{found.value:g}"
    if moment:
        told = f"{as_published(margin['published'], found.value)} (n {found.of})"
    elif margin["of"] is not None:
        told = f"{found.value:g} of {found.of}"
    of = "" if margin["of"] is None else f" of {margin['of']}"
    wanted = margin["published"] if moment else f"{margin['value']}{of}"
    return [
        with_names(name),
        with_names(population.label) if population else "",
        with_names(margin["visit"] or ""),
        with_names(trial.design.arms[margin["arm"]].label) if margin["arm"] else "all",
        escape_markdown(margin["published"]),
        wanted,
        told if is_met(margin, found) else f"**{told}, which differs**",
    ]
