"""What a reader of page 1 must doubt: coded cautions in the order of their weight.

The ranking, gravest first:
1. more than a tenth of those randomised are not in the primary estimate, losses part by arm or
   outcome beyond chance, or nobody knows how many were randomised;
2. another defensible choice turns the decision;
3. the outcome was registered or planned otherwise, or the trial was registered late;
4. what the primary analysis assumes is rejected;
5. the trial stopped early, or several primary comparisons are not adjusted for their number;
6. what the configuration declares as a limitation;
7. rows or values of the export were rejected, which the red lines tell of where they are many.
What turns the decision and stands in the table above is no caution again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.base.words import percent
from trialtrace.report.audit.estimate_losses import UNKNOWN
from trialtrace.report.links import choices_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import leaves_out_no_effect
from trialtrace.report.sections.findings import not_adjusted, parting
from trialtrace.report.sections.losses import rejected
from trialtrace.report.sections.questions import children, leading
from trialtrace.report.sections.readings import Readings, includes_no_effect, readings
from trialtrace.report.sections.registered import otherwise, registered_late
from trialtrace.report.sections.results_in_short import arm_in_text
from trialtrace.report.tables import link, with_sign
from trialtrace.run.integrity.look import UNEQUAL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of, of_assumption

# The share of those randomised whose absence from the primary estimate is a caution by itself.
MOST_LOST = 0.1
# Cautions up to this rank stand on page 1 however long it is.
ALWAYS = 2


@dataclass(frozen=True)
class Caution:
    """A code, its rank (1 the gravest), and its sentence as Markdown."""

    code: str
    rank: int
    text: str


def cautions(material: Material, shown: set[str], places: dict[str, str]) -> list[Caution]:
    """All that page 1 may tell of, the gravest first; `shown` has the results of its table."""
    found = [
        *_losses(material),
        *_other_choices(material, shown, places),
        *_registration(material),
        *_assumptions(material),
        *_rejected(material, places),
        *_declared(material),
    ]
    return sorted(found, key=lambda one: one.rank)


def is_lost(material: Material, line: str) -> bool:
    """Whether a red line says what a caution on losses says."""
    return line == UNKNOWN or line in map(str, material.primary_losses)


def _losses(material: Material) -> Iterator[Caution]:
    if material.trial.plan.displays.get("flow", {}).get("patients"):
        yield Caution("randomised_unknown", 1, UNKNOWN)
    for lost in material.primary_losses:
        n, whole = lost.lost, lost.randomised
        which = f" of “{escape_markdown(lost.label)}”" * (len(leading(material)) > 1)
        text = f"{n} of {whole} patients ({percent(n / whole)}%) have no primary outcome{which}"
        if lost.why:
            reason, most = max(lost.why.items(), key=lambda one: one[1] or 0)
            text += f"; {most:g}: {escape_markdown(lower_first(reason))}"
        part = [
            f"by {what} beyond chance (p = {p:.2g})"
            for what, p in (("arm", lost.p_arms), ("outcome", lost.p_outcome))
            if p < UNEQUAL
        ]
        text += f". Losses differ {' and '.join(part)}" if part else ""
        grave = n > MOST_LOST * whole or part
        yield Caution("outcome_missing", 1 if grave else ALWAYS + 3, f"{text}.")


def _other_choices(
    material: Material, shown: set[str], places: dict[str, str]
) -> Iterator[Caution]:
    """For each comparison the first other choice whose interval lies otherwise about no effect."""
    for analysis in leading(material):
        place = place_link(choices_place(analysis.name), places)
        for reading in readings(material, analysis):
            # What parts from the primary analysis on the same footing stands in the table.
            if reading.first["ci_low"] is None or parting(material, analysis, reading.first):
                continue
            unlike = reading.unlike()
            if {row["result_id"] for row in unlike} & shown:
                continue
            arm = arm_in_text(material, reading.first["comparison"])
            if unlike:
                row = unlike[0]
                text = f"With “{_choice(material, row)}”, {arm}: {_value(row)}"
                more = f"{len(unlike) - 1} more" * (len(unlike) > 1)
                text += f" ({f'[{more}]({place})' if place else more})" if more else ""
                yield Caution("other_choice", 2, f"{text}.")
            elif _bounds(reading):
                low, high = reading.bounds[0]
                text = f"Were all missing outcomes the worst or the best, {arm}: "
                yield Caution("missing_bounds", 2, f"{text}{link(low)} to {link(high)}.")


def _choice(material: Material, row: ResultRow) -> str:
    label = material.trial.plan.analyses[row["analysis_id"]].label
    return escape_markdown((material.parameter_words(row) or [label])[0])


def _value(row: ResultRow) -> str:
    return f"p {with_sign(row)}" if row["stat_name"] == "p_value" else link(row)


def _bounds(reading: Readings) -> bool:
    across = any(includes_no_effect(*bound) for bound in reading.bounds)
    return leaves_out_no_effect(reading.first) and across


def _registration(material: Material) -> Iterator[Caution]:
    for source, told in otherwise(material):
        text = told.removesuffix("&#46;").removesuffix(".")
        yield Caution("registered_otherwise", 3, f"{text} ({source}).")
    yield from (Caution("registered_late", 3, text) for text in registered_late(material))


def _assumptions(material: Material) -> Iterator[Caution]:
    """Tests of what a primary analysis assumes that reject it at its level."""
    for analysis in leading(material):
        for one in (analysis, *children(material, analysis.name)):
            for row in material.printable(one.name):
                if _rejects(analysis, row):
                    title = escape_markdown(method_of(row["method"]).title)
                    text = f"An assumption is rejected: {lower_first(title)}, p {with_sign(row)}."
                    yield Caution("assumption_rejected", 4, text)


def _rejects(analysis: Analysis, row: ResultRow) -> bool:
    tested = row["stat_name"] == "p_value" and of_assumption(row["method"]) and not row["stratum"]
    value = row["stat_value"] if tested else None
    return value is not None and value <= analysis.decision_level


def _declared(material: Material) -> Iterator[Caution]:
    trial = material.trial
    if trial.design.stopped:
        yield Caution("stopped_early", 5, f"Ended early: {_first_clause(trial.design.stopped)}.")
    yield from (Caution("not_adjusted", 5, text) for text in not_adjusted(material))
    for text in trial.file.limitations:
        yield Caution("limitation_declared", 6, escape_markdown(text))


def _rejected(material: Material, places: dict[str, str]) -> Iterator[Caution]:
    for text in rejected(material, places):
        yield Caution("values_rejected", 7, f"{text.partition(';')[0]}.")


def _first_clause(text: str) -> str:
    return escape_markdown(lower_first(text.partition(";")[0].rstrip(".")))
