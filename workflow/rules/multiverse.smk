"""Multiverse: every specification of multiverse.yaml, estimated and tested together.

Asked for by the target multiverse, of trials that have the file; no other target needs it. Needs
clean/ and derived/. Makes multiverse/: data of endpoints by other rules (derived.json, derived/),
its tables (results, members, specifications, curves, bands, spreads) and multiverse.html. The work
is done in parts (--config parts=7), in blocks that lie in multiverse/blocks, so that what is there
is not computed again; the tables are the same for any number of parts, and those that are there are
not made again for another one. Configuration: multiverse.yaml, plan.yaml, endpoints.yaml.
"""

DERIVED = {
    "adsl": "results/{trial}/derived/adsl.parquet",
    "bds": "results/{trial}/derived/bds.parquet",
    "adtte": "results/{trial}/derived/adtte.parquet",
    "occds": "results/{trial}/derived/occds.parquet",
    "rules": "results/{trial}/multiverse/derived.json",
}
MADE = RUN.made("derive_datasets", "derive_multiverse")
ESTIMATES = "results/{trial}/multiverse/parts/estimates-{part}-of-{of}"
GATHERED = "results/{trial}/multiverse/parts/estimates-of-{of}"
DRAWS = "results/{trial}/multiverse/parts/draws-{part}-of-{of}"


rule derive_multiverse:
    message:
        "{wildcards.trial}: derive endpoints by the rules of levels"
    input:
        configuration=RUN.configuration("derive_multiverse"),
        clean=ancient("results/{trial}/clean"),
        made=RUN.made("clean_tables"),
    output:
        index="results/{trial}/multiverse/derived.json",
        made=RUN.made("derive_multiverse"),
    log:
        "logs/{trial}/derive_multiverse.log",
    benchmark:
        "logs/{trial}/derive_multiverse.tsv"
    params:
        versions=RUN.versions("derive_multiverse"),
        settings=RUN.values("derive_multiverse"),
        code=RUN.code("derive_multiverse"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(20),
    script:
        RUN.script("derive_multiverse")


rule estimate_multiverse:
    message:
        "{wildcards.trial}: estimate specifications, part {wildcards.part} of {wildcards.of}"
    input:
        **DERIVED,
        configuration=RUN.configuration("estimate_multiverse"),
        made=MADE,
    output:
        part="results/{trial}/multiverse/parts/estimates-{part}-of-{of}",
        made="results/{trial}/multiverse/parts/estimates-{part}-of-{of}.json",
    log:
        "logs/{trial}/estimate_multiverse-{part}-of-{of}.log",
    benchmark:
        "logs/{trial}/estimate_multiverse-{part}-of-{of}.tsv"
    params:
        versions=RUN.versions("estimate_multiverse"),
        settings=RUN.values("estimate_multiverse"),
        code=RUN.code("run_multiverse"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(60),
    script:
        RUN.script("estimate_multiverse")


# Each part of the draws needs every estimate. By one job between the two, what is planned grows with the
# number of parts, and not with its square.
rule gather_estimates:
    localrule: True
    message:
        "{wildcards.trial}: all specifications are estimated"
    input:
        configuration=RUN.configuration("gather_estimates"),
        estimates=RUN.marks(ESTIMATES),
        made=RUN.marks(f"{ESTIMATES}.json"),
    output:
        mark="results/{trial}/multiverse/parts/estimates-of-{of}",
        made="results/{trial}/multiverse/parts/estimates-of-{of}.json",
    log:
        "logs/{trial}/gather_estimates-of-{of}.log",
    benchmark:
        "logs/{trial}/gather_estimates-of-{of}.tsv"
    params:
        versions=RUN.versions("gather_estimates"),
        settings=RUN.values("gather_estimates"),
    script:
        RUN.script("gather_estimates")


rule draw_multiverse:
    message:
        "{wildcards.trial}: re-randomise, part {wildcards.part} of {wildcards.of}"
    input:
        **DERIVED,
        configuration=RUN.configuration("draw_multiverse"),
        estimates=GATHERED,
        made=[*MADE, f"{GATHERED}.json"],
    output:
        part="results/{trial}/multiverse/parts/draws-{part}-of-{of}",
        made="results/{trial}/multiverse/parts/draws-{part}-of-{of}.json",
    log:
        "logs/{trial}/draw_multiverse-{part}-of-{of}.log",
    benchmark:
        "logs/{trial}/draw_multiverse-{part}-of-{of}.tsv"
    params:
        versions=RUN.versions("draw_multiverse"),
        settings=RUN.values("draw_multiverse"),
        code=RUN.code("run_multiverse"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(60),
    script:
        RUN.script("draw_multiverse")


rule run_multiverse:
    message:
        "{wildcards.trial}: gather the multiverse"
    input:
        **DERIVED,
        configuration=RUN.configuration("run_multiverse"),
        draws=RUN.marks(DRAWS, CONFIG.parts, "run_multiverse"),
        made=RUN.marks(f"{DRAWS}.json", CONFIG.parts, "run_multiverse", MADE),
    output:
        results="results/{trial}/multiverse/results.parquet",
        members="results/{trial}/multiverse/members.parquet",
        specifications="results/{trial}/multiverse/specifications.parquet",
        curves="results/{trial}/multiverse/curves.parquet",
        bands="results/{trial}/multiverse/bands.parquet",
        spreads="results/{trial}/multiverse/spreads.parquet",
        made=RUN.made("run_multiverse"),
    log:
        "logs/{trial}/run_multiverse.log",
    benchmark:
        "logs/{trial}/run_multiverse.tsv"
    params:
        versions=RUN.versions("run_multiverse"),
        settings=RUN.values("run_multiverse"),
        code=RUN.code("run_multiverse"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(60),
    script:
        RUN.script("run_multiverse")


rule render_multiverse:
    message:
        "{wildcards.trial}: page of the multiverse"
    input:
        **DERIVED,
        configuration=RUN.configuration("render_multiverse"),
        results="results/{trial}/multiverse/results.parquet",
        members="results/{trial}/multiverse/members.parquet",
        specifications="results/{trial}/multiverse/specifications.parquet",
        curves="results/{trial}/multiverse/curves.parquet",
        bands="results/{trial}/multiverse/bands.parquet",
        spreads="results/{trial}/multiverse/spreads.parquet",
        made=[*MADE, *RUN.made("run_multiverse")],
    output:
        page="results/{trial}/multiverse/multiverse.html",
        made=RUN.made("render_multiverse"),
    log:
        "logs/{trial}/render_multiverse.log",
    benchmark:
        "logs/{trial}/render_multiverse.tsv"
    params:
        versions=RUN.versions("render_multiverse"),
        settings=RUN.values("render_multiverse"),
        code=RUN.code("run_multiverse"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(20),
    script:
        RUN.script("render_multiverse")
