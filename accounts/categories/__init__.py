"""Categories as pages show them, whatever they hold: the shelf beside a list, the form, its pages."""
