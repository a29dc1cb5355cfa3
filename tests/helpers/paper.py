"""A paper of two or three arms, and ledgers of its printed numbers."""

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings

TWO = {
    "training": {"label": "training", "randomised": "30"},
    "control": {"label": "control", "randomised": "30", "control": True},
}
THREE = {
    "smt": {"label": "sensorimotor training", "randomised": "55"},
    "wbv": {"label": "vibration", "randomised": "53"},
    "tau": {"label": "usual care", "randomised": "50", "control": True},
}
OUTCOMES = {
    "event": {"label": "Event"},
    "age": {"label": "Age"},
    "score": {"label": "Score", "whole": True},
    "current": {"label": "Current", "visits": ["after stimulation"]},
    "harm": {"label": "Harm"},
}
POPULATIONS = {
    "treated": {"label": "treated", "sizes": {"training": "27", "control": "29"}},
    "itt": {"label": "intention to treat", "everyone": True},
    "pp": {"label": "per protocol", "only": ["smt", "wbv"]},
}


def claim(printed, place="table", **about):
    return {"from": "main", "place": place, "label": "a number", "printed": printed, "about": about}


def told(rows, findings):
    """By claim and component: the verdict on print, and all that is said of it on the page."""
    said = {}
    for one in findings:
        for component in (one.component, *one.covers):
            said.setdefault((one.claim, component), []).append(one.sentence)
    found = {}
    for row in rows:
        key = row["claim_id"], row["component"]
        text = " ".join(said.get(key, []))
        lead = "" if row["print_finding"] in text else row["print_finding"]
        found[key] = row["on_print"], " ".join(filter(None, [lead, text, row.get("print_more")]))
    return found


def read(claims, groups=None):
    return ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups or TWO,
            "populations": POPULATIONS,
            "outcomes": OUTCOMES,
            "claims": claims,
        }
    )


def said(check, claims, name, **more):
    """The agreements of one finding by its name, of claims of the paper of two groups."""
    whole = read(claims, **more)
    return [one.agreement for one in findings(whole) if one.check == name and one.claim == check]
