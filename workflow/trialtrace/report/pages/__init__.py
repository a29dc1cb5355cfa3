"""Pages beside the reports: the site, its data, the traces."""
