"""The commands `new` and `confirm`: their arguments, and who answers their questions."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError, visible, wrong
from trialtrace.run.drafting.questions import (
    FLAGS,
    MOST_ASKED,
    SHOWN,
    Ask,
    Question,
    first_choice,
    guess_nothing_told,
    kept,
)

if TYPE_CHECKING:
    from trialtrace.base.paths import Project
    from trialtrace.run.drafting.confirm import Choice

OPEN, MORE = "?", "+"
UNSURE = (
    f"  Too little speaks for one of them: type a number or a name, or {OPEN} to leave it open "
)
BLIND, GUESSED = "nothing is computed by arm until it is known", "the first is then a guess"
NOTHING = f"  Enter takes none of them: a number or a name, or {OPEN}"
# Guesses that blind nothing and are said outright.
TOLD = ("copies", "alike", "aside", "set_aside", "shared")
LEFT_OPEN = f"  left open after {MOST_ASKED} times"
INTERRUPTED = "\ninterrupted: nothing was written"


class _Once(argparse.Action):
    """A flag whose second value would take the place of the first with no word."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        if getattr(namespace, self.dest) is not None:
            parser.error(
                f"{option_string} is given twice: what belongs together is one value, with commas "
                "between"
            )
        setattr(namespace, self.dest, values)


def add_commands(
    add: Callable[..., argparse.ArgumentParser], with_pandas: Callable[[], None]
) -> None:
    """`add` is add_parser of the program's commands; `with_pandas` lets pandas be imported, which
    reads the registry and files of statistical packages."""
    new = add("new", help="draft a trial from its files")
    new.add_argument("trial", help="a name for the trial")
    new.add_argument("given", nargs="*", metavar="FILE", help="files, or registry:package/item")
    for flag, words in FLAGS.items():
        new.add_argument(f"--{flag}", metavar="NAME", help=words, action=_Once)
    new.add_argument(
        "--yes", action="store_true", help="ask nothing: what is sure is the answer, the rest open"
    )
    new.add_argument(
        "--again", action="store_true", help="tell what a new cut of the data has that is new"
    )
    new.add_argument(
        "--anew", action="store_true", help="draft it over itself; what a person settled stays"
    )
    new.set_defaults(run=run_new, with_pandas=with_pandas)

    confirm = add("confirm", help="go through what a draft guessed")
    confirm.add_argument("trial", help="name of the trial, as under config/trials")
    confirm.add_argument("--all", action="store_true", help="accept every guess that is open")
    confirm.add_argument("--key", metavar="GUESS", help="only this guess")
    confirm.add_argument("--value", metavar="VALUE", help="with --key: what it is instead")
    confirm.add_argument(
        "--new-data",
        action="store_true",
        help="where a draft is made anew: take files that have changed since, and their checksums",
    )
    confirm.set_defaults(run=run_confirm, with_pandas=with_pandas)


def run_new(arguments: argparse.Namespace) -> int:
    from trialtrace.base.paths import project
    from trialtrace.run.drafting.new import new

    arguments.with_pandas()
    at = project(arguments.project)
    told = {flag: given for flag in FLAGS if (given := getattr(arguments, flag)) is not None}
    arguments.given = [*{os.path.normpath(one): one for one in arguments.given}.values()]
    if not (arguments.given or arguments.anew):
        mend = "--anew drafts a trial over itself, from the files that it was drafted from"
        raise wrong("trialtrace new", "no file", "FILE", mend)
    if arguments.again:
        from trialtrace.run.drafting.new_cut import compared

        print("\n".join(compared(at, arguments.trial, arguments.given)))
        return 0
    answers: dict[str, str] = {}
    asking = kept(_asking(arguments.yes), answers)
    try:
        if arguments.anew:
            from trialtrace.run.drafting.confirm import anew

            print("\n".join(anew(at, arguments.trial, arguments.given, told, asking)))
        else:
            new(at, arguments.trial, arguments.given, told, asking)
    except (KeyboardInterrupt, EOFError):
        print(INTERRUPTED, file=sys.stderr)
        _tell_answers(answers)
        return 1
    except UserError as error:
        fitting = {flag: text for flag, text in answers.items() if f"--{flag}\n" not in str(error)}
        _tell_answers(fitting)
        raise
    print("\n".join(drafted_lines(at, arguments.trial)))
    return 0


def _tell_answers(answers: Mapping[str, str]) -> None:
    """What was answered, as flags to be given again."""
    if answers:
        flags = " ".join(f"--{flag} {shlex.quote(text)}" for flag, text in answers.items())
        print(visible(f"what was answered, to be given again: {flags}"), file=sys.stderr)


