"""shim.shared_memory: as multiprocessing.shared_memory of CPython 3.15.

On 2.x an item of `buf` is a string of one byte, so that these tests use slices only.
"""
import os
import pickle
import sys

from tests import support
from tests.backfill import tasks
from tests.promises import lines, scratch
from tests.support import b, each_engine, start_script

try:
    from shim.shared_memory import ShareableList, SharedMemory
    LACK = None
except ImportError:     # no mmap
    LACK = str(sys.exc_info()[1])
if LACK is None and support.NO_PROCESSES:
    LACK = 'mmap of this interpreter shares nothing, as it has nobody to share with'
WORD = b('\xc3\xa4').decode('utf-8')        # an umlaut

LEAKING = '''
import sys
from shim.shared_memory import SharedMemory
if __name__ == '__main__':
    tracked = SharedMemory(create=True, size=10)
    untracked = SharedMemory(create=True, size=10, track=False)
    removed = SharedMemory(create=True, size=10)
    removed.unlink()
    sys.stdout.write('%s %s' % (tracked.name, untracked.name))
'''

def read(view):
    return getattr(view, 'tobytes', view.__str__)()

class Case(support.TestCase):
    def setUp(self):
        if LACK:
            self.assertIn('mmap', LACK)
            support.skip(LACK)

    def shared(self, *args, **kwds):
        made = SharedMemory(*args, **kwds)
        self.addCleanup(self.remove, made)
        return made

    def remove(self, made):
        made.close()
        try:
            made.unlink()
        except OSError:
            pass

class Memory(Case):
    def test_two_of_one_name(self):
        made = self.shared(create=True, size=100)
        self.assertEqual(read(made.buf[0:100]), b('\0') * 100)
        other = SharedMemory(made.name)
        self.assertEqual((other.name, other.size >= 100, made.name[:1]), (made.name, True, 'p'))
        made.buf[5:8] = b('abc')
        self.assertEqual(read(other.buf[4:9]), b('\0abc\0'))
        other.close()
        self.assertEqual(other.buf, None)
        other.close()
        self.assertEqual(read(made.buf[5:8]), b('abc'))
        self.assertIn(made.name, repr(made))

    def test_names(self):
        name = 'shim_test_%d' % os.getpid()
        made = self.shared(name, True, 10)
        self.assertEqual(made.name, name)
        self.catch(OSError, SharedMemory, name, True, 10)
        made.unlink()
        self.catch(OSError, SharedMemory, name)
        self.catch(OSError, made.unlink)
        self.catch(OSError, SharedMemory, 'no/such')
        if os.path.isdir('/dev/shm'):
            made = self.shared(create=True, size=7)
            self.assertEqual(os.stat('/dev/shm/' + made.name).st_mode & 511, 384)
            self.assertEqual(os.stat('/dev/shm/' + made.name).st_size, 7)

    def test_arguments(self):
        self.catch(ValueError, SharedMemory)
        self.catch(ValueError, SharedMemory, create=True)
        self.catch(ValueError, SharedMemory, create=True, size=-1)
        self.catch(ValueError, SharedMemory, 'name', True, 0)

    def test_pickled(self):
        made = self.shared(create=True, size=10)
        made.buf[0:2] = b('hi')
        other = pickle.loads(pickle.dumps(made, 2))
        self.assertEqual((other.name, read(other.buf[0:2])), (made.name, b('hi')))
        other.close()

    def test_views_outlive_it(self):
        made = self.shared(create=True, size=10)
        view = made.buf
        view[0:1] = b('x')
        made.close()
        # Released, or still mapped: but no crash.
        self.assertTrue(made.buf is None)
        try:
            read(view[0:1])
        except ValueError:
            pass

    def test_program_ends(self):
        if not os.path.isdir('/dev/shm'):
            support.skip('no /dev/shm here')
        program = start_script(LEAKING)
        status, out, err, _seconds = program.wait()
        self.assertEqual(status, 0, err)
        tracked, untracked = out.split()
        support.wait_until(lambda: not os.path.exists('/dev/shm/' + tracked))
        self.assertFalse(os.path.exists('/dev/shm/' + tracked))
        self.assertTrue(os.path.exists('/dev/shm/' + untracked))
        os.unlink('/dev/shm/' + untracked)
        support.wait_until(lambda: 'leaked' in program.stderr)      # the tracker outlives it
        self.assertIn('leaked', program.stderr)
        self.assertNotIn('Traceback', program.stderr)

    def test_untracked(self):
        made = self.shared(create=True, size=10, track=False)
        other = SharedMemory(made.name, track=False)
        other.close()
        made.unlink()
        self.catch(OSError, made.unlink)

