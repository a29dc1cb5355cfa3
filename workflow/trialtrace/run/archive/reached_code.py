"""Which changed functions a number reaches in either of two runs, from the scripts of its stages.

Of what is loaded by its name, the modules of the number's own steps and endpoints count: of its
steps the entry of their method and the formulas that their cards name, of others every function.
What makes other kinds of numbers alone, such as a table of baseline data, is not entered.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from trialtrace.run.archive.code_changes import FunctionChange
from trialtrace.run.archive.code_scope import OwnCode
from trialtrace.run.archive.entry_points import EntryPoints
from trialtrace.run.archive.functions import KnownFunctions
from trialtrace.run.archive.shelf import Code, Manifest, Shelf
from trialtrace.run.archive.uses import DYNAMIC, FOREIGN, MODULE, PROPERTY, Uses
from trialtrace.run.trace.functions import ADJUST, COUNTS, DISPLAYS, SHOWN

# Which functions of some files are reached from others, along what each of them uses by name.
# A method is reached where its class is, and something that is reached uses its name; so more is
# reached than runs, and what is not reached does not run.

# A file, and a function, class or name of it.
Node = tuple[str, str]
ROOM, SUFFIX, PACKAGE_FILE = "workflow/", ".py", ".__init__"


@dataclass(frozen=True)
class UsesOfFile:
    """What the nodes of a file use; its classes by their methods, its tables by their entries."""

    uses: Uses

    @cached_property
    def members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.uses:
            outer = name.partition("[")[0] if name[0] == "=" else name.rpartition(".")[0]
            if outer and outer != name:
                found.setdefault(outer, []).append(name)
        return found


@dataclass
class Graph:
    """What the functions of some files use. A file of None, whose uses are not known, is reached.

    What is `barred` is not entered.
    """

    files: Mapping[str, UsesOfFile | None]
    barred: Collection[Node] = ()
    reached: set[Node] = field(default_factory=set)
    _attributes: set[str] = field(default_factory=set)
    # Methods of classes that are reached, by their names.
    _waiting: dict[str, list[Node]] = field(default_factory=dict)
    _ahead: list[Node] = field(default_factory=list)

    def has(self, file: str, name: str) -> bool:
        """Whether a function is reached, or may be."""
        if file in self.files and self.files[file] is None:
            return True
        return (file, name) in self.reached

    def follow(self, roots: Iterable[Node]) -> None:
        """Reach the roots and what they use."""
        for root in roots:
            self._enter(root)
        while self._ahead:
            file, name = self._ahead.pop()
            for use in self._uses(file).get(name, ()):
                self._use(file, use)

    def whole(self, file: str) -> list[Node]:
        """Every node of a file."""
        return [(file, name) for name in self._uses(file)]

    def entries(self, place: str, keys: Iterable[str]) -> list[Node]:
        """What "module:name" is; of a table the entry of the first of the keys that it has."""
        module, _, name = place.partition(":")
        file = self._modules.get(module, "")
        uses = self._uses(file)
        named = (f"={name}[{key}]" for key in keys)
        entry = None if uses.get(f"={name}") else next((one for one in named if one in uses), None)
        return [(file, entry)] if entry else self._named(module, name)

    @cached_property
    def _modules(self) -> dict[str, str]:
        """Dotted name of a module -> its file."""
        inside = (file for file in self.files if file.startswith(ROOM) and file.endswith(SUFFIX))
        dotted = {file[len(ROOM) : -len(SUFFIX)].replace("/", "."): file for file in inside}
        return {name.removesuffix(PACKAGE_FILE): file for name, file in dotted.items()}

    def _uses(self, file: str) -> Uses:
        known = self.files.get(file)
        return known.uses if known else {}

    def _enter(self, node: Node) -> None:
        file, name = node
        if node in self.reached or node in self.barred or file not in self.files:
            return
        self.reached.add(node)
        self._ahead.append(node)
        if name != MODULE:
            self._enter((file, MODULE))
        else:
            # Its package is imported before it, and that one's before that.
            folder = file.removesuffix("/__init__.py").rpartition("/")[0]
            self._enter((f"{folder}/__init__.py", MODULE))
        known = self.files.get(file)
        members = known.members.get(name, ()) if known else ()
        for member in members:
            if name[0] == "=" or self._called(file, name, member):
                self._enter((file, member))
            else:
                method = member.rpartition(".")[2]
                self._waiting.setdefault(method, []).append((file, member))

    def _called(self, file: str, name: str, member: str) -> bool:
        """Whether a method of a class that is reached may be called."""
        uses, method = self._uses(file), member.rpartition(".")[2]
        if method.startswith("__") or method in self._attributes or FOREIGN in uses[name]:
            return True
        return DYNAMIC in self._attributes and PROPERTY in uses[member]

    def _use(self, file: str, use: str) -> None:
        if use == DYNAMIC:
            self._attributes.add(DYNAMIC)
            for one in [node for nodes in self._waiting.values() for node in nodes]:
                if PROPERTY in self._uses(one[0])[one[1]]:
                    self._enter(one)
        elif use.startswith("."):
            self._attribute(use[1:])
        elif ":" in use:
            module, _, name = use.partition(":")
            for node in self._named(module, *name.split(".", 1)):
                self._enter(node)
        elif use not in (PROPERTY, FOREIGN):
            self._enter((file, use))

    def _attribute(self, name: str) -> None:
        if name not in self._attributes:
            self._attributes.add(name)
            for node in self._waiting.pop(name, ()):
                self._enter(node)

    def _named(self, module: str, name: str, attribute: str | None = None) -> list[Node]:
        """What an import of a name from a module leads to, or an attribute of that name."""
        inner = f"{module}.{name}" if name else module
        if inner in self._modules:
            # A module that is handed on as one may be asked for anything.
            return self._named(inner, attribute) if attribute else self.whole(self._modules[inner])
        if attribute:
            self._attribute(attribute)
        file = self._modules.get(module, "")
        uses = self._uses(file)
        return [(file, one) for one in (name, f"={name}", MODULE) if one in uses][:1]


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
