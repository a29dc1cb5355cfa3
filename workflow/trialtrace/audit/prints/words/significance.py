"""Words on significance against the p that is printed of the same comparison.

"Significantly lower" beside a p above 0.1, or n.s., and "no significant difference" beside a p
below 0.01 contradict whatever level is meant; between these limits and 0.05 it depends on the
level, which is told. Where several are printed, as beside a statistic and in a column of its own,
all have to say the same.

With a declared `level`, such as one of Bonferroni's or an interim look's, the words are held
against p of the same number of sides at that; without one, at the part of the design's `alpha` that
is of their outcome and look. "Clinically significant" is no such word. Where no p is printed it is
that of the interval, with z of another test up to a factor of 0.7 from the interval's
(`estimates.NEAR`).
"""

from collections.abc import Iterator
from dataclasses import replace

from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.significance_level import ONE_SIDE, Level, alpha_of, level_of
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.significance_words import DENIED, OTHER, SAID
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.p_sides import TINY, p_range
from trialtrace.audit.prints.two_groups.estimates import p_of_interval
from trialtrace.audit.prints.two_groups.other_tests import NEAR
from trialtrace.audit.prints.words.directions import of_side
from trialtrace.audit.relations.wording import listed, p_span

PARTS = ("significance", "direction", "words")
"""The components that words on significance may be; of those that name a side they are one."""
LEVEL, MOST, LEAST = 0.05, 0.1, 0.01
"""The usual level, and p from which on, or below which, no usual level agrees."""

CHECK = "significance.words"