class Lists(Case):
    def made(self, *args, **kwds):
        made = ShareableList(*args, **kwds)
        self.addCleanup(self.remove, made.shm)
        return made

    def test_items(self):
        items = [1, -5, 1 << 62, 2.5, True, False, None, 'text', '', b('\xff\0\1'), WORD,
                 'x' * 8, 'twelve chars']
        made = self.made(items)
        self.assertEqual((len(made), list(made)), (len(items), items))
        self.assertEqual([type(made[position]) for position in (3, 4, 6, 7)],
                         [float, bool, type(None), str])
        self.assertEqual((made[-1], made.index(2.5), made.count(1)), ('twelve chars', 3, 2))
        self.assertEqual(made.format[:8], 'qqqdxxxx')
        self.catch(IndexError, lambda: made[len(items)])
        self.catch(IndexError, made.__setitem__, len(items), 1)
        self.catch(ValueError, made.index, 'nosuch')
        self.catch(KeyError, ShareableList, [[]])
        self.assertIn('twelve', repr(made))

    def test_set(self):
        made = self.made([1, 'twelve chars', None, 2.5])
        made[0], made[1], made[2], made[3] = 2.5, 'other', 7, False
        self.assertEqual(list(made), [2.5, 'other', 7, False])
        made[1] = 3
        made[1] = 'x' * 16
        self.assertEqual(made[1], 'x' * 16)
        self.catch(ValueError, made.__setitem__, 1, 'x' * 17)
        made[-1] = b('\xff')
        self.assertEqual(made[3], b('\xff'))

    def test_shared(self):
        made = self.made(['some text', 1, None])
        other = ShareableList(name=made.shm.name)
        other[0], other[1] = 'another', 2
        self.assertEqual(list(made), ['another', 2, None])
        third = pickle.loads(pickle.dumps(made, 2))
        self.assertEqual(list(third), ['another', 2, None])
        for each in (other, third):
            each.shm.close()

    def test_empty_and_named(self):
        self.assertEqual(list(self.made()), [])
        name = 'shim_list_%d' % os.getpid()
        self.assertEqual(self.made([1], name=name).shm.name, name)
        self.assertEqual(list(ShareableList(name=name)), [1])

class Processes(object):
    deadline = 60

    def setUp(self):
        if LACK:
            support.skip(LACK)
        super(Processes, self).setUp()

    def run_process(self, target, *args):
        process = self.ctx.Process(target=target, args=args)
        process.start()
        process.join(30)
        self.assertEqual(process.exitcode, 0)

    def test_by_name(self):
        made = SharedMemory(create=True, size=10)
        try:
            made.buf[0:1] = b('x')
            self.run_process(tasks.double, made.name)
            self.assertEqual(read(made.buf[0:2]), b('xx'))
        finally:
            made.close()
            made.unlink()

    def test_made_by_a_child(self):
        # It lives on after the child.
        path = scratch(self)
        self.run_process(tasks.make_shared, path)
        made = SharedMemory(lines(path)[0])
        self.assertEqual(read(made.buf[0:1]), b('m'))
        made.close()
        made.unlink()

    def test_manager(self):
        from shim.managers import SharedMemoryManager
        manager = SharedMemoryManager(ctx=self.ctx)
        manager.start()
        try:
            shared, items = manager.SharedMemory(10), manager.ShareableList(['text' * 3, 1])
            shared.buf[0:1] = b('x')
            self.run_process(tasks.double, shared.name)
            self.run_process(tasks.change, items)
            self.assertEqual(read(shared.buf[0:2]), b('xx'))
            self.assertEqual(list(items), ['changed', 2])
            names = shared.name, items.shm.name
            shared.close()
            items.shm.close()
        finally:
            manager.shutdown()
        for name in names:
            self.catch(OSError, SharedMemory, name)

each_engine(globals(), Processes, variants=support.STARTING_VARIANTS)
