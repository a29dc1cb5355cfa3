"""The tables of docs/audit-accuracy.md, from what campaigns/accuracy.py measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from made_papers.chance import BUNDLES, MECHANISMS, Case
from made_papers.planted import HELD_OUT, KINDS, Planted
from record import circumstances, table
from trialtrace.stats.categorical.proportions import wilson

PREVALENCES = (0.01, 0.05, 0.20)
MOST_TOLD = 12
HEADER = "<!-- Everything below is written by `make campaign-accuracy`. -->"


@dataclass
class TruePapers:
    """Claims of true papers, and the alarms on them: (seed, claim, printed, finding)."""

    papers: int = 0
    claims: int = 0
    checked: int = 0
    alarms: list[tuple[int, str, str, str]] = field(default_factory=list)


@dataclass
class Result:
    """What the audit made of one planted error."""

    seed: int
    planted: Planted
    trace: bool
    found: bool
    on_claim: bool
    named: bool

    @property
    def told(self) -> str:
        claims = self.planted.paper.claims
        changed = "; ".join(f"{name} “{claims[name].printed}”" for name in self.planted.claims)
        return f"- {self.planted.kind}, seed {self.seed}: {changed}"


def share(events: int, n: int) -> str:
    """ "12 of 13, 92.3 % (66.7 to 98.6)"; Wilson's interval, two decimals near 0."""
    if not n:
        return "–"
    found = wilson(events, n, confidence=0.95)
    part, low, high = (
        f"{100 * value:.{1 if found.high >= 0.001 else 2}f}"
        for value in (events / n, found.low, found.high)
    )
    return f"{events} of {n}, {part} % ({low} to {high})"


def _row(name: str, chosen: Sequence[Result]) -> tuple:
    traced = [one for one in chosen if one.trace]
    silent = [one for one in chosen if not one.trace]
    candidates = [one for one in traced if one.planted.names]
    return (
        name,
        len(chosen),
        share(sum(one.found for one in traced), len(traced)),
        f"{sum(one.found for one in silent)} of {len(silent)}" if silent else "–",
        share(sum(one.named for one in candidates), len(candidates)),
    )


def kinds_table(results: Sequence[Result]) -> str:
    def of(wanted: Callable[[str], bool]) -> list[Result]:
        return [one for one in results if wanted(one.planted.kind)]

    rows = []
    for kind in KINDS:
        name = f"{kind} (held out)" if kind in HELD_OUT else kind
        rows.append(_row(name, of(lambda k, kind=kind: k == kind)))
    rows += [
        _row("**held out**", of(lambda k: k in HELD_OUT)),
        _row("**not held out**", of(lambda k: k not in HELD_OUT)),
        _row("**all**", results),
    ]
    head = (
        "kind",
        "planted",
        "found, of those with a trace",
        "found, of those without",
        "cause named, of those with a trace whose cause is looked for",
    )
    return table(head, rows)


def values_table(found: TruePapers, results: Sequence[Result]) -> str:
    traced = [one for one in results if one.trace]
    sensitivity = sum(one.found for one in traced) / len(traced)
    overall = sum(one.found for one in results) / len(results)
    rate = len(found.alarms) / found.claims
    upper = wilson(len(found.alarms), found.claims, confidence=0.95).high
    rows = []
    for prevalence in PREVALENCES:
        cells = []
        for one, false in ((sensitivity, rate), (sensitivity, upper), (overall, upper)):
            right = one * prevalence
            cells.append(f"{100 * right / (right + false * (1 - prevalence)):.1f} %")
        rows.append((f"{100 * prevalence:g} %", *cells))
    head = (
        "claims with an error",
        "errors with a trace, measured rates",
        "same, false alarms at their upper bound",
        "all errors, upper bound",
    )
    return table(head, rows)


def chance_table(found: Sequence[Case]) -> str:
    known = [one for one in found if one.cp is not None]
    rows = []
    for tenth in range(10):
        inside = [one for one in known if min(int(10 * (one.cp or 0)), 9) == tenth]
        rows.append(_chance_row(f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}", inside))
    rows.append(_chance_row("cannot be told", [one for one in found if one.cp is None]))
    rows.append(_chance_row("**all that can**", known))
    for mechanism in MECHANISMS:
        rows.append(_chance_row(mechanism, [o for o in known if o.mechanism == mechanism]))
    for name in BUNDLES:
        for tier in (1, 2, 3):
            chosen = [one for one in known if (one.bundle, one.tier) == (name, tier)]
            rows.append(_chance_row(f"{name}, up to tier {tier}", chosen))
    head = (
        "CP",
        "mean CP",
        "half windows",
        "double windows",
        "matched",
        "matched, of those that the audit objects to",
    )
    return table(head, rows)


def _chance_row(name: str, found: Sequence[Case]) -> tuple:
    asked = [one for one in found if one.asked]
    means = [_mean([getattr(one, field) for one in found]) for field in ("cp", "half", "double")]
    return name, *means, *(share(sum(o.matched for o in g), len(g)) for g in (found, asked))


def _mean(values: Sequence[float | None]) -> str:
    known = [one for one in values if one is not None]
    return f"{np.mean(known):.3f}" if known else "–"


def _listed(title: str, lines: Sequence[str], none: str) -> str:
    if not lines:
        return none
    more = [f"- and {len(lines) - MOST_TOLD} more"] if len(lines) > MOST_TOLD else []
    return "\n".join([f"{title} ({len(lines)}):", "", *lines[:MOST_TOLD], *more])


def page(found: TruePapers, results: Sequence[Result], chance: Sequence[Case], how: str) -> str:
    missed = [one.told for one in results if one.trace and not one.found]
    unnamed = [one.told for one in results if one.trace and one.planted.names and not one.named]
    false = [
        f"- seed {seed}, {claim}, “{printed}”: {text}"
        for seed, claim, printed, text in found.alarms
    ]
    with_alarm = len({alarm[0] for alarm in found.alarms})
    return "\n\n".join(
        [
            HEADER,
            f"{circumstances()} {how}",
            "## True papers",
            f"{found.papers} papers with {found.claims} claims, of which {found.checked} were "
            "checked. "
            f"False alarms: {share(len(found.alarms), found.claims)} of the claims, in "
            f"{share(with_alarm, found.papers)} of the papers.",
            _listed("They are", false, ""),
            "## Planted errors",
            kinds_table(results),
            f"The alarm stood on the altered claim itself in "
            f"{share(sum(o.on_claim for o in results if o.found), sum(o.found for o in results))}; "
            "else on a number that is linked with it.",
            _listed(
                "Errors with a trace that were not found",
                missed,
                "No error with a trace was missed.",
            ),
            _listed(
                "Errors with a trace whose cause is looked for and was not named",
                unnamed,
                "Every cause that is looked for was named.",
            ),
            "## Predictive value of an alarm",
            values_table(found, results),
            "## The chance of a coincidental fit",
            chance_table(chance),
        ]
    )
