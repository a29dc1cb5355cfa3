"""The 21 checks of INSPECT-SR (Wilkinson et al. 2025), in own words."""

from dataclasses import dataclass

PAGE = "https://inspect.sr/chapters/check_{}_{}.html"
TOOL = "INSPECT-SR: Wilkinson et al. 2025, medRxiv 2025.09.03.25334905"


@dataclass(frozen=True)
class Check:
    """A check: its number, what it asks, what would decide it, and whether "yes" means that a
    problem was found; None where its own page was not compared."""

    number: str
    words: str
    missing: str
    yes_means_problem: bool | None = None

    @property
    def link(self) -> str:
        return PAGE.format(*self.number.split("."))

    @property
    def domain(self) -> int:
        return int(self.number[0])


CHECKS = (
    Check("1.1", "Is the study retracted?", "a list of retractions (--notices FILE)", True),
    Check(
        "1.2",
        "Does it have an expression of concern or another notice?",
        "the same list; PubPeer manually",
        True,
    ),
    Check("1.3", "Do other studies of the team have notices?", "names of the authors", True),
    Check("2.1", "Ethics approval", "number and day of the approval, and first enrolment"),
    Check("2.2", "Registration, and when", "days of the registration and of the first enrolment"),
    Check(
        "2.3",
        "Does the report differ from the registration, outcomes apart?",
        "the first version of the record (trialtrace audit --record)",
        True,
    ),
    Check("2.4", "Is the recruitment implausible?", "begin and end of the enrolment, sites", True),
    Check("2.5", "Were the resources plausible?", "reviewer"),
    Check("3.1", "Text or tables shared with other papers", "a second ledger (--against)"),
    Check("3.2", "Were figures manipulated or used twice?", "reviewer", True),
    Check("4.1", "Do participants violate the eligibility criteria?", "numeric bounds", True),
    Check(
        "4.2",
        "Do the group sizes not fit the method of allocation?",
        "patients randomised by arm, ratio, block size, strata",
        True,
    ),
    Check("4.3", "Are baseline values implausible?", "clinical judgement", True),
    Check("4.4", "Do text, tables and figures agree?", "the full text"),
    Check("4.5", "Are the losses plausible?", "the flow of patients by arm"),
    Check("4.6", "Do numbers of participants contradict each other?", "the flow of patients", True),
    Check(
        "4.7",
        "Are outcomes or effects implausible?",
        "results of the other trials of the review",
        True,
    ),
    Check(
        "4.8",
        "Can whole-number data not give the published values (GRIM, GRIMMER)?",
        "which outcomes are whole numbers",
        True,
    ),
    Check("4.9", "Are there errors in statistical results?", "which test was used", True),
    Check("4.10", "Are there other contradictions?", "", True),
    Check("4.11", "Do publications of the trial contradict each other?", "a ledger (--against)"),
)
DOMAINS = {
    1: "Domain 1: notices",
    2: "Domain 2: conduct and governance",
    3: "Domain 3: text and figures",
    4: "Domain 4: results",
}
BY_NUMBER = {check.number: check for check in CHECKS}
