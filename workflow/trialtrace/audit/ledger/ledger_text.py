"""A ledger in the making as a ledger file, with what of its source is in no claim at the end."""

import json
from collections.abc import Mapping, Sequence

from trialtrace.audit.ledger.draft import LedgerDraft
from trialtrace.base.errors import visible

MOST_LEFT = 300
OF_PAPER = """\
# Read by a program out of {file}, by a map of its tables that no person has confirmed where a claim
# is `unconfirmed`. `trialtrace audit` leaves such claims out; `--trust` judges them and says so.
# Confirm tables in the map (trialtrace read --review), or take `unconfirmed` away here.
"""
OF_REGISTRY = """\
# Read by a program out of {file}, in which the registry states what each number is, so
# that `trialtrace audit` judges it unchanged. Left to confirm is where its numbers contradict
# what it states: these have `unconfirmed` with the question. A registry does not state which of two
# groups is divided by, or taken from, the other: `compare` has them as their numbers need it.
"""


def ledger_yaml(draft: LedgerDraft, head: str, remarks: Sequence[str] = ()) -> str:
    """The text of a ledger file below the comment `head`."""
    lines = [head.rstrip(), *(f"# Not read: {_line(remark)}." for remark in remarks)]
    open_ = sum("unconfirmed" in entry for entry in draft.claims.values())
    lines.append(f"# {len(draft.claims)} claims, {open_} of them unconfirmed.")
    for name in ("papers", "groups", "populations", "outcomes", "registered", "reported"):
        lines += _section(name, getattr(draft, name))
    lines += ["", "claims:"]
    before = None
    for name, entry in draft.claims.items():
        where = str(entry["place"]).partition(",")[0]
        if where != before:
            lines += ["", f"  # {_line(where)}"]
            before = where
        lines.append(f"  {name}:")
        lines += [f"    {key}: {_flow(value)}" for key, value in entry.items()]
    if draft.left:
        lines += ["", f"# {len(draft.left)} texts with numbers are in no claim:"]
        lines += [
            f"# {_line(one.place)}: {_line(one.text)} ({_line(one.why)})"
            for one in draft.left[:MOST_LEFT]
        ]
        if len(draft.left) > MOST_LEFT:
            lines.append(f"# and {len(draft.left) - MOST_LEFT} more: trialtrace read --located")
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
