"""The command `new`: its arguments, and its questions on a terminal."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import visible, wrong
from trialtrace.run.draft.answers import (
    KEYS,
    Question,
    answers_path,
    nobody,
    open_file,
    read_answers,
)

if TYPE_CHECKING:
    from trialtrace.base.paths import Project
    from trialtrace.run.draft.decide import Decider
    from trialtrace.run.draft.draft import Draft

MORE = "+"
# Options that a list shows at first.
SHOWN = 12
OPEN_QUESTIONS = 3


def add_commands(
    add: Callable[..., argparse.ArgumentParser], with_pandas: Callable[[], None]
) -> None:
    """`add` is add_parser of the program's commands; `with_pandas` lets pandas be imported, which
    reads the registry and files of statistical packages."""
    # An abbreviation would be the answer to another question.
    new = add("new", help="draft a trial from its files", allow_abbrev=False)
    new.add_argument("trial", help="a name for the trial")
    new.add_argument("given", nargs="*", metavar="FILE", help="files, or registry:package/item")
    for key, words in KEYS.items():
        new.add_argument(f"--{key}", metavar="ANSWER", help=words, action="append")
    new.add_argument("--answers", metavar="FILE", help="a file of answers")
    new.add_argument(
        "--again", action="store_true", help="list what a new cut of the data has that is new"
    )
    new.set_defaults(run=run_new, with_pandas=with_pandas)


def run_new(arguments: argparse.Namespace) -> int:
    from trialtrace.base.paths import project
    from trialtrace.run.draft.decide import Decider
    from trialtrace.run.draft.new import free_name, tables_of

    arguments.with_pandas()
    at, name = project(arguments.project), arguments.trial
    files, given = _given(arguments)
    if not files:
        raise wrong("trialtrace new", "no file", "FILE, a folder, or registry:package/item")
    if arguments.again:
        from trialtrace.run.draft.again import compared

        print("\n".join(map(visible, compared(at, name, files))))
        return 0
    free_name(at, name)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        ask = ask_on_terminal if terminal else nobody
        asked = Decider(tables_of(files, given), given, ask)
        draft = asked.decide()
        if draft is None:
            return _left_open(name, files, asked)
        return _shown(at, name, files, asked, draft, terminal and not arguments.answers)
    except (KeyboardInterrupt, EOFError):
        print("\ninterrupted: nothing was written", file=sys.stderr)
        print(_as_flags(given), file=sys.stderr)
        return 1


def _given(arguments: argparse.Namespace) -> tuple[list[str], dict[str, str]]:
    """The files and the answers: those of a file of answers, and flags over them."""
    files = list(
        dict.fromkeys(
            os.path.normpath(one) if not _is_item(one) else one for one in arguments.given
        )
    )
    answers: dict[str, str] = {}
    if arguments.answers:
        named, answers = read_answers(Path(arguments.answers))
        files = files or named
    for key in KEYS:
        told = getattr(arguments, key.replace("-", "_")) or []
        if len(told) > 1:
            raise wrong(f"--{key}", "several answers", "one value, with commas between")
        if told:
            answers[key] = told[0]
    return files, answers


def _as_flags(answers: Mapping[str, str]) -> str:
    flags = " ".join(f"--{key} {shlex.quote(text)}" for key, text in answers.items())
    return visible(f"your answers, as flags: {flags}")


def _is_item(text: str) -> bool:
    return text.startswith("registry:")


def _left_open(name: str, files: Sequence[str], asked: "Decider") -> int:
    """Write the questions that are open, with the answers so far. The exit code is 3."""
    path = answers_path(files, name)
    path.write_text(open_file(name, path, files, asked.answers, asked.open), encoding="utf-8")
    keys = ", ".join(question.key for question in asked.open)
    print(visible(f"{name}: open questions: {keys}"), file=sys.stderr)
    print(
        visible(f"answer them in {path}, or by flags such as --{asked.open[0].key}; then:"),
        file=sys.stderr,
    )
    print(visible(f"trialtrace new {name} --answers {shlex.quote(str(path))}"), file=sys.stderr)
    return OPEN_QUESTIONS


def _shown(
    at: "Project", name: str, files: Sequence[str], asked: "Decider", draft: "Draft", ask: bool
) -> int:
    """Show the counts, and write the trial where nobody objects."""
    from trialtrace.run.draft.new import write_trial
    from trialtrace.run.draft.screen import screen

    print("\n".join(map(visible, screen(draft, draft.tables))))
    if ask and input("write this trial? [Y/n] ").strip().casefold() not in ("", "y", "yes"):
        print(f"nothing was written\n{_as_flags(asked.answers)}")
        return 1
    write_trial(at, name, files, asked, draft)
    print(f"{name}: written to {at.shown(at.trial_config(name))}, and listed in config/config.yaml")
    print(f"next: trialtrace check {name}, then trialtrace run {name}")
    return 0


def ask_on_terminal(question: Question) -> str:
    """A numbered list, of which a number or a value is an answer; a plus sign shows the rest."""
    if question.wrong:
        print(visible(question.wrong))
    print(visible(f"\n{question.words}  (--{question.key})"))
    lines = [
        f"  {n}  {value}" + (f": {why}" if why else "")
        for n, (value, why) in enumerate(question.options, start=1)
    ]
    print(visible("\n".join(lines[:SHOWN])))
    if rest := lines[SHOWN:]:
        print(f"  and {len(rest)} more: {MORE} shows them")
    values = [value for value, _ in question.options]
    while not (text := input("> ").strip()) or (text == MORE and rest):
        print(visible("\n".join(rest if text else lines[:SHOWN])))
    return _chosen(text, values, question.key)


def _chosen(text: str, values: Sequence[str], key: str) -> str:
    """The option of that number, with the unit behind it; what is no number of one is taken as it
    was typed."""
    number, _, unit = text.partition(" ")
    known: Mapping[str, str] = {str(n): value for n, value in enumerate(values, start=1)}
    if text in values or number not in known:
        return text
    return f"{known[number]} {unit}".strip() if unit and key == "primary" else known[number]
