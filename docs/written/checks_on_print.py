"""The page of the relations between published numbers, from their tables."""

from trialtrace.audit.relations.tables import RELATIONS

PAGE = "audit-checks.md"
_HEAD = """\
# Relations between published numbers

*Written from the modules of `workflow/trialtrace/audit/relations/` by `make docs`.*

A relation with * rests on numbers of patients. One with ? only asks. Formulas, bounds and sources:
[audit](audit.md).

| relation | what is compared | what is asked |
| --- | --- | --- |
"""


def reference() -> str:
    """Return the page: a row for each relation."""
    rows = (
        f"| `{one.name}`{'*' * one.of_sizes}{'?' * one.only_asks} | {one.says} | {one.asks} |\n"
        for one in RELATIONS
    )
    return _HEAD + "".join(rows)
