"""What is stamped on all that a run shows, where its numbers are not those of the trial's arms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stamp:
    """`sentence` stands on pages and documents, `caption` under tables and figures, `across` over
    pictures."""

    sentence: str
    caption: str
    across: str

    @property
    def column(self) -> tuple[str, str]:
        """The name of a column in each file of numbers, and what stands in each of its cells."""
        name, _, told = self.caption.lower().partition(", ")
        return name, told


SYNTHETIC = Stamp("Synthetic data: not evidence", "Synthetic, not evidence", "SYNTHETIC")
PERMUTED = Stamp(
    "Arms permuted: no result of the trial", "Arms permuted, no result", "ARMS PERMUTED"
)


def both(first: Stamp | None, second: Stamp | None) -> Stamp | None:
    """One stamp that says what two say; the one that is there; none."""
    if first is None or second is None:
        return first or second
    return Stamp(
        f"{first.sentence}. {second.sentence}",
        f"{first.caption}. {second.caption}",
        f"{first.across}\n{second.across}",
    )
