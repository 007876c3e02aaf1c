"""Finding faces: detectors behind one protocol, which of them is taken, and one picture looked at in a worker."""
