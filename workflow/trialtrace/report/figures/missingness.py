"""Which visits have a value: the patterns of the patients of each arm, as rows as high as they are
many. It shows counts of patterns; whose each is stands in its numbers under full disclosure."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures.behind import SUBJECTS, whose
from trialtrace.report.figures.canvas import FAINT, PALE, colour_of, drawing, panels, wrapped
from trialtrace.report.figures.picture import Data, Given, Picture, Request
from trialtrace.report.material import Material
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# By visit whether there is a value, and how many patients have it so.
Patterns = list[tuple[tuple[bool, ...], int]]
# The least height of a pattern, as a share of its panel: its number must stand in it.
LEAST = 0.045


def draw(material: Material, entry: Given) -> Picture:
    """A row of panels an endpoint, a panel an arm; those with most values on top."""
    request = Request(material, entry)
    arms, names = request.arms, request.names()
    who_has = {(name, arm): patterns(request, name, arm) for name in names for arm in arms}
    found = {at: [(seen, len(who)) for seen, who in each] for at, each in who_has.items()}
    if not any(any(seen) for each in found.values() for seen, _ in each):
        raise request.nothing("no patient has a value")
    with drawing(7.2, 0.6 + 2.9 * len(names)) as figure:
        grid = panels(figure, len(names) * len(arms), len(arms))
        for at, (axes, (name, arm)) in enumerate(zip(grid, found, strict=True)):
            _panel(axes, found[name, arm], request.visits(name), colour_of(arms, arm))
            n = sum(many for _, many in found[name, arm])
            axes.set_title(f"{wrapped(material.arm_label(arm), 24)}, n = {n}", fontsize=9)
            if at % len(arms) == 0:
                label = request.endpoint(name).label if len(names) > 1 else request.title
                axes.set_ylabel(wrapped(label, 34))
    caption = (
        f"{request.title}, {request.population}: visits with a value (in the colour of the arm) "
        "and without one (grey); a row is as high as there are patients whose values are missing "
        "at the same visits, with their number."
    )
    told = [
        f"{request.endpoint(name).label}, {material.arm_label(arm)}: {_in_words(each)}"
        for (name, arm), each in found.items()
    ]
    rows = [
        (
            request.endpoint(name).label,
            material.arm_label(arm),
            _visits(request, name, seen),
            len(who),
            whose(request, who),
        )
        for (name, arm), each in who_has.items()
        for seen, who in each
    ]
    data = Data(("endpoint", "arm", "visits_with_a_value", "n", SUBJECTS), rows)
    return Picture(figure, caption, f"Map of missing values. {'; '.join(told)}.", data)


def patterns(request: Request, name: str, arm: str) -> list[tuple[tuple[bool, ...], list[str]]]:
    """The patterns of an arm with their patients, those with most values first; of a patient
    without a record too."""
    visits = request.visits(name)
    rows = request.records(name, TRTP={"is": arm}, AVISIT="present", AVAL="present")
    seen: dict[str, set[str]] = {one: set() for one in _patients(request, arm)}
    for subject, visit in zip(rows.column("USUBJID"), rows.column("AVISIT"), strict=True):
        seen.setdefault(subject, set()).add(visit)
    found: dict[tuple[bool, ...], list[str]] = {}
    for subject, has in seen.items():
        found.setdefault(tuple(visit in has for visit in visits), []).append(subject)
    return sorted(found.items(), key=lambda one: (-sum(one[0]), -len(one[1]), one[0]))


def _patients(request: Request, arm: str) -> list[str]:
    """Those of the population in an arm; all of them where a patient has several treatments."""
    trial = request.material.trial
    flag = trial.populations[request.entry["population"]].flag
    where: dict[str, object] = {flag: {"is": "Y"}}
    if trial.design.kind not in OWN_TREATMENT:
        where["TRT01P"] = {"is": arm}
    return list(request.material.tracer.frames.select("adsl", where).column("USUBJID"))


def _panel(axes: "Axes", patterns: Patterns, visits: list[str], colour: str) -> None:
    total = sum(n for _, n in patterns) or 1
    heights = [max(n / total, LEAST) for _, n in patterns]
    top = 0.0
    for (seen, n), height in zip(patterns, heights, strict=True):
        for at, there in enumerate(seen):
            area = (at - 0.5, 1.0), (top, height)
            axes.broken_barh(
                [area[0]], area[1], facecolor=colour if there else PALE, edgecolor="white"
            )
        words = axes.text(
            len(visits) - 0.4, top + height / 2, str(n), va="center", fontsize=8, color=FAINT
        )
        words.set_in_layout(False)
        top += height
    axes.set_ylim(top or 1.0, 0)
    axes.set_xlim(-0.5, len(visits) - 0.5 + 0.12 * len(visits))
    axes.set_yticks([])
    axes.set_xticks(np.arange(len(visits)), [wrapped(visit, 10) for visit in visits], fontsize=8)
    axes.tick_params(axis="x", length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _visits(request: Request, name: str, seen: tuple[bool, ...]) -> str:
    named = zip(request.visits(name), seen, strict=True)
    return "; ".join(visit for visit, there in named if there) or "none"


def _in_words(patterns: Patterns) -> str:
    """ "12 of 20 at every visit, 1 at none"."""
    total = sum(n for _, n in patterns)
    every = sum(n for seen, n in patterns if all(seen))
    none = sum(n for seen, n in patterns if not any(seen))
    return f"{every} of {total} at every visit, {none} at none"
