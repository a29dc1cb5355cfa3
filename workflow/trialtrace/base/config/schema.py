"""Validates composed files with their JSON Schema and tells every mistake at its deepest key.

A schema's own keyword `x-expected` is the sentence that is told when its constraint is not met.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.config.compose import LOGICAL, Document, Path_
from trialtrace.base.errors import Problem, did_you_mean, one_of
from trialtrace.base.paths import NAME

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


MOST_KEYS = 12
# Schemas that others refer to.
SHARED = ("common", "instruments", "plan")
_TYPES = {
    "string": "text",
    "object": "a mapping of keys to values",
    "array": "a list",
    "number": "a number, without quotes",
    "integer": "a whole number, without quotes",
    "boolean": "true or false, without quotes",
}


COMMA = "in {} a comma ends a text: put a text that has one in quotes"


@lru_cache(maxsize=32)
def schema_text(folder: Path, name: str) -> str:
    """A schema as it stands in its file; read once a process."""
    return (folder / f"{name}.schema.json").read_text(encoding="utf-8")


@lru_cache(maxsize=32)
def load_schema(folder: Path, name: str) -> dict[str, Any]:
    """The content of a schema; parsed once a process."""
    return json.loads(schema_text(folder, name))


def referred(folder: Path, name: str) -> set[str]:
    """The shared schemas that a schema refers to, itself or through another.

    Only these are read, so that a change of another touches no file of this schema.
    """
    texts: set[str] = set()
    todo = {name}
    while todo:
        text = schema_text(folder, todo.pop())
        more = {part for part in SHARED if f'"{part}.schema.json#' in text} - texts - {name}
        texts |= more
        todo |= more
    return texts


@lru_cache(maxsize=32)
def _validator(folder: Path, name: str) -> "Draft202012Validator":
    # Takes 0.1 s to import, so only where a file is validated.
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    registry = Registry()
    for part in referred(folder, name):
        resource = Resource.from_contents(load_schema(folder, part))
        registry = registry.with_resource(f"{part}.schema.json", resource)
    registry = registry.crawl()
    return Draft202012Validator(load_schema(folder, name), registry=registry)


def validate(document: Document, folder: Path, name: str) -> None:
    """Add what the schema does not accept to the document's problems."""
    if () in document.broken:
        return
    unknown: list[tuple[dict[str, Any], str]] = []
    shared = load_schema(folder, "common")["$defs"]
    names = [shared[name] for name in ("name", "short_name")]
    for error in _validator(folder, name).iter_errors(document.data):
        path = tuple(error.absolute_path)
        if "propertyNames" in error.absolute_schema_path:
            _bad_name(document, path, error)
        elif error.validator == "additionalProperties":
            unknown += _unknown_keys(document, path, error)
        elif error.validator == "required":
            _missing_keys(document, path, error)
        elif path not in document.broken:
            document.broken.add(path)
            if error.validator == "pattern" and error.schema in names:
                document.misnamed[path] = error.instance
            document.add(path, tell(error.instance), _expected(error), do=_do(error))
            if error.validator == "type" and error.validator_value == "boolean":
                document.correct(path, expected=_expected(error), do=_do(error))
        if document.full:
            # What was not looked at may have any shape.
            document.broken.add(())
            break
    # What no schema describes is not there for the checks that follow.
    for mapping, key in unknown:
        mapping.pop(key, None)


def _bad_name(document: Document, path: Path_, error: "ValidationError") -> None:
    here = (*path, error.instance)
    document.broken.add(here)
    document.add(here, f"the key {tell(error.instance)}", _expected(error), key=True)


def _unknown_keys(
    document: Document, path: Path_, error: "ValidationError"
) -> list[tuple[dict[str, Any], str]]:
    known = list(error.schema["properties"])
    free = [key for key in known if key not in error.instance]
    # Where keys are told apart by what they are, an unknown one leaves nothing to check further.
    if "minProperties" in error.schema:
        document.broken.add(path)
    unknown = [key for key in error.instance if key not in known]
    for key in unknown:
        if document.full:
            break
        do = did_you_mean(key, free) or _inside(key, error) or _comma(key, error.instance[key])
        document.unknown[(*path, key)] = error.instance[key]
        document.add((*path, key), f"the key {tell(key)}", one_of(known, 20), do=do, key=True)
    return [(error.instance, key) for key in unknown]


def _inside(key: str, error: "ValidationError") -> str | None:
    """Where a key belongs into a mapping that stands beside it."""
    known = error.schema["properties"]
    inner = [name for name in error.instance if key in known.get(name, {}).get("properties", {})]
    return f"write it into {inner[0]}: {{{key}: …}}" if len(inner) == 1 else None


def _comma(key: Any, value: Any) -> str | None:
    """Where a key without a value is the end of a text that a comma has cut."""
    return COMMA if value is None and isinstance(key, str) and " " in key.strip() else None


