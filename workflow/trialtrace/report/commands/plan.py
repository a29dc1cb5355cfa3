"""`trialtrace plan`: what a plan may say here, and a block that asks it of one endpoint."""

from collections.abc import Iterator

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.paths import Project
from trialtrace.report.listing import aligned
from trialtrace.run.trial.check import read_files
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.offers import (
    LEVELS,
    POPULATION,
    SECTIONS,
    VARIABLE,
    Offered,
    endpoint_rows,
    filled,
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

# What is asked first of an endpoint, as the steps begin; of the first line any step is offered.
USUAL = (
    ("proportion: wilson", "risk_difference: newcombe", "risk_ratio: katz_log", "fisher: "),
    ("events: count", "median_time: ", "hazard_ratio: {method: cox,", "log_rank: "),
    ("summary: ", "mean_difference: welch", "welch_t: "),
    ("summary: ", "mean_difference: paired", "paired_t: "),
    ("categories: count", "probability_of_superiority: brunner_munzel", "mann_whitney: "),
)


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
            offers = [offer for offer in group.offers if offer.section == section]
            if offers:
                print(f"{HEADS[section]}")
                mark = "  " if section == "interaction" else "  - "
                lines = [f"{mark}{{{offer.written}}}  # {offer.words}" for offer in offers]
                print("\n".join(lines))


def tell_block(at: Project, name: str, endpoint: str) -> None:
    """Print an estimand and an analysis of an endpoint to paste into plan.yaml: what is asked first
    of its kind stands as steps, what else may be asked as comments."""
    files = read_files(at, name).files
    names = {one: group for group in groups(files) for one in group.names}
    if endpoint not in names:
        raise UserError(
            f"{name}: --ask",
            found=f'"{endpoint}"',
            expected=f"an endpoint that a plan can ask of: {one_of(names, MANY)}",
        )
    print("\n".join(_block(files, endpoint, names[endpoint].offers)))


def _block(files: Files, endpoint: str, offers: tuple[Offered, ...]) -> Iterator[str]:
    asked = f"{endpoint}_asked"
    arms = files.trial.get("design", "arms") or {}
    control = next((arm for arm, given in arms.items() if given.get("control")), "")
    treated = [arm for arm in arms if arm != control]
    of = treated[0] if len(treated) == 1 else f"[{', '.join(treated)}]"
    label = files.derived[endpoint].entry.label
    yield "# under estimands:"
    yield f"  {asked}:"
    yield f"    treatment: {{of: {of}, to: {control or '<arm>'}}}"
    yield f"    population: {next(iter(files.populations or ()), '<population>')}"
    yield f"    variable: {endpoint}"
    yield "    intercurrent: []"
    yield f"    summary: {_quoted(f'difference between the arms in {label}')}"
    yield "# under analyses:"
    yield f"  {asked}:"
    yield f"    label: {_quoted(label)}"
    yield "    role: exploratory"
    yield f"    estimand: {asked}"
    if files.visits_of(endpoint):
        yield "    visits: all"
    for section in ("describe", "estimates", "tests"):
        yield from _steps(files, section, offers)


def _steps(files: Files, section: str, offers: tuple[Offered, ...]) -> Iterator[str]:
    """The steps of a section: as comments those that are not asked first, or need a number."""
    first = _first(offers, section)
    steps = [(filled(files, offer), offer) for offer in offers if offer.section == section]
    asked = [one for one in steps if one[1] in first and "<" not in one[0]]
    others = [one for one in steps if one not in asked]
    if steps:
        yield f"    {section}:" if asked else f"    # {section}:"
    yield from (f"      - {{{step}}}  # {one.words}" for step, one in asked)
    yield from (f"      # - {{{step}}}  # {one.words}" for step, one in others)


def _first(offers: tuple[Offered, ...], section: str) -> list[Offered]:
    """What is asked first: by the family that has a description and an estimate among the offers;
    where none has, the first description alone."""
    for family in USUAL:
        steps = [offer for offer in offers if offer.written.startswith(family)]
        if {"describe", "estimates"} <= {step.section for step in steps}:
            return [step for step in steps if step.section == section]
    return [offer for offer in offers if offer.section == section == "describe"][:1]


def _quoted(text: str) -> str:
    """A text as YAML reads it back."""
    return "'" + text.replace("'", "''") + "'"
