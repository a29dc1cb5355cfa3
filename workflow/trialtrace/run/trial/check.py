"""Checks the whole configuration of a trial: every file, then what the files say of each other.

All mistakes are told at once. Where a part of a file has the wrong shape, what depends on that part
is left alone, so that one mistake is told once.
"""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from trialtrace.base.config.compose import Document
from trialtrace.base.config.files import read_document
from trialtrace.base.config.schema import at_definitions
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.base.paths import NAME, Project, project
from trialtrace.base.purpose import is_date
from trialtrace.run.trial import check_cleaning as cleaning
from trialtrace.run.trial import check_review as review
from trialtrace.run.trial import check_trial as trial
from trialtrace.run.trial.amendments import FILE as AMENDMENTS
from trialtrace.run.trial.amendments import AmendmentsFile
from trialtrace.run.trial.answers import FILE as ANSWERS
from trialtrace.run.trial.check_labels import crossed_labels, fields_of_one_name
from trialtrace.run.trial.claims import check as claims
from trialtrace.run.trial.cohort_script import lacking, script_place
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.dictionary import check_dictionary
from trialtrace.run.trial.endpoints import check as endpoints
from trialtrace.run.trial.frozen import FILES as OF_PLAN
from trialtrace.run.trial.frozen import FOLDER as FROZEN
from trialtrace.run.trial.frozen import frozen_plan, is_frozen
from trialtrace.run.trial.guesses import FILE as GUESSES
from trialtrace.run.trial.guesses import open_guesses
from trialtrace.run.trial.hash_key import read_hash_key
from trialtrace.run.trial.listing import called_as_a_rule, not_a_trial
from trialtrace.run.trial.multiverse import check as multiverse
from trialtrace.run.trial.multiverse.file import FILE as MULTIVERSE
from trialtrace.run.trial.plan import check as plan
from trialtrace.run.trial.review import FILE as REVIEW
from trialtrace.run.trial.settings import QUARTO, Settings, find_quarto
from trialtrace.run.trial.simulation import check as simulation
from trialtrace.run.trial.simulation.file import FILE as SIMULATION
from trialtrace.run.trial.version import of_another

PARTS = ("trial", "cleaning", "endpoints", "plan", "claims")
FILES = (*OF_PLAN, "claims.yaml")


def check_all(settings: Settings | None = None, at: Project | None = None) -> list[Problem]:
    """Every mistake in config.yaml (read here if `settings` is None) and in the trials it names."""
    own, trials = checked(settings, at)
    return [*own, *(problem for problems in trials.values() for problem in problems)]


def checked(
    settings: Settings | None = None, at: Project | None = None, sound: Collection[str] = ()
) -> tuple[list[Problem], dict[str, list[Problem]]]:
    """The mistakes in config.yaml, and those of each trial that it names.

    Trials that are known to be `sound` have none.
    """
    at = at or project()
    names: list[str]
    if settings is not None:
        names, problems = list(settings.named), []
    else:
        document = read_document(at, at.config / "config.yaml", "config")
        trials, examples = (document.get(key) or [] for key in ("trials", "examples"))
        for part, named in (("trials", trials), ("examples", examples)):
            for at_name, name in enumerate(named):
                if called := called_as_a_rule(name):
                    document.add((part, at_name), called.found, called.expected, do=called.do)
        for name in examples:
            if name in trials:
                document.add(("examples",), name, "a name not among `trials`")
        names, problems = [*trials, *examples], document.problems
        if not names:
            problems = _without_trials(document)
        problems = problems + _key(at, document.get("hash_key"))
        problems = problems + _renderer(document.get("report"))
    return problems, {name: [] if name in sound else check_trial(at, name) for name in names}


def _without_trials(document: Document) -> list[Problem]:
    """The mistakes of a config.yaml, of which an empty list of trials says what to do first."""
    place = document.place(("trials",))
    others = [problem for problem in document.problems if problem.place != place]
    first = Problem(place, found="no trial", do="draft a trial first: trialtrace new NAME FILE")
    return [first, *others]


def _key(at: Project, text: str | None) -> list[Problem]:
    try:
        read_hash_key(at, text)
    except UserError as error:
        return error.problems
    return []


def _renderer(value: object) -> list[Problem]:
    """Quarto, if it is asked for, must be here."""
    try:
        if isinstance(value, Mapping) and value.get("renderer") == QUARTO:
            find_quarto()
    except UserError as error:
        return error.problems
    return []


def check_trial(at: Project, name: str) -> list[Problem]:
    """Every mistake in a trial's configuration, in the order of its files."""
    return checked_trial(at, name)[0]


