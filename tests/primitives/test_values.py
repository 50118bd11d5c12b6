"""Value, Array and the like: one body for each context."""
import sys

from tests import primitive_tasks as tasks
from tests import support
from tests.primitives import VARIANTS, Primitive
from tests.promises import kill
from tests.support import each_engine

try:
    import ctypes
except ImportError:     # 2.4
    ctypes = None


class Values(Primitive):
    def setUp(self):
        super(Values, self).setUp()
        if not self.is_process:
            support.skip('threads share all values')

    def test_value(self):
        value = self.ctx.Value('i', 5)
        self.join(*[self.start(tasks.add, value, 500) for _each in range(4)])
        self.assertEqual(value.value, 2005)
        value.get_lock().acquire()
        value.get_lock().release()
        self.assertEqual(value.get_obj().value, 2005)
        self.assertFalse(hasattr(self.ctx.Value('d', 0.5, lock=False), 'get_lock'))
        self.assertTrue(self.ctx.Value('l', 7, lock=self.ctx.Lock()).get_lock().acquire(False))
        self.catch(AttributeError, lambda: self.ctx.Value('i', 0, lock='lock'))
        self.catch(TypeError, self.ctx.Value, '?', 0)

    def test_array(self):
        array, raw = self.ctx.Array('i', 10), self.ctx.RawArray('d', [0.5] * 5)
        big = self.ctx.RawArray('l', 100000)
        self.join(self.start(tasks.fill, array, 3), self.start(tasks.fill, raw, 1),
                  self.start(tasks.fill, big, 2))
        self.assertEqual(array[:], list(range(3, 13)))
        self.assertEqual((len(array), array[-1], list(raw)), (10, 12, [1, 2, 3, 4, 5]))
        self.assertEqual((big[0], big[99999]), (2, 100001))
        array[2:4] = [7, 8]
        self.assertEqual(array[1:5], [4, 7, 8, 7])
        text = self.ctx.Array('c', 10)
        text.value = support.b('text')
        self.assertEqual((text.value, len(text.raw)), (support.b('text'), 10))

    def test_wrappers(self):
        from shim import sharedctypes
        value = sharedctypes.Value('l', 1 << 30, ctx=self.ctx)
        self.assertEqual((value.value, value.__enter__()), (1 << 30, True))
        value.__exit__(None, None, None)
        lock = self.ctx.Lock()
        array = sharedctypes.Array('i', 3, lock=lock, ctx=self.ctx)
        self.assertTrue(isinstance(array, sharedctypes.SynchronizedArray))
        self.assertTrue(array.get_lock() is lock)
        made = sharedctypes.synchronized(self.ctx.RawValue('h', 3), ctx=self.ctx)
        self.assertTrue(isinstance(made, sharedctypes.Synchronized))
        self.assertTrue(isinstance(made, sharedctypes.SynchronizedBase))
        self.assertTrue(isinstance(self.ctx.Array('c', 3), sharedctypes.SynchronizedString))
        made.value += 1
        copied = sharedctypes.copy(made.get_obj())
        self.assertEqual(copied.value, 4)
        for _each in range(3):      # memory that was used before, too
            array = self.ctx.RawArray('i', 5000)
            self.assertEqual(array[:], [0] * 5000)
            array[:] = [7] * 5000
            del array

    def test_made_by_threads_at_once(self):
        made, often, value, usual = [], getattr(sys, 'setswitchinterval', None), 1e-6, 0.005
        if often is None:       # until 3.2
            often, value, usual = getattr(sys, 'setcheckinterval', int), 1, 100

        def make(first):
            for number in range(first, first + 400):
                each = self.ctx.RawValue('i', number)
                made.append((each, number))
        often(value)
        try:
            self.run_threads([lambda first=first: make(first) for first in range(0, 3200, 400)])
        finally:
            often(usual)
        self.assertEqual([each.value for each, _number in made],
                         [number for _each, number in made])

    def test_structure(self):
        if ctypes is None:
            support.skip('no ctypes, of which it is one')
        record = self.ctx.Value(Record, 1, 0.5)
        self.join(self.start(tasks.change_record, record))
        self.assertEqual((record.x, record.y), (7, 2.5))
        raw = self.ctx.RawValue(Record, 2, 1.5)
        self.join(self.start(tasks.change_record, raw))
        self.assertEqual((raw.x, raw.y), (7, 2.5))

    def test_of_the_dead(self):
        self.needs_ours()
        path, value = self.scratch(), self.ctx.Value('i', 5)
        other = self.start(tasks.hold, path, value)
        self.noted(path, 1)
        kill(other.pid)
        value.value = 6
        self.assertEqual(value.value, 6)


if ctypes is not None:
    class Record(ctypes.Structure):
        _fields_ = [('x', ctypes.c_int), ('y', ctypes.c_double)]


each_engine(globals(), Values, variants=VARIANTS)