@checks(
    'words such as "significantly lower" or "no significant difference" against the p of the same '
    "comparison, or that of its interval where no p is printed: contradicted by a p above 0.1 or "
    "below 0.01, a remark between these and 0.05; at the `level` that a claim declares, or at its "
    "part of the design's `alpha`, by p alone",
    {CHECK: "Words on significance, and p or interval of the same comparison."},
)
def check_significance(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        name = next((one for one in PARTS if one in entry.parts), None)
        if name is None or not entry.about.compared or entry.about.outcome is None:
            continue
        if "p" in entry.parts or not SAID.search(entry.printed) or OTHER.search(entry.printed):
            continue
        ps = _ps_of(ledger, entry)
        if ps:
            level = level_of(ledger, entry)
            findings = [list(_findings(entry, name, *one, level)) for one in ps]
            yield from _divided(entry, name, [own[0] for own in findings if own], ps)
            for said in _of_all(findings):
                more = _side(ledger, entry, said) + _unused(ledger, entry)
                yield replace(said, sentence=said.sentence + more)
        elif level_of(ledger, entry) is None and not any(
            "p" in claim.parts for claim in _same(ledger, entry)
        ):
            yield from _of_interval(ledger, entry, name)


def _side(ledger: Ledger, entry: Claim, said: Finding) -> str:
    """That p alone was judged, where words name a side that no other number tells."""
    open_side = said.component != "words" and said.agreement == COMPATIBLE
    if not open_side or DENIED.search(entry.printed) or any(of_side(ledger, entry)):
        return ""
    return " Which side it is on was not checked."


def _unused(ledger: Ledger, entry: Claim) -> str:
    """That the design's level was left aside, where it is of other sides than p is said to be."""
    alpha = alpha_of(ledger, entry.paper)
    if alpha is None or level_of(ledger, entry) is not None:
        return ""
    if (alpha.sides in ONE_SIDE) == (entry.sides in ONE_SIDE):
        return ""
    how = "one side, and the claim does not say so" if alpha.sides in ONE_SIDE else "two sides"
    return f" The design's level of {alpha.whole} is of {how} (`sides`): it was not used."


def _ps_of(ledger: Ledger, entry: Claim) -> list[tuple[Claim, Component]]:
    """Every p that is printed of the same comparison, of two sides unless the words say one."""
    return [
        (claim, claim.parts["p"])
        for claim in _same(ledger, entry)
        if "p" in claim.parts and claim.parts["p"].symbol is None
        if (claim.sides in ONE_SIDE) == (entry.about.sides in ONE_SIDE)
    ]


def _of_all(findings: list[list[Finding]]) -> Iterator[Finding]:
    """What every p says alike; of several that differ nobody knows which the words are of."""
    if all(findings) and len({own[0].agreement for own in findings}) == 1:
        yield findings[0][0]


def _divided(
    entry: Claim, name: str, findings: list[Finding], tests: list[tuple[Claim, Component]]
) -> Iterator[Finding]:
    """That of several p one agrees with the words and one does not."""
    if not {COMPATIBLE, INCONSISTENT} <= {finding.agreement for finding in findings}:
        return
    shown = listed([part.text for _, part in tests])
    text = f"“{entry.printed}” stands beside {shown}, of which one agrees with it and one does not."
    yield verdict(CHECK, entry, name, DOUBT, text, [source for source, _ in tests])


def _same(ledger: Ledger, entry: Claim) -> list[Claim]:
    """What is printed of the same groups, outcome, population, visit and stratum, of no margin."""
    about = entry.about
    return [
        claim
        for claim in ledger.entries.values()
        if claim.about.outcome == about.outcome and set(claim.about.compared) == set(about.compared)
        if (claim.about.visit, claim.about.stratum) == (about.visit, about.stratum)
        if claim.about.change == about.change and claim.about.category == about.category
        if ledger.population(claim) == ledger.population(entry) and claim.about.margin is None
    ]


def _of_interval(ledger: Ledger, entry: Claim, name: str) -> Iterator[Finding]:
    """The words against the one interval of the same comparison."""
    claims = [claim for claim in _same(ledger, entry) if p_of_interval(ledger, claim)]
    source = ledger.agreed(claims, "ci_low", "ci_high")
    if source is None or (p := p_of_interval(ledger, source)) is None:
        return
    low, high = p
    denied = DENIED.search(entry.printed) is not None
    text = f"“{entry.printed}” stands beside {source.interval}, with {p_span(low, high)}"
    least, most = (
        2 * float(ndtr(float(ndtri(max(p, TINY) / 2)) * by))
        for p, by in ((low, 1 / NEAR), (high, NEAR))
    )
    if most < LEAST if denied else least >= MOST:
        agreement, text = INCONSISTENT, f"{text}."
    elif high < LEVEL if denied else low >= LEVEL:
        agreement, text = NOT_CHECKABLE, f"{text}; another test or level may agree."
    elif low < LEVEL < high:
        return
    else:
        agreement, text = COMPATIBLE, f"{text}, in keeping with it."
    yield verdict(CHECK, entry, name, agreement, text, [source])


def _findings(
    entry: Claim, name: str, source: Claim, component: Component, level: Level | None
) -> Iterator[Finding]:
    denied = DENIED.search(entry.printed) is not None
    low, high = p_range(component)
    text = f"“{entry.printed}” stands beside {component.text}"
    open_level = level is not None and level.open
    if level is not None:
        low = level.value if component.relation == "ns" else low
        text += f", at the level of {level.text}{' over all looks' if level.open else ''}"
        least, most = (0.0 if level.open else level.value), level.most
        beyond = high <= least if denied else low > most or component.relation == "ns"
        against = beyond
        undecided = (low <= most and high > least) and component.relation != "ns"
    else:
        against = high < LEVEL if denied else low >= LEVEL
        beyond = high < LEAST if denied else low >= MOST or component.relation == "ns"
        undecided = low < LEVEL < high
    if beyond:
        agreement, text = INCONSISTENT, f"{text}."
    elif against:
        agreement, text = NOT_CHECKABLE, f"{text}, which agrees at another level than 0.05 only."
    elif undecided and not open_level:
        return
    elif undecided:
        agreement = NOT_CHECKABLE
        text += "; of which look it is stands nowhere in the ledger (`look`)."
    else:
        agreement, text = COMPATIBLE, f"{text}, in keeping with it."
    yield verdict(CHECK, entry, name, agreement, text, [source])
