"""`python -m anitui.pipeline.collect FOLDER`: the process that collects.

Apart from `worker.py`, since the worker processes load again whatever module a program was started by.
"""

from anitui.pipeline.collect.worker import main

if __name__ == "__main__":
    raise SystemExit(main())
