"""Which analysis estimates which estimand, and which others are its sensitivity analyses."""

from trialtrace.base.words import upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.estimand import strategies
from trialtrace.report.sections.results_in_short import short_arm
from trialtrace.report.tables import texts_table
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.plan.build import Analysis, Estimand
from trialtrace.run.trial.reported import in_order

HEADER = ["Estimand", "Population", "Intercurrent events", "Main analysis", "Sensitivity analyses"]
OTHERS = "Other analyses"


def estimands_table(material: Material) -> str:
    """A line an estimand, with its analyses by their role; nothing of a plan without one."""
    found: dict[str, list[Analysis]] = {}
    for analysis in in_order(material.trial):
        found.setdefault(analysis.estimand.name, []).append(analysis)
    if not found:
        return ""
    body = [_line(material, of) for of in found.values()]
    caption = "Estimands, the analysis of each that comes first in the plan, and the others."
    return texts_table(material, [*HEADER, OTHERS], body, "estimands", caption)


def _line(material: Material, of: list[Analysis]) -> list[str]:
    main, *others = of
    sensitivity = [one for one in others if one.role == "sensitivity"]
    rest = [one for one in others if one not in sensitivity]
    estimand = main.estimand
    population = material.trial.populations[estimand.population].label
    return [
        escape_markdown(_summary(material, estimand)),
        escape_markdown(population),
        escape_markdown(upper_first(strategies(estimand.intercurrent))),
        _named(main),
        in_a_row([_named(one) for one in sensitivity]),
        in_a_row([f"{_named(one)} ({one.role})" for one in rest]),
    ]


def _summary(material: Material, estimand: Estimand) -> str:
    arms = [short_arm(material, arm) for arm in (*estimand.treated, estimand.reference)]
    trial = material.trial
    labels = [lower_first(e.label) for name in estimand.variables for e in trial.family(name)]
    variable = labels[0] if len(labels) == 1 else f"{len(labels)} endpoints"
    pair = f"{' and '.join(arms[:-1])} against {arms[-1]}"
    return f"{upper_first(estimand.summary)}: {variable}, {pair}"


def _named(analysis: Analysis) -> str:
    return f"[{escape_markdown(analysis.label)}](#{analysis_place(analysis.name)})"
