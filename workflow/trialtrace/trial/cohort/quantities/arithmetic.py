"""linear and product: numbers computed from others."""

from __future__ import annotations

from collections.abc import Iterator

from trialtrace.config.spec import Filled, Listed, key, optional, shape
from trialtrace.trial.cohort.quantities.options import Limited, Stepped
from trialtrace.trial.cohort.quantities.quantity import Place, Quantity
from trialtrace.trial.words import Name


@shape
class Terms:
    """Terms of a sum."""

    constant: float | None = optional("What is added.")
    terms: Filled[Name, float] = key("Factor of each number.")


@shape
class Factors:
    """Factors of a product, and its divisors."""

    of: Listed[Name] = key("Numbers that are multiplied.")
    divided_by: Listed[Name] | None = optional("Numbers by which it is divided.")
    times: float | None = optional("A constant factor.")


@shape
class Computed(Limited, Stepped):
    """A number computed from others, cut by its limits and rounded to its step."""


@shape
class Linear(Computed):
    """A sum of numbers, each with a factor."""

    kind = "linear"
    linear: Terms = key("A sum of numbers, each with a factor.")

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("linear", "terms"), list(self.linear.terms)
        yield from super().uses()


@shape
class Product(Computed):
    """A product of numbers."""

    kind = "product"
    product: Factors = key("A product of numbers.")

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("product", "of"), list(self.product.of)
        yield ("product", "divided_by"), list(self.product.divided_by or ())
        yield from super().uses()


KINDS: dict[str, type[Quantity]] = {Linear.kind: Linear, Product.kind: Product}
