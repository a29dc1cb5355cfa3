#!/bin/sh
# What became of a job, in Snakemake's words: running, success or failed. Jobs that have ended are known
# to qstat -x; one that it knows nothing of has failed.
state=$(qstat -x -f "$1" 2>/dev/null) || { echo failed; exit 0; }
case "$state" in
  *"job_state = F"*|*"job_state = C"*)
    case "$state" in *"Exit_status = 0"*|*"exit_status = 0"*) echo success ;; *) echo failed ;; esac ;;
  *) echo running ;;
esac
