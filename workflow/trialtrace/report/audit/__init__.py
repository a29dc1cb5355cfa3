"""Pages and exports of published numbers."""
