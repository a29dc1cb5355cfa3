"""`trialtrace verify`: what is altered in a report, a page or the results of a run."""

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, visible
from trialtrace.base.paths import Project
from trialtrace.report.shown.compare import apart, shortened
from trialtrace.report.verify.verified import Verified, verified
from trialtrace.run.trace.seal import grouped

WHOLE, ALTERED, NOT_LOOKED, NOT_COMPARED = 0, 1, 2, 3
SHOWN = 60


def verify(
    at: Project,
    text: str,
    trial: str | None,
    form: str,
    *,
    signers: str | None = None,
    signer: str | None = None,
    again: Path | None = None,
) -> int:
    """Tell what is altered. 0: nothing; 1: something; 2: it could not be looked at; 3: it is a page
    whose content is not compared, and not the one that the run wrote."""
    try:
        told = verified(at, Path(text), trial, signers=signers, signer=signer, again=again)
    except UserError as error:
        print(error, file=sys.stderr)
        return NOT_LOOKED
    except PermissionError as error:
        problem = Problem(str(error.filename), "cannot be read: no permission to open it")
        print(UserError(problem), file=sys.stderr)
        return NOT_LOOKED
    if form == "json":
        print(json.dumps(asdict(told), indent=2, ensure_ascii=False))
    else:
        print(verified_text(told), end="")
    if told.uncompared:
        return NOT_COMPARED
    return ALTERED if told.found else WHOLE


def verified_text(verified: Verified) -> str:
    """For a terminal."""
    which = f"run of {verified.trial}" if verified.trial else verified.of
    if verified.earlier is not None:
        which = f"run {verified.earlier} of {verified.trial}, not the last"
    state = "not compared" if verified.uncompared else "ALTERED" if verified.found else "whole"
    head = f"{verified.what}: {state} ({which}"
    lines = [f"{head}, hash {grouped(verified.seal)})" if verified.seal else f"{head})"]
    lines += [verified.uncompared] if verified.uncompared else []
    for alteration in verified.found[:SHOWN]:
        lines.append(
            f"{alteration.what}: {alteration.file}"
            + (f", {alteration.place}" if alteration.place else "")
        )
        shown, kept = apart(alteration.shown, alteration.kept)
        for label, text in (
            ("shown", shown),
            ("kept", kept),
            ("result", shortened(alteration.result)),
        ):
            if text is not None:
                lines.append(f"  {label:<8}{text}")
    if len(verified.found) > SHOWN:
        lines.append(f"… and {len(verified.found) - SHOWN} more (--format json has all)")
    counts = Counter(alteration.what for alteration in verified.found)
    if counts:
        lines.append("altered: " + ", ".join(f"{n} {what}" for what, n in counts.most_common()))
    lines += [f"note: {note}" for note in verified.notes]
    lines += [f"compared: {'; '.join(verified.compared)}"] if verified.compared else []
    return visible("\n".join(lines)) + "\n"
