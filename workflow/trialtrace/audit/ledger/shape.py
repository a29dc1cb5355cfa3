"""A ledger of published numbers, without data."""

from typing import Any

from trialtrace.audit.ledger.design import ToldDesign
from trialtrace.audit.ledger.paper import (
    About,
    NumberPrinted,
    PaperGroups,
    PaperOutcomes,
    PaperPopulations,
    PaperStrata,
)
from trialtrace.audit.ledger.texts import Papers
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.references import (
    CheckName,
    ClaimName,
    Endpoints,
    PaperName,
    SubjectVariable,
)
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape

# What a source text tells besides its numbers: which endpoint, variable or claim covers it.


@shape
class SourceItem:
    """One thing that a text tells: a measure, a rule of the trial, a statement."""

    from_: PaperName = key("Paper.")
    place: Text | None = optional(
        "Where it is told, as it can be cited; left out where the text was not at hand."
    )
    label: Text = key("What is told, in the project's own words.")
    endpoints: Distinct[Endpoints] | None = optional(
        "Endpoints that cover it; an instrument stands for each of its scales. Analyses, figures "
        "and claims of them are found by themselves."
    )
    variables: Distinct[SubjectVariable] | None = optional("Variables of `subjects` that cover it.")
    claims: Distinct[ClaimName] | None = optional("Further claims of it.")
    settings: Distinct[Text] | None = optional(
        "Keys of trial.yaml that hold it, such as design.arms.",
        expected="keys of trial.yaml, such as design.arms",
    )
    checks: Distinct[CheckName] | None = optional(
        "Checks of cleaning.yaml that hold patients to it."
    )
    not_printed: Text | None = optional(
        "What of it the text does not print, so that what stands here in its place is chosen; it "
        "leaves the item whole, since no data could cover more."
    )
    absent: Text | None = optional("What of it nothing covers, and why.")


SourceItems = dict[Name, SourceItem]


# An expression as printed, and what a ledger holds beside its claims.

Designs = Filled[Name, ToldDesign]


@shape
class Expression:
    """An expression as a paper prints it, and where."""

    from_: PaperName = key("Paper.")
    place: Text | None = optional(
        "Where it is printed, as it can be cited; left out where the text was not at hand."
    )
    label: Text = key("What is claimed, in words.")
    printed: Text = key(
        "The expression as printed, in quotes.", expected="the printed expression in quotes"
    )
    with_: Distinct[ClaimName] | None = optional("Claims that this one hangs together with.")


@shape
class Published:
    """Papers, and who and what their numbers are about."""

    papers: Papers = key("Papers: name to citation, or to what is known of it.")
    groups: PaperGroups | None = optional(
        "Groups of patients as the paper prints them; in a trial's folder, its arms by "
        "the same names."
    )
    populations: PaperPopulations | None = optional(
        "Populations as the paper names them; the first is that of claims which name none."
    )
    outcomes: PaperOutcomes | None = optional("What was measured.")
    strata: PaperStrata | None = optional(
        "What the paper tells of the strata of its randomisation, for stratified tests."
    )
    registered: Designs | None = optional(
        "What registry and protocol tell of the design, by the name of the paper; held against "
        "what is reported."
    )
    reported: Designs | None = optional(
        "What the papers themselves tell of the same, by the name of the paper."
    )


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
        "nothing was. The audit leaves such claims out unless it is told to judge them. Take the "
        "key away to confirm the claim."
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