def drafted_lines(at: "Project", name: str) -> list[str]:
    """What was written, what is open, with what speaks for it where no flag tells it, and what to
    type next."""
    from trialtrace.run.trial.load import load_trial

    folder = at.shown(at.trial_config(name))
    trial = load_trial(name, at)
    lines = [f"{name}: drafted in {folder}, and listed in config/config.yaml"]
    if trial.draft:
        lines.append(f"{name}: {trial.draft}")
    guesses = trial.guesses.guesses if trial.guesses else {}
    blind = [name for name, guess in guesses.items() if guess.blinds]
    if blind:
        kinds = {each: each.partition(".")[0] for each in blind}
        flags = " ".join(f"--{kind}" for kind in kinds.values() if kind in FLAGS)
        lines.append(
            f"not told: {', '.join(blind)}; the report shows no arm until they are confirmed "
            f"(trialtrace confirm {name})" + (f" or told ({flags})" if flags else "")
        )
        lines += [f"{n}: {guesses[n].evidence}" for n, kind in kinds.items() if kind not in FLAGS]
    told = [n for n in guesses if n not in blind and n.partition(".")[0] in TOLD]
    lines += [f"{name}: {guesses[each].evidence}" for each in told]
    return [*lines, f"next: trialtrace run {name}, then trialtrace confirm {name}"]


def run_confirm(arguments: argparse.Namespace) -> int:
    from trialtrace.base.paths import project
    from trialtrace.run.drafting.confirm import Choice, confirm

    arguments.with_pandas()
    at = project(arguments.project)
    if arguments.value is not None and arguments.key is None:
        raise wrong("trialtrace confirm", "--value alone", "--key with it")

    def choose(name: str, lines: list[str]) -> Choice:
        if arguments.key is not None and name != arguments.key:
            return Choice("skip")
        if arguments.value is not None:
            return Choice("change", arguments.value)
        if arguments.all or arguments.key is not None:
            return Choice("accept")
        return _chosen(lines)

    def take(changed: Sequence[str]) -> bool:
        return arguments.new_data or (terminal and _takes(changed))

    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not (arguments.all or arguments.key or terminal):
        from trialtrace.run.drafting.confirm import open_lines

        print("\n".join(open_lines(at, arguments.trial)))
        print(
            f"no terminal: trialtrace confirm {arguments.trial} --all, or --key GUESS [--value …]"
        )
        return 1
    try:
        lines = confirm(at, arguments.trial, choose, arguments.key, arguments.value, take)
    except (KeyboardInterrupt, EOFError):
        print("\ninterrupted: what was answered before is kept", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def _chosen(lines: list[str]) -> "Choice":
    from trialtrace.run.drafting.confirm import Choice

    print("\n".join(visible(line) for line in lines))
    while True:
        answer = input("accept [Enter], skip [s], or another value: ").strip()
        if answer in ("", "a", "y", "yes", "accept"):
            return Choice("accept")
        if answer in ("s", "skip"):
            return Choice("skip")
        return Choice("change", answer)


def _takes(changed: Sequence[str]) -> bool:
    """Whether a draft is made anew of files that have changed."""
    print(visible(f"\nchanged since the draft: {', '.join(changed)}"))
    answer = input("draft anew from the changed data and pin their checksums? [y/N]: ")
    return answer.strip().casefold() in ("y", "yes")


def _asking(yes: bool) -> Ask:
    if yes:
        return first_choice
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return guess_nothing_told
    return ask_on_terminal


def ask_on_terminal(question: Question) -> str | None:
    """A numbered list; a number or a name takes one, Enter the first where it is sure, and a
    question mark, or `MOST_ASKED` times Enter, none: then nothing is computed by arm. Of `several`
    Enter takes none. Of a long list a plus sign shows the rest."""
    if question.wrong:
        print(visible(f"\n{question.wrong}"))
    print(f"\n{question.words}  (--{question.flag})")
    lines = [f"  {n}  {value}: {why}" for n, (value, why) in enumerate(question.choices, start=1)]
    print(visible("\n".join(lines[:SHOWN])))
    if rest := lines[SHOWN:]:
        print(f"  and {len(rest)} more: {MORE} shows them, or type a name (--{question.flag} NAME)")

    def typed(prompt: str) -> str:
        while (text := input(prompt).strip()) == MORE and rest:
            print(visible("\n".join(rest)))
        return text

    values = [value for value, _ in question.choices]
    if question.several:
        wanted = f"{question.length} names" if question.length else "numbers or names"
        answer = typed(f"{wanted} with commas between, Enter for none: ")
        answer = "" if answer == OPEN else answer
        known = [] if question.length else values
        chosen = [_named(word.strip(), known) for word in answer.split(",") if word.strip()]
        return ",".join(chosen) or None
    if not question.sure:
        print(f"{UNSURE}({BLIND if question.blinds else GUESSED})")
    for _ in range(MOST_ASKED):
        answer = typed("[1] " if question.sure else "> ")
        if not answer and question.sure:
            return question.choices[0][0]
        if answer:
            return None if answer == OPEN else _named(answer, values)
        print(NOTHING)
    print(LEFT_OPEN)
    return None


def _named(answer: str, values: Sequence[str]) -> str:
    """The choice of that number; what is no number of one as it was typed."""
    if answer not in values and answer.isdecimal() and 1 <= int(answer) <= len(values):
        return values[int(answer) - 1]
    return answer
