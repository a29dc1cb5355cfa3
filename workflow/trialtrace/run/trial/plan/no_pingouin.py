"""Results that nothing recomputes because pingouin is not installed: it is under the GPL, and a run
may do without it."""

from collections.abc import Collection, Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from trialtrace.run.trial.plan.card import Card, Second
from trialtrace.run.trial.plan.registry import card_of

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

PINGOUIN = "pingouin"


def asks_pingouin(card: Card) -> bool:
    """Whether the check of a card asks it."""
    seconds = [card.second] if isinstance(card.second, Second) else card.second.values()
    return any(second.by.startswith(PINGOUIN) for second in seconds)


def lacks_pingouin(trial: "Trial") -> bool:
    """Whether the plan has analyses that it recomputes, and it is not here."""
    return find_spec(PINGOUIN) is None and bool(_analyses(trial))


def without_check(
    trial: "Trial", results: Iterable[tuple[str, str]], checked: Collection[str]
) -> str | None:
    """What is not recomputed for want of it, of results by their id and analysis; None of nothing.

    `checked` are the ids of those that are.
    """
    if not lacks_pingouin(trial):
        return None
    analyses = _analyses(trial)
    names = [name for result, name in results if name in analyses and result not in checked]
    if not names:
        return None
    many = f"{len(names)} results" if len(names) > 1 else "1 result"
    return (
        "pingouin, which recomputes analyses of variance and Greenhouse and Geisser's correction, "
        f"is not installed: {many} of {', '.join(sorted(set(names)))} stand without that check"
    )


def _analyses(trial: "Trial") -> set[str]:
    found = set()
    for name, analysis in trial.plan.analyses.items():
        steps = (*analysis.describe, *analysis.estimates, *analysis.tests, analysis.interaction)
        if any(asks_pingouin(card_of(step.key)) for step in steps if step is not None):
            found.add(name)
    return found
