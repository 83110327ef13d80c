"""The library: templates and their categories, as pages and as the picker in the compose window."""
