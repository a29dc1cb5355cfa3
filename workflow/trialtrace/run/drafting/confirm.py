"""`trialtrace confirm`: every guess of a draft is accepted, changed or left open.

What a plan hangs on (arm, control, primary endpoint, …) is changed by drafting the trial anew from
the same files; a file that was edited since is never written over. Any other value is changed in
its place, and every other character of the file stays.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import yaml

from trialtrace.base.config.files import read_yaml
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError, did_you_mean, one_of, wrong
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes, write_text
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.new import Files, files_of, guesses_text, put_in_place
from trialtrace.run.drafting.people import with_covariates
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.questions import FLAGS, Ask, as_before
from trialtrace.run.drafting.study import QUESTION
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.yaml_text import Quoted, lines
from trialtrace.run.trial.guesses import FILE, Guess, GuessesFile
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.study.source import Files as FilesOfTrial
from trialtrace.run.trial.study.source import Rdatasets

# Guesses that a person settled by editing the files of the trial, not by `trialtrace confirm`.

Content = Mapping[str, object]


def settled_by_hand(at: Project, name: str, guesses: Mapping[str, Guess]) -> list[str]:
    """Names of the open guesses of which the files do not say any longer what was guessed."""
    read: dict[str, Content] = {}

    def content(file: str) -> Content:
        if file not in read:
            path = at.trial_config(name) / file
            found = read_yaml(at, path, path.stem) if path.is_file() else {}
            read[file] = found if isinstance(found, Mapping) else {}
        return read[file]

    settled = []
    for guess in guesses.values():
        holds = HOLDS.get(guess.name.partition(".")[0])
        if holds is not None and not holds(guess, content(guess.file)):
            settled.append(guess.name)
    return settled


def _under(content: object, *keys: str) -> object:
    for key in keys:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content


def _intercurrent(guess: Guess, plan: Content) -> bool:
    """Whether the estimand of a primary analysis names no event."""
    analyses = plan.get("analyses")
    entries = analyses.values() if isinstance(analyses, Mapping) else ()
    names = [_under(entry, "estimand") for entry in entries if _under(entry, "role") == "primary"]
    return not all(_under(plan, "estimands", str(name), "intercurrent") for name in names)


def _direction(guess: Guess, endpoints: Content) -> bool:
    """Whether some endpoint has still the direction that was drafted."""
    pairs = (pair.rpartition(" ")[::2] for pair in guess.value.split(", "))
    return any(_under(endpoints, name, "higher") == side for name, side in pairs)


def _missing(guess: Guess, cleaning: Content) -> bool:
    """Whether some column has still one of the codes."""
    _, table, _ = guess.name.split(".", 2)
    codes = set(guess.value.partition(" in ")[0].split(", "))
    columns = _under(cleaning, "tables", table, "missing")
    found = columns.values() if isinstance(columns, Mapping) else ()
    return any(codes & set(map(str, each)) for each in found if isinstance(each, (list, Mapping)))


def _baseline(guess: Guess, plan: Content) -> bool:
    """Whether the baseline table has all the variables that were drafted."""
    shown = _under(plan, "displays", "baseline", "variables")
    return isinstance(shown, list) and set(guess.value.split(", ")) <= set(shown)


def _units(guess: Guess, cleaning: Content) -> bool:
    """Whether no number is converted by the column of units."""
    _, table = guess.key_.split(".")[:2]
    found = _under(cleaning, "tables", table, "convert")
    entries = found.values() if isinstance(found, Mapping) else ()
    return all(_under(one, "unit_column") != guess.value for one in entries)


HOLDS: Mapping[str, Callable[[Guess, Content], bool]] = {
    "question": lambda _, trial: trial.get("question") == QUESTION,
    "intercurrent": _intercurrent,
    "endpoints": lambda guess, file: any(name in file for name in guess.value.split(", ")),
    "direction": _direction,
    "missing": _missing,
    "units": _units,
    "baseline": _baseline,
}


# A line of trial.yaml that a person writes in words.
WORDS = ("question",)


# What was answered for one arm or one endpoint, and is none of another.
HANGS_ON = {
    "arm": ("control", "design", "arms"),
    "primary": ("parameter", "kind", "status", "order", "event", "competing", "before"),
}


# Whether files may be taken that have changed since the draft, by their names.
Take = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class Choice:
    """What becomes of a guess."""

    take: Literal["accept", "change", "skip"]
    value: str = ""


def read_guesses(at: Project, name: str) -> GuessesFile:
    """What is open. Raises UserError where the trial was never drafted."""
    path = at.trial_config(name) / FILE
    if not path.is_file():
        fault = f"no {FILE}" if path.parent.is_dir() else f"no folder {at.shown(path.parent)}"
        raise wrong(f"trial {name}", fault, "a trial that trialtrace new drafted")
    read: GuessesFile = structure(GuessesFile, read_yaml(at, path, "guesses"))
    return read


def told(guess: Guess) -> list[str]:
    """A guess in three lines."""
    return [
        f"{guess.name}: {guess.value}",
        f"  in {guess.file}, {guess.key_}" + (" (blinds the report)" if guess.blinds else ""),
        f"  {guess.evidence}",
    ]


def open_lines(at: Project, name: str) -> list[str]:
    """Everything that is open, and before it what the files have settled."""
    closed = close_by_hand(at, name)
    guesses = read_guesses(at, name).guesses
    return closed + (
        [line for guess in guesses.values() for line in told(guess)] or [_left(name, 0)]
    )


def close_by_hand(at: Project, name: str) -> list[str]:
    """Settle what the files do not say any longer; a line on it."""
    guesses = read_guesses(at, name).guesses
    settled = settled_by_hand(at, name, guesses)
    for each in settled:
        settle(at, name, guesses[each])
    return [f"{name}: settled in its files: {', '.join(settled)}"] if settled else []


def confirm(
    at: Project,
    name: str,
    choose: Callable[[str, list[str]], Choice],
    only: str | None = None,
    value: str | None = None,
    take: Take = lambda changed: False,
) -> list[str]:
    """Go through the guesses; each is settled as soon as it is chosen. Returns what came of it.

    With `only` and a `value` what a flag could have told is changed, also where it is not open.
    `take` says whether a draft may be made of files that are others than it was drafted from.
    """
    closed = close_by_hand(at, name)
    guesses_file = read_guesses(at, name)
    if only is not None and only in FLAGS and value is not None:
        redraft(at, name, only, value, take)
        return [*closed, _left(name, len(read_guesses(at, name).guesses))]
    if only is not None and only not in guesses_file.guesses:
        names = list(guesses_file.guesses)
        fault = "none of this name is open"
        raise wrong(f"guess {only}", fault, one_of(names), did_you_mean(only, names))
    for guess in [one for one in guesses_file.guesses.values() if only in (None, one.name)]:
        if guess.name not in read_guesses(at, name).guesses:
            continue
        choice = choose(guess.name, told(guess))
        if choice.take == "accept":
            settle(at, name, guess)
        elif choice.take == "change":
            change(at, name, guess, choice.value, take)
    return [*closed, _left(name, len(read_guesses(at, name).guesses))]


def _left(name: str, n: int) -> str:
    if not n:
        return f"{name}: nothing is open; trialtrace run {name}"
    return f"{name}: {n} guess{'es' if n > 1 else ''} open; trialtrace confirm {name}"


def settle(at: Project, name: str, guess: Guess) -> None:
    """Take a guess out of the open ones; what a flag could have told is kept as told."""
    guesses_file = read_guesses(at, name)
    flag = guess.name.partition(".")[0]
    answers = dict(guesses_file.told)
    if flag in FLAGS and guess.value:
        answers[flag] = guess.value
    left = [_open(one) for key, one in guesses_file.guesses.items() if key != guess.name]
    _write(at, name, guesses_file, answers, left)


def _open(guess: Guess) -> Guessed:
    return Guessed(guess.name, guess.file, guess.key_, guess.value, guess.evidence, guess.blinds)


def _write(
    at: Project, name: str, guesses_file: GuessesFile, answers: dict[str, str], left: list[Guessed]
) -> None:
    drafted = guesses_file.drafted
    text = guesses_text(name, guesses_file.given, answers, {}, left, drafted=drafted)
    write_text(at.trial_config(name) / FILE, text)


def change(at: Project, name: str, guess: Guess, value: str, take: Take) -> None:
    """Another value: by a new draft where much hangs on it, else in its place."""
    flag = guess.name.partition(".")[0]
    if flag in FLAGS:
        redraft(at, name, flag, value, take)
    elif guess.name in WORDS:
        path = at.trial_config(name) / guess.file
        write_text(path, with_words(path.read_text(encoding="utf-8"), guess.key_, value))
        _as_drafted(at, name, guess.file)
        settle(at, name, guess)
    else:
        shown = at.shown(at.trial_config(name) / guess.file)
        fault = f"another value for {guess.key_}"
        mend = f"mend that file, then trialtrace confirm {name} --key {guess.name}"
        raise wrong(f"guess {guess.name}", fault, f"it written in {shown}, where it stands", mend)


def with_words(text: str, key: str, value: str) -> str:
    """The text with another line for a key at its top."""
    (line,) = lines(key, Quoted(value))
    kept = [line if word.startswith(f"{key}:") else word for word in text.split("\n")]
    return "\n".join(kept)


def _as_drafted(at: Project, name: str, file: str) -> None:
    """A file that this command changed counts as drafted."""
    guesses_file = read_guesses(at, name)
    now = sha256_bytes((at.trial_config(name) / file).read_bytes())
    drafted = {key: now if key == file else each for key, each in guesses_file.drafted.items()}
    left = [_open(guess) for guess in guesses_file.guesses.values()]
    _write(at, name, replace(guesses_file, drafted=drafted), dict(guesses_file.told), left)


def redraft(at: Project, name: str, flag: str, value: str, take: Take) -> None:
    """Draft the trial anew with one more answer. Raises UserError, and writes nothing, where a file
    that would be another was edited since it was drafted, and where the data are others and `take`
    says that they are not to be taken."""
    guesses_file = read_guesses(at, name)
    folder = at.trial_config(name)
    answers, taken = carried(guesses_file, {flag: value})
    profiles = profile(guesses_file.given)
    if (changed := changed_data(at, name, profiles)) and not take(changed):
        raise wrong(
            f"{flag}: {value}",
            f"{one_of(changed)}, with another checksum than trial.yaml has",
            "the data that the trial was drafted from, since it is drafted anew",
            f"trialtrace new {name} FILE --again tells what is new in them; --new-data "
            "takes them, with their checksum",
        )
    draft = drafted(profiles, answers, taken)
    files = _files_of(at, name, guesses_file.given, draft)
    edited = [
        file
        for file, text in files.items()
        if file != FILE
        and sha256_bytes((folder / file).read_bytes()) != guesses_file.drafted.get(file)
        and text.encode("utf-8") != (folder / file).read_bytes()
    ]
    if edited:
        raise wrong(
            f"{flag}: {value}",
            f"{one_of(edited)}, edited since it was drafted",
            "files as they were drafted, since they would be written anew",
            f"write it into {one_of(edited)} yourself, then trialtrace confirm {name} --key {flag}",
        )
    left = still_open(at, name, guesses_file, profiles, files[FILE])
    files[FILE] = guesses_text(name, guesses_file.given, draft.told, files, left)
    put_in_place(at, name, files)


def still_open(
    at: Project, name: str, guesses_file: GuessesFile, profiles: Sequence[Table], text: str
) -> list[Guessed]:
    """The guesses of a new draft, `text`, but for those that were settled and have the same value
    now."""
    old: Mapping[str, Guess] = {}
    # Of other files, which may lack the columns of the earlier draft, nothing is the same.
    with suppress(UserError):
        same = drafted(profiles, guesses_file.told, taken_unasked(guesses_file))
        old = structure(
            GuessesFile, _yaml(files_of(at, name, guesses_file.given, same)[FILE])
        ).guesses
    new = structure(GuessesFile, _yaml(text)).guesses
    return [
        _open(guessed)
        for key, guessed in new.items()
        if key in guesses_file.guesses
        or key.partition(".")[0] in FLAGS
        or (key not in WORDS and (key not in old or old[key].value != guessed.value))
    ]


def anew(
    at: Project, name: str, texts: Sequence[str], told: Mapping[str, str], ask: Ask
) -> list[str]:
    """Draft a trial over itself: what was confirmed is told again, files that a person edited and
    the question stay, the rest is drafted anew. Returns a line on each.

    Raises UserError, and leaves the folder as it was, where what stays and what is new do not fit.
    """
    found, folder = read_guesses(at, name), at.trial_config(name)
    others = bool(texts) and [*texts] != [*found.given]
    texts = texts or found.given
    answers, taken = carried(found, told)
    profiles = profile(texts)
    draft, asking = None, as_before(taken, ask)
    misfits: list[str] = []
    while draft is None:
        try:
            draft = with_covariates(decide(profiles, answers, asking), asking)
        except UserError as error:
            odd = _misfit(error, answers.keys() - told.keys()) if others else ""
            if not odd:
                raise
            # Of other files it is asked anew, as is what hangs on it.
            out = {odd, *HANGS_ON.get(odd, ())} - told.keys()
            misfits += [f"{flag} {answers.pop(flag)}" for flag in [*answers] if flag in out]
            asking = as_before({k: v for k, v in taken.items() if k not in out}, ask)
    files = _files_of(at, name, texts, draft)
    now = {one: (folder / one).read_bytes() for one in files if (folder / one).is_file()}
    edited = [
        file
        for file, data in now.items()
        if file != FILE and sha256_bytes(data) != found.drafted.get(file)
    ]
    changed = [
        file
        for file, text in files.items()
        if file not in (*edited, FILE) and text.encode("utf-8") != now.get(file)
    ]
    left = still_open(at, name, found, profiles, files[FILE])
    kept = {file: now[file].decode("utf-8") for file in edited}
    files[FILE] = guesses_text(name, texts, draft.told, files, left)
    put_in_place(at, name, files | kept)
    lines = [f"{name}: drafted anew: {', '.join(changed) or 'nothing is another than before'}"]
    if edited:
        lines.append(f"{name}: kept as they were edited: {', '.join(edited)}")
    stays = [f"{key} {value}" for key, value in answers.items() if key not in told]
    if stays:
        lines.append(f"{name}: kept as told: {', '.join(stays)}")
    if misfits:
        lines.append(f"{name}: told before, and not of these files: {', '.join(misfits)}")
    return lines


def _misfit(error: UserError, flags: Collection[str]) -> str:
    """The flag, of those, whose answer an error is about."""
    places = [re.match("--([a-z]+)", one.place) for one in error.problems]
    return next((at[1] for at in places if at and at[1] in flags), "")


def carried(
    guesses_file: GuessesFile, told: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What was told before, with what is `told` now, and what was taken unasked: nothing that was
    of another arm or endpoint."""
    guesses = {key: one.value for key, one in guesses_file.guesses.items()}
    before = guesses | dict(guesses_file.told)
    changed = [flag for flag, value in told.items() if before.get(flag) != value]
    out = {other for flag in changed for other in HANGS_ON.get(flag, ())}
    answers = {flag: value for flag, value in guesses_file.told.items() if flag not in out}
    taken = taken_unasked(guesses_file, told.get("arm", ""))
    return {**answers, **told}, {flag: value for flag, value in taken.items() if flag not in out}


