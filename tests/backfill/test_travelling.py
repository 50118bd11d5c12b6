"""Connections that travel to other processes, as arguments and in messages."""
import gc
import os
import pickle
import shutil
import sys
import tempfile

from shim import compat
from shim.backfill.sockets import DESCRIPTORS
from shim.connection import Listener
from tests import support
from tests.backfill import tasks
from tests.support import b, each_engine


class Travelling(object):
    """Between processes."""

    deadline = 60

    def refused(self, function, *args):
        """Whether this interpreter sends none, at all; then the error says what does instead."""
        if DESCRIPTORS:
            return False
        error = self.catch(pickle.PicklingError, function, *args)
        self.assertTrue('another process here' in str(error) and 'Listener' in str(error), str(error))
        return True

    def started(self, *args, **kwds):
        process = self.ctx.Process(*args, **kwds)
        process.start()
        self.addCleanup(process.join, 20)
        return process

    def test_as_an_argument(self):
        near, far = self.ctx.Pipe()
        if self.refused(self.ctx.Process(target=tasks.answer, args=(far,)).start):
            return
        process = self.started(target=tasks.answer, args=(far,))
        far.close()
        near.send([1, 2])
        self.assertEqual(near.recv(), (process.pid, [1, 2]))
        near.send(None)
        near.recv()
        process.join(20)
        self.assertEqual(process.exitcode, 0)
        self.catch(EOFError, near.recv)

    def test_to_a_running_process(self):
        if not DESCRIPTORS:
            support.skip('this interpreter sends no descriptors, not even as arguments')
        near, far = self.ctx.Pipe()
        one, other = self.ctx.Pipe()
        process = self.started(target=tasks.answer_elsewhere, args=(far,))
        far.close()
        for number in range(3):
            try:
                near.send(other)
            except pickle.PicklingError:
                error = sys.exc_info()[1]
                if sys.version_info >= (2, 5):
                    raise
                self.assertIn('argument', str(error))
                self.assertIn('Listener', str(error))
                near.send(None)
                return
            self.assertTrue(one.poll(20))
            self.assertEqual(one.recv(), process.pid)
        near.send(None)
        process.join(20)
        other.close()
        self.catch(EOFError, one.recv)      # no copy is left, neither here nor there

    def test_in_initargs(self):
        """Of each worker, also of one that replaces another."""
        if self.engine == 'fork' or compat.FORKING_PICKLER:
            support.skip("it is multiprocessing's own affair")
        near, far = self.ctx.Pipe()
        if self.refused(self.ctx.Pool, 1, tasks.tell_start, (far,)):
            return
        pool = self.ctx.Pool(1, tasks.tell_start, (far,), maxtasksperchild=1)
        try:
            workers = pool.map(tasks.own_pid, range(3), 1)
            self.assertEqual(len(set(workers)), 3)
            for pid in workers:
                self.assertTrue(near.poll(20))
                self.assertEqual(near.recv(), pid)
        finally:
            pool.terminate()
            pool.join()
        while near.poll(0.1):       # of a fourth one, perhaps
            near.recv()
        far.close()
        del pool
        gc.collect()
        self.catch(EOFError, near.recv)     # nobody has the other end, not even this process

    def test_nothing_else_is_inherited(self):
        if self.engine == 'fork':
            return
        if not DESCRIPTORS:
            support.skip('this interpreter has no descriptors')
        near, far = self.ctx.Pipe()
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder, True)
        opened = open(os.path.join(folder, 'file'), 'w')
        self.addCleanup(opened.close)
        self.started(target=tasks.say_what_is_open, args=(far, os.fstat(opened.fileno())[1]))
        self.assertTrue(near.poll(20))
        self.assertEqual(near.recv(), 'not open')

    def test_by_address(self):
        listener = Listener(authkey=b('secret'))
        self.addCleanup(listener.close)
        self.started(target=tasks.call, args=(listener.address, b('secret'), 'text'))
        connection = listener.accept()
        self.addCleanup(connection.close)
        self.assertEqual(connection.recv(), 'text')
        self.catch(EOFError, connection.recv)


each_engine(globals(), Travelling, variants=support.STARTING_VARIANTS)
