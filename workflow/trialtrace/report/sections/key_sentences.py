"""One sentence on more numbers than sentences can tell: how far they go, and where."""

from collections.abc import Callable, Sequence
from functools import partial

from trialtrace.base.words import IN_UNITS, LABELS, no_effect, unit_text, upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import adjusted_of, verdict
from trialtrace.report.sections.event_words import stat_words, without_event
from trialtrace.report.tables import NO_BREAK, pair_text, with_level, with_sign
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis

# What describes an arm, the first of them that an analysis has.
DESCRIBED = ("proportion", "survival", "incidence", "mean", "median", "upper_bound")
SHARES = DESCRIBED[:3]
TWO, FEW = 2, 4


def range_of(rows: Sequence[ResultRow], where: Callable[[ResultRow], str]) -> str:
    """ "8 comparisons: risk difference from −9.1 (Pain, …) to 2.4 (Sleep, …)". Markdown. Values of
    several units have no order."""
    whole = [row for row in rows if row["stat_value"] is not None]
    text = f"{len(rows)} comparisons"
    if not whole:
        return f"{text}, none of them estimable"
    kinds = {(row["stat_name"], row["unit"]) for row in whole}
    of_units = {row["parameter"] for row in whole} if whole[0]["stat_name"] in IN_UNITS else set()
    if len(kinds) == 1 and (len(of_units) < TWO or whole[0]["unit"]):
        return f"{text}: {LABELS[whole[0]['stat_name']]}{_unit(whole[0])} {_ends(whole, where)}"
    return f"{text}, each in its table"


def leaves_out_no_effect(row: ResultRow) -> bool:
    """Whether an interval does not have the value of no effect in it."""
    return not present(row["ci_low"]) <= no_effect(row["stat_name"]) <= present(row["ci_high"])


def without_comparison(material: Material, analysis: Analysis) -> list[str]:
    """What is told of an analysis without an estimate that compares: its descriptions, its tests,
    or that it has no number."""
    rows = [row for row in material.printable(analysis.name) if row["stat_value"] is not None]
    tests = _tests(material, analysis, rows)
    if tests and not any(row["stat_name"] == "p_adjusted" for row in rows):
        tests.append("These p-values are not adjusted for multiplicity and decide nothing")
    told = [*_by_arm(material, rows), *tests]
    if not told and material.of(analysis.name) and not rows:
        told = ["Nothing of it could be estimated; the reasons stand below"]
    return [f"{text}." for text in told]


def _by_arm(material: Material, result_rows: Sequence[ResultRow]) -> list[str]:
    """How far the descriptions of each arm go; nothing where they cannot be put in an order."""
    rows = [row for row in result_rows if row["group1_level"] and row["group2"] in (None, "time")]
    stat = next((one for one in DESCRIBED if any(r["stat_name"] == one for r in rows)), "")
    chosen = [row for row in rows if row["stat_name"] == stat]
    units = {row["unit"] for row in chosen}
    several = len({row["parameter"] for row in chosen}) > 1 and stat in IN_UNITS
    if not chosen or len(units) > 1 or (several and None in units):
        return []
    arms = dict.fromkeys(row["group1_level"] for row in chosen)
    label = stat_words(stat)
    if stat in SHARES and all(row["ci_level"] is None for row in chosen):
        return [f"{upper_first(label)}: in the table alone, as it has no interval"]
    told = []
    for arm in arms:
        if arm != ALL or len(arms) == 1:
            own = [row for row in chosen if row["group1_level"] == arm]
            ends = _ends(own, lambda row: _place(material, row))
            told.append(f"{escape_markdown(material.arm_label(arm))} {ends}")
    endpoints = {row["parameter"] for row in chosen}
    if stat == "survival" and len(endpoints) == 1:
        label = without_event(material.trial, *endpoints)
    return [f"{upper_first(label)}{_unit(chosen[0])}: {'; '.join(told)}"]


def _tests(material: Material, analysis: Analysis, result_rows: Sequence[ResultRow]) -> list[str]:
    """The p-values that stand alone: each where they are few, with what it decides, else how far
    they go."""
    rows = [
        row
        for row in result_rows
        if row["stat_name"] == "p_value" and not row["group1_level"] and not row["stratum"]
    ]

    def where(row: ResultRow) -> str:
        return ", ".join(part for part in (_place(material, row), _who(material, row)) if part)

    if len(rows) > FEW:
        # One effect of an analysis of variance says nothing of another.
        effects: dict[str | None, list[ResultRow]] = {}
        for row in rows:
            own = material.tracer.about.second_words(row) if row["group2"] == "effect" else None
            effects.setdefault(own, []).append(row)
        return [
            f"{f'{escape_markdown(upper_first(effect))}, ' if effect else ''}{len(own)} tests: "
            f"p {_ends(own, partial(_place, material) if effect else where)}"
            for effect, own in effects.items()
        ]
    return [
        f"{escape_markdown(upper_first(where(row)))}: {_p_text(material, row)}"
        f"{escape_markdown(verdict(material, analysis, row))}"
        for row in rows
    ]


def _p_text(material: Material, p: ResultRow) -> str:
    adjusted = adjusted_of(material, p)
    told = f", adjusted p{NO_BREAK}{with_sign(adjusted)}" if adjusted else ""
    return f"p{NO_BREAK}{with_sign(p)}{told}"


def _who(material: Material, row: ResultRow) -> str:
    if row["group2"] == "effect":
        return material.tracer.about.second_words(row) or ""
    if row["comparison"]:
        return pair_text(material, row)
    return "all arms"


def _place(material: Material, row: ResultRow) -> str:
    stratum = [material.stratum_words(row["stratum"])] if row["stratum"] else []
    at = [material.tracer.about.at_time(row)] if row["group2"] == "time" else []
    return ", ".join([*material.parameter_words(row), *stratum, *filter(None, [row["visit"]]), *at])


def _unit(row: ResultRow) -> str:
    """ " in percentage points": what a value without its unit is of."""
    unit = unit_text(row["stat_name"], row["unit"]).strip()
    return f" in {escape_markdown(unit)}" if unit and unit != "%" else ""


def _ends(rows: Sequence[ResultRow], where: Callable[[ResultRow], str]) -> str:
    """ "from −9.1 (…) to 2.4 (…)", or the one value."""
    ordered = sorted(rows, key=lambda row: present(row["stat_value"]))
    ends = [ordered[0], ordered[-1]]
    shown = [
        with_level(row) + (f" ({escape_markdown(text)})" if (text := where(row)) else "")
        for row in ends
    ]
    return shown[0] if len(rows) == 1 else f"from {shown[0]} to {shown[1]}"
