"""`trialtrace check --plan`: what a plan may say here."""

from trialtrace.base.errors import one_of
from trialtrace.base.paths import Project
from trialtrace.report.listing import aligned
from trialtrace.run.trial.check import read_files
from trialtrace.run.trial.plan.offers import (
    LEVELS,
    POPULATION,
    SECTIONS,
    VARIABLE,
    endpoint_rows,
    groups,
    with_levels,
)

MANY = 100
HEADER = ("endpoint", "PARAMCD", "kind", "visits")
HEADS = {
    "describe": "describe:  # an arm",
    "estimates": "estimates:  # arms against each other",
    "tests": "tests:",
    "interaction": "interaction:  # one, of an analysis with `by`",
}
CHOICE = "What stands in < > is to be chosen: one of those between bars, or what is named."


def tell_plan(at: Project, name: str) -> None:
    """Print the endpoints of a trial, and for each kind the steps that suit it."""
    files = read_files(at, name).files
    rows = endpoint_rows(files)
    if not rows:
        print(f"{name}: no endpoint of endpoints.yaml is in order, so a plan has nothing to say")
        return
    print(aligned(rows, HEADER))
    print(f"\n{CHOICE}")
    print(f"<{LEVELS}>: {one_of(with_levels(files), MANY)}")
    print(f"<{POPULATION}>: {one_of(files.populations or (), MANY)}")
    print(f"<{VARIABLE}>: {one_of(files.subject_variables or (), MANY)}")
    for group in groups(files):
        print(f"\n# {group.kind}: {', '.join(group.names)}")
        for section in SECTIONS:
            offers = [one for one in group.offers if one.section == section]
            if offers:
                print(f"{HEADS[section]}")
                mark = "  " if section == "interaction" else "  - "
                lines = [f"{mark}{{{one.written}}}  # {one.words}" for one in offers]
                print("\n".join(lines))
