"""How many jobs each kind of edit reruns: a section of docs/architecture.md.

`python campaigns/edits.py` makes each edit in a copy of the checkout, asks
`trialtrace.run.jobs.fresh` for the hashes of all jobs of the six trials before and after it, and
puts the copy back. About a minute; nothing is run.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from architecture import PAGE
from record import copy_checkout, table, write_section
from trialtrace.base.paths import project
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.stages import SITE, STAGES

Job = tuple[str, str | None]
CODE, SCHEMAS = "workflow/trialtrace", "workflow/trialtrace/schemas"
REMARK = "# A remark.\n"
TEXT = """\
*Written by `python campaigns/edits.py`.*

A run of the six trials has {jobs} jobs. An edit changes the hash of those that can come to use what
is edited; with them runs what is made from what they make. "Before" is the tree of 6276ffe, where a
concept lay in other files; an edit there is of the files that held the same. The words of a method
lie now beside its options, so they rerun the analyses and checks of the plans that name it too.
Reports look every method up by its name, so a card reruns each of them. Boundaries of interim looks
are reached by their names, which no plan of the six has; models of hazards by an audit where a
trial has times. Which methods suit a kind of endpoint stands in one table of all kinds, which every
job that reads a plan uses. Schemas count at the start of a run alone, which is refused where one
does not accept the configuration; the shapes that they are written from are code of the jobs that
read the file, and trial.yaml is read by all.
"""


@dataclass(frozen=True)
class Change:
    """Text put after the line that holds `after`, else at the end of the file."""

    file: str
    text: str = REMARK
    after: str = ""
    new: bool = False

    def of(self, content: str | None) -> str:
        """The file's content with the change; None is a file that is not there.

        Raises ValueError for one that should, or should not, be there, and where no line holds
        `after`.
        """
        if self.new != (content is None):
            raise ValueError(f"{self.file}: {'there already' if self.new else 'not there'}")
        content = content or ""
        if not self.after:
            return content + self.text
        lines = content.splitlines(keepends=True)
        number = next((n for n, line in enumerate(lines) if self.after in line), None)
        if number is None:
            raise ValueError(f"{self.file}: no line has {self.after}")
        return "".join([*lines[: number + 1], self.text, *lines[number + 1 :]])


@dataclass(frozen=True)
class Edit:
    """What somebody does, the files that it changes, and what it reran at 6276ffe.

    `before` is measured alike on that commit, which had the same concepts in other files: jobs
    whose hash changed, and jobs with what is made from theirs.
    """

    what: str
    changes: tuple[Change, ...]
    before: tuple[int, int]


def _entry(registry: str, name: str, after: str) -> Change:
    """A line of a registry beside another."""
    return Change(f"{CODE}/{registry}", f'    "{name}": f"{{_HERE}}.{name}",\n', f'"{after}": ')


def _code(*modules: str) -> tuple[Change, ...]:
    return tuple(Change(f"{CODE}/{module}.py") for module in modules)


def _added(*modules: str) -> tuple[Change, ...]:
    return tuple(Change(f"{CODE}/{module}.py", new=True) for module in modules)


EDITS = (
    Edit("a module of one instrument", _code("run/trial/instruments/tuning_fork"), (5, 6)),
    Edit(
        "an instrument added",
        (
            *_added("run/trial/instruments/added"),
            _entry("run/trial/instruments/registry.py", "added", "vas"),
            Change(f"{SCHEMAS}/instruments.schema.json", "\n"),
        ),
        (43, 43),
    ),
    Edit(
        "a kind of endpoint added",
        (
            *_added("run/endpoints/kinds/added", "run/trial/endpoints/added"),
            *_code("run/trial/endpoints/check", "run/trial/plan/methods"),
            Change(
                f"{CODE}/run/endpoints/registry.py",
                '    "added": "trialtrace.run.endpoints.kinds.added",\n',
                '"finding": ',
            ),
            _entry("run/trial/endpoints/registry.py", "added", "finding"),
            Change(f"{SCHEMAS}/endpoints.schema.json", "\n"),
        ),
        (31, 31),
    ),
    Edit(
        "the words of a card",
        (
            Change(
                f"{CODE}/run/trial/plan/cards/survival.py",
                f"        {REMARK}",
                '"hazard_ratio.cox",',
            ),
        ),
        (7, 7),
    ),
    Edit(
        "a statistic added to a family",
        (
            *_code(
                "stats/categorical/proportions",
                "run/methods/categorical/check",
            ),
            Change(
                f"{CODE}/run/trial/plan/cards/categorical.py",
                '    Card("proportion.added"),\n',
                "CARDS = (",
            ),
            Change(
                f"{CODE}/run/trial/plan/card_modules.py",
                '    "proportion.added": f"{_HERE}.categorical",\n',
                '"proportion.wald": ',
            ),
            Change(f"{SCHEMAS}/plan.schema.json", "\n"),
        ),
        (25, 25),
    ),
    Edit("a formula", _code("stats/survival/cox"), (12, 19)),
    Edit("a formula of interim looks", _code("stats/multiplicity/group_sequential"), (43, 43)),
    Edit("a check", _code("run/methods/survival/check"), (3, 10)),
    Edit("a check on print", _code("audit/prints/times/hazards"), (6, 13)),
    Edit("a figure", _code("report/figures/swimmer"), (1, 2)),
    Edit("a quantity of cohorts", _code("run/synthetic/quantities/pattern"), (1, 8)),
    Edit("a label in a plan", (Change("config/trials/ruetzler2013/plan.yaml"),), (4, 5)),
    Edit(
        "the description of a key of a kind of endpoint",
        (*_code("run/trial/endpoints/event"), Change(f"{SCHEMAS}/endpoints.schema.json", "\n")),
        (30, 31),
    ),
    Edit(
        "the description of a key of trial.yaml",
        (*_code("run/trial/study/file"), Change(f"{SCHEMAS}/trial.schema.json", "\n")),
        (42, 43),
    ),
    Edit("a page of the documentation", (Change("docs/faq.md"),), (0, 0)),
    Edit("`base/errors.py`", _code("base/errors"), (43, 43)),
)


@contextmanager
def changed(root: Path, changes: Iterable[Change]) -> Iterator[None]:
    """The files under `root` with the changes made; as they were afterwards."""
    kept: dict[Path, str | None] = {}
    try:
        for change in changes:
            path = root / change.file
            kept[path] = path.read_text(encoding="utf-8") if path.exists() else None
            path.write_text(change.of(kept[path]), encoding="utf-8")
        yield
    finally:
        for path, content in kept.items():
            path.unlink() if content is None else path.write_text(content, encoding="utf-8")


def downstream(jobs: set[Job], trials: tuple[str, ...]) -> set[Job]:
    """The jobs with everything that is made from what they make."""
    rules = list(STAGES)
    later = {
        (rule, trial) for job, trial in jobs if trial for rule in rules[rules.index(job) + 1 :]
    }
    site = {(SITE, None)} if any(trial in trials for _, trial in jobs) else set()
    return jobs | later | site


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copy_checkout(root)
        standing = freshness(project(root))
        hashes, rows = standing.all_jobs(*standing.settings.trials), []
        for edit in EDITS:
            with changed(root, edit.changes):
                after = freshness(project(root)).all_jobs()
            jobs = {job for job in hashes if hashes[job] != after[job]}
            count = (len(jobs), len(downstream(jobs, standing.settings.trials)))
            rows.append((edit.what, *edit.before, *count))
    head = ("edit", "hashes before", "jobs before", "hashes now", "jobs now")
    text = TEXT.format(jobs=len(hashes)) + "\n" + table(head, rows)
    write_section("What an edit reruns", text, PAGE)


if __name__ == "__main__":
    main()
