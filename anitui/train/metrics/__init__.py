"""Numbers about models, by numpy and scipy alone. What each is, in words: docs/evaluation.md."""
