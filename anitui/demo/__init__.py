"""The built-in sample: an invented world of drawn anime characters, made offline.

Nothing here is downloaded and nothing shows an existing work: the characters, their titles and their pictures
are drawn from a seed, well enough that real face detectors find them.
"""
