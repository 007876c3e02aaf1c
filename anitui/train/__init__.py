"""Models: trained, measured and used. A run is a folder, and the trainer a process of its own."""
