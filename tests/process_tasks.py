"""What the Processes of the tests do; `nap` and `note` of the tasks are theirs, too."""
import os
import sys
import time

from tests.tasks import nap, note, square


def leave(code):
    sys.exit(code)


def fail(text, parent):
    if os.getpid() != parent:
        sys.stderr = open(os.devnull, 'w')
    raise ValueError(text)


def only_fail(text):
    raise ValueError(text)


def note_who(path, text):
    import shim
    me = shim.current_process()
    note(path, '%d %s %s %s' % (os.getpid(), me.name, me.daemon, text))


def note_parent(path):
    import shim
    parent = shim.parent_process()
    note(path, '%d %s' % (parent.pid, parent.is_alive()))


def note_and_nap(path, seconds):
    note(path, 'begun')
    time.sleep(seconds)


def send_late(connection, seconds, value):
    time.sleep(seconds)
    connection.send(value)


def nap_and_note(seconds, path):
    time.sleep(seconds)
    note(path, 'slept')


def until_interrupted(path):
    try:
        note(path, 'begun')
        for _each in range(6000):       # a signal just before a long sleep is heard after it
            time.sleep(0.01)
    except KeyboardInterrupt:
        sys.exit(7)


def map_in_context(name, path):
    import shim
    pool = shim.get_context(name).Pool(2)
    try:
        note(path, repr(pool.map(square, range(4))))
    finally:
        pool.terminate()


def tell_method():
    """Write which start method started this, and whether it is the program's own process."""
    import shim
    sys.stdout.write('%s %s ' % (shim.get_context()._name, shim.parent_process() is None))
    sys.stdout.flush()
