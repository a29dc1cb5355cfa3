#!/bin/sh
# The main process as a job of its own, so that nobody has to stay logged in:
#   sbatch workflow/profiles/slurm/head.sh              all trials
#   sbatch workflow/profiles/slurm/head.sh multiverse --config parts=20
# It plans and waits. Its time must be that of the whole run; should it end before, or be killed, its
# jobs go on, and the same command goes on where they end.
#SBATCH --job-name=trialtrace
#SBATCH --time=1-00:00:00
#SBATCH --mem=2000
#SBATCH --output=logs/slurm/head-%j.log
exec .venv-slurm/bin/snakemake --executor slurm --jobs 50 --workflow-profile workflow/profiles/slurm "$@"
