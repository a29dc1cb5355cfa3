"""What each method is, in words, and where it is described: for traces and reports."""

import json

from trialtrace.base.words import OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.run.trial.plan.card import Named
from trialtrace.run.trial.plan.planning import NAMED
from trialtrace.run.trial.plan.registry import tested_by, title_of

# Procedures that adjust the p-values of a family.
ADJUSTMENTS = {
    "bonferroni": Named("Bonferroni's adjustment", "Dunn 1961, J Am Stat Assoc 56:52"),
    "sidak": Named("Sidak's adjustment", "Sidak 1967, J Am Stat Assoc 62:626"),
    "holm": Named("Holm's step-down adjustment", "Holm 1979, Scand J Stat 6:65"),
    "hochberg": Named("Hochberg's step-up adjustment", "Hochberg 1988, Biometrika 75:800"),
    "hommel": Named("Hommel's adjustment", "Hommel 1988, Biometrika 75:383"),
    "closed": Named(
        "closed test of three arms",
        "Marcus, Peritz and Gabriel 1976, Biometrika 63:655; Shaffer 1986, J Am Stat Assoc 81:826",
    ),
    "fixed_sequence": Named("fixed-sequence test", "Maurer, Hothorn and Lehmacher 1995"),
    "graphical": Named("graphical procedure", "Bretz et al. 2009, Stat Med 28:586"),
    "benjamini_hochberg": Named(
        "Benjamini and Hochberg's adjustment",
        "Benjamini and Hochberg 1995, J R Stat Soc B 57:289",
    ),
}

OF_A_TEST = P_VALUES | SYMBOLS | OF_P_VALUES

# Tests of what an estimate assumes, by the beginning of their names: none is of a treatment.
OF_ASSUMPTIONS = ("box_m", "brant", "breslow_day", "proportional_hazards")

# Methods of which a statistic's name alone would say too much or too little.
TOLD = (
    "missing_as_event",
    "missing_as_no_event",
    "multiple_imputation",
    "standardised",
    "modified_poisson",
    "logistic",
    "firth",
    "mantel_haenszel",
    "conditional",
    "bloom",
    "fisher_walsh",
    "fisher_smallest",
)


def limits_of(options: str) -> str:
    """The threshold or margins of a test, from its options as JSON: ", more than 0.6" where it is
    one-sided, ", −0.1 to 0.1"."""
    given = json.loads(options)
    side = {"greater": "more than ", "less": "less than "} if "threshold" in given else {}
    limits = [given[key] for key in ("threshold", "margin", "lower", "upper") if key in given]
    numbers = (f"{limit:g}".replace("-", "\N{MINUS SIGN}") for limit in limits)
    return f", {side.get(given.get('sides'), '')}{' to '.join(numbers)}" if limits else ""


def method_of(name: str) -> Named:
    """The words of a method ("risk_difference.newcombe", "p_adjusted.holm_fisher")."""
    stat, short = name.split(".", 1)
    test = tested_by(short) if stat in OF_A_TEST else None
    known = test or NAMED.get(short) or ADJUSTMENTS.get(short) or title_of(short)
    if known is not None:
        return known
    adjust = adjustment_of(short)
    if adjust is None:
        return Named(short.replace("_", " "))
    inner = method_of(f"p_value.{short.removeprefix(adjust + '_')}")
    return Named(f"{ADJUSTMENTS[adjust].title} of {inner.title}", ADJUSTMENTS[adjust].reference)


def of_assumption(method: str) -> bool:
    """Whether a method ("p_value.brant") tests what an estimate assumes, and no treatment."""
    return method.partition(".")[2].startswith(OF_ASSUMPTIONS)


def adjustment_of(short: str) -> str | None:
    """The adjustment in front of an adjusted test: "holm_fisher" is by "holm"."""
    return next((each for each in ADJUSTMENTS if short.startswith(f"{each}_")), None)


def by(title: str) -> str:
    """A method behind its statistic: "by Welch's test", "of the hazard ratio"."""
    return title if title.startswith("of ") else f"by {title}"
