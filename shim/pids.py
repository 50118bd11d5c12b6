"""Processes that are known by their number alone, and may be gone the next moment."""
import errno
import os
import signal
import sys

from shim import compat


def exists(pid):
    """Is there such a process?  One of another user's, too, which may be sent nothing."""
    if hasattr(signal, 'CTRL_C_EVENT'):
        return True     # Windows, where that would be 0: nobody there can be asked so
    try:
        os.kill(pid, 0)
    except OSError:
        return sys.exc_info()[1].args[0] != errno.ESRCH
    return True


class Signalled(object):
    """Who has a pid and poll() is sent signals by the names that Process has for that."""

    def _signal(self, number):
        if self.poll() is None:
            send(self.pid, number)

    def terminate(self):
        self._signal(signal.SIGTERM)

    def kill(self):
        self._signal(compat.SIGKILL)

    def interrupt(self):
        self._signal(signal.SIGINT)


def send(pid, number):
    """os.kill(), silent if it has just ended, as Popen.send_signal() from CPython 3.10 on.

    On Jython that is no rare thing: there Java sees how a child ended, and not who asks for it.
    """
    try:
        os.kill(pid, number)
    except OSError:
        if sys.exc_info()[1].args[0] != errno.ESRCH:
            raise
