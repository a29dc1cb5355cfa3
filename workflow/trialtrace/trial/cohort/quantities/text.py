"""text: text with a whole number in it."""

from __future__ import annotations

from collections.abc import Iterator

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.cohort.held import Columns, Held
from trialtrace.trial.cohort.quantities.quantity import Place, Quantity
from trialtrace.trial.words import Name, Text


@shape
class Identifier:
    """A number as text."""

    of: Name = key("The number.")
    prefix: Text | None = optional("Text before it.")
    width: int | None = optional("Digits, filled with zeros.", minimum=1, maximum=12)


@shape
class TextQuantity(Quantity):
    """Text with a whole number in it, such as an identifier."""

    kind = "text"
    text: Identifier = key("Text with a whole number in it, such as an identifier.")

    def holds(self, columns: Columns) -> Held:
        return Held("text")

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("text", "of"), [self.text.of]
        yield from super().uses()


KINDS: dict[str, type[Quantity]] = {TextQuantity.kind: TextQuantity}
