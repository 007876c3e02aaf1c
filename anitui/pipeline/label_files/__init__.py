"""Label files of other programs, in and out: one file per format (`registry.py` knows them), between them a model that
knows none of them (`model.py`). `taking.py` brings what a format has read into the catalogue, `giving.py` the catalogue
to what a format writes."""
