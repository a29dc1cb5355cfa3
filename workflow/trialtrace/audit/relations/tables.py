"""All relations between published numbers, in the order in which they are told."""

from functools import cache

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations import (
    baseline,
    categories,
    comparisons,
    count_tests,
    curves,
    degrees,
    directions,
    effects,
    errors,
    estimates,
    hypotheses,
    means,
    one_group,
    paired,
    quantiles,
    reductions,
    shares,
    sizes,
    statements,
    statistics,
    times,
    wholes,
    words,
)
from trialtrace.audit.relations.engine import Judgement, Relation, judged, settled
from trialtrace.audit.relations.repairs import with_repairs

MODULES = (
    words,
    sizes,
    shares,
    categories,
    wholes,
    count_tests,
    comparisons,
    reductions,
    means,
    effects,
    one_group,
    quantiles,
    statistics,
    degrees,
    paired,
    estimates,
    errors,
    hypotheses,
    times,
    curves,
    directions,
    baseline,
    statements,
)
RELATIONS: tuple[Relation, ...] = tuple(relation for module in MODULES for relation in module.TABLE)


@cache
def relation_of(name: str) -> Relation:
    """A relation by its name. Raises KeyError where there is none."""
    found = {relation.name: relation for relation in RELATIONS}
    return found[name]


def judgements(ledger: Ledger) -> list[Judgement]:
    """Every relation of a ledger, judged."""
    return with_repairs(ledger, _judged(ledger), _judged)


def _judged(ledger: Ledger) -> list[Judgement]:
    return settled(judged(ledger, RELATIONS))
