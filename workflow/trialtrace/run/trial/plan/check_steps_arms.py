"""Options of steps that name arms: contrasts of their means, and their order."""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.resolve import estimand_of

# Coefficients whose sum is below this share of the largest sum to 0 but for rounding.
ROUNDING = 1e-9


def check(
    files: Files,
    analysis: str,
    place: Path_,
    contrasts: dict[str, dict[str, float]],
    order: list[str] | None,
) -> None:
    """Contrasts are of arms of the estimand and sum to 0; an order has each of them."""
    arms = compared_arms(files, analysis)
    if not arms:
        return
    for name, coefficients in contrasts.items():
        _contrast(files, (*place, "contrasts", name), coefficients, arms)
    if order is not None:
        _order(files, (*place, "order"), order, arms)


def compared_arms(files: Files, analysis: str) -> list[str]:
    """The arms that an analysis compares, its reference last; none where the estimand is lost."""
    estimand = estimand_of(files, analysis)
    if estimand is None:
        return []
    treated = estimand["treatment"]["of"]
    return [*(treated if isinstance(treated, list) else [treated]), estimand["treatment"]["to"]]


def of_each_arm(
    files: Files, place: Path_, numbers: Mapping[str, float], arms: list[str], what: str
) -> None:
    """A number for each arm that is compared, and for no other; `what` it is."""
    if not arms:
        return
    for name in numbers:
        known(files.plan, (*place, name), name, arms, "an arm of the estimand")
    if lacking := [arm for arm in arms if arm not in numbers]:
        expected = f"a {what} of each of {one_of(arms)}"
        files.plan.add(place, f"no {what} of {one_of(lacking)}", expected)


def _contrast(files: Files, place: Path_, coefficients: dict[str, float], arms: list[str]) -> None:
    for name in coefficients:
        known(files.plan, (*place, name), name, arms, "an arm of the estimand")
    largest = max((abs(value) for value in coefficients.values()), default=0.0)
    total = sum(coefficients.values())
    if largest == 0 or abs(total) > ROUNDING * largest:
        files.plan.add(
            place,
            f"coefficients that sum to {total:g}" if largest else "no coefficient but 0",
            "coefficients that sum to 0, some of them above and some below",
        )


def _order(files: Files, place: Path_, order: list[str], arms: list[str]) -> None:
    for position, name in enumerate(order):
        known(files.plan, (*place, position), name, arms, "an arm of the estimand")
    if lacking := [arm for arm in arms if arm not in order]:
        files.plan.add(place, f"no {one_of(lacking)}", f"each of {one_of(arms)}")
