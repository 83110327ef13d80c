"""Acting on tasks: one by one, and one after another of a view (work-through mode)."""