def taken_unasked(guesses_file: GuessesFile, arm: str = "") -> dict[str, str]:
    """What is open, was sure and blinds nothing, by its flag; not what is told to be the `arm`."""
    guesses = {key: one for key, one in guesses_file.guesses.items() if key in FLAGS}
    return {key: one.value for key, one in guesses.items() if not one.blinds and one.value != arm}


def drafted(
    profiles: Sequence[Table], answers: Mapping[str, str], taken: Mapping[str, str]
) -> Draft:
    """The draft of what was told and of what was taken unasked, with nobody there to ask."""
    asking = as_before(taken)
    return with_covariates(decide(tuple(profiles), answers, asking), asking)


def changed_data(at: Project, name: str, profiles: Sequence[Table]) -> list[str]:
    """The files and data sets whose checksum is another than that of trial.yaml."""
    source = load_trial(name, at).source
    if not isinstance(source, FilesOfTrial | Rdatasets):
        return []
    pinned = {raw: item.sha256 for raw, item in source.items.items()}
    now = {table.of or table.name: table for table in profiles}
    return [
        Path(table.item).name
        for raw, table in now.items()
        if (old := pinned.get(raw)) is not None and old != table.sha256
    ]


def _files_of(at: Project, name: str, texts: Sequence[str], draft: Draft) -> Files:
    """Every file of a new draft, with the question that a person wrote."""
    files, asked = files_of(at, name, texts, draft), load_trial(name, at).question
    if asked != QUESTION:
        files["trial.yaml"] = with_words(files["trial.yaml"], "question", asked)
    return files


def _yaml(text: str) -> object:
    return yaml.safe_load(text)
