"""Pages of the reference: what an endpoint of each kind needs, and what a plan can ask of it."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from written.markdown import heading, table, tree
from written.steps import kinds_of, link, page_of

from trialtrace.base.config.spec import Hint, is_shape, members_of, without_marks
from trialtrace.base.config.spec_schema import schema_of
from trialtrace.base.paths import Project
from trialtrace.run.trial.endpoints.registry import MODULES, entry_of
from trialtrace.run.trial.instruments import registry as instruments
from trialtrace.run.trial.plan.card import TEST
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.statistics import STATISTICS
from trialtrace.run.trial.reference_keys import keys
from trialtrace.run.trial.schemas import File

_INTRODUCTION = """\
An entry has a name of your choice, which the plan uses, and a kind. The page of a kind has its
keys, an example of a trial that is here, and what a plan can ask of it. Rules that hold for all
kinds, about missing values, visits and places: [endpoints](../endpoints.md).

| kind | what it is |
| --- | --- |
"""
_SECTIONS = {
    "describe": "To describe an arm",
    "estimates": "To compare arms",
    "tests": "To test",
}


@dataclass(frozen=True)
class _Example:
    trial: str
    text: str


def pages(at: Project, file: File, name: str) -> dict[str, str]:
    """The list of kinds and a page for each."""
    rows = [f"| [{kind}](endpoints/{kind}.md) | {_words(kind)} |" for kind in MODULES]
    start = f"{heading(file.title)}\n\n{file.means}\n\n{_INTRODUCTION}"
    found = {f"{name}.md": start + "\n".join(rows) + "\n" + tree("endpoints")}
    examples = _examples(at)
    for kind in MODULES:
        found[f"{name}/{kind}.md"] = _page(kind, examples.get(kind))
    return found


def _words(kind: str) -> str:
    if kind == "instrument":
        return "A score by the rule of an instrument."
    return (importlib.import_module(MODULES[kind]).__doc__ or "").strip()


def _page(kind: str, example: _Example | None) -> str:
    parts = [f"# {kind}\n\n{_words(kind)}\n"]
    if example:
        where = f"[{example.trial}](../../../config/trials/{example.trial}/endpoints.yaml)"
        parts.append(f"From {where}:\n\n```yaml\n{example.text}\n```\n")
    variants = list(_variants(kind))
    for variant, shape in variants:
        alone = len(variants) == 1
        parts += [f"## {'Keys' if alone else variant}\n", table(list(keys(shape)))]
    return "\n".join([*parts, _asked(kind)])


def _variants(kind: str) -> Iterator[tuple[str, type]]:
    """Each shape that an entry of a kind can have, with what it is."""
    if kind != "instrument":
        for shape in _shapes(entry_of(kind)):
            yield " ".join((shape.__doc__ or "").split()).removesuffix("."), shape
        return
    for name in instruments.MODULES:
        for shape in _shapes(instruments.entry_of(name)):
            words = " ".join((shape.__doc__ or "").split()).removesuffix(".")
            yield f"{name}: {words}", shape


def _shapes(hint: Hint) -> Iterator[type]:
    bare, _ = without_marks(hint)
    if is_shape(bare):
        yield bare
        return
    for member in members_of(bare):
        yield from _shapes(member)


def _asked(kind: str) -> str:
    """What a plan can ask of an endpoint of a kind."""
    by_section: dict[str, list[str]] = {section: [] for section in _SECTIONS}
    for card in cards():
        if kind in map(page_of, kinds_of(card)):
            section = "tests" if card.statistic == TEST else STATISTICS[card.statistic].section
            title = method_of(card.step).title
            needed = schema_of(card.options).get("required", ()) if card.options else ()
            told = f" with {', '.join(f'`{key}`' for key in needed)}" if needed else ""
            by_section[section].append(f"- {link(card, '../steps/')}{told}: {title}\n")
    lines = [
        f"{_SECTIONS[section]} (`{section}`):\n\n{''.join(steps)}"
        for section, steps in by_section.items()
        if steps
    ]
    none = "No analysis is made of it; other endpoints are built on it.\n"
    return "\n".join(["## What a plan can ask of it\n", *(lines or [none])])


def _examples(at: Project) -> dict[str, _Example]:
    """The first entry of each kind in the trials that are here, as it stands in its file."""
    examples: dict[str, _Example] = {}
    for path in sorted((at.root / "config" / "trials").glob("*/endpoints.yaml")):
        text = path.read_text(encoding="utf-8")
        entries = yaml.compose(text, Loader=yaml.SafeLoader)
        for key, entry in entries.value:
            if not isinstance(entry, yaml.MappingNode):
                continue
            values = {name.value: value.value for name, value in entry.value}
            if values.get("kind") in MODULES and values["kind"] not in examples:
                whole = text[key.start_mark.index : entry.end_mark.index].rstrip()
                examples[values["kind"]] = _Example(path.parent.name, whole)
    return examples
