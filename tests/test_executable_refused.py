"""What set_executable() refuses, and what it leaves alone."""
import glob
import os
import sys

import shim
from shim.backfill.sockets import DESCRIPTORS
from shim.engines import interpreter
from tests import executable_tasks as tasks
from tests import support
from tests.other_pythons import other
from tests.process_tasks import note_parent, send_late
from tests.promises import scratch
from tests.support import read_text, skip


class TestRefused(support.TestCase):
    deadline = 90

    def setUp(self):
        support.needs_processes()
        self.ctx = shim.get_context('subprocess')
        self.addCleanup(self.ctx.set_executable, None)

    def refused(self, path, *texts):
        self.ctx.set_executable(path)
        for start in (self.ctx.Pool, self.ctx.Process(target=tasks.nap, args=(0,)).start):
            clock = support.Elapsed()
            error = self.catch(ValueError, start)
            self.assertTrue(clock.seconds < 20)
            for text in texts + (os.path.basename(path), 'path of a Python interpreter'):
                self.assertTrue(text in str(error), str(error))

    # This very one is no other one: it gets connections as ever.

    def test_this_very_one(self):
        self.check_sends(sys.executable)

    def test_this_very_one_by_another_path(self):
        # One beside it, or a link; but a link to what is in a venv is an interpreter without that.
        path = os.path.join(os.path.dirname(scratch(self)), 'python')
        getattr(os, 'symlink', skip)(sys.executable, path)
        for each in glob.glob(os.path.join(os.path.dirname(sys.executable), 'python*')) + [path]:
            if (each != sys.executable and os.path.realpath(each) == os.path.realpath(path)
                    and interpreter.another(each) is None):
                self.check_sends(each)
                break
        else:
            skip('it has no other path here')

    def check_sends(self, path):
        if not DESCRIPTORS:
            skip('this interpreter has no descriptors, and so sends no pipe')
        self.ctx.set_executable(path)
        near, far = self.ctx.Pipe()
        process = self.ctx.Process(target=send_late, args=(far, 0, 'text'))
        process.start()
        self.assertEqual(near.recv(), 'text')
        process.join()
        path = scratch(self)
        process = self.ctx.Process(target=note_parent, args=(path,))
        process.start()
        process.join()
        self.assertEqual(read_text(path).split(), ['%d' % os.getpid(), 'True'])
        manager = self.ctx.Manager()
        self.assertEqual(manager.dict(key=1).copy(), {'key': 1})
        manager.shutdown()

    def test_no_program(self):
        self.refused('nosuch-interpreter', 'no such program')
        self.refused('/no/such/interpreter', 'no such program')

    def test_no_python(self):
        self.refused('/bin/sh')
        path = scratch(self)
        tasks.write(path, 'text')
        self.refused(path)

    def test_too_old(self):
        path = scratch(self)
        tasks.write(path, '#!/bin/sh\necho "shim asks: cpython 2.3.7 2 False True False True - -"\n')
        os.chmod(path, 493)
        self.refused(path, 'cpython 2.3.7')

    def test_pp(self):
        context = shim.get_all_start_methods()
        if 'pp' not in context:
            skip('no pp here')
        path = other('a PyPy').path
        self.catch(ValueError, shim.get_context('pp').set_executable, path)

    def test_back_again(self):
        self.ctx.set_executable('nosuch-interpreter')
        self.ctx.set_executable(None)
        pool = self.ctx.Pool(1)
        self.addCleanup(pool.join)
        self.addCleanup(pool.terminate)
        self.assertEqual(pool.apply(tasks.asked), interpreter.mine())

    def test_spawn_has_its_own(self):
        if not hasattr(shim.compat.multiprocessing, 'get_context'):
            skip('until 3.4 spawn is the context subprocess')
        before = shim.compat.submodule('spawn').get_executable()
        self.ctx.set_executable('nosuch-interpreter')
        self.assertEqual(shim.compat.submodule('spawn').get_executable(), before)
