"""A draft as a ledger file: what a person has to look at stands beside each claim."""

import json
from collections.abc import Mapping, Sequence

from trialtrace.audit.ledger.shape import READ
from trialtrace.audit.reading.draft import Draft
from trialtrace.audit.reading.named_tests import adjusting
from trialtrace.base.errors import visible

MOST_LEFT = 300
_HEAD = """\
# Read by a program out of {file}. `trialtrace audit` leaves out what is unconfirmed: hold
# each such claim against the paper. If it is right, take `unconfirmed` away, or name places that
# are right as a whole in a line like this one:  confirmed: ["table 1", abstract]
# If it is wrong, mend it or take it out. `trialtrace audit --trust` judges all, and says so.
"""
_OF_REGISTRY = """\
# Read by a program out of {file}, in which the registry states what each number is, so
# that `trialtrace audit` judges it as it stands. Left to confirm is where its numbers speak against
# what it states: these have `unconfirmed` with the question. Which of two groups is divided by, or
# taken from, which a registry does not state: `compare` has them as their numbers need it.
"""


def ledger_yaml(draft: Draft, file: str) -> str:
    """The text of a ledger file."""
    head = _OF_REGISTRY if draft.papers else _HEAD
    lines = [head.format(file=_line(file)).rstrip()]
    lines += [f"# Not read: {_line(remark)}." for remark in draft.paper.remarks]
    open_ = [entry.get("unconfirmed") for entry in draft.claims.values()]
    doubtful = sum(one not in (None, READ) for one in open_)
    lines.append(f"# {len(draft.claims)} claims, {doubtful} of them with a doubt.")
    paper: dict[str, object] = {"citation": draft.paper.title or file}
    if draft.paper.doi:
        paper["doi"] = draft.paper.doi
    if words := adjusting(passage.text for passage in draft.paper.passages):
        paper["adjusted"] = words
    lines += _section("papers", draft.papers or {"paper": paper})
    lines += _section("groups", draft.groups) + _section("populations", draft.populations)
    lines += _section("outcomes", draft.outcomes)
    lines += _section("registered", draft.registered) + _section("reported", draft.reported)
    lines += ["", "claims:"]
    before = None
    for name, entry in draft.claims.items():
        where = str(entry["place"]).partition(",")[0]
        if where != before:
            lines += ["", f"  # {_line(where)}"]
            before = where
        lines.append(f"  {name}:")
        lines += [f"    {key}: {_flow(value)}" for key, value in entry.items()]
    most = None if draft.papers else MOST_LEFT
    if draft.left:
        lines += ["", f"# {len(draft.left)} numbers were seen and not taken up:"]
        lines += [
            f"# {_line(one.place)}: {_line(one.text)} ({one.why})" for one in draft.left[:most]
        ]
    return "\n".join(lines) + "\n"


def _section(name: str, entries: Mapping[str, Mapping[str, object]]) -> list[str]:
    if not entries:
        return []
    return ["", f"{name}:", *(f"  {key}: {_flow(entry)}" for key, entry in entries.items())]


def _flow(value: object) -> str:
    """A value in one line of YAML; every text in quotes, as JSON has it, but for plain names."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(_line(str(value)), ensure_ascii=False)


def _line(text: str) -> str:
    return visible(" ".join(text.split()))
