"""What parent_process() returns where multiprocessing has none, or has no sentinel of it."""
import os
import sys
import time

from shim import compat, pids


class Parent(object):
    """The process that started this one, known by its pid; of multiprocessing's, from 3.8 on."""

    def __init__(self, name, pid, indirect=False):
        self._name, self._pid = name, pid
        self._indirect = indirect       # a server has forked this one for it

    name = property(lambda self: self._name)
    pid = ident = property(lambda self: self._pid)

    def is_alive(self):
        """True while it runs."""
        if self._indirect or self._pid == os.getpid():      # that of a sub-interpreter
            return pids.exists(self._pid)
        return compat.getppid() in (self._pid, None) and pids.exists(self._pid)

    def join(self, timeout=None):
        """Wait until it ends, or so many seconds."""
        end = compat.monotonic() + (timeout or 0)
        while self.is_alive() and (timeout is None or compat.monotonic() < end):
            time.sleep(0.01)


class Distant(Parent):
    """One on another computer, perhaps, that has a node start this one: it lives as long as this."""

    def is_alive(self):
        """True: its pool's end is that of its workers."""
        return True


def know(made):
    """Let it be multiprocessing's (3.8 on): its own has a sentinel, which nobody inherited here."""
    sys.modules['multiprocessing.process']._parent_process = made


def need_no_sentinel():
    """Let a Process of multiprocessing's that is begun without one know such a parent (3.8 on)."""
    module = sys.modules['multiprocessing.process']
    kind = module._ParentProcess

    def make(name, pid, sentinel):
        if sentinel is None:
            return Parent(name, pid)
        return kind(name, pid, sentinel)

    module._ParentProcess = make


def of_worker(pid):
    """What a pool's worker knows as the process that started it: it is told its pid."""
    kind = Parent
    if compat.getppid() not in (pid, None) and os.getpid() != pid:
        kind = Distant
    return kind('MainProcess', pid)
