"""Descriptors that a new interpreter inherits: connections among what it starts with.

From 3.4 on they are multiprocessing's, which sends them but to a Process that is shim's own.
"""
import os

from shim.util import MAXFD

try:
    import fcntl
except ImportError:     # Windows, Jython
    fcntl = None


class Passed(list):
    """The numbers of such descriptors, for one new interpreter or more."""

    def close(self, close=os.close, refused=OSError):
        """Close them: the interpreters have been started.  What is collected before is closed, too."""
        while self:
            try:
                close(self.pop())
            except refused:     # as at cells.Bell
                pass

    __del__ = close

    def keep(self):
        """In a child that is about to exec: those of them stay open, and no others."""
        for number in open_ones():
            try:
                flags = fcntl.fcntl(number, fcntl.F_GETFD)
                if number in self:
                    flags &= ~fcntl.FD_CLOEXEC
                else:
                    flags |= fcntl.FD_CLOEXEC
                fcntl.fcntl(number, fcntl.F_SETFD, flags)
            except IOError:     # there is none of that number
                pass


class Given(object):
    """One of them as multiprocessing pickles it, with what it starts (3.4 on)."""

    def __init__(self, number):
        self.number = number

    def detach(self):
        """Its number in the new interpreter, whose it is from now on."""
        os.set_inheritable(self.number, False)
        return self.number


def open_ones():
    """The numbers from 3 on that descriptors of this process may have."""
    try:
        found = [int(name) for name in os.listdir('/dev/fd')]
    except OSError:
        found = range(MAXFD)
    return [number for number in found if number > 2]


def collected():
    """A Passed, or None where programs don't inherit so."""
    if fcntl is None:
        return None
    return Passed()
