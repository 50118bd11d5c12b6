"""shim.util: as multiprocessing.util of CPython 3.15, also where there is none."""
import gc
import os
import sys
import threading

import shim
from shim import util
from tests import support
from tests.support import run_script

NAMES = '''sub_debug debug info sub_warning warn get_logger log_to_stderr get_temp_dir
    register_after_fork is_exiting Finalize ForkAwareThreadLock ForkAwareLocal close_all_fds_except
    SUBDEBUG SUBWARNING NOTSET DEBUG INFO WARNING LOGGER_NAME DEFAULT_LOGGING_FORMAT MAXFD
    abstract_sockets_supported close_fds is_abstract_socket_namespace'''

AT_EXIT = '''
import os, sys
import shim
from shim import util

def say(text):
    sys.stdout.write(text + ' ')
    sys.stdout.flush()

for priority in (5, 20, -3, 7):
    util.Finalize(None, say, (str(priority),), exitpriority=priority)
util.Finalize(None, say, ('cancelled',), exitpriority=3).cancel()

class Thing(object):
    pass

thing = Thing()
unasked = util.Finalize(thing, say, ('never',))

def fail():
    raise ValueError('shown')

util.Finalize(None, fail, exitpriority=6)
folder = util.get_temp_dir()
open(os.path.join(folder, 'file'), 'w').close()
say(folder)
'''

LOGGING = '''
import logging
import shim
from shim import util
util.info('before there is a logger')
logger = shim.log_to_stderr(util.SUBDEBUG)
assert logger is shim.get_logger() is util.get_logger(), logger
util.sub_debug('one %d', 1)
util.debug('two')
util.info('three')
util.sub_warning('four')
util.warn('five %s', 'six')
logger.setLevel(logging.ERROR)
util.warn('not shown')
'''


class Thing(object):
    pass


class Names(support.TestCase):
    def test_all_there(self):
        self.assertEqual([name for name in NAMES.split() if not hasattr(util, name)], [])
        self.assertTrue(shim.util is util)


class Finalizers(support.TestCase):
    def test_called_once(self):
        got, thing = [], Thing()
        made = util.Finalize(thing, lambda *args, **kwds: got.append((args, kwds)) or 'value',
                             (1, 2), {'key': 3}, exitpriority=1)
        self.assertTrue(made.still_active())
        self.assertIn('args=(1, 2)', repr(made))
        self.assertEqual(made(), 'value')
        self.assertFalse(made.still_active())
        self.assertIn('dead', repr(made))
        self.assertEqual(made(), None)
        self.assertEqual(got, [((1, 2), {'key': 3})])

    def test_cancelled(self):
        got = []
        made = util.Finalize(None, got.append, (1,), exitpriority=1)
        made.cancel()
        made.cancel()
        self.assertFalse(made.still_active())
        made()
        self.assertEqual(got, [])

    def test_object_goes(self):
        got, thing = [], Thing()
        util.Finalize(thing, got.append, (1,))
        self.assertEqual(got, [])
        if hasattr(sys, 'getClassLoader'):
            support.skip('a JVM collects when it likes')
        del thing
        support.wait_until(lambda: gc.collect() is NotImplemented or got, 5)
        self.assertEqual(got, [1])

    def test_arguments(self):
        # AssertionError until 3.7.
        self.catch((ValueError, AssertionError), util.Finalize, None, abs)

    def test_at_exit(self):
        status, out, err, _seconds = run_script(AT_EXIT)
        self.assertEqual(status, 0, err)
        folder, rest = out.split(' ', 1)
        self.assertEqual(rest.split(), ['20', '7', '5', '-3'])
        self.assertIn('ValueError: shown', err)
        self.assertFalse(os.path.exists(folder))

    def test_not_in_a_child(self):
        support.needs_fork()
        got = []
        made = util.Finalize(None, got.append, (1,), exitpriority=1)
        self.addCleanup(made.cancel)
        pid = os.fork()
        if not pid:
            made()
            os._exit(len(got))
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertTrue(made.still_active())


class Others(support.TestCase):
    def test_logging(self):
        status, out, err, _seconds = run_script(LOGGING)
        self.assertEqual((status, out), (0, ''), err)
        said = [line.replace('SUBDEBUG', 'Level 5').replace('SUBWARNING', 'Level 25')
                for line in err.splitlines() if 'MainProcess' in line]
        self.assertEqual([line for line in said if 'shutting' not in line and 'atexit' not in line
                          and 'finalizers' not in line], [
            '[Level 5/MainProcess] one 1', '[DEBUG/MainProcess] two', '[INFO/MainProcess] three',
            '[Level 25/MainProcess] four', '[WARNING/MainProcess] five six'])

    def test_temp_dir(self):
        folder = util.get_temp_dir()
        self.assertTrue(os.path.isdir(folder))
        self.assertEqual(util.get_temp_dir(), folder)
        if hasattr(os, 'getuid'):
            self.assertEqual(os.stat(folder).st_mode & 63, 0)

    def test_abstract_namespace(self):
        for address, expected in (('\0name', True), ('name', False), ('', False), (None, False),
                                  (support.b('\0name'), True)):
            self.assertEqual(bool(util.is_abstract_socket_namespace(address)), expected)
        self.catch(TypeError, util.is_abstract_socket_namespace, 17)

    def test_lock_and_local(self):
        lock, local = util.ForkAwareThreadLock(), util.ForkAwareLocal()
        lock.acquire()
        lock.release()
        lock.__enter__()
        lock.__exit__(None, None, None)
        local.name, seen = 1, []
        thread = threading.Thread(target=lambda: seen.append(hasattr(local, 'name')))
        support.needs_threads()
        thread.start()
        thread.join()
        self.assertEqual((seen, local.name), ([False], 1))

    def test_after_fork(self):
        called, thing = [], Thing()
        util.register_after_fork(thing, lambda obj: called.append(obj))
        util._run_after_forkers()
        self.assertEqual(called.count(thing), 1)

    def test_descriptors(self):
        support.needs_fork()
        reader, writer = os.pipe()
        self.addCleanup(util.close_fds, reader, writer)
        pid = os.fork()
        if not pid:
            try:
                util.close_all_fds_except([writer])
                os.write(writer, support.b('x'))
                os.close(reader)
            except OSError:
                os._exit(sys.exc_info()[1].errno)
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        self.assertEqual(os.WEXITSTATUS(status), 9)     # EBADF: the reader was closed
        self.assertEqual(os.read(reader, 1), support.b('x'))
