"""Back to the data: which labels are likely wrong, which faces are worth one. Numbers only: docs/review.md."""
