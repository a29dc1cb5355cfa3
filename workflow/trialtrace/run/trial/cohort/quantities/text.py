"""text: text with a whole number in it."""

from __future__ import annotations

from trialtrace.base.config.names import Text
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.cohort.quantities.quantity import Held, Quantity, Used


@shape
class Identifier:
    """A number as text."""

    of: Used = key("The number.")
    prefix: Text | None = optional("Text before it.")
    width: int | None = optional("Digits, filled with zeros.", minimum=1, maximum=12)


@shape
class TextQuantity(Quantity):
    """Text with a whole number in it, such as an identifier."""

    kind = "text"
    held = Held("text")
    text: Identifier = key("Text with a whole number in it, such as an identifier.")
