"""Parameters of a document: checked before a renderer starts, equal for both renderers."""

from __future__ import annotations

import ast
import math

from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.report.render.document import Document


def checked_params(document: Document, params: dict) -> dict:
    """`params` as the document will see them; an unknown name or an odd type is an error."""
    if not params:
        return {}
    known = _declared(document)
    for name in params:
        if name not in known:
            raise UserError(
                Problem(
                    f"{document.name}: parameter {name}",
                    "the cell tagged [parameters] does not assign it",
                    expected=one_of(sorted(known)),
                    do=did_you_mean(name, known),
                )
            )
    where = f"{document.name}: parameter"
    return {name: _plain(value, f"{where} {name}") for name, value in params.items()}


def _declared(document: Document) -> set[str]:
    names: set[str] = set()
    for cell in document.cells:
        if cell.is_parameters:
            for node in ast.parse(cell.code).body:
                targets = getattr(node, "targets", [getattr(node, "target", None)])
                names.update(t.id for t in targets if isinstance(t, ast.Name))
    return names


def _plain(value: object, where: str) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        # Quarto hands a whole float over as an integer; so does the embedded renderer.
        return int(value) if value.is_integer() else value
    if isinstance(value, (list, tuple)):
        return [_plain(item, where) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(item, where) for key, item in value.items()}
    expected = "text, number, true, false, null, or a list or mapping of them"
    raise UserError(Problem(where, found=repr(value), expected=expected))
