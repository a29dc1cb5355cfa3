"""A ledger of published numbers, without data."""

from __future__ import annotations

from typing import Any

from trialtrace.audit.ledger.item import SourceItems
from trialtrace.audit.ledger.paper import About, NumberPrinted
from trialtrace.audit.ledger.published import Expression, Published
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape

Unread = dict[str, Any]
READ = "read"
"""What stands in place of a doubt where a program read a number and guessed nothing."""


@shape
class LedgerClaim(Expression):
    """A claim."""

    about: About | None = optional(
        "What the number is about; numbers about the same outcome, population, visit and "
        "stratum are held against each other."
    )
    is_: Unread | None = optional(
        "What recomputes the number where there is data, as in claims.yaml; not used here."
    )
    readings: Unread | None = optional("What the number may be, as in claims.yaml; not used here.")
    direction: Unread | None = optional(
        "Which group is said to be lower or higher, as in claims.yaml."
    )
    cannot: Text | None = optional("Why no data recompute it, as in claims.yaml; not used here.")
    quote: Text | None = optional("The words of the paper in which a program read it, at most ten.")
    unconfirmed: Text | None = optional(
        "That a program read it and no person has confirmed it: what was guessed, or `read` where "
        "nothing was. The audit leaves such claims out; where it is told to judge them, a "
        "contradiction that rests on a guess is a question. Take the key away to confirm the claim."
    )
    chance: NumberPrinted | None = optional(
        "The chance that the program read value, groups and outcome right, from 0 to 1. It counts "
        "while the claim is unconfirmed."
    )


@shape
class LedgerFile(Published):
    """Published numbers of papers, without data."""

    claims: Filled[Name, LedgerClaim] = key("Claims: one printed expression each.")
    confirmed: Distinct[Text] | None = optional(
        "Places, such as table 1 or abstract, all of whose claims a person has confirmed."
    )
    items: SourceItems | None = optional(
        "What the texts tell besides, as in claims.yaml; not used here."
    )
