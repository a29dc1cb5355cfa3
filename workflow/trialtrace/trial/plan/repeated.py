"""Analysis of variance, one factor within and one between subjects."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import key, shape
from trialtrace.trial.plan.card import OVER_TIME, Card
from trialtrace.trial.plan.options import Sphericity


@shape
class MixedAnova:
    """Analysis of variance, one factor within and one between subjects."""

    within: Literal["visit"] = key("Factor within subjects.")
    between: Literal["arm"] = key("Factor between subjects.")
    sums_of_squares: Literal["II", "III"] = key("Type of the sums of squares, in capitals.")
    sphericity: Sphericity = key("Correction for departure from sphericity.")


CARDS = (
    Card(
        "p_value.mixed_anova",
        "mixed analysis of variance, sphericity corrected by ε",
        ("Greenhouse and Geisser 1959, Psychometrika 24:95; Huynh and Feldt 1976; Lecoutre 1991"),
        means="Analysis of variance, one factor within and one between subjects.",
        options=MixedAnova,
        gives=(
            "p_value.{}@all;effect=arm? f.{}@all;effect=arm? df1.{}@all;effect=arm? "
            "df2.{}@all;effect=arm? p_uncorrected.{}@all;effect=arm? "
            "partial_eta_squared.{}@all;effect=arm? "
            "generalised_eta_squared.{}@all;effect=arm? p_value.{}@all;effect=visit? "
            "f.{}@all;effect=visit? df1.{}@all;effect=visit? df2.{}@all;effect=visit? "
            "p_uncorrected.{}@all;effect=visit? partial_eta_squared.{}@all;effect=visit? "
            "generalised_eta_squared.{}@all;effect=visit? epsilon_gg.{}@all;effect=visit? "
            "epsilon_hf.{}@all;effect=visit? p_gg.{}@all;effect=visit? "
            "p_hf.{}@all;effect=visit? mauchly_w.{}@all;effect=visit? "
            "mauchly_p.{}@all;effect=visit? p_value.{}@all;effect=arm_visit? "
            "f.{}@all;effect=arm_visit? df1.{}@all;effect=arm_visit? "
            "df2.{}@all;effect=arm_visit? p_uncorrected.{}@all;effect=arm_visit? "
            "partial_eta_squared.{}@all;effect=arm_visit? "
            "generalised_eta_squared.{}@all;effect=arm_visit? "
            "epsilon_gg.{}@all;effect=arm_visit? epsilon_hf.{}@all;effect=arm_visit? "
            "p_gg.{}@all;effect=arm_visit? p_hf.{}@all;effect=arm_visit? "
            "mauchly_w.{}@all;effect=arm_visit? mauchly_p.{}@all;effect=arm_visit?"
        ),
        kinds=OVER_TIME,
        visits="whole",
        compares="between",
    ),
)
