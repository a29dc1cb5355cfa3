"""The page of the checks between published numbers, from their cards."""

from trialtrace.audit.prints.registry import MODULES, check_of

PAGE = "audit-checks.md"
_HEAD = """\
# Checks between published numbers

*Written from the cards in `workflow/trialtrace/audit/prints/` by `make docs`.*

A finding with * rests on numbers of patients. Formulas, bounds and sources: [audit](audit.md).

| what is compared | its findings | module of `trialtrace.audit.prints` |
| --- | --- | --- |
"""


def reference() -> str:
    """Return the page: a row for each check."""
    rows = []
    for name in MODULES:
        check = check_of(name)
        findings = (f"`{each}`{'*' * (each in check.of_sizes)}" for each in check.findings)
        rows.append(f"| {check.says} | {', '.join(findings)} | `{name}` |\n")
    return _HEAD + "".join(rows)
