"""Logs of SARIF 2.1.0, held to the object model that pysarif makes from OASIS's own schema."""

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from dataclasses_json.stringcase import camelcase
from jsonschema import Draft202012Validator
from pysarif import PropertyBag, SarifLog

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def log_of(text):
    """The log, every key, type and word of which the model knows, and no required key absent."""
    log = json.loads(text)
    validator().validate(log)
    return log


@cache
def validator():
    objects = {}
    _ask(SarifLog, objects)
    log = objects["SarifLog"]["properties"]
    log["$schema"] = log.pop("schema")  # which no attribute can be called
    return Draft202012Validator({"$defs": objects, "$ref": "#/$defs/SarifLog"})


def _ask(of, objects):
    """The schema of a class, in `objects` by its name, and of every class that it names."""
    objects[of.__name__] = asked = {"type": "object", "properties": {}}
    hints = get_type_hints(of)
    for field in fields(of):
        key = camelcase(field.name)
        asked["properties"][key] = _type(hints[field.name], objects)
        if field.default is MISSING and field.default_factory is MISSING:
            asked.setdefault("required", []).append(key)
    asked["additionalProperties"] = of is PropertyBag  # whose keys are the tool's own


def _type(hint, objects):
    if hint is Any:
        return {}
    if is_dataclass(hint):
        if hint.__name__ not in objects:
            _ask(hint, objects)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if get_origin(hint) is list:
        return {"type": "array", "items": _type(get_args(hint)[0], objects)}
    if hint in TYPES:
        return {"type": TYPES[hint]}
    (one,) = (kind for kind in get_args(hint) if kind is not NoneType)  # it may be absent
    return _type(one, objects)
