"""Which changed functions a number reaches in either of two runs, from the scripts of its stages.

Of what is loaded by its name, the modules of the number's own steps and endpoints count: of its
steps the entry of their method and the formulas that their cards name, of others every function.
What makes other kinds of numbers alone, such as a table of baseline data, is not entered.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from trialtrace.run.archive.code_changes import FunctionChange
from trialtrace.run.archive.code_scope import OwnCode
from trialtrace.run.archive.entry_points import EntryPoints
from trialtrace.run.archive.functions import KnownFunctions
from trialtrace.run.archive.reached import Graph, Node, UsesOfFile
from trialtrace.run.archive.shelf import Code, Manifest, Shelf
from trialtrace.run.trace.functions import ADJUST, COUNTS, DISPLAYS, SHOWN

SCRIPT = "scripts/{}.py"
INTERACTION = "run/methods/stratified/analyse_interaction.py:interaction"
Used = Mapping[str, Collection[str]]


@dataclass
class CodeOfRun:
    """The code of a kept run, with where it begins; None of one of before that was kept."""

    code: Code
    begins: EntryPoints | None
    known: KnownFunctions
    own: OwnCode
    _files: dict[str, UsesOfFile | None] = field(default_factory=dict)
    _graphs: dict[object, Graph] = field(default_factory=dict)

    def reaches(self, change: FunctionChange, stage: str, used: Used, barred: set[Node]) -> bool:
        """Whether a stage of the run reaches a changed function for a number."""
        if change.file not in self.code.get(stage, {}):
            return False
        graph = self._graph(stage, used, barred)
        return graph is None or graph.has(change.file, change.function)

    def _graph(self, stage: str, used: Used, barred: set[Node]) -> Graph | None:
        if self.begins is None:
            return None
        files = frozenset(file for file in self.code[stage] if self.own.in_stage(stage, file, used))
        loaded = [file for file in self.begins["loaded"].get(stage, ()) if file in files]
        steps = frozenset(used["steps"]) & {*self.begins["steps"]}
        key = (stage, files, steps, frozenset(barred))
        if key not in self._graphs:
            graph = Graph({file: self._uses(file, stage) for file in files}, barred)
            graph.follow(graph.whole(SCRIPT.format(stage)))
            graph.follow(self._entries(graph, steps))
            places = {place for each in self.begins["steps"].values() for place in each}
            by_step = {node[0] for place in places for node in graph.entries(place, ())}
            for file in loaded:
                if file not in by_step:
                    graph.follow(graph.whole(file))
            self._graphs[key] = graph
        return self._graphs[key]

    def _entries(self, graph: Graph, steps: Iterable[str]) -> list[Node]:
        """What the steps of a number have loaded for them."""
        assert self.begins is not None
        return [
            node
            for step in steps
            for place in self.begins["steps"][step]
            for node in graph.entries(place, (step, step.partition(".")[0]))
        ]

    def _uses(self, file: str, stage: str) -> UsesOfFile | None:
        if file not in self._files:
            uses = self.known.uses(self.code[stage][file])
            self._files[file] = None if uses is None else UsesOfFile(uses)
        return self._files[file]


@dataclass(frozen=True)
class ReachedCode:
    """The code of two runs that are compared."""

    runs: tuple[CodeOfRun, ...]

    @classmethod
    def of(
        cls, runs: Iterable[tuple[Shelf, Manifest]], known: KnownFunctions, own: OwnCode
    ) -> "ReachedCode":
        return cls(
            tuple(
                CodeOfRun(
                    shelf.code_of(kept),
                    json.loads(shelf.file(kept["begins"])) if "begins" in kept else None,
                    known,
                    own,
                )
                for shelf, kept in runs
            )
        )

    def reaches(
        self, change: FunctionChange, stages: Collection[str], used: Used, barred: set[Node]
    ) -> bool:
        """Whether a number can come to a changed function in one of the stages, in either run."""
        return any(
            run.reaches(change, stage, used, barred)
            for stage in change.stages
            if stage in stages and self.runs[0].own.in_stage(stage, change.file, used)
            for run in self.runs
        )


def barred_to(analysis: str, statistic: str, adjusted: str, words: Collection[str]) -> set[Node]:
    """What makes other numbers than those of an analysis, or of a table that no analysis makes.

    `words` are those of the analysis in the plan.
    """
    others = {place for name, place in DISPLAYS.items() if name != analysis}
    if analysis in DISPLAYS:
        others.add(COUNTS)
    if statistic != adjusted:
        others.add(ADJUST)
    if "interaction" not in words:
        others.add(INTERACTION)
    return {(f"{SHOWN}/{file}", name) for file, _, name in (one.partition(":") for one in others)}
