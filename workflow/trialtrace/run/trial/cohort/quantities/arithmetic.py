"""linear and product: numbers computed from others."""

from __future__ import annotations

from trialtrace.base.config.spec import Filled, Listed, key, optional, shape
from trialtrace.run.trial.cohort.quantities.options import Limited, Stepped
from trialtrace.run.trial.cohort.quantities.quantity import Used


@shape
class Terms:
    """Terms of a sum."""

    constant: float | None = optional("What is added.")
    terms: Filled[Used, float] = key("Factor of each number.")


@shape
class Factors:
    """Factors of a product, and its divisors."""

    of: Listed[Used] = key("Numbers that are multiplied.")
    divided_by: Listed[Used] | None = optional("Numbers by which it is divided.")
    times: float | None = optional("A constant factor.")


@shape
class Computed(Limited, Stepped):
    """A number computed from others, cut by its limits and rounded to its step."""


@shape
class Linear(Computed):
    """A sum of numbers, each with a factor."""

    kind = "linear"
    linear: Terms = key("A sum of numbers, each with a factor.")


@shape
class Product(Computed):
    """A product of numbers."""

    kind = "product"
    product: Factors = key("A product of numbers.")
