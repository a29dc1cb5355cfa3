"""Every configured trial from its raw rows to a site of reports; the targets: workflow/Snakefile."""


include: "workflow/Snakefile"


# That of an included file is not taken.
workflow.default_target = "all"
