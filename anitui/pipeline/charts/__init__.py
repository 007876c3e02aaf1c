"""Charts: one model of each kind, drawn as text for terminals, as SVG, as PNG, and gathered in one HTML page."""
