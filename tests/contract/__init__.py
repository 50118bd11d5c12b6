"""What every engine does alike: one body of tests, run on all of them.

The expectations are those that CPython 3.13's Pool meets, and where that one hangs, forgets or is
silent, the ones of DESIGN's promises.
"""
import shutil
import tempfile

from tests import tasks


def assemble(pool, size=2):
    """Let that many tasks wait for one another: True if they ran at the same time.

    Afterwards that many workers are known to have started, so that a test may time them.
    """
    folder = tempfile.mkdtemp()
    try:
        return pool.starmap(tasks.meet, [(folder, i, size) for i in range(size)], 1) \
            == [True] * size
    finally:
        shutil.rmtree(folder, True)
