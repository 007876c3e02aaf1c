"""Jobs that collect: what they have found, what they could not take and why, and what to do about it."""
