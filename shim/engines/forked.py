"""A Process that is a child made by fork, where there is no multiprocessing (2.4 and 2.5)."""
import os
import sys
import threading

from shim import compat, ending, pids, util
from shim.backfill.process import Polled
from shim.engines import channel, forking
from shim.retrying import retry


class Popen(pids.Signalled, Polled):
    """Such a child as a Process has it: see shim.backfill.process."""

    _code = None

    def __init__(self, process):
        flush()
        forking.alone(self._fork, process)
        self.sentinel = self._near.fileno()

    def _fork(self, process):
        # The child alone has the far end of it, until it ends.
        self._near, far = channel.pair()
        try:
            forking.register(self._near)
            compat.before_fork()
            try:
                self.pid = os.fork()
                if not self.pid:
                    live(process, far)
            finally:
                compat.after_fork()
                far.close()
        except:
            forking.forget(self._near)
            raise

    def poll(self):
        """Its exit code, or None; if negative, the signal."""
        if self._code is None:
            try:
                pid, status = retry(os.waitpid, self.pid, os.WNOHANG)
            except OSError:     # somebody else took it
                pid, status = self.pid, 255 << 8
            if pid == self.pid:
                self._code = os.WEXITSTATUS(status)
                if os.WIFSIGNALED(status):
                    self._code = -os.WTERMSIG(status)
        return self._code

    def close(self):
        forking.forget(self._near)


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, IOError, OSError, ValueError):
            pass


def live(process, far):
    """The life of the child; never returns.  far: what it holds until it ends."""
    code, inherited = 1, threading.enumerate()      # until 2.6 they are listed in the child, too
    try:
        compat.after_fork(child=True)
        forking.close_inherited()
        forking.register(far)
        util._run_after_forkers()
        code = process._bootstrap()
        for thread in threading.enumerate():
            if thread not in inherited and not thread.isDaemon():
                thread.join()
        ending.run_at_exit()
    finally:
        flush()
        os._exit(code)
