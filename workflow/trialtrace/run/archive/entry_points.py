"""Where the functions that a number reaches begin: what of a stage's code is loaded by its name,
and what the steps of a plan have loaded for them."""

import json
from typing import TypedDict

from trialtrace.run.jobs.closure import Sources
from trialtrace.run.jobs.fresh import ANALYSE, BY_CARD, CLEAN, DERIVE, INGEST, Freshness
from trialtrace.run.jobs.imports import FORMULAS
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.step_names import steps

# Stages whose code makes results.
MAKING = (INGEST, CLEAN, DERIVE, ANALYSE)
FAMILIES, TABLE = "trialtrace.run.methods.analysing.registry", "METHODS"


class EntryPoints(TypedDict):
    """By stage the files that a registry or a card loads; by step its table, and its formulas."""

    loaded: dict[str, list[str]]
    steps: dict[str, list[str]]


def entry_points(fresh: Freshness, trial: str) -> bytes:
    """The entry points of a trial's stages, for an object of the archive."""
    sources, root = fresh.sources, fresh.at.root
    told: EntryPoints = {"loaded": {}, "steps": {}}
    for rule in MAKING:
        files = fresh.code_files(rule, trial)
        named, room = fresh.named(rule, trial), BY_CARD.get(rule)
        names = {name for path in files for name in sources.chosen(path, named, room=room)}
        loaded = files & {sources.modules[name] for name in names if name in sources.modules}
        told["loaded"][rule] = sorted(path.relative_to(root).as_posix() for path in loaded)
    for step in sorted(steps(fresh.trial(trial))):
        card = card_of(step)
        told["steps"][step] = [
            *(f"{module}:{TABLE}" for module in _modules(sources, card.family)),
            *(f"{FORMULAS}.{formula}" for formula in card.formulas),
        ]
    return json.dumps(told, sort_keys=True).encode()


def _modules(sources: Sources, family: str) -> set[str]:
    """The module that runs a family of methods."""
    registry = sources.modules.get(FAMILIES)
    return sources.chosen(registry, lambda _: {family}) if registry else set()
