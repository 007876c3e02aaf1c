"""Models measured on what they have not learnt from; kept beside the run, and shown (docs/evaluation.md)."""
