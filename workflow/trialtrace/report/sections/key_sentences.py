"""One sentence on more numbers than sentences can tell: how far they go, and where."""

from collections.abc import Callable, Sequence
from functools import partial

from trialtrace.base.words import IN_UNITS, LABELS, no_effect, unit_text, upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import adjusted_of, verdict
from trialtrace.report.sections.event_words import stat_words, without_event
from trialtrace.report.sections.models import model_words
from trialtrace.report.tables import NO_BREAK, link, pair_text, sign, with_level, with_sign
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

# What describes an arm, the first of them that an analysis has.
DESCRIBED = ("proportion", "survival", "incidence", "mean", "median", "upper_bound")
SHARES = DESCRIBED[:3]
TWO, FEW = 2, 4


def over_comparisons(
    rows: Sequence[ResultRow],
    where: Callable[[ResultRow], str],
    further: Sequence[ResultRow] = (),
    role: str = "",
) -> str:
    """ "8 comparisons: risk difference from −9.1 (Pain, …) to 2.4 (Sleep, …); 1 of 8 intervals …".
    Markdown.

    `further` are estimates of the same comparisons by other methods, of which there is no range:
    their intervals are counted with the others. Values of several units have no order. How many
    chance gives is told of outcomes that are each a question: not of several methods, nor of an
    analysis whose `role` is to tell one outcome again, otherwise or in parts.
    """
    whole = [row for row in rows if row["stat_value"] is not None]
    text = f"{len(rows)} comparisons"
    if not whole:
        return f"{text}, none of them estimable"
    methods = 1 + round(len(further) / len(rows))
    text += f" by {methods} methods each" if further else ""
    kinds = {(row["stat_name"], row["unit"]) for row in whole}
    of_units = {row["parameter"] for row in whole} if whole[0]["stat_name"] in IN_UNITS else set()
    if len(kinds) == 1 and (len(of_units) < TWO or whole[0]["unit"]):
        label = f"{LABELS[whole[0]['stat_name']]}{_unit(whole[0])}"
        text += f": {label} {_ends(whole, where)}"
    every = [row for row in (*whole, *further) if row["stat_value"] is not None]
    bounded = [row for row in every if row["ci_low"] is not None and row["ci_high"] is not None]
    if not bounded:
        return text
    clear = sum(leaves_out_no_effect(row) for row in bounded)
    level = {row["ci_level"] for row in bounded}.pop() or 0.0
    text += (
        f"{';' if ': ' in text else ':'} {excluding(clear, len(bounded), f' of {100 * level:g} %')}"
    )
    text += exceptions(bounded, where)
    if role == "sensitivity":
        return f"{text}; these are variants, not {len(bounded)} findings"
    if further or role == "subgroup":
        return text
    chance = f"{len(bounded) * (1 - level):.1f}"
    return f"{text}; by chance alone {chance} would be incompatible with it"


def excluding(clear: int, number: int, which: str = "") -> str:
    """How many of some intervals lie beside no effect: "all 9 intervals are incompatible with no
    effect". That they “exclude no effect” would say as well that they exclude nothing."""
    every = "both" if number == TWO else f"all {number}"
    many = "the interval" if number == 1 else f"{every} intervals"
    if clear not in (0, number):
        many = f"{clear} of {number} intervals"
    verb = "is" if 1 in (number, clear) else "are"
    return f"{many}{which} {verb} {with_no_effect(bool(clear))}"


def with_no_effect(clear: bool) -> str:
    """What is said of an interval that leaves out no effect, and of one that does not."""
    return f"{'in' if clear else ''}compatible with no effect"


def exceptions(rows: Sequence[ResultRow], where: Callable[[ResultRow], str] | None = None) -> str:
    """Which intervals are those that `excluding` sets apart, on whichever side the fewer are:
    ", all but −18.1 (…)", with what `where` says of each. Empty where all lie alike, or the fewer
    are more than a few."""
    clear = [row for row in rows if leaves_out_no_effect(row)]
    across = [row for row in rows if not leaves_out_no_effect(row)]
    fewer, lead = (across, ", all but ") if len(across) <= len(clear) else (clear, ": ")
    if len(fewer) > FEW:
        return ""
    places = [escape_markdown(where(row)) if where else "" for row in fewer]
    shown = [link(row) + f" ({at})" * bool(at) for row, at in zip(fewer, places, strict=True)]
    return f"{lead}{'; '.join(shown)}" if fewer else ""


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
    how = [", ".join([method_of(r["method"]).title, *model_words(material, r)]) for r in rows]
    return [
        f"{escape_markdown(upper_first(where(row)))}: p {sign(row)}{link(row)} "
        f"({escape_markdown(words)}){_decided(material, analysis, row)}"
        for row, words in zip(rows, how, strict=True)
    ]


def _decided(material: Material, analysis: Analysis, p: ResultRow) -> str:
    """The adjusted p-value where a family has one, and what it decides."""
    adjusted = adjusted_of(material, p)
    told = escape_markdown(verdict(material, analysis, p))
    if adjusted is None:
        return told
    return f", adjusted p{NO_BREAK}{with_sign(adjusted)}{told}"


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
