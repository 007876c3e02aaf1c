"""Trained models at work: pictures in, names out; on the command line, in the app, over HTTP.

`asking` (another process, which has torch) and `answering` (what it does) are what the app and the server use;
`pictures` and `catalogue` have the model in their own process, for thousands at once.
"""
