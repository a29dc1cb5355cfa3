"""The design of the trial: its arms, and how patients were randomised."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Spellings, Text, listed
from trialtrace.base.config.spec import By, Distinct, Rule, entry_name, key, optional, shape


@shape
class Arm:
    """An arm."""

    name: str = entry_name(default="")
    label: Text = key("Label in reports.")
    code_: Spellings = key(
        "Value of the arm column, in quotes; or a list, of which all others are read as the first."
    )
    control: bool = optional("Whether this is the control arm.", empty=bool)

    @property
    def codes(self) -> tuple[str, ...]:
        """The values of the arm column that mean the arm."""
        return listed(self.code_)

    @property
    def code(self) -> str:
        """The one that cleaning reads all of them as."""
        return self.codes[0]


@shape
class Simple:
    """Every patient on its own."""

    scheme: Literal["simple"] = key("simple.")


@shape
class Blocked:
    """In blocks."""

    scheme: Literal["blocked"] = key("blocked.")
    block_sizes: Distinct[Annotated[int, Rule(minimum=2)]] | None = optional(
        "Sizes of the blocks, in patients, where known."
    )


@shape
class Stratified:
    """Within strata."""

    scheme: Literal["stratified"] = key("stratified.")
    strata: Distinct[Name] = key("Strata: variables of `subjects`.")


@shape
class StratifiedBlocks:
    """In blocks within strata."""

    scheme: Literal["stratified_blocks"] = key("stratified_blocks.")
    strata: Distinct[Name] = key("Strata: variables of `subjects`.")
    block_sizes: Distinct[Annotated[int, Rule(minimum=2)]] | None = optional(
        "Sizes of the blocks, in patients, where known."
    )


@shape
class Unknown:
    """Not told."""

    scheme: Literal["unknown"] = key("unknown.")


@shape
class Design:
    """Design of the trial."""

    kind: Literal["parallel", "within_subject", "crossover", "cluster"] = key("Kind of the design.")
    arms: dict[Name, Arm] = key(
        "Arms, in the order of the report; exactly one is the control.", minProperties=2
    )
    randomisation: Annotated[
        Simple | Blocked | Stratified | StratifiedBlocks | Unknown,
        By("scheme", "Scheme of the randomisation; unknown where no source tells it."),
    ] = key("How patients were randomised.")
    blinding: (
        Annotated[
            Literal["nobody"] | Distinct[Literal["patients", "treaters", "assessors", "analysts"]],
            Rule(expected="nobody, or a list of patients, treaters, assessors, analysts"),
        ]
        | None
    ) = optional("Who did not know the allocation; left out where no source tells it.")
    planned: int | None = optional("Patients planned.", minimum=1)
    stopped: Text | None = optional("When and why the trial was stopped before its planned end.")

    @property
    def control(self) -> Arm:
        return next(arm for arm in self.arms.values() if arm.control)

    @property
    def strata(self) -> tuple[str, ...]:
        """The variables within whose values patients were randomised; none where it was not so."""
        randomisation = self.randomisation
        if isinstance(randomisation, Stratified | StratifiedBlocks):
            return randomisation.strata
        return ()