def checked_trial(at: Project, name: str) -> tuple[list[Problem], dict[str, Document]]:
    """The same with the files that were read, by what they are."""
    try:
        folder = at.trial_config(name)
    except UserError as error:
        return error.problems, {}
    if not folder.is_dir():
        # As if it were listed: whether it is, the caller knows.
        return [problem for problem in [not_a_trial(at, name, [name])] if problem], {}
    read = read_files(at, name)
    files, documents = read.files, read.documents
    if problems := of_another(files.trial):
        return problems, {}
    for checks in (trial, cleaning, endpoints, plan, claims):
        checks.check(files)
    known: tuple[str, ...] = FILES
    if (folder / ANSWERS).is_file():
        documents["answers"] = read_document(at, folder / ANSWERS, "answers")
        known = (*known, ANSWERS)
    if (folder / MULTIVERSE).is_file():
        documents["multiverse"] = read_document(at, folder / MULTIVERSE, "multiverse")
        multiverse.check(files, documents["multiverse"])
        known = (*known, MULTIVERSE)
    if (folder / SIMULATION).is_file():
        documents["simulation"] = read_document(at, folder / SIMULATION, "simulation")
        simulation.check(files, documents["simulation"], name)
        known = (*known, SIMULATION)
    if (folder / AMENDMENTS).is_file():
        documents["amendments"] = read_document(at, folder / AMENDMENTS, "amendments")
        known = (*known, AMENDMENTS)
    if (folder / REVIEW).is_file():
        documents["review"] = read_document(at, folder / REVIEW, "review")
        review.check(files, documents["review"])
        known = (*known, REVIEW)
    known = (*known, FROZEN) if is_frozen(at, name) else known
    problems = [*_other_files(at, name, known), *open_guesses(at, name)]
    problems += _frozen(at, name, documents)
    problems += _drawn(at, name, documents)
    problems += files.trial.in_order() + read.wrong + _forms(files)
    problems += fields_of_one_name(files) + crossed_labels(files)
    for document in list(documents)[1:]:
        problems += documents[document].in_order()
    return at_definitions(problems, documents.values()), documents


@dataclass(frozen=True)
class Read:
    """A trial's files, each of them by itself, and the mistakes of its dictionary."""

    files: Files
    documents: dict[str, Document]
    wrong: list[Problem]


def read_files(at: Project, name: str) -> Read:
    """The files of a trial that has a folder, whatever mistakes are in them."""
    folder = at.trial_config(name)
    documents = {part: read_document(at, folder / f"{part}.yaml", part) for part in PARTS}
    dictionary, wrong = check_dictionary(at, folder / "dictionary.csv")
    shown = at.shown(folder / "dictionary.csv")
    files = Files(at=at, dictionary=dictionary, dictionary_shown=shown, **documents)
    return Read(files, documents, wrong)


def _frozen(at: Project, name: str, documents: Mapping[str, Document]) -> list[Problem]:
    """A frozen plan that is altered, and amendments of what was not changed."""
    try:
        frozen = frozen_plan(at, name)
    except UserError as error:
        return error.problems
    document = documents.get("amendments")
    if document is None or document.problems:
        return []
    if frozen is None:
        document.add((), "amendments of no frozen plan", f"trialtrace freeze {name}")
        return []
    file: AmendmentsFile = structure(AmendmentsFile, document.data)
    places = {(change.file, ".".join(map(str, change.path))) for change in frozen.changes}
    # The moment is told in UTC, which may be another day than that of who amends.
    moment = datetime.datetime.fromisoformat(frozen.record.frozen)
    days = {each.date().isoformat() for each in (moment, moment.astimezone())}
    first, last = min(days), max(days | {datetime.date.today().isoformat()})
    for at_entry, amendment in enumerate(file.amendments):
        if not first <= amendment.date <= last or not is_date(amendment.date):
            expected = f"a day of the calendar, not before {first} and not one to come"
            document.add(("amendments", at_entry, "date"), amendment.date, expected)
        for position, named in enumerate(amendment.of):
            alone = AmendmentsFile(amendments=(replace(amendment, of=(named,)),))
            if named not in ("code", "data") and not any(alone.of(*place) for place in places):
                changed = [f"{one}: {path}" for one, path in sorted(places)]
                path = ("amendments", at_entry, "of", position)
                expected = one_of(changed) if changed else "no amendment: nothing changed"
                document.add(path, named, expected)
    return []


# Every file of a trial that may be there.
READ = (*FILES, ANSWERS, MULTIVERSE, SIMULATION, AMENDMENTS, REVIEW)


def _other_files(at: Project, name: str, known: tuple[str, ...]) -> list[Problem]:
    folder = at.trial_config(name)
    return [
        Problem(
            at.shown(path),
            found="a file that trialtrace does not read" if path.is_file() else "a folder",
            expected=one_of(known),
            do=_instead(name, path.name)
            or did_you_mean(path.name, READ)
            or "move it out of this folder",
        )
        for path in sorted(folder.iterdir())
        if path.name not in (*known, GUESSES) and not path.name.startswith(".")
    ]


def _instead(name: str, file: str) -> str:
    """What to do with a file that versions before 1.0 read."""
    cohort = (
        f"delete it; {script_place(name)} draws the cohorts that come with trialtrace. One of your "
        "own is read from files: export it once with version 0.1.0 (trialtrace export), and write "
        "source: {kind: files, folder: …, synthetic: true, items: …}"
    )
    return cohort if file == "cohort.yaml" else ""


def _drawn(at: Project, name: str, documents: Mapping[str, Document]) -> list[Problem]:
    """A synthetic source without its script."""
    if documents["trial"].get("source", "kind") != "synthetic":
        return []
    problem = lacking(at, name)
    return [problem] if problem else []


def _forms(files: Files) -> list[Problem]:
    """Forms of the dictionary that are no clean table."""
    tables = files.trial.names("tables")
    if tables is None:
        return []
    return [
        Problem(
            files.field_place(min(columns.values(), key=lambda one: one.row), "form_name"),
            found=f'"{form}"',
            expected=f"a table of trial.yaml: {one_of(tables)}",
            do=did_you_mean(form, tables),
        )
        for form, columns in files.dictionary.items()
        if form not in tables and NAME.fullmatch(form)
    ]
