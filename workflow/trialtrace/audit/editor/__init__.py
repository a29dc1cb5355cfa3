"""What an editor needs of an audit on print: what matters first, questions, a sheet."""
