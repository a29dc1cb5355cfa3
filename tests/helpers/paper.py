"""A paper of two or three arms, and ledgers of its printed numbers."""

from trialtrace.audit.files.make import ledger
from trialtrace.audit.relations.tables import judgements
from trialtrace.audit.verdicts.audit import audit_ledger

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


def told(ledger):
    """By claim and component: the state on print, and all that is said of it on the page."""
    found, made = {}, judgements(ledger)
    for row in audit_ledger(ledger).rows:
        key = row["claim_id"], row["component"]
        own = [one for one in made if one.claim == key[0] and key[1] in (one.part, *one.covers)]
        said = [row["print_finding"], *(one.sentence for one in own), row["print_more"]]
        found[key] = row["on_print"], " ".join(filter(None, said))
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


def said(claim, claims, relation, **more):
    """The states that one relation gives a claim of the paper of two groups."""
    return [
        one.state
        for one in judgements(read(claims, **more))
        if (one.claim, one.relation) == (claim, relation)
    ]


PAIR = {"outcome": "event", "compare": ["training", "control"]}


def event(printed, group, **more):
    return claim(printed, outcome="event", group=group, **more)


def audited(claims, groups=TWO):
    """By (claim, component): the row on print; and the judgements. Everyone is analysed."""
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups,
            "populations": {
                "everyone": {
                    "label": "everyone",
                    "everyone": True,
                    "sizes": {name: one["randomised"] for name, one in groups.items()},
                }
            },
            "outcomes": {
                "event": {"label": "Event", "visits": ["1 year", "2 years", "3 years"]},
                "score": {"label": "Score"},
            },
            "claims": claims,
        }
    )
    audit = audit_ledger(whole)
    return {(row["claim_id"], row["component"]): row for row in audit.rows}, audit.judgements
