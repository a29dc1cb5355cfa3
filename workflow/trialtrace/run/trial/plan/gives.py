"""What cards say of their results, in the notation of `trialtrace.run.trial.plan.results`."""

from collections.abc import Callable, Iterable, Mapping

from trialtrace.base.config.spec import items_of

Given = Callable[[object, bool], str]
GROUP, ARM, PAIR, EVERYONE, COMPARED = "group", "arm", "pair", "all", "compared"
EVERY_PAIR = "every_pair"
TWO_SIDED = "two_sided"


ANALYSIS_OF_VARIANCE = (
    "p_value",
    "f",
    "df1",
    "df2",
    "p_uncorrected",
    "partial_eta_squared",
    "generalised_eta_squared",
)
SPHERICITY = (
    "epsilon_gg",
    "epsilon_hf",
    "epsilon_lower",
    "p_gg",
    "p_hf",
    "p_lower",
    "df1_corrected",
    "df2_corrected",
    "mauchly_w",
    "mauchly_p",
    "mauchly_p_r",
)


def effects(stats_of: Mapping[str, Iterable[str]]) -> str:
    """Statistics of each effect; they lack where it has no answer."""
    return " ".join(
        f"{stat}.{{}}@{EVERYONE};effect={effect}?"
        for effect, stats in stats_of.items()
        for stat in stats
    )


def equivalence(effect: str) -> str:
    """An effect with its interval against two margins: p-values of both, the larger, a verdict."""
    stats = ("p_value", "p_above_lower", "p_below_upper", "verdict")
    rest = (f"{stat}.equivalence_{{}}@{PAIR}?" for stat in stats)
    return " ".join((f"{effect}.equivalence_{{}}@{PAIR}", *rest))


def non_inferiority(effect: str) -> str:
    """An effect with its interval against one margin: p-value and verdict."""
    rest = (f"{stat}.non_inferiority_{{}}@{PAIR}?" for stat in ("p_value", "verdict"))
    return " ".join((f"{effect}.non_inferiority_{{}}@{PAIR}", *rest))


def f_test(of: str, second: str = "") -> str:
    """An F test; its statistic and degrees of freedom lack where it has no answer."""
    return " ".join(
        f"{stat}.{{}}@{of}{second}{'' if stat == 'p_value' else '?'}"
        for stat in ("p_value", "f", "df1", "df2")
    )


def contrast(stat: str, of: str, second: str = "") -> str:
    """An estimate with its t test; t and its degrees of freedom lack where it has no answer."""
    return " ".join(
        f"{each}.{{}}@{of}{second}{'' if each in (stat, 'p_value') else '?'}"
        for each in (stat, "p_value", "t", "df")
    )


RANDOM_SD = "random_sd.{}@all;term=random_intercept standard_error.{}@all;term=random_intercept?"
"""The standard deviation of random intercepts, as far as all coefficients are asked for."""


def with_coefficients(text: str, of_arms: str = f"@{PAIR};term=arm", further: str = "") -> Given:
    """What a model gives, then its coefficients, as far as a step asks for them: those of arms, all
    others by their term, and `further`."""

    def gives(options: object, own: bool) -> str:
        asked = items_of(options).get("coefficients")
        every = [*of_arms.split(), f"@{EVERYONE};term"] if asked == "all" else of_arms.split()
        told = [
            f"{stat}{of}"
            for of in (every if asked else ())
            for stat in ("coefficient.{}", "standard_error.{}", "p_coefficient.{}")
        ]
        # Without a fit there is an error in place of the coefficient, and no more.
        rest = [one if one.startswith("coefficient") else f"{one}?" for one in told]
        return " ".join([text, *rest, *(further.split() if asked == "all" else ())])

    return gives


def chi_squared_or_z(of: str) -> Callable[[object, bool], str]:
    """A chi-squared test, or its signed root where the step is one-sided."""

    def given(options: object, own: bool) -> str:
        if items_of(options).get("sides", TWO_SIDED) == TWO_SIDED:
            return f"p_value.{{}}@{of} chi_squared.{{}}@{of}? df.{{}}@{of}?"
        return f"p_value.{{}}@{of} z.{{}}@{of}?"

    return given


def every_contrast(stat: str, names: Iterable[str]) -> str:
    """The same for each contrast that the step names."""
    return " ".join(contrast(stat, EVERYONE, f";contrast={name}") for name in names)


def rank_effects() -> str:
    """Effects of arm, visit and both by ranks, and each arm's relative effect."""
    tests = (f_test(EVERYONE, f";effect={effect}") for effect in ("arm", "visit", "arm_visit"))
    return " ".join((*tests, "relative_effect.{}@arm?"))


def mixed_effects() -> str:
    """Effects of arm, visit and both; those over visits with what sphericity needs."""
    over_visits = (*ANALYSIS_OF_VARIANCE, *SPHERICITY)
    return effects({"arm": ANALYSIS_OF_VARIANCE, "visit": over_visits, "arm_visit": over_visits})
