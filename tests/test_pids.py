"""Processes that are known by their number alone."""
import os
import subprocess
import sys

from shim import compat, pids
from shim.engines.subproc import Child
from tests import support


class TestPids(support.TestCase):
    def setUp(self):
        support.needs_processes()

    def ended(self):
        """A process that is no more."""
        process = Child([sys.executable, '-c', ''], stdin=subprocess.PIPE)
        process.stdin.close()
        process.wait()
        return process

    def test_exists(self):
        self.assertTrue(pids.exists(os.getpid()))
        self.assertFalse(pids.exists(self.ended().pid))

    def test_send(self):
        pids.send(os.getpid(), 0)
        pids.send(self.ended().pid, compat.SIGKILL)
        self.catch(EnvironmentError, pids.send, os.getpid(), 10000)     # no such signal

    def test_child_that_ends_as_it_is_killed(self):
        process = self.ended()
        process.poll = lambda: None     # asked a moment before
        for end in (process.terminate, process.kill, process.interrupt):
            end()
