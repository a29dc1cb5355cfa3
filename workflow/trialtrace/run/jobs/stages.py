"""The stages of a run by the names of their rules, and what each reads of a configuration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """What a rule reads of the configuration: files of the trial, values of config.yaml."""

    files: tuple[str, ...]
    settings: tuple[str, ...] = ()


INGEST, CLEAN, DERIVE = "ingest_sources", "clean_tables", "derive_datasets"
ANALYSE = "analyse_plan"
CHECK, AUDIT, RENDER = "check_results", "audit_claims", "render_report"
TRIAL, DICTIONARY, CLEANING = "trial.yaml", "dictionary.csv", "cleaning.yaml"
ENDPOINTS, PLAN, CLAIMS = "endpoints.yaml", "plan.yaml", "claims.yaml"
# Read beside the others where the source is synthetic: its export is spelt as the dictionary says.
COHORT = "cohort.yaml"
# Read by the pages of a draft; whether it blinds counts for every stage beyond the raw tables.
GUESSES = "guesses.yaml"
# Of a trial that has one: its choices stand in the supplement.
MULTIVERSE_FILE, SIMULATION_FILE = "multiverse.yaml", "simulation.yaml"
# Hashed by what the file holds, where the trial's pages are made with it.
KEY = "hash_key"
SYNTHETIC = {INGEST: (COHORT, DICTIONARY, CLEANING), RENDER: (COHORT,)}
# Read before the raw tables are written where a run may not see all of them.
SEEN_BY = (DICTIONARY, CLEANING, ENDPOINTS)
STAGES = {
    INGEST: Stage((TRIAL,)),
    CLEAN: Stage((TRIAL, DICTIONARY, CLEANING)),
    DERIVE: Stage((TRIAL, DICTIONARY, CLEANING, ENDPOINTS)),
    ANALYSE: Stage((TRIAL, DICTIONARY, ENDPOINTS, PLAN)),
    CHECK: Stage((TRIAL, DICTIONARY, ENDPOINTS, PLAN)),
    AUDIT: Stage((TRIAL, DICTIONARY, ENDPOINTS, PLAN, CLAIMS)),
    RENDER: Stage(
        (TRIAL, DICTIONARY, CLEANING, ENDPOINTS, PLAN, CLAIMS), ("disclosure", "report", KEY)
    ),
}
# Run where they are asked for, of a trial that has a multiverse.yaml: estimates and draws by parts.
MULTIVERSE, DRAW_MULTIVERSE, MULTIVERSE_PAGE = (
    "run_multiverse",
    "draw_multiverse",
    "render_multiverse",
)
DERIVE_RULES = "derive_multiverse"
_READ = (TRIAL, DICTIONARY, ENDPOINTS, PLAN, MULTIVERSE_FILE)
VARIED = {
    DERIVE_RULES: Stage((*_READ, CLEANING)),
    "estimate_multiverse": Stage(_READ),
    DRAW_MULTIVERSE: Stage(_READ),
    MULTIVERSE: Stage(_READ),
    MULTIVERSE_PAGE: Stage(_READ),
}
# Run where they are asked for too, of a trial that has a simulation.yaml.
SIMULATION = "run_simulation"
_DRAWN = Stage((TRIAL, DICTIONARY, CLEANING, ENDPOINTS, PLAN, COHORT, SIMULATION_FILE))
SIMULATION_PAGE = "render_simulation"
SIMULATED = dict.fromkeys(("draw_simulation", SIMULATION, SIMULATION_PAGE), _DRAWN)
ASKED = VARIED | SIMULATED
# Made once for all trials, from their reports.
SITE, SITE_STAGE = "build_site", Stage((), ("trials", "disclosure", "report"))
