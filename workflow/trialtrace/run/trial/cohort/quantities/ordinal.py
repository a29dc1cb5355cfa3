"""ordinal: a whole number on a scale."""

from __future__ import annotations

from collections.abc import Iterator

from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.cohort.margins import LevelProbabilities, Parameter, Tag
from trialtrace.run.trial.cohort.quantities.options import Scored
from trialtrace.run.trial.cohort.quantities.quantity import Held, Place


@shape
class Scale:
    """The values of a scale, and how likely each is."""

    from_: int = key("Lowest value.")
    probabilities: LevelProbabilities = key("Probability of each value, from the lowest.")
    shift: Parameter | None = optional(
        "Shift of the latent score, in its standard deviations; positive is towards higher values."
    )


@shape
class Ordinal(Scored):
    """A whole number on a scale."""

    kind = "ordinal"
    held = Held("integer")
    ordinal: Scale = key("A whole number on a scale, by cutting a latent score.")

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        yield ("ordinal", "probabilities"), self.ordinal.probabilities, self.origin