def _missing_keys(document: Document, path: Path_, error: "ValidationError") -> None:
    closed = error.schema.get("additionalProperties") is False
    known = error.schema["properties"] if closed else error.instance
    unknown = [key for key in error.instance if key not in known]
    for key in error.validator_value:
        if key in error.instance:
            continue
        document.broken.add((*path, key))
        # A misspelt key is told as an unknown one.
        if not did_you_mean(key, unknown):
            document.add(
                path,
                message=f"the key {key} is missing" if "x-expected" not in error.schema else "",
                found=f"the keys {one_of(error.instance, 20)}" if error.instance else "nothing",
                expected=error.schema.get("x-expected") or _told_by_properties(error, key),
            )


def _told_by_properties(error: "ValidationError", key: str) -> str:
    data = error.schema.get("properties", {}).get(key, {})
    told = data.get("description", "")
    if "enum" in data:
        told = one_of(data["enum"], 20) + (f" ({told.rstrip('.')})" if told else "")
    return f"{key}: {told}" if told else f"the key {key}"


def tell(value: Any) -> str:
    """A value of a file as it is told in a message."""
    if isinstance(value, bool):
        return f"{str(value).lower()} (true or false)"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 80 else value[:79] + "…", ensure_ascii=False)
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return f"a mapping with the keys {one_of(value, 6)}" if value else "an empty mapping"


def _expected(error: "ValidationError") -> str:
    schema, rule, value = error.schema, error.validator, error.validator_value
    if "x-expected" in schema:
        return schema["x-expected"]
    if "enum" in schema:
        return one_of(schema["enum"], 20)
    if rule == "type" and value == "object" and "properties" in schema:
        keys = list(schema["properties"])
        more = f", … ({len(keys)} in all)" if len(keys) > MOST_KEYS else ""
        return f"a mapping: {{{', '.join(f'{key}: …' for key in keys[:MOST_KEYS])}{more}}}"
    if rule == "type":
        types = [value] if isinstance(value, str) else value
        return " or ".join(_TYPES.get(one, one) for one in types)
    if rule == "const":
        return tell(value)
    sentence = {
        "pattern": "text",
        "minLength": "text",
        "minItems": f"a list of at least {value}",
        "maxItems": f"a list of at most {value}",
        "minProperties": f"at least {value} {'entry' if value == 1 else 'entries'}",
        "maxProperties": f"{value} key; begin a new entry (-) for each",
        "uniqueItems": "every entry once",
        "minimum": f"at least {value}",
        "maximum": f"at most {value}",
        "exclusiveMinimum": f"more than {value}",
        "exclusiveMaximum": f"less than {value}",
    }
    return sentence.get(rule, str(error.message))


def _as_mapping(name: str, schema: dict[str, Any]) -> str | None:
    """A key, or the choice of the only one, that stands where its mapping should, with all other
    keys that the mapping needs."""
    properties = schema.get("properties", {})
    inner = properties.get(name, schema)
    needed = {
        key: f"{key}: {inner['properties'][key].get('enum', ['…'])[0]}"
        for key in inner.get("required", ())
        if key in inner.get("properties", {})
    }
    if name in properties:
        return f"write {{{name}: {{{', '.join(needed.values())}}}}}"
    chosen = [key for key, given in properties.items() if name in given.get("enum", ())]
    if len(chosen) == 1:
        keys = needed | {chosen[0]: f"{chosen[0]}: {name}"}
        return f"write {{{', '.join(keys.values())}}}"
    return did_you_mean(name, properties)


def _do(error: "ValidationError") -> str | None:
    instance, rule = error.instance, error.validator
    if rule == "enum" and isinstance(instance, str):
        return did_you_mean(instance, [one for one in error.validator_value if one])
    wants = error.validator_value if rule == "type" else None
    wants = [wants] if isinstance(wants, str) else wants or []
    if wants == ["object"] and isinstance(instance, str):
        return _as_mapping(instance, error.schema)
    if instance is None and error.absolute_path:
        return _comma(error.absolute_path[-1], instance)
    if "boolean" in wants and isinstance(instance, str) and instance.casefold() in LOGICAL:
        return f"write {LOGICAL[instance.casefold()]}"
    if wants == ["array"] and isinstance(instance, str | int | float):
        return f"write [{json.dumps(instance, ensure_ascii=False)}]"
    if "string" in wants and isinstance(instance, bool | int | float):
        return "write it in quotes"
    if "number" in wants and isinstance(instance, str) and "string" not in wants:
        return _number(instance, error.schema)
    if rule in ("maximum", "exclusiveMaximum"):
        return _share(str(instance), error.schema)
    if rule == "pattern" and isinstance(error.absolute_path[-1], int):
        return _between(instance)
    if rule == "pattern" and isinstance(instance, str):
        return _as_accepted(instance, str(error.validator_value))
    return None


