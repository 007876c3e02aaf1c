"""One file per command (or per family): each has `run(options) -> exit code`, calls the layers below and prints."""
