"""Report: a folder a trial that can be mailed, and the site over all trials.

Needs every stage's output. Makes report/ (HTML, DOCX, figures, pages behind every number) and
site/. Configuration: displays of plan.yaml; disclosure and formats of config.yaml.
"""


rule render_report:
    message:
        "{wildcards.trial}: render the report"
    input:
        configuration=RUN.configuration("render_report"),
        raw=ancient("results/{trial}/raw"),
        clean=ancient("results/{trial}/clean"),
        adsl="results/{trial}/derived/adsl.parquet",
        bds="results/{trial}/derived/bds.parquet",
        adtte="results/{trial}/derived/adtte.parquet",
        occds="results/{trial}/derived/occds.parquet",
        sources="results/{trial}/derived/sources.parquet",
        unused="results/{trial}/derived/rejects.parquet",
        losses="results/{trial}/derived/account.json",
        results="results/{trial}/analysis/results.parquet",
        members="results/{trial}/analysis/members.parquet",
        checks="results/{trial}/analysis/checks.parquet",
        claims="results/{trial}/audit/claims.parquet",
        printed="results/{trial}/audit/print.json",
        made=RUN.made(
            "clean_tables",
            "derive_datasets",
            "analyse_plan",
            "audit_claims",
        ),
    output:
        report=report(
            directory("results/{trial}/report"),
            patterns=["{folder,figures}/{name}.svg", "{folder,tables}/{name}.csv"],
            category="{trial}",
            subcategory=DISPLAYS.section,
            labels=DISPLAYS.labels,
            caption="../report/display.rst",
        ),
        documents=directory("results/{trial}/quarto"),
        seal="results/{trial}/seal.json",
        made=RUN.made("render_report"),
    log:
        "logs/{trial}/render_report.log",
    benchmark:
        "logs/{trial}/render_report.tsv"
    params:
        versions=RUN.versions("render_report"),
        settings=RUN.values("render_report"),
        code=lambda wildcards: RUN.codes(wildcards.trial),
    resources:
        mem_mb=RUN.growing(3000),
        runtime=RUN.growing(10),
    script:
        RUN.script("render_report")


rule build_site:
    message:
        "all trials: build the site"
    input:
        reports=ancient(expand("results/{trial}/report", trial=RUN.trials)),
        printed=expand("results/{trial}/audit/print.json", trial=RUN.trials),
        losses=expand("results/{trial}/derived/account.json", trial=RUN.trials),
        made=expand(RUN.made("derive_datasets", "audit_claims", "render_report"), trial=RUN.trials),
    output:
        site=directory("site"),
        made=RUN.site_record,
    log:
        "logs/build_site.log",
    benchmark:
        "logs/build_site.tsv"
    params:
        versions=RUN.versions("build_site"),
        settings=RUN.values("build_site"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(10),
    script:
        RUN.script("build_site")
