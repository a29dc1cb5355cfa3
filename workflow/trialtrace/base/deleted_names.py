"""Names that an earlier version had: what takes their place, and the last version that had them.

Whoever deletes a name that users write enters it here: a method, a key or a value of a
configuration under `NAMES`, a command or its option under `COMMANDS`. `check` and the command line
then answer with the successor. A name that is known in its place is never looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Deleted:
    """`last` is the last version that had the name, which is also a tag (`v0.1.0`); `successor`
    is what to write in its place, empty where there is nothing."""

    last: str
    successor: str = ""

    def told(self) -> str:
        """What to do."""
        instead = f"write {self.successor}" if self.successor else "nothing takes its place"
        return f"deleted after version {self.last}: {instead}; the tag v{self.last} still has it"


NAMES: dict[str, Deleted] = {
    # Methods of a plan.
    "bootstrap": Deleted("0.1.0", "welch, hodges_lehmann (of medians) or newcombe (of risks)"),
    "fisher_freeman_halton_drawn": Deleted("0.1.0", "fisher_freeman_halton or chi_squared_table"),
    "difference_of_medians": Deleted("0.1.0", "median_difference: hodges_lehmann"),
    # Of a synthetic source, and of simulation.yaml.
    "mode": Deleted("0.1.0"),
    "quantities": Deleted("0.1.0", "parameters"),
    # Kinds of figure.
    "swimmer": Deleted("0.1.0", "a script of your own, as in docs/gallery/patients.md"),
    "waterfall": Deleted("0.1.0", "a script of your own, as in docs/gallery/patients.md"),
}
COMMANDS: dict[str, Deleted] = {
    "confirm": Deleted("0.1.0", "the answers of trialtrace new"),
    # Options, after their command.
    "doctor --advisories": Deleted("0.1.0", "pip-audit -r requirements.lock"),
    "validate --wheels": Deleted(
        "0.1.0", "validate alone, after pip install --require-hashes from these archives"
    ),
}


def answer(name: str, names: Mapping[str, Deleted] | None = None) -> str | None:
    """What to do about a deleted name; None for any other."""
    found = (NAMES if names is None else names).get(name)
    return found.told() if found else None
