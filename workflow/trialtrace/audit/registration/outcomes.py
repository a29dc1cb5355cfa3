"""Outcomes that were registered or planned against those that are reported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialtrace.audit.ledger.design import METRICS, ToldDesign, ToldOutcome
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.verdicts import HOLDS, NOT_CHECKED
from trialtrace.audit.registration.rows import CHANGED, NOTHING, Held, upper
from trialtrace.audit.relations.wording import listed

PRIMARY, SECONDARY = "primary", "secondary"
OUTCOME, MEASURE = "registered.outcome", "registered.measure"


def outcomes(
    ledger: Ledger, registered: tuple[str, ToldDesign], reported: tuple[str, ToldDesign]
) -> Iterator[Held]:
    """Outcomes of both, the registered ones first, then those that only the paper has.

    Each text is given by the name of its paper and what it tells.
    """
    both = _Both(ledger, *registered, *reported)
    if not both.design.outcomes:
        yield from both.none_registered()
        return
    yield from both.primary()
    yield from both.secondary()
    yield from both.only_reported()


@dataclass(frozen=True)
class _Both:
    """A text that registers or plans, and one that reports."""

    ledger: Ledger
    source: str
    design: ToldDesign
    paper: str
    told: ToldDesign

    @property
    def how(self) -> str:
        """What a registry and what a protocol does."""
        return "registered" if self.design.number else "planned"

    def none_registered(self) -> Iterator[Held]:
        if not self.told.primary or not self.design.number:
            return
        labels = listed([f"“{self.label(one)}”" for one in self.told.primary])
        said = listed([self.words(one) for one in self.told.primary])
        yield Held(
            OUTCOME,
            self.source,
            "Primary outcome",
            NOTHING,
            said,
            NOT_CHECKED,
            f"The ledger has no registered outcomes to compare {labels} with.",
            (f"reported.{self.paper}.primary",),
            _claims(*self.told.primary),
        )

    def primary(self) -> Iterator[Held]:
        """Each registered primary outcome: reported as such, as secondary, or not."""
        for at, one in enumerate(self.design.primary):
            if found := self._same(one, PRIMARY, self.told.primary, at):
                yield found
            elif moved := _of(one, self.told.secondary):
                text = (
                    f"“{self.label(one)}” is {self.how} as primary and reported as secondary "
                    "outcome."
                )
                yield self._row(one, PRIMARY, at, f"secondary: {self.words(moved[0])}", text, moved)
            elif self.told.primary:
                yield self._row(one, PRIMARY, at, NOTHING, self._left_out(one, PRIMARY), [])

    def secondary(self) -> Iterator[Held]:
        """Each registered secondary outcome; one that is reported as primary is told there."""
        for at, one in enumerate(self.design.secondary):
            if found := self._same(one, SECONDARY, self.told.secondary, at):
                yield found
            elif self.told.secondary and not _of(one, self.told.primary):
                yield self._row(one, SECONDARY, at, NOTHING, self._left_out(one, SECONDARY), [])

    def only_reported(self) -> Iterator[Held]:
        """Outcomes reported as primary that are registered as secondary, or not at all; secondary
        ones that are not, where secondary outcomes are registered."""
        for at, one in enumerate(self.told.primary):
            moved = _of(one, self.design.secondary)
            if _of(one, self.design.primary) or not (self.design.primary or moved):
                continue
            yield self._unlike(one, PRIMARY, at, moved)
        for at, one in enumerate(self.told.secondary):
            if self.design.secondary and not _of(one, self.design.outcomes):
                yield self._unlike(one, SECONDARY, at, [])

    def _unlike(self, item: ToldOutcome, rank: str, at: int, moved: Sequence[ToldOutcome]) -> Held:
        """A reported outcome that is registered as secondary (`moved`), or not at all."""
        how = f"not among the outcomes that were {self.how}"
        if moved:
            how = f"{self.how} as secondary"
        return Held(
            OUTCOME,
            self.source,
            f"{upper(rank)} outcome: {self.label(item)}",
            f"secondary: {self.words(moved[0])}" if moved else NOTHING,
            f"{rank}: {self.words(item)}",
            CHANGED,
            f"“{self.label(item)}” is reported as {rank} outcome; it is {how}.",
            (f"reported.{self.paper}.{rank}.{at}",),
            _claims(item, *moved[:1]),
        )

    def _same(
        self, item: ToldOutcome, rank: str, own: Sequence[ToldOutcome], at: int
    ) -> Held | None:
        """An outcome that the paper reports at the same rank; of several the one most alike."""
        same = _of(item, own)
        if not same:
            return None
        best = min(same, key=lambda each: len(list(self._differs(item, each))))
        differs = list(self._differs(item, best))
        label = f"“{self.label(item)}”"
        text = f"{label} is {self.how} and reported as {rank} outcome."
        return Held(
            MEASURE if differs else OUTCOME,
            self.source,
            f"{upper(rank)} outcome: {self.label(item)}",
            f"{rank}: {self.words(item)}",
            f"{rank}: {self.words(best)}",
            CHANGED if differs else HOLDS,
            f"{label}: {'; '.join(differs)}." if differs else text,
            (
                f"registered.{self.source}.{rank}.{at}",
                f"reported.{self.paper}.{rank}.{own.index(best)}",
            ),
            _claims(item, best),
        )

    def _differs(self, item: ToldOutcome, other: ToldOutcome) -> Iterator[str]:
        """What of an outcome both tell, and tell otherwise: registered, then reported."""
        if item.metric and other.metric and item.metric != other.metric:
            yield f"{self.how} as {METRICS[item.metric]}, reported as {METRICS[other.metric]}"
        if item.measure and other.measure and _plain(item.measure) != _plain(other.measure):
            yield f"{self.how} by “{item.measure}”, reported by “{other.measure}”"
        if item.time and other.time and not item.time.same(other.time):
            yield f"{self.how} at {item.time.words}, reported at {other.time.words}"

    def _left_out(self, item: ToldOutcome, rank: str) -> str:
        return (
            f"“{self.label(item)}” is {self.how} as {rank} outcome; it is not among the outcomes "
            "that are reported."
        )

    def _row(
        self,
        item: ToldOutcome,
        rank: str,
        at: int,
        reported: str,
        text: str,
        beside: Sequence[ToldOutcome],
    ) -> Held:
        """A registered outcome that is reported otherwise, or not."""
        return Held(
            OUTCOME,
            self.source,
            f"{upper(rank)} outcome: {self.label(item)}",
            f"{rank}: {self.words(item)}",
            reported,
            CHANGED,
            text,
            (f"registered.{self.source}.{rank}.{at}",),
            _claims(item, *beside[:1]),
        )

    def label(self, item: ToldOutcome) -> str:
        known = self.ledger.outcomes.get(item.outcome)
        return known.label if known else item.outcome

    def words(self, item: ToldOutcome) -> str:
        """An outcome in one line: label, metric, measure, time."""
        metric = METRICS[item.metric] if item.metric else None
        time = item.time.words if item.time else None
        return ", ".join(filter(None, (self.label(item), metric, item.measure, time)))


def _of(item: ToldOutcome, others: Sequence[ToldOutcome]) -> list[ToldOutcome]:
    return [each for each in others if each.outcome == item.outcome]


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _claims(*every: ToldOutcome) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.claim for one in every if one.claim))
