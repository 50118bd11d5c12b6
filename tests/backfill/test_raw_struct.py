"""Value and Array without ctypes: as on 2.4, asked on every interpreter."""
import struct

import shim
from shim.backfill import cells
from tests import primitive_tasks as tasks
from tests import support
from tests.support import b


class Raw(support.TestCase):
    deadline = 60

    def setUp(self):
        if cells.WHY_NOT:
            support.skip(cells.WHY_NOT)
        from shim.backfill import raw_struct
        self.raw = raw_struct

    def test_numbers(self):
        for code in 'bBhHiIlLqQ':
            made, bits = self.raw.RawValue(code), 8 * struct.calcsize(code)
            self.assertEqual(made.value, 0)
            made.value = -1
            self.assertEqual(made.value, [(1 << bits) - 1, -1][code.islower()], code)
            made.value = (1 << bits) + 5        # cut, as by ctypes
            self.assertEqual(made.value, 5)
            self.catch(TypeError, setattr, made, 'value', 'text')
        for code in 'fd':
            self.assertEqual(self.raw.RawValue(code, 2).value, 2.0)
        self.assertEqual(self.raw.RawValue('u', shim.compat.text('x')).value, 'x')
        self.assertEqual(self.raw.RawValue('c', b('y')).value, b('y'))
        self.catch(TypeError, self.raw.RawValue('c').__setattr__, 'value', b('yy'))

    def test_typecodes(self):
        for code in ('?', 'ii', int):
            error = self.catch(TypeError, self.raw.RawValue, code)
            self.assertIn('ctypes', str(error))
            self.catch(TypeError, self.raw.RawArray, code, 3)

    def test_array(self):
        made = self.raw.RawArray('i', range(6))
        self.assertEqual((len(made), made[-1], made[::2], made[1:3]), (6, 5, [0, 2, 4], [1, 2]))
        made[0], made[4:] = 7, [8, 9]
        made[1:4:2] = [-1, -3]
        self.assertEqual(list(made), [7, -1, 2, -3, 8, 9])
        self.catch(IndexError, made.__getitem__, 6)
        self.catch(IndexError, made.__setitem__, -7, 0)
        self.catch(ValueError, made.__setitem__, slice(0, 2), [1])
        self.assertEqual(self.raw.RawArray('d', 3)[:], [0.0] * 3)
        self.assertEqual(self.raw.RawArray('u', shim.compat.text('text'))[1:], 'ext')
        big = self.raw.RawArray('q', 100000)
        big[99999] = 1
        self.assertEqual((big[0], big[99998:]), (0, [0, 1]))

    def test_characters(self):
        made = self.raw.RawArray('c', b('hello'))
        made.value = b('hi')
        self.assertEqual((made.value, made.raw, made[1], made[:2]),
                         (b('hi'), b('hi') + b('\0') + b('lo'), b('i'), b('hi')))
        made[1:3] = b('ey')
        self.assertEqual(made.value, b('heylo'))
        made.raw = b('world')
        self.assertEqual(made.value, b('world'))
        self.catch(ValueError, setattr, made, 'value', b('longer'))

    def test_copy(self):
        made = self.raw.RawArray('h', [1, 2])
        copied = self.raw.copy(made)
        copied[0] = 5
        self.assertEqual((made[:], copied[:]), ([1, 2], [5, 2]))
        self.assertEqual(self.raw.copy(self.raw.RawValue('d', 0.5)).value, 0.5)

    def test_in_processes(self):
        from shim.backfill import guarded
        support.needs_processes()
        context = shim.get_context('subprocess')
        made = guarded.locked(self.raw.RawArray('i', [1, 2, 3]), ctx=context)
        self.assertTrue(isinstance(made, guarded.SynchronizedArray))
        value = guarded.locked(self.raw.RawValue('i', 5), ctx=context)
        text = guarded.locked(self.raw.RawArray('c', 5), context.Lock())
        for target, args in ((tasks.double, (made,)), (tasks.add, (value, 10))):
            process = context.Process(target=target, args=args)
            process.start()
            process.join(20)
            self.assertEqual(process.exitcode, 0)
        text.value = b('text')
        self.assertEqual((made[:], value.value, text.value), ([2, 4, 6], 15, b('text')))
        self.catch(RuntimeError, shim.reducer.ForkingPickler.dumps, made.get_obj())
