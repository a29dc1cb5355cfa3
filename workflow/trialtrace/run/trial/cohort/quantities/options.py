"""Options that several kinds of quantities share."""

from collections.abc import Iterator
from typing import Annotated

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Filled, Listed, Rule, items_of, optional, shape
from trialtrace.run.trial.cohort.margins import (
    ExactMoments,
    MarginCheck,
    Parameter,
    Tag,
    choosers,
    names_in,
)
from trialtrace.run.trial.cohort.quantities.quantity import (
    Columns,
    Held,
    Place,
    Quantity,
    recorded_in,
)

Loads = Filled[Name, Annotated[float, Rule(minimum=-1, maximum=1)]]
LOADS = (
    "Loadings on standard normal quantities of the same level or of those above: the "
    "score is their weighted sum and an independent rest, with variance 1."
)


@shape(one_key=True)
class Correlation:
    """Correlation of the scores of rows under one parent."""

    ar1: float | None = optional(
        "Correlation of neighbours; it falls with the distance in rows.",
        exclusiveMinimum=-1,
        exclusiveMaximum=1,
    )
    exchangeable: float | None = optional(
        "The same correlation for all pairs.", minimum=0, exclusiveMaximum=1
    )
    unstructured: Listed[Listed[Annotated[float, Rule(minimum=-1, maximum=1)]]] | None = optional(
        "The matrix, in the order of the labels, with 1 on its diagonal."
    )


@shape(least=1)
class Limits:
    """Range of a number; what is drawn lies in it, by its distribution there."""

    from_: Parameter | None = optional("At least.")
    above: Parameter | None = optional("More than.")
    to: Parameter | None = optional("At most.")
    below: Parameter | None = optional("Less than.")

    def bounds(self) -> dict[str, Parameter]:
        """Key -> the bound that is given."""
        return items_of(self)


@shape
class Loaded(Quantity):
    """A quantity whose rows differ by scores."""

    loads: Loads | None = optional(LOADS)

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield from super().uses()
        yield ("loads",), list(self.loads or ())


@shape
class Scored(Loaded):
    """A quantity that goes by a latent score of each row."""

    correlation: Correlation | None = optional(
        "Correlation of the scores of rows under one parent."
    )


@shape
class Limited(Quantity):
    """A number in limits."""

    limits: Limits | None = optional(
        "Range of a number; what is drawn lies in it, by its distribution there."
    )

    def bounds(self) -> dict[str, Parameter]:
        """Key of `limits` -> bound."""
        return self.limits.bounds() if self.limits else {}

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield from super().uses()
        for name, bound in self.bounds().items():
            yield ("limits", name), names_in(bound)


@shape
class Stepped(Quantity):
    """A number that may be recorded in steps."""

    step: float | None = optional(
        "Unit in which a number is recorded, such as 1, 0.5 or 0.01.", exclusiveMinimum=0
    )

    def holds(self, columns: Columns) -> Held | None:
        return recorded_in(self.step)


@shape
class Exact(Quantity):
    """A number whose printed moments are hit."""

    exact: ExactMoments | None = optional(
        "Printed moments that a display cohort hits after rounding; in simulate mode "
        "those of the distribution."
    )

    @property
    def has_margin(self) -> bool:
        return self.exact is not None

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        if self.exact is not None:
            yield ("exact",), self.exact, self.origin

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield from super().uses()
        yield ("exact",), choosers(self.exact)


@shape
class Checked(Quantity):
    """A quantity whose margin can be compared with a derived endpoint."""

    check: MarginCheck | None = optional("What the margin is compared with in the report.")
