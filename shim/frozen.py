"""Programs that are one file of their own, made by PyInstaller and the like: no interpreter to start.

A new process is the program once more, with other arguments; multiprocessing's freeze_support(),
called before anything else, makes a worker of it.  A program that forgets this would go on as the
program, and start workers that start workers.
"""
import sys

FORGOTTEN = '''
        This process was started as a worker of a frozen program, and runs the program.
        Its first statement under the guard must be:

            if __name__ == '__main__':
                shim.freeze_support()
                ...
'''


def is_frozen():
    """True in such a program."""
    return bool(getattr(sys, 'frozen', False))


def no_loop():
    """Raise RuntimeError if the program should be a worker: it must not start others."""
    # A worker that knows what it is has the program's arguments.
    first, last = sys.argv[1:2], sys.argv[-2:]
    if is_frozen() and (first == ['--multiprocessing-fork'] or (
            last[:1] == ['-c'] and last[-1].startswith('from multiprocessing.'))):
        raise RuntimeError(FORGOTTEN)
