"""The recipient's way out: what emails say about it, and the page where it is taken."""
