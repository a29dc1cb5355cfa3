"""What stands for outcomes that are missing: what imputation draws, how far chance goes in it, and
what an analysis of those with an outcome takes for granted of the others."""

import json
from collections.abc import Iterator, Sequence
from math import hypot, sqrt
from statistics import NormalDist

from trialtrace.base.styles import style_of
from trialtrace.base.words import no_effect, unit_text, upper_first, value_text
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.deaths import population_sizes
from trialtrace.report.sections.decided_early import Added, whom_it_adds
from trialtrace.report.sections.models import listed
from trialtrace.report.sections.questions import alongside, children
from trialtrace.report.tables import pair_text
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

FITTED = {"augmented": ", logistic models augmented"}


def imputations(material: Material, analysis: Analysis) -> Iterator[str]:
    """Of each method that draws: how many imputations of what by which models, how much of the
    information is missing, and the Monte Carlo error."""
    drawn: dict[tuple[str, str], list[ResultRow]] = {}
    for row in material.of(analysis.name):
        if row["n_draws"] is not None:
            how = row["method"].partition(".")[2]
            drawn.setdefault((how, row["options"]), []).append(row)
    for rows in drawn.values():
        yield escape_markdown(_of_method(material, rows))


def drawn_beside(material: Material, name: str) -> str:
    """What the caption of a flow says of an analysis that is primary too and draws the outcomes
    that are lacking; plain text, empty where there is none."""
    told = ""
    for other in alongside(material, material.trial.plan.analyses[name]):
        if any(imputations(material, other)):
            sizes = population_sizes(material, other.estimand.population)
            whole = sum(present(row["stat_value"]) for row in sizes)
            told += f" “{other.label}”, primary too, is of all {whole:g} of that population: "
            told += "the outcomes that are lacking are drawn."
    return told


def _of_method(material: Material, rows: Sequence[ResultRow]) -> str:
    method, given = rows[0]["method"], json.loads(rows[0]["options"])
    apart = given["arms"] == "by_arm"
    models = ["" if apart else "the arm", listed(material, given["covariates"])]
    visits = len({row["visit"] for row in rows})
    models += ["the other visits"] * (visits > 1 and rows[0]["stat_name"] == "mean_difference")
    cycles = f" of {given['cycles']} cycles" if "cycles" in given else ""
    text = f"{upper_first(method_of(method).title)}: {rows[0]['n_draws']} imputations{cycles}; the "
    text += f"models{', of each arm apart,' if apart else ''} have "
    text += ", ".join(filter(None, models)) or "no covariates"
    if "components" in given:
        labels = [lower_first(material.trial.endpoints[name].label) for name in given["components"]]
        text += f", and of each other what is drawn ({'; '.join(labels)})"
    text += FITTED.get(str(given.get("logistic")), "")
    most = max(rows, key=lambda row: present(row["mc_se"]))
    error = value_text(most["stat_name"], present(most["mc_se"]), style_of(most))
    unit = unit_text(most["stat_name"], most["unit"])
    step = (f"fraction_missing.{method.partition('.')[2]}", rows[0]["options"])
    of = material.of(rows[0]["analysis_id"])
    shares = [share for share in of if (share["method"], share["options"]) == step]
    shares.sort(key=lambda share: present(share["stat_value"]))
    ends = dict.fromkeys(share["stat_text"] for share in (shares[:1] + shares[-1:]))
    text += f". Fraction of the information missing: {' to '.join(ends)}" if ends else ""
    several = " at most" if len(rows) > 1 else ""
    text += f". Monte Carlo error of the estimate:{several} {error}{unit}"
    return f"{text}{_of_limit(material, rows)}."


def _of_limit(material: Material, rows: Sequence[ResultRow]) -> str:
    """The same of the limit that lies nearest to no effect by its own error: by which an effect is
    or is not shown. Plain text; of differences, which are pooled as they are."""
    found = [
        (abs(limit) / error, limit, error, row)
        for row in rows
        if row["comparison"] and row["ci_level"] and no_effect(row["stat_name"]) == 0
        for limit in (present(row["ci_low"]), present(row["ci_high"]))
        if (error := limit_error(row))
    ]
    if not found:
        return ""
    _, limit, error, row = min(found, key=lambda each: each[0])
    shown = [value_text(row["stat_name"], value, style_of(row)) for value in (limit, error)]
    unit = unit_text(row["stat_name"], row["unit"])
    where = [*material.parameter_words(row), row["visit"], pair_text(material, row)]
    of = ", ".join(filter(None, where))
    limit_text = f"{shown[0]}{unit}, the limit nearest to no effect ({of})"
    return f"; of {limit_text}, {shown[1]}{unit}"


def limit_error(row: ResultRow) -> float:
    """How far chance moves a limit by Rubin's rules from one set of imputations to another: with
    the estimate, and with the variance between them, B, that its width is made of; B has a standard
    error of B √(2 / (m − 1)). The quantile is taken as normal, the variance within as known."""
    m, error = present(row["n_draws"]), present(row["mc_se"])
    z = NormalDist().inv_cdf((1 + present(row["ci_level"])) / 2)
    half = (present(row["ci_high"]) - present(row["ci_low"])) / 2
    between = m * error**2 * sqrt(2 / (m - 1))
    return hypot(error, z**2 * (1 + 1 / m) * between / (2 * half))


def available_cases(material: Material, analysis: Analysis) -> str:
    """What an analysis of those with an outcome assumes of the others, and what the data say
    against it where known parts decide the outcome of some of them; empty where all have one, and
    of what is no yes or no. Markdown."""
    population = population_sizes(material, analysis.estimand.population)
    known = {
        row["group1_level"]: present(row["denominator"])
        for row in material.of(analysis.name)
        if row["method"] == "count.events" and row["stratum"] is None
    }
    whole = {row["group1_level"]: present(row["stat_value"]) for row in population}
    if all(n >= whole.get(arm, n) for arm, n in known.items()):
        return ""
    text = "Patients without an outcome are left out, as if they were like the others of their arm."
    added = [
        each for one in children(material, analysis.name) if (each := whom_it_adds(material, one))
    ]
    return " ".join([text, *(_against(material, each) for each in added[:1])])


def _against(material: Material, added: Added) -> str:
    """What the known parts decide, arm by arm: a share over all arms hides where they differ."""
    arms = added.arms.values()
    told = [
        f"{material.arm_label(arm)} {each.events} of {each.n}" for arm, each in added.arms.items()
    ]
    whole = in_a_row([f"{each.whole_events} of {each.whole}" for each in arms])
    return escape_markdown(
        f"In {added.n} of them the known parts decide the outcome: with the event, "
        f"{in_a_row(told)}; of those analysed, {whole}. Known parts decide one answer sooner than "
        f"the other, so this shows neither a bias nor its absence{_reach(added)}."
    )


def _reach(added: Added) -> str:
    """ "; of all left out 2 to 13 of 15, … had it": none or all of those who are undecided."""
    if added.undecided is None:
        return ""
    ends = []
    for arm in added.arms.values():
        unclear = present(arm.undecided)
        ends.append(f"{arm.events} to {arm.events + unclear} of {arm.n + unclear}")
    return f"; of all left out, {in_a_row(ends)} had it"
