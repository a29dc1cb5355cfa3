"""`trialtrace new`: a trial that runs, drafted from its files, with everything that was guessed."""

import re
import shutil
from collections.abc import Mapping, Sequence

from trialtrace.base.errors import Problem, ProblemsError, one_of, wrong
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes, write_text
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.endpoints import Planned, endpoints_file, planned
from trialtrace.run.drafting.people import People, people, with_covariates
from trialtrace.run.drafting.plan import baseline_variables, plan_file
from trialtrace.run.drafting.questions import Ask
from trialtrace.run.drafting.study import QUESTION, population_flags, trial_file
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.write_dictionary import columns_of
from trialtrace.run.drafting.yaml_text import Quoted, document
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.guesses import FILE
from trialtrace.run.trial.listing import listed_trials

HEAD = (
    "# What trialtrace new guessed and nobody has confirmed: trialtrace confirm {name}\n"
    "# Pages are stamped until `guesses` is empty.\n"
)
MOST_NAMED = 12
NO_NAMES = ("null", "true", "false")
Files = dict[str, str]


def new(
    at: Project, name: str, texts: Sequence[str], answers: Mapping[str, str], ask: Ask
) -> Draft:
    """Draft a trial into config/trials/NAME and list it in config.yaml.

    Nothing is written before the last question is answered, and then the folder at once.
    """
    free_name(at, name)
    profiles = profile(texts)
    draft = with_covariates(decide(profiles, answers, ask), ask)
    files = files_of(at, name, texts, draft)
    config = at.config / "config.yaml"
    listed = with_trial(at, name)
    try:
        put_in_place(at, name, files)
    except ProblemsError as error:
        fault = "this draft is refused by its own check: a fault of trialtrace, not of your answers"
        raise ProblemsError([Problem(f"trialtrace new {name}", fault), *error.problems]) from error
    if listed is not None:
        write_text(config, listed)
    return draft


def put_in_place(at: Project, name: str, files: Files) -> None:
    """Write the folder at once, in the place of the one that is there. Raises UserError, and leaves
    what was there, where `check` would refuse it."""
    folder = at.trial_config(name)
    staged, before = (folder.with_name(f".{name}.{each}") for each in ("new", "before"))
    for path in (staged, before):
        shutil.rmtree(path, ignore_errors=True)
    try:
        if folder.exists():
            # What is no file of a draft stays too.
            shutil.copytree(folder, staged)
        for file, text in files.items():
            write_text(staged / file, text)
        if folder.exists():
            folder.rename(before)
        staged.rename(folder)
        problems = check_trial(at, name)
        if problems:
            shutil.rmtree(folder)
            raise ProblemsError(problems)
        shutil.rmtree(before, ignore_errors=True)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        if before.exists() and not folder.exists():
            before.rename(folder)


def free_name(at: Project, name: str) -> None:
    """Raises UserError for a name that is none, or that a trial has."""
    folder = at.trial_config(name)
    if name in NO_NAMES:
        raise wrong("trial name", name, "a name that YAML reads as text", "take another name")
    if not folder.exists():
        return
    drafted = (folder / FILE).is_file()
    again = (
        f"; to draft it over itself: trialtrace new {name} --anew; "
        f"for a new cut of its data: trialtrace new {name} FILE --again"
        if drafted
        else ""
    )
    fault = f"{at.shown(folder)}, which is there"
    need = "a name that no trial has"
    raise wrong(f"trial {name}", fault, need, f"take another name, or move that folder away{again}")


def files_of(at: Project, name: str, texts: Sequence[str], draft: Draft) -> Files:
    """Every file of the trial's folder as text."""
    who, columns, chosen = people(draft), columns_of(draft), planned(draft)
    files = {
        "trial.yaml": document(trial_file(draft, who, name, at), apart=True),
        "dictionary.csv": columns.dictionary,
        "cleaning.yaml": document(columns.cleaning),
        "endpoints.yaml": document(endpoints_file(draft, chosen), apart=True),
        "plan.yaml": document(plan_file(draft, chosen, who), apart=True),
        "claims.yaml": "papers: {}\nclaims: {}\n",
    }
    guesses = [
        *draft.guesses,
        *columns.guesses,
        *_of_the_plan(chosen, draft.secondary),
        *_of_people(draft, who),
    ]
    for population, (flag, code) in population_flags(draft).items():
        key, why = (
            f"populations.{population}",
            f"The name or the label of {flag} says that it tells who belongs.",
        )
        if population == "itt":
            why += " Some who are in the file do not: they are no part of the primary analysis."
        name_of = f"population.{population}"
        guesses.append(Guessed(name_of, "trial.yaml", key, f"{flag} is {code}", why))
    files[FILE] = guesses_text(name, texts, draft.told, files, guesses)
    return files


