"""The task `detect`: a detector that learns where faces are, from the boxes of a workspace."""
