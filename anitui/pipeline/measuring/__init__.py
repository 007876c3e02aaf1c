"""Statistics as charts: what each counts, in which words, and where its rows lead."""
