"""Promises 7 and 8: callbacks that raise are logged; values are carried, never looked at."""
import logging
import threading

from tests import promise_tasks as tasks
from tests.promises import Promise
from tests.support import CONCURRENT_VARIANTS, each_engine, wait_until

try:
    from threading import get_ident
except ImportError:     # 2.x
    from thread import get_ident


class Kept(logging.Handler):
    """The records of the package's logger, from start() to stop()."""

    def start(self):
        self.records = []
        logging.getLogger('shim').addHandler(self)

    def stop(self):
        logging.getLogger('shim').removeHandler(self)

    def emit(self, record):
        self.records.append(record)

    def texts(self):
        formatter = logging.Formatter()
        return [formatter.format(record) for record in self.records]


class Callbacks(Promise):
    """Promise 7."""

    promise = 7

    def setUp(self):
        super(Callbacks, self).setUp()
        self.log = Kept()
        self.log.start()
        self.addCleanup(self.log.stop)

    def raising(self, value):
        self.called.append(value)
        raise ValueError('raised by a callback')

    def check(self, submit, *args, **kwds):
        """The result, after its raising callback was called, and logged with its traceback."""
        self.called = []
        del self.log.records[:]
        result = submit(*args, **kwds)
        result.wait(20)
        self.assertTrue(wait_until(self.log.texts, 5), 'nothing in the log')
        self.assertEqual(len(self.called), 1)
        self.assertIn('raised by a callback', self.log.texts()[0])
        self.assertIn('Traceback', self.log.texts()[0])
        self.assertTrue(self.log.records[0].levelno >= logging.WARNING)
        return result

    def test_apply(self):
        result = self.check(self.pool.apply_async, tasks.square, (3,), callback=self.raising)
        self.assertEqual(result.get(20), 9)
        self.assertEqual(self.called, [9])

    def test_map(self):
        result = self.check(self.pool.map_async, tasks.square, [1, 2], callback=self.raising)
        self.assertEqual(result.get(20), [1, 4])
        self.assertEqual(self.called, [[1, 4]])

    def test_error_callback(self):
        result = self.check(self.pool.apply_async, tasks.square, ('x',),
                            error_callback=self.raising)
        self.catch(TypeError, result.get, 20)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_leaving(self):
        # Not even these end the thread that calls callbacks.
        for kind in (SystemExit, KeyboardInterrupt):
            def leave(value, kind=kind):
                raise kind('raised by a callback')
            result = self.pool.apply_async(tasks.square, (3,), callback=leave)
            self.assertEqual(result.get(20), 9)
            self.assertEqual(self.pool.map(tasks.square, [1, 2]), [1, 4])


class Whence(Promise):
    """Callbacks never run in the caller, on an engine that has another thread."""

    def test_not_in_the_caller(self):
        idents = []
        result = self.pool.apply_async(tasks.nap, (0.1,),
                                       callback=lambda value: idents.append(get_ident()))
        result.get(20)
        self.assertTrue(wait_until(lambda: idents, 5))
        self.assertNotEqual(idents, [get_ident()])


def refuse(*ignored):
    raise AssertionError('a value was looked at')


class Touchy(object):
    """Neither true nor false, neither equal nor not: what an array answers."""

    def __init__(self, ident):
        self.ident = ident

    __bool__ = __nonzero__ = __eq__ = __ne__ = __lt__ = __gt__ = __cmp__ = refuse
    __len__ = __hash__ = __iter__ = __contains__ = __call__ = refuse


class TouchyError(Exception):
    __bool__ = __nonzero__ = __eq__ = __ne__ = __len__ = __cmp__ = __hash__ = refuse


class TouchyList(list):
    __bool__ = __nonzero__ = __eq__ = __ne__ = __cmp__ = refuse


class TouchyFunction(object):
    """A callable of the same kind."""

    def __call__(self, value):
        return value

    __bool__ = __nonzero__ = __eq__ = __ne__ = __len__ = __cmp__ = __hash__ = refuse


def raise_touchy(ident):
    raise TouchyError(ident)


INITIALIZED = []


def keep_initial(value):
    INITIALIZED[:] = [value]


def initial():
    return INITIALIZED[0]


class Values(Promise):
    """Promise 8."""

    promise = 8

    def check(self, value, ident):
        self.assertTrue(isinstance(value, Touchy))
        self.assertTrue(value.ident == ident)

    def test_apply(self):
        pool = self.pool
        self.check(pool.apply(tasks.identity, (Touchy(1),)), 1)
        self.check(pool.apply(tasks.identity, (), {'x': Touchy(2)}), 2)
        got, done = [], threading.Event()

        def keep(value):
            got.append(value)
            done.set()
        result = pool.apply_async(tasks.identity, (Touchy(3),), callback=keep)
        self.check(result.get(20), 3)
        self.assertTrue(result.successful())
        done.wait(20)
        self.check(got[0], 3)

    def test_map(self):
        for chunksize in (None, 1, 3):
            values = self.pool.map(tasks.identity, [Touchy(n) for n in range(7)], chunksize)
            for n in range(7):
                self.check(values[n], n)

    def test_imap(self):
        for method in (self.pool.imap, self.pool.imap_unordered):
            for chunksize in (1, 3):
                results = method(tasks.identity, [Touchy(n) for n in range(7)], chunksize)
                idents = []
                for _each in range(7):
                    idents.append(results.next(20).ident)
                self.assertEqual(sorted(idents), list(range(7)))
                self.catch(StopIteration, results.next, 20)

    def test_iterable(self):
        values = TouchyList(range(7))
        self.assertEqual(self.pool.map(tasks.square, values), [n * n for n in range(7)])
        self.assertEqual(list(self.pool.imap(tasks.square, values)), [n * n for n in range(7)])
        self.assertEqual(self.pool.starmap(tasks.identity, TouchyList([(1,), (2,)])), [1, 2])
        self.assertEqual(self.pool.map(tasks.square, TouchyList()), [])

    def test_function(self):
        function = TouchyFunction()
        self.assertEqual(self.pool.apply(function, (3,)), 3)
        self.assertEqual(self.pool.map(function, range(5)), list(range(5)))
        self.assertEqual(list(self.pool.imap(function, range(5))), list(range(5)))

    def test_error(self):
        pool = self.pool
        result = pool.apply_async(raise_touchy, (4,))
        self.assertEqual(self.catch(TouchyError, result.get, 20).args, (4,))
        self.assertFalse(result.successful())
        error = self.catch(TouchyError, pool.map_async(raise_touchy, range(3), 1).get, 20)
        self.assertEqual(error.__class__, TouchyError)
        self.catch(TouchyError, pool.imap(raise_touchy, range(3)).next, 20)

    def test_callback(self):
        # A callback is a value as well: it may have no truth.
        callback = TouchyFunction()
        result = self.pool.apply_async(tasks.square, (3,), callback=callback,
                                       error_callback=callback)
        self.assertEqual(result.get(20), 9)

    def test_initargs(self):
        pool = self.Pool(1, keep_initial, (Touchy(5),))
        self.check(pool.apply(initial), 5)


each_engine(globals(), Callbacks, Values)
each_engine(globals(), Whence, variants=CONCURRENT_VARIANTS)
