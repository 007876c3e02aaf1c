"""A Reddit on this machine, so that the sample is collected as anything else would be: by real requests."""
