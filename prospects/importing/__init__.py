"""People from a CSV file: reading it whatever it is (sheet), what its columns mean (columns), which
rows are people (checks), into the database (storing), and the bad rows back (given_back)."""
