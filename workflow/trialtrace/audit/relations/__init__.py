"""What published numbers have to do with each other: one engine and tables of relations."""
