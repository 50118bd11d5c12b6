"""SHIM_STATS=FILE: a line of JSON for each pool, appended as it ends.

    {"context": "fork", "workers": 2, "done": 100, "lost": 0, "restarts": 0, "pid": 4711}

workers is the size of the pool; done counts the tasks that came back and lost those that ended with
their worker (of a map, a chunk is one, as for maxtasksperchild); restarts counts the workers that took
the place of another; pid is that of the program.
"""
import os
import sys

from shim import engines, logs

LINE = ('{"context": "%s", "workers": %d, "done": %d, "lost": %d, "restarts": %d, "pid": %d}\n')


def note(engine):
    """Append the line of an engine that has ended, if the environment asks for it."""
    path = os.environ.get('SHIM_STATS')
    if not path:
        return
    line = LINE % (engines.name_of(engine), min(engine.asked, engine.size), engine.done, engine.lost,
                   engine.restarts, engine.pid)
    try:
        # One write, so that the lines of several programs don't mix.
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, int('666', 8))
        try:
            os.write(file, line.encode('ascii'))
        finally:
            os.close(file)
    except EnvironmentError:
        logs.report('WARNING', 'shim: SHIM_STATS: %s', sys.exc_info()[1])
