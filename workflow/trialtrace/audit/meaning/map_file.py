"""Maps as files: read strictly, and written as a person edits them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from trialtrace.audit.locate.paper import LocatedPaper
from trialtrace.audit.meaning.mapping import MapFile
from trialtrace.audit.meaning.verify import Refusal, refusals
from trialtrace.base.config.compose import compose_text
from trialtrace.base.config.files import hold, read_yaml
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem, ProblemsError
from trialtrace.base.paths import Project

HEAD = """\
# What the numbers of {file} mean, by ids of its texts (trialtrace read --located) and its words.
# `confirmed: true` on a table says that you have compared it with the paper.
"""
MOST_TOLD = 20


def read_map(at: Project, path: Path) -> MapFile:
    """The map in a file. Raises UserError with every mistake against its schema."""
    return map_of(read_yaml(at, path, "map"))


def parse_map(at: Project, shown: str, text: str) -> MapFile:
    """The map in a text, YAML or JSON. Raises UserError with every mistake."""
    document = compose_text(shown, text)
    if not document.problems:
        hold(at, document, "map")
    if document.problems:
        raise ProblemsError(document.in_order())
    return map_of(document.data)


def map_of(data: Any) -> MapFile:
    """The map of data that its schema accepts."""
    made: MapFile = structure(MapFile, data)
    return made


def verified(paper: LocatedPaper, said: MapFile, shown: str) -> MapFile:
    """The same map. Raises UserError with what the paper refuses of it."""
    refused = refusals(paper, said)
    if refused:
        raise ProblemsError([_problem(one, shown) for one in refused[:MOST_TOLD]])
    return said


def _problem(one: Refusal, shown: str) -> Problem:
    return Problem(
        f"{shown}: {one.place}",
        found=f"{one.text} ({one.code})",
        expected="a map that the paper's own words and numbers bear out",
    )


def map_yaml(said: MapFile, file: str) -> str:
    """A map as a file, keys that say nothing left out, each column and row in one line."""
    data = plain(said)
    lines = [HEAD.format(file=file).rstrip()]
    for key, value in data.items():
        lines += _lines(key, value, 0)
    return "\n".join(lines) + "\n"


def _lines(key: str, value: object, depth: int) -> list[str]:
    indent = "  " * depth
    if (
        isinstance(value, Mapping)
        and depth < 3
        and any(isinstance(one, Mapping) and one for one in value.values())
        and key not in ("baseline", "all")
    ):
        made = [f"{indent}{key}:"]
        for name, one in value.items():
            made += _lines(name, one, depth + 1)
        return made
    return [f"{indent}{key}: {_flow(value)}"]


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A shape as plain data, without keys that say nothing."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {
            each.name: plain(own)
            for each in fields(value)
            if (own := getattr(value, each.name)) not in (None, False, (), {})
        }
        return found
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value