def _of_people(draft: Draft, who: People) -> list[Guessed]:
    """The unit of the age, where no file says it; the variables of the baseline table, which
    nothing says were measured before."""
    made = []
    if who.age and who.age[1] == "years" and not draft.home.column(who.age[0]).unit:
        column = draft.home.column(who.age[0])
        why = f"No file says it; the values of {column.name} are {column.low} to {column.high}."
        made.append(Guessed("age", "trial.yaml", "subjects.age.unit", "years", why))
    shown = baseline_variables(draft, who)
    doubtful = [name for name in shown if name in who.variables]
    text = ", ".join(doubtful or (shown if who.left_out else []))
    if not text:
        return made
    why = "Nothing says of all when they were measured; the table is of what was known before."
    why = why if doubtful else "The table is of what was known before."
    if who.left_out:
        names = [f"{name} ({word.rstrip('.')})" for name, word in who.left_out.items()]
        why += f" Left out, as they may be later: {one_of(names, MOST_NAMED)}."
    place = ("plan.yaml", "displays.baseline.variables")
    return [*made, Guessed("baseline", *place, text, why)]


def _of_the_plan(chosen: Sequence[Planned], secondary: int) -> list[Guessed]:
    names = [one.name for one in chosen]
    why = "What happens after randomisation, and how it is handled, no file says."
    made = [
        Guessed("question", "trial.yaml", "question", QUESTION, "No file says it."),
        Guessed("intercurrent", "plan.yaml", "estimands", "none", why),
    ]
    if out := chosen[0].unplanned:
        why = "By its name no visit that all patients were to have; arms are compared at "
        why += f"{one_of(chosen[0].after)}."
        made.append(Guessed("unplanned", "plan.yaml", f"analyses.{names[0]}", ", ".join(out), why))
    if chosen[0].stop and not chosen[0].time_unit:
        why = f"Nothing tells the unit of {chosen[0].stop.name}; rates are of a year of them."
        made.append(Guessed("unit", "plan.yaml", f"analyses.{names[0]}", "days", why))
    if sided := [one for one in chosen if one.higher[0]]:
        value = ", ".join(f"{one.name} {one.higher[0]}" for one in sided)
        why = "; ".join(f"{one.name}: “{one.higher[1]}”" for one in sided)
        why = f"Whether more of it is better or worse, by its words. {why}."
        made.append(Guessed("direction", "endpoints.yaml", "higher", value, why))
    if secondary:
        why = "A family of the tests of the secondary outcomes, so that their p-values can be read."
        made.append(Guessed("multiplicity", "plan.yaml", "multiplicity.secondary", "holm", why))
    elif names[1:]:
        why = "Names and values that outcomes have; nothing says which endpoints were planned."
        made.append(Guessed("endpoints", "endpoints.yaml", names[1], ", ".join(names[1:]), why))
    return made


def guesses_text(
    name: str,
    texts: Sequence[str],
    answers: Mapping[str, str],
    files: Mapping[str, str],
    guesses: Sequence[Guessed],
    drafted: Mapping[str, str] | None = None,
) -> str:
    """The text of guesses.yaml; `drafted` are checksums of files that are not made now."""
    sums = dict(drafted or {})
    sums |= {
        file: sha256_bytes(text.encode("utf-8")) for file, text in files.items() if file != FILE
    }
    entries = {
        guess.name: {
            "file": guess.file,
            "key": Quoted(guess.key),
            "value": Quoted(guess.value),
            "evidence": Quoted(guess.evidence or "It is the only one that fits."),
        }
        | ({"blinds": True} if guess.blinds else {})
        for guess in guesses
    }
    content: dict[str, object] = {"given": [Quoted(one) for one in texts]}
    if answers:
        content["told"] = {key: Quoted(value) for key, value in answers.items()}
    sums = {file: Quoted(each) for file, each in sums.items()}
    content |= {"drafted": sums, "guesses": entries}
    return HEAD.format(name=name) + document(content)


def with_trial(at: Project, name: str) -> str | None:
    """The text of config.yaml with a trial added to `trials`, every other character as it was; None
    where it is listed. Raises UserError where nothing can be added."""
    path = at.config / "config.yaml"
    if name in listed_trials(at):
        return None
    text = path.read_text(encoding="utf-8")
    flow = re.search(r"^trials:\s*\[([^\]]*)\]", text, re.MULTILINE)
    block = re.search(
        r"^trials:[ \t]*(#[^\n]*)?\n((?:[ \t]*(?:#[^\n]*)?\n|[ \t]*-[^\n]*\n)+)", text, re.MULTILINE
    )
    nothing = re.search(r"^trials:[ \t]*(null|~)?(?=[ \t]*(#|$))", text, re.MULTILINE)
    if flow:
        inside = flow[1].rstrip().rstrip(",")
        added = f"{inside}, {name}" if inside.strip() else name
        return text[: flow.start(1)] + added + text[flow.end(1) :]
    if block and (items := re.findall(r"^([ \t]*)-[^\n]*\n", block[2], re.MULTILINE)):
        end = block.start(2) + max(
            m.end() for m in re.finditer(r"^[ \t]*-[^\n]*\n", block[2], re.MULTILINE)
        )
        return f"{text[:end]}{items[-1]}- {name}\n{text[end:]}"
    if nothing:
        return f"{text[: nothing.start()]}trials: [{name}]{text[nothing.end() :]}"
    if not re.search(r"^trials[ \t]*:", text, re.MULTILINE):
        between = "" if text.endswith("\n") or not text else "\n"
        return f"{text}{between}trials: [{name}]\n"
    fault = "`trials`, which is no list"
    raise wrong("config/config.yaml", fault, "trials: [...]", f"write {name} into it")
