"""Adverse events by term: the share of each arm as a dot, and beside it the risk difference to one
arm with its interval."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.words import percent
from trialtrace.report.figures.canvas import (
    FAINT,
    MARKERS,
    PALE,
    colour_of,
    drawing,
    field,
    legend_below,
    percent_axis,
    wrapped,
)
from trialtrace.report.figures.forest import named_sides
from trialtrace.report.figures.picture import Cell, Data, Given, Picture, Request
from trialtrace.report.material import Material
from trialtrace.report.tables import axis_label
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.called import ADVERSE_EVENTS, TERM
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.stats.categorical.contingency import risk_difference_newcombe
from trialtrace.stats.results import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# By term and arm the count of patients with it.
Counts = dict[str, dict[str, ResultRow]]
# More terms fill a page; the table has them all.
MOST = 30
# How far from the middle of its line the first of several arms stands.
SPREAD = 0.25


def draw(material: Material, entry: Given) -> Picture:
    """The terms with most patients, the most frequent on top."""
    request = Request(material, entry)
    every = counts(request)
    shown = dict(list(every.items())[:MOST])
    if not shown:
        raise request.nothing("no arm has as many patients with an event")
    arms = [arm for arm in request.arms if arm in next(iter(shown.values()))]
    reference = entry["against"]
    others = [arm for arm in arms if arm != reference]
    differences = {
        (term, arm): _difference(by_arm[arm], by_arm[reference], material.trial.plan.confidence)
        for term, by_arm in shown.items()
        for arm in others
    }
    with drawing(8.2, 1.5 + 0.34 * len(shown)) as figure:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.0, 1.2])
        _shares(request, left, shown, arms)
        _differences(request, right, list(shown), others, differences)
        left.set_yticks(-np.arange(len(shown)), [wrapped(term, 34) for term in shown])
        left.set_ylim(-len(shown) + 0.4, 0.6)
        names = material.arm_label(reference), material.arm_label(others[0])
        second = names[1] if len(others) == 1 else "the named arm"
        named_sides(right, 0.0, f"more with {names[0]}", f"more with {second}")
        legend_below(figure, left)
    return Picture(
        figure,
        _caption(request, len(every) - len(shown)),
        _alt(request, shown, arms),
        _data(request, shown, differences),
    )


def counts(request: Request) -> Counts:
    """Terms that enough patients of an arm have, those of most patients first."""
    rows = [
        row
        for row in request.material.of(ADVERSE_EVENTS)
        if row["parameter"] == request.entry["endpoint"]
        and row["stat_name"] == "patients"
        and (row["group2_level"] or "").partition("=")[0] == TERM
    ]
    found: Counts = {}
    for row in rows:
        term = present(row["group2_level"]).partition("=")[2]
        found.setdefault(term, {})[present(row["group1_level"])] = row
    least = request.entry.get("least", 1)
    enough = {
        term: by_arm
        for term, by_arm in found.items()
        if max(present(row["stat_value"]) for arm, row in by_arm.items() if arm != ALL) >= least
    }
    return dict(sorted(enough.items(), key=lambda term: -present(term[1][ALL]["stat_value"])))


def _share(row: ResultRow) -> float:
    return present(row["stat_value"]) / (row["denominator"] or 1)


def _difference(row: ResultRow, other: ResultRow, confidence: float) -> Interval:
    sizes = [number for one in (row, other) for number in (one["stat_value"], one["denominator"])]
    return risk_difference_newcombe(*map(present, sizes), confidence=confidence)


def _lines(arms: list[str], at: int) -> float:
    """How far from the middle of its line an arm stands."""
    return SPREAD - 2 * SPREAD * at / (len(arms) - 1) if len(arms) > 1 else 0.0


def _shares(request: Request, axes: "Axes", counts: Counts, arms: list[str]) -> None:
    every, material, first = request.arms, request.material, next(iter(counts.values()))
    top = max(_share(by_arm[arm]) for by_arm in counts.values() for arm in arms)
    percent_axis(axes, "x", top)
    for at, arm in enumerate(arms):
        shares = [_share(by_arm[arm]) for by_arm in counts.values()]
        axes.plot(
            shares,
            _lines(arms, at) / 2 - np.arange(len(counts)),
            MARKERS[at % len(MARKERS)],
            color=colour_of(every, arm),
            markersize=5.5,
            label=f"{material.arm_label(arm)} (n = {first[arm]['denominator']})",
            clip_on=False,
        )
    for line, (term, by_arm) in enumerate(counts.items()):
        for at, arm in enumerate(arms):
            row, height = by_arm[arm], 1 / len(arms)
            words = f"{term}, {material.arm_label(arm)}: {row['stat_text']} of {row['denominator']}"
            end = 0.5 - line - at * height
            field(axes, axes.get_xlim(), (end - height, end), (row["result_id"], words))
    axes.set_xlabel("Patients with the event")
    # Of an event that no patient of an arm has, the mark reaches over the axis.
    axes.tick_params(axis="y", length=0, pad=9)
    axes.grid(axis="y", color=PALE, linewidth=0.6)


def _differences(
    request: Request,
    axes: "Axes",
    terms: list[str],
    others: list[str],
    differences: dict[tuple[str, str], Interval],
) -> None:
    axes.axvline(0, color=FAINT, linewidth=0.9)
    for at, arm in enumerate(others):
        place = _lines(others, at) - np.arange(len(terms))
        each = [differences[term, arm] for term in terms]
        values, low, high = (
            100 * np.array([getattr(interval, name) for interval in each])
            for name in ("estimate", "low", "high")
        )
        axes.hlines(place, low, high, color=colour_of(request.arms, arm), linewidth=1.2)
        mark = MARKERS[request.arms.index(arm) % len(MARKERS)]
        axes.plot(values, place, mark, color=colour_of(request.arms, arm), markersize=4.5)
    left, right = axes.get_xlim()
    axes.set_xlim(min(left, -1.0), max(right, 1.0))
    axes.set_xlabel(axis_label("risk_difference", {None}))
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    axes.spines["left"].set_visible(False)


def _caption(request: Request, left_out: int) -> str:
    material = request.material
    text = (
        f"{request.title}, {request.population}: share of each arm with the event, and its "
        f"difference to {material.arm_label(request.entry['against'])} with {request.level} "
        "intervals by Newcombe; not adjusted for their number, and no test."
    )
    least = request.entry.get("least", 1)
    text += f" Events of {least} patients or more of an arm." if least > 1 else ""
    return text + (f" {left_out} rarer ones are in the table." if left_out else "")


def _alt(request: Request, counts: Counts, arms: list[str]) -> str:
    told = [
        f"{term}: "
        + ", ".join(
            f"{request.material.arm_label(arm)} {percent(_share(by_arm[arm]))}%" for arm in arms
        )
        for term, by_arm in list(counts.items())[:5]
    ]
    return f"Dots of the shares of {len(counts)} adverse events by arm. {'; '.join(told)}."


def _data(request: Request, counts: Counts, differences: dict[tuple[str, str], Interval]) -> Data:
    rows: list[tuple[Cell, ...]] = []
    for term, by_arm in counts.items():
        for arm in request.arms:
            if arm not in by_arm:
                continue
            row, one = by_arm[arm], differences.get((term, arm))
            ends = (one.estimate, one.low, one.high) if one else (None, None, None)
            n = float(row["denominator"] or 0)
            label = request.material.arm_label(arm)
            rows.append((row["result_id"], term, label, row["stat_value"], n, *ends))
    return Data(("result", "event", "arm", "patients", "n", "difference", "low", "high"), rows)
