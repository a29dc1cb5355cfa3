"""Which files of code some numbers alone can come to use: a method of its analyses, an endpoint of
what is made from it.

The rest of a stage's code is every number's. What is told is what the job could use if the plan had
this step, or this endpoint, alone.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from trialtrace.run.archive.functions import FunctionChange
from trialtrace.run.archive.shelf import Manifest, Shelf
from trialtrace.run.jobs.fresh import (
    ANALYSE,
    DERIVE,
    ENDPOINT_REGISTRIES,
    STEP_REGISTRIES,
    Freshness,
)
from trialtrace.run.trial.endpoints.shared import EndpointEntry
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.step_names import steps

# By stage and by what: file -> the steps, or endpoints, that can come to use it.
Own = dict[str, dict[str, dict[str, list[str]]]]


def own_code(fresh: Freshness, trial: str, root: Path) -> bytes:
    """The files of the stages that are not every number's, for an object of the archive."""
    data: Own = {}
    whole = fresh.trial(trial)
    by_step = {
        step: {key: {step, card_of(step).family} for key in STEP_REGISTRIES}
        for step in steps(whole)
    }
    by_endpoint = {
        name: {key: {endpoint.kind, *_entry_names(endpoint.entry)} for key in ENDPOINT_REGISTRIES}
        for name, endpoint in whole.endpoints.items()
    }
    for rule in (DERIVE, ANALYSE):
        files = partial(fresh.code_files, rule, trial)
        data[rule] = {"endpoints": _by_name(files, ENDPOINT_REGISTRIES, by_endpoint, root)}
        if rule == ANALYSE:
            data[rule]["steps"] = _by_name(files, STEP_REGISTRIES, by_step, root)
    return json.dumps(data, sort_keys=True).encode()


def _entry_names(entry: EndpointEntry) -> set[str]:
    """By which names registries know an entry: its kind, and its instrument."""
    instrument = {entry.instrument} if isinstance(entry, InstrumentEntry) else set()
    return {entry.kind, *instrument}


def _by_name(
    files: Callable[[Mapping[str, set[str]]], set[Path]],
    registries: Iterable[str],
    names: Mapping[str, Mapping[str, set[str]]],
    root: Path,
) -> dict[str, list[str]]:
    """File -> names that alone lead to it."""
    shared = files({key: set() for key in registries})
    texts: dict[str, list[str]] = {}
    for name, only in sorted(names.items()):
        for path in files(only) - shared:
            texts.setdefault(path.relative_to(root).as_posix(), []).append(name)
    return dict(sorted(texts.items()))


@dataclass(frozen=True)
class OwnCode:
    """The files of two runs' code that are not every number's."""

    told: tuple[Own, ...]

    @classmethod
    def of(cls, runs: Iterable[tuple[Shelf, Manifest]]) -> "OwnCode":
        """What runs were kept with; a run of before that was kept says that all code is shared."""
        found: list[Own] = [
            json.loads(shelf.file(kept["own"])) for shelf, kept in runs if "own" in kept
        ]
        return cls(tuple(found))

    def concerns(
        self, change: FunctionChange, stages: Collection[str], used: Mapping[str, Collection[str]]
    ) -> bool:
        """Whether a number can come to use a changed function in one of the stages.

        `used` has the steps and endpoints of the number.
        """
        return any(
            self.in_stage(stage, change.file, used) for stage in change.stages if stage in stages
        )

    @cached_property
    def steps(self) -> set[str]:
        """Every step that alone leads to some file."""
        stages = (stage for own in self.told for stage in own.values())
        by_file = (stage.get("steps", {}).values() for stage in stages)
        return {name for files in by_file for names in files for name in names}

    def in_stage(self, stage: str, file: str, used: Mapping[str, Collection[str]]) -> bool:
        """Whether a number can come to use a file in a stage."""
        known = [
            (by, names[file])
            for own in self.told
            for by, names in own.get(stage, {}).items()
            if file in names
        ]
        return not known or any({*used[by]} & {*names} for by, names in known)
