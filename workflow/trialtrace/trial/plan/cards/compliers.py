"""Effects in those who would take the treatment."""

from __future__ import annotations

from trialtrace.config.spec import key, shape
from trialtrace.trial.plan.card import Card
from trialtrace.trial.words import Name


@shape
class Bloom:
    """Who took which treatment."""

    receipt: Name = key(
        "Population whose members in the treated arm received the treatment; the "
        "reference arm has no access to it."
    )


CARDS = (
    Card(
        "complier_difference.bloom",
        "only the treated arm has access, the offer alone changes nothing; delta method",
        "Bloom 1984, Eval Rev 8:225; Angrist, Imbens and Rubin 1996, J Am Stat Assoc 91:444",
        options=Bloom,
        formula="categorical.complier:complier_difference",
        r_none="not written yet",
    ),
    Card(
        "complier_difference_bounds.trimming",
        "only the treated arm has access; sharp bounds without sampling error",
        "Zhang and Rubin 2003, J Educ Behav Stat 28:353",
        options=Bloom,
        gives="complier_difference_lowest.{}@pair complier_difference_highest.{}@pair",
        formula="categorical.complier:complier_bounds",
        r_none="not written yet",
    ),
)
