"""Locks, queues and shared values on every context; and where multiprocessing has no semaphores.

Where shim's own are used (`ours`) they promise more: what a killed process held goes on.
"""
import os

import shim
from shim import primitives
from tests import support
from tests.promises import kill, lines, scratch
from tests.support import wait_until

# Set by test_without.py: no context has semaphores of multiprocessing's.
WITHOUT = os.environ.get('SHIM_TEST_WITHOUT')
VARIANTS = [name for name in support.VARIANTS if '_' not in name and name != 'serial']
if WITHOUT:     # the others are as ever
    VARIANTS = [name for name in VARIANTS if name in ('fork', 'spawn', 'forkserver')]


class Primitive(object):
    """Mixed into the test bodies."""

    deadline = 60

    def setUp(self):
        super(Primitive, self).setUp()
        if WITHOUT and self.is_process:
            self.assertTrue(primitives.no_semaphores(), 'there are semaphores')
        try:
            self.ours = type(self.ctx.Lock()).__module__ == 'shim.backfill.cell_locks'
        except NotImplementedError:
            support.skip('no locks between processes on this platform')
        own = WITHOUT or self.engine in support.OURS or not hasattr(
            shim.compat.multiprocessing, 'get_context') and self.engine == 'spawn'
        if own and self.is_process:
            self.assertTrue(self.ours)

    def needs_ours(self):
        if not self.ours:
            support.skip('the semaphores of the standard library do not survive it')

    def start(self, target, *args):
        """A started process, killed after the test."""
        made = self.ctx.Process(target=target, args=args)
        made.daemon = True
        made.start()
        self.addCleanup(self.finish, made)
        return made

    def finish(self, process):
        if self.is_process:
            kill(process.pid)
        process.join(10)

    def join(self, *processes):
        """Wait for them; none may have failed."""
        for process in processes:
            process.join(40)
            self.assertEqual(process.exitcode, 0)

    def scratch(self, text=None):
        path = scratch(self)
        if text is not None:
            stream = open(path, 'w')
            stream.write(text)
            stream.close()
        return path

    def noted(self, path, count, timeout=30):
        """The lines of a file once there are so many."""
        if not wait_until(lambda: len(lines(path)) >= count, timeout):
            self.fail('only %r, not %d lines' % (lines(path), count))
        return lines(path)
