"""What a reader sees: reports, figures, trace pages, the site."""
