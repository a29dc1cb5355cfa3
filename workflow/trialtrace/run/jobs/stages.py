"""The stages of a run by the names of their rules: what each imports of the code, and what it reads
of a configuration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """What a rule comes from beside its input files: rooms of the code (jobs/code_versions.py), and
    of the configuration files of the trial and values of config.yaml."""

    rooms: frozenset[str]
    files: tuple[str, ...]
    settings: tuple[str, ...] = ()


def _rooms(*names: str) -> frozenset[str]:
    """What every job imports, and these."""
    return frozenset({"base", "run.jobs", "run.tables", "run.trial", *names})


CLEAN, DERIVE, ANALYSE = "clean_tables", "derive_datasets", "analyse_plan"
AUDIT, RENDER = "audit_claims", "render_report"
TRIAL, DICTIONARY, CLEANING = "trial.yaml", "dictionary.csv", "cleaning.yaml"
ENDPOINTS, PLAN, CLAIMS = "endpoints.yaml", "plan.yaml", "claims.yaml"
# Of a trial that has one, like amendments and a review; the report shows them.
MULTIVERSE_FILE, SIMULATION_FILE = "multiverse.yaml", "simulation.yaml"
AMENDMENTS, REVIEW = "amendments.yaml", "review.yaml"
# Hashed by what the file holds, where the trial's pages are made with it.
KEY = "hash_key"
# Those that read the script of a synthetic cohort, which draws its export.
READ_SCRIPT = frozenset({CLEAN, RENDER})
# Read before the raw tables are written where a run may not see all of them.
SEEN_BY = (ENDPOINTS,)
_FILES = (TRIAL, DICTIONARY, CLEANING, ENDPOINTS, PLAN)
_DERIVING = _rooms("run.cleaning", "run.endpoints", "run.integrity")
_ANALYSING = _rooms("stats", "run.endpoints", "run.methods")
_AUDITING = _rooms("stats", "audit", "run.claims", "run.endpoints", "run.methods", "run.trace")
_REPORTING = _DERIVING | _AUDITING | {"report"}
# The export of a synthetic cohort is drawn; of what is seen blinded, or to a day, rows are taken.
OF_COHORTS = frozenset({"run.synthetic"})
OF_BLINDED = frozenset({"run.endpoints", "run.integrity"})
STAGES = {
    CLEAN: Stage(
        _rooms("run.blinding", "run.cleaning", "run.sources"), (TRIAL, DICTIONARY, CLEANING)
    ),
    DERIVE: Stage(_DERIVING, (TRIAL, DICTIONARY, CLEANING, ENDPOINTS, REVIEW)),
    ANALYSE: Stage(_ANALYSING, (TRIAL, DICTIONARY, ENDPOINTS, PLAN)),
    AUDIT: Stage(_AUDITING, (TRIAL, DICTIONARY, ENDPOINTS, PLAN, CLAIMS)),
    RENDER: Stage(
        _REPORTING,
        (*_FILES, CLAIMS, MULTIVERSE_FILE, SIMULATION_FILE, AMENDMENTS, REVIEW),
        ("disclosure", "report", KEY),
    ),
}
# Those of a run by a version before 1.0, whose reading and recomputation were stages of their own.
STAGES_BEFORE_1 = ("ingest_sources", CLEAN, DERIVE, ANALYSE, "check_results", AUDIT, RENDER)
# Run where they are asked for, of a trial that has a multiverse.yaml: estimates and draws by parts.
MULTIVERSE, DRAW_MULTIVERSE, MULTIVERSE_PAGE = (
    "run_multiverse",
    "draw_multiverse",
    "render_multiverse",
)
DERIVE_RULES = "derive_multiverse"
_READ = (TRIAL, DICTIONARY, ENDPOINTS, PLAN, MULTIVERSE_FILE)
_VARYING = _ANALYSING | {"audit", "run.multiverse"}
VARIED = {
    DERIVE_RULES: Stage(_DERIVING | {"audit", "run.multiverse"}, (*_READ, CLEANING)),
    "estimate_multiverse": Stage(_VARYING, _READ),
    "gather_estimates": Stage(_rooms(), ()),
    DRAW_MULTIVERSE: Stage(_VARYING, _READ),
    MULTIVERSE: Stage(_VARYING, _READ),
    MULTIVERSE_PAGE: Stage(_VARYING | {"report", "run.trace"}, _READ),
}
# Run where they are asked for too, of a trial that has a simulation.yaml.
SIMULATION = "run_simulation"
_DRAWN = (*_FILES, SIMULATION_FILE)
_SIMULATING = _DERIVING | _ANALYSING | OF_COHORTS | {"audit", "run.simulation", "run.sources"}
SIMULATION_PAGE = "render_simulation"
SIMULATED = dict.fromkeys(("draw_simulation", SIMULATION), Stage(_SIMULATING, _DRAWN)) | {
    SIMULATION_PAGE: Stage(_rooms("audit", "report", "run.endpoints", "run.trace"), _DRAWN)
}
ASKED = VARIED | SIMULATED
# Made once for all trials, from their reports.
SITE = "build_site"
SITE_STAGE = Stage(
    (_REPORTING - {"run.claims"}) | {"run.archive"}, (), ("trials", "disclosure", "report")
)
