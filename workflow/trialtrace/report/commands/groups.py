"""The commands by what they are for, as `trialtrace --help` lists them."""

import argparse
import textwrap
from typing import Any

# Each group with its commands and an example that can be typed in a checkout.
GROUPS: dict[str, tuple[tuple[str, ...], str]] = {
    "Make a trial": (
        ("init", "new", "check", "plan", "power", "freeze"),
        "trialtrace check elmunzer2012",
    ),
    "Run": (
        ("run", "multiverse", "simulate", "history", "diff"),
        "trialtrace run elmunzer2012 --cores 2",
    ),
    "Look": (
        ("results", "trace", "impact", "report", "serve", "integrity", "queries", "data-review"),
        "trialtrace trace elmunzer2012/pep_primary/p_value.fisher@indomethacin-placebo",
    ),
    "Audit a paper": (
        ("audit", "read", "claims", "sources"),
        "trialtrace claims elmunzer2012",
    ),
    "Hand over": (
        (
            *("verify", "recompute", "export", "r-script", "research-object", "dmc"),
            *("doctor", "validate"),
        ),
        "trialtrace export elmunzer2012 FOLDER --as csv",
    ),
}
# What a command was called before. The old name is still a name of it.
FORMER = {
    "data-review": "review",
    "history": "runs",
    "r-script": "script",
    "research-object": "crate",
    "sources": "coverage",
}
_WIDTH, _NAMES = 80, 19


class Commands:
    """The commands of a parser: `add` adds one, `listing` shows all of them by group."""

    def __init__(self, parser: argparse.ArgumentParser):
        # Without a help text of its own, a command is not listed by argparse.
        self._commands = parser.add_subparsers(
            required=True, metavar="COMMAND", help=argparse.SUPPRESS, prog=parser.prog
        )
        self.texts: dict[str, str] = {}

    def add(self, name: str, *, help: str, **options: Any) -> argparse.ArgumentParser:
        """Add a command; its text, which begins in lower case, also heads its own help."""
        self.texts[name] = help
        former = [FORMER[name]] if name in FORMER else []
        description = f"{help[0].upper()}{help[1:]}."
        return self._commands.add_parser(name, aliases=former, description=description, **options)

    def listing(self) -> str:
        """Every command with its text, by group."""
        lines = []
        for title, (names, example) in GROUPS.items():
            lines += [f"{title}:"]
            for name in names:
                lines += textwrap.wrap(
                    self.texts[name],
                    _WIDTH,
                    initial_indent=f"  {name:<{_NAMES - 2}}",
                    subsequent_indent=" " * _NAMES,
                )
            lines += [f"  example: {example}", ""]
        return "\n".join(lines)
