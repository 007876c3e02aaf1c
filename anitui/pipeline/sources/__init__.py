"""Where pictures come from: one file per source. A source finds; `ingest` takes in, the same way for all."""
