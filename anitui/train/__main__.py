"""`python -m anitui.train FOLDER`: the process that trains. By `torchrun` on several machines: docs/training.md.

Apart from `worker.py`, since the worker processes load again whatever module a program was started by.
"""

from anitui.train.worker import main

if __name__ == "__main__":
    raise SystemExit(main())