def _as_accepted(text: str, pattern: str) -> str | None:
    """A number with a comma or a percent sign as the pattern takes it."""
    bare = text.strip()
    made = [bare.replace(",", ".")] if re.fullmatch(r"-?[0-9]+,[0-9]+", bare) else []
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", bare):
        made.append(bare.replace(",", ""))
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?\s*%", bare):
        made = [f"{Decimal(bare.rstrip('% ')) / 100:f}"]
    fits = [f'"{one}"' for one in dict.fromkeys(made) if re.search(pattern, one)]
    return f"write {' or '.join(fits)} if that is what is meant" if fits else None


def _number(text: str, schema: dict[str, Any]) -> str | None:
    """What to write in place of a text where a number is asked for."""
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        return None
    bare = text.strip().removesuffix("%")
    alone = "write the number without quotes" if bare == text.strip() else f"write {bare}"
    return (_share(bare, schema) if value > 1 else None) or alone


def _share(number: str, schema: dict[str, Any]) -> str | None:
    """A percentage as the share that a key with a largest value of at most 1 asks for; what may be
    below 0 is none, but a correlation."""
    largest = schema.get("maximum", schema.get("exclusiveMaximum", 100))
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    share = Decimal(number).scaleb(-2).normalize()
    fits = largest <= 1 and least >= 0 and 1 < float(number) <= 100
    return f"write {share:f}" if fits else None


def _between(text: str) -> str | None:
    """Where an entry of a list is two names, between which there is no comma."""
    names = text.split()
    if len(names) < 2 or not all(NAME.fullmatch(name) for name in names):
        return None
    return f"a comma is missing: write {', '.join(names)}"


# Places of a document under which each key is a definition, by the number of keys before it.
DEFINED = (
    ("design", "arms"),
    ("populations",),
    ("tables",),
    ("subjects", "variables"),
    ("subjects", "groups"),
    ("estimands",),
    ("analyses",),
    ("groups",),
    ("outcomes",),
    ("papers",),
    ("claims",),
)
FEWEST_USES = 2
_FOUND = re.compile(r'"([^"]+)"')
_MEANT = re.compile(r'did you mean "([^"]+)"\?')


def at_definitions(problems: Sequence[Problem], documents: Iterable[Document]) -> list[Problem]:
    """The problems in their order, those of one misspelt definition as the one that it is; a name
    that several places have wrongly is told once, with these, and what follows from it is not."""
    files = list(documents)
    told: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    uses: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if (pair := _pair(problem)) is not None:
            uses.setdefault(pair, []).append(problem)
    for problem in problems:
        pair = _pair(problem)
        if pair is None:
            told += [problem] if not _follows(problem, uses) else []
        elif pair in seen or pair[::-1] in seen:
            continue
        elif place := _misspelt(pair, len(uses[pair]), files):
            told.append(_at(place, pair, uses[pair]))
        else:
            told.append(_everywhere(problem, uses[pair]))
        if pair is not None and pair[::-1] not in seen:
            seen.add(pair)
    return told


def _follows(problem: Problem, uses: Mapping[tuple[str, str], list[Problem]]) -> bool:
    """Whether a problem is that a name is not there which is told as meant by another, or that the
    name is missing which this one has in its place."""
    found = (problem.found or "").removeprefix("no ").strip('"').rpartition(".")[2]
    used = {used for used, meant in uses if len(uses[used, meant]) >= FEWEST_USES}
    lacking = {meant for used, meant in uses}
    return found in used or found in lacking


def _everywhere(problem: Problem, same: Sequence[Problem]) -> Problem:
    """The problem with all places that have the name."""
    others = [one.place for one in same if one.place != problem.place]
    if not others:
        return problem
    return replace(problem, place=f"{problem.place}; also {one_of(others, 3)}")


def _pair(problem: Problem) -> tuple[str, str] | None:
    """The name that was found and the one that may be meant."""
    match = _FOUND.fullmatch(problem.found or "")
    meant = _MEANT.fullmatch(problem.do or "")
    return (match[1], meant[1]) if match and meant else None


def _at(place: str, pair: tuple[str, str], uses: list[Problem]) -> Problem:
    used, defined = pair
    return Problem(
        place,
        found=f'the name "{defined}", which nothing uses, while "{used}" is used '
        f"{len(uses)} times: {one_of((use.place for use in uses), 3)}",
        expected="the name that the other places use",
        do=f'write "{used}" here, or "{defined}" there',
    )


def _misspelt(pair: tuple[str, str], count: int, files: list[Document]) -> str | None:
    """The place of the definition of the second name where that alone is odd."""
    if count < FEWEST_USES:
        return None
    where = [(file, path) for file in files for path in _places(file.data, pair[1])]
    if len(where) != 1:
        return None
    file, path = where[0]
    if path[:-1] not in DEFINED and path != (pair[1],):
        return None
    return file.place(path, key=path[-1] == pair[1])


def _places(value: Any, name: str, path: Path_ = ()) -> Iterator[Path_]:
    """Where a name stands in a document, as a key or as a text."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == name:
                yield (*path, key)
            yield from _places(one, name, (*path, key))
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _places(one, name, (*path, position))
    elif value == name:
        yield path
