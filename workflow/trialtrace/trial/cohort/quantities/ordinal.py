"""ordinal: a whole number on a scale."""

from __future__ import annotations

from collections.abc import Iterator

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.cohort.held import Columns, Held
from trialtrace.trial.cohort.margins import LevelProbabilities, Parameter, Tag
from trialtrace.trial.cohort.quantities.options import Scored
from trialtrace.trial.cohort.quantities.quantity import Place, Quantity
from trialtrace.trial.cohort.tables import choosers, names_in


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
    ordinal: Scale = key("A whole number on a scale, by cutting a latent score.")

    def holds(self, columns: Columns) -> Held:
        return Held("integer")

    def parameters(self) -> dict[str, Parameter]:
        return {} if self.ordinal.shift is None else {"shift": self.ordinal.shift}

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        yield ("ordinal", "probabilities"), self.ordinal.probabilities, self.origin

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("ordinal", "probabilities"), choosers(self.ordinal.probabilities)
        for name, parameter in self.parameters().items():
            yield ("ordinal", name), names_in(parameter)
        yield from super().uses()


KINDS: dict[str, type[Quantity]] = {Ordinal.kind: Ordinal}
