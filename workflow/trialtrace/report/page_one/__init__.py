"""Page 1 of a trial's report: what was asked, found and may be doubted, on one page of A4."""
