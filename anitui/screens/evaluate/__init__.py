"""How good models are: what was measured of each run, as charts."""
