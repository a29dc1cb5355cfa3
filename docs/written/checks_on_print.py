"""The table of the checks on print in docs/audit.md, from their cards."""

from trialtrace.audit.prints.registry import MODULES, check_of
from trialtrace.base.paths import Project

HEAD = "| what is held against what | its findings | where it lives (`trialtrace.audit.prints`) |"
PLACE = "docs/audit.md"


def page(at: Project) -> str:
    """The whole page with the table as it has to be."""
    text = (at.root / PLACE).read_text(encoding="utf-8")
    before, _, rest = text.partition(f"{HEAD}\n")
    after = rest.partition("\n\n")[2]
    return f"{before}{table()}\n{after}"


def table() -> str:
    """The checks, a line each; a finding with * rests on numbers of patients."""
    lines = [HEAD, "| --- | --- | --- |"]
    for name in MODULES:
        check = check_of(name)
        found = (f"`{each}`{'*' * (each in check.of_sizes)}" for each in check.findings)
        lines.append(f"| {check.says} | {', '.join(found)} | `{name}` |")
    return "\n".join(lines) + "\n"
