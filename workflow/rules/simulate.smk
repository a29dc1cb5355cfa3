"""Simulate: trials drawn under the truths of simulation.yaml, and what their analyses show.

Asked for by the target simulate, of trials that have the file; no other target needs it. Needs no
data: trials are drawn by the script of a synthetic trial, or by the plan's endpoints. Makes simulation/: its tables (replicates,
characteristics) and simulation.html. The work is done in parts (--config parts=7), in blocks that
lie in simulation/blocks, so that what is there is not computed again; the tables are the same for
any number of parts. Configuration: simulation.yaml, plan.yaml, endpoints.yaml,
cleaning.yaml.
"""

SIMULATED = "results/{trial}/simulation/parts/{part}-of-{of}"


rule draw_simulation:
    message:
        "{wildcards.trial}: simulate trials, part {wildcards.part} of {wildcards.of}"
    input:
        configuration=RUN.configuration("draw_simulation"),
    output:
        part="results/{trial}/simulation/parts/{part}-of-{of}",
        made="results/{trial}/simulation/parts/{part}-of-{of}.json",
    log:
        "logs/{trial}/draw_simulation-{part}-of-{of}.log",
    benchmark:
        "logs/{trial}/draw_simulation-{part}-of-{of}.tsv"
    params:
        versions=RUN.versions("draw_simulation"),
        settings=RUN.values("draw_simulation"),
        code=RUN.code("run_simulation"),
    resources:
        mem_mb=RUN.growing(1500),
        runtime=RUN.growing(60),
    script:
        RUN.script("draw_simulation")


rule run_simulation:
    message:
        "{wildcards.trial}: gather the simulation"
    input:
        configuration=RUN.configuration("run_simulation"),
        parts=RUN.marks(SIMULATED, CONFIG.parts, "run_simulation"),
        made=RUN.marks(f"{SIMULATED}.json", CONFIG.parts, "run_simulation"),
    output:
        replicates="results/{trial}/simulation/replicates.parquet",
        characteristics="results/{trial}/simulation/characteristics.parquet",
        made=RUN.made("run_simulation"),
    log:
        "logs/{trial}/run_simulation.log",
    benchmark:
        "logs/{trial}/run_simulation.tsv"
    params:
        versions=RUN.versions("run_simulation"),
        settings=RUN.values("run_simulation"),
        code=RUN.code("run_simulation"),
    resources:
        mem_mb=RUN.growing(1500),
        runtime=RUN.growing(60),
    script:
        RUN.script("run_simulation")


rule render_simulation:
    message:
        "{wildcards.trial}: page of the simulation"
    input:
        configuration=RUN.configuration("render_simulation"),
        replicates="results/{trial}/simulation/replicates.parquet",
        characteristics="results/{trial}/simulation/characteristics.parquet",
        made=RUN.made("run_simulation"),
    output:
        page="results/{trial}/simulation/simulation.html",
        made=RUN.made("render_simulation"),
    log:
        "logs/{trial}/render_simulation.log",
    benchmark:
        "logs/{trial}/render_simulation.tsv"
    params:
        versions=RUN.versions("render_simulation"),
        settings=RUN.values("render_simulation"),
        code=RUN.code("run_simulation"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(20),
    script:
        RUN.script("render_simulation")
