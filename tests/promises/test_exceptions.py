"""Promises 4 and 5: whatever a task raises or returns arrives, even if pickle can't carry it."""
import sys
import threading

from six.moves import builtins

import shim
from tests import promise_tasks as tasks
from tests.promises import Promise
from tests.support import TRAVEL_VARIANTS, each_engine
from tests.tasks import make_lock

BaseException = getattr(builtins, 'BaseException', Exception)      # 2.5+


class Simple(Exception):
    pass


class TwoArguments(Exception):
    """Pickles, but does not unpickle by its args, as so many do."""

    def __init__(self, code, text):
        Exception.__init__(self, 'code %s: %s' % (code, text))
        self.code, self.text = code, text


class HoldsLock(Exception):
    """Does not pickle."""

    def __init__(self, text):
        Exception.__init__(self, text)
        self.lock, self.note = make_lock(), 'noted'


class NotReducible(Exception):

    def __reduce__(self):
        raise ValueError('no reduce')

    __reduce_ex__ = lambda self, protocol: self.__reduce__()    # noqa: E731


def rebuild(pid, name):
    if tasks.who() != (pid, name):
        raise ValueError('not in process %s %s' % tasks.who())


class OnlyThere(Exception):
    """Pickles in the worker, and raises when it is unpickled here."""

    def __reduce__(self):
        return rebuild, tasks.who()


class OnlyThereValue(object):

    def __reduce__(self):
        return rebuild, tasks.who()


TRIES = []


def rebuild_at_second_try():
    if not TRIES:
        TRIES.append(1)
        raise ValueError('the first time')
    del TRIES[:]
    return 'rebuilt'


class SometimesValue(object):
    """What it is here is 'rebuilt', but that fails now and then."""

    def __reduce__(self):
        return rebuild_at_second_try, ()


class WithoutRepr(IndexError):
    """Nothing can be said of it; and shim itself catches errors of that kind."""

    def __repr__(self):
        raise self

    __str__ = __repr__


class RaisesWithoutRepr(object):

    def __reduce__(self):
        raise WithoutRepr()

    __reduce_ex__ = lambda self, protocol: self.__reduce__()    # noqa: E731


class Unprintable(Exception):

    def __str__(self):
        raise ValueError('no str')

    __repr__ = __str__


class Odd(BaseException):
    """Not an Exception, where there is a difference."""


class Falsy(Exception):

    def __len__(self):
        return 0


def deepest(kind, args):
    raise kind(*args)


def fail(kind, *args):
    deepest(kind, args)


def fail_locally(text):
    class Local(Exception):
        pass
    raise Local(text)


def leave(code):
    sys.exit(code)


def interrupt():
    raise KeyboardInterrupt('from the task')


def make_value(kind):
    return kind()


def text_of(error):
    if isinstance(error, shim.RemoteError):
        return error.text
    return str(error)


class Exceptions(Promise):
    """Promise 4."""

    def raised(self, kind, *args):
        return self.catch(BaseException, self.pool.apply_async(fail, (kind,) + args).get, 20)

    def check(self, error, kind, text):
        """The real type, or the stand-in with its name; the text; the remote traceback."""
        if isinstance(error, shim.RemoteError):
            self.assertIn(kind.__name__, error.type_name)
            self.assertIn(text, error.text)
            self.assertIn('deepest', error.traceback)
        else:
            self.assertTrue(error.__class__ is kind, repr(error))
        self.assertIn(text, str(error))
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_simple(self):
        error = self.raised(Simple, 'one', 2)
        self.assertTrue(error.__class__ is Simple)
        self.assertEqual(error.args, ('one', 2))

    def test_two_arguments(self):
        error = self.raised(TwoArguments, 5, 'text')
        self.check(error, TwoArguments, 'code 5: text')
        if not isinstance(error, shim.RemoteError):
            self.assertEqual((error.code, error.text), (5, 'text'))

    def test_holds_lock(self):
        error = self.raised(HoldsLock, 'with a lock')
        self.check(error, HoldsLock, 'with a lock')
        if not isinstance(error, shim.RemoteError):
            self.assertEqual(error.note, 'noted')

    def test_not_reducible(self):
        self.check(self.raised(NotReducible, 'stays'), NotReducible, 'stays')

    def test_only_there(self):
        self.check(self.raised(OnlyThere, 'only there'), OnlyThere, 'only there')

    def test_local_class(self):
        error = self.catch(Exception, self.pool.apply_async(fail_locally, ('of a local',)).get, 20)
        self.assertIn('of a local', str(error))
        if self.travels:
            self.assertTrue(error.__class__ is shim.RemoteError)
            self.assertIn('Local', error.type_name)
            self.assertEqual(error.text, 'of a local')
            self.assertIn('fail_locally', error.traceback)

    def test_unprintable(self):
        error = self.raised(Unprintable, 'never seen')
        if not isinstance(error, shim.RemoteError):
            self.assertTrue(error.__class__ is Unprintable)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_in_a_map(self):
        error = self.catch(BaseException, self.pool.map_async(
            fail_locally, ['a', 'b', 'c'], 1).get, 20)
        self.assertIn(text_of(error), ('a', 'b', 'c'))
        self.check(self.catch(BaseException, self.pool.starmap_async(
            fail, [(TwoArguments, 1, 'x')]).get, 20), TwoArguments, 'code 1: x')

    def test_in_an_imap(self):
        results = self.pool.imap(fail_locally, ['a', 'b'])
        for text in 'ab':
            self.assertEqual(text_of(self.catch(Exception, results.next, 20)), text)
        self.catch(StopIteration, results.next, 20)

    def test_falsy(self):
        error = self.raised(Falsy, 'has no length')
        self.assertTrue(error.__class__ is Falsy)
        result = self.pool.apply_async(fail, (Falsy, 'again'))
        result.wait(20)
        self.assertFalse(result.successful())
        error = self.catch(Falsy, lambda: self.pool.map(tasks.identity, failing(Falsy)))
        self.assertEqual(error.args, ('of the iterable',))

    def test_returned_not_raised(self):
        for value in (Simple('returned'), '\0', None):
            found = self.pool.apply_async(tasks.identity, (value,)).get(20)
            self.assertTrue(found.__class__ is value.__class__)
            self.assertEqual(str(found), str(value))

    def test_traceback(self):
        error = self.raised(ValueError, 'deep down')
        shown = str(getattr(error, '__cause__', None))
        if not self.travels and getattr(error, '__traceback__', None) is not None:
            frames, names = error.__traceback__, []
            while frames is not None:
                names.append(frames.tb_frame.f_code.co_name)
                frames = frames.tb_next
            shown += ' '.join(names)
        self.assertIn('deepest', shown)


def failing(kind):
    yield 1
    raise kind('of the iterable')


class Unpicklable(Promise):
    """Promise 4, of what has to be pickled."""

    def complaint(self, function, *args):
        """The error, which says that it is about pickling."""
        error = self.catch(Exception, self.pool.apply_async(function, args).get, 20)
        self.assertFalse(isinstance(error, shim.WorkerLostError), repr(error))
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)
        return error

    def test_result(self):
        self.assertIn('lock', str(self.complaint(make_lock)))

    def test_result_that_raises_what_has_no_repr(self):
        # It passed for a task that was handed back: get() waited for ever.
        self.assertIn('WithoutRepr', str(self.complaint(make_value, RaisesWithoutRepr)))

    def test_result_that_does_not_unpickle(self):
        self.check_rebuild(self.complaint(make_value, OnlyThereValue))

    def test_result_that_unpickles_at_the_second_try(self):
        # With a callback it is unpickled in the pool's own thread, whose end was that.
        values = []
        result = self.pool.apply_async(make_value, (SometimesValue,), callback=values.append)
        value = result.get(20)
        self.assertEqual(values, [value])
        self.assertEqual(value == 'rebuilt', self.travels)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_argument(self):
        self.assertIn('lock', str(self.complaint(tasks.identity, make_lock())))

    def test_argument_that_does_not_unpickle(self):
        self.check_rebuild(self.complaint(tasks.identity, OnlyThereValue()))

    def check_rebuild(self, error):
        # cPickle of 2.4 and 2.5 tells what it called, with the repr of what that raised.
        told = [text for text in ('not in process', '<function rebuild') if text in str(error)]
        self.assertNotEqual(told, [], str(error))

    def test_results_of_a_map(self):
        error = self.catch(Exception, self.pool.map_async(tasks.fate_of_lock, range(6), 1).get, 20)
        self.assertIn('lock', str(error))
        results = self.pool.imap(tasks.fate_of_lock, range(6))
        for n in range(6):
            if n == 3:
                self.assertIn('lock', str(self.catch(Exception, results.next, 20)))
            else:
                self.assertEqual(results.next(20), n)

    def test_arguments_of_a_map(self):
        items = [1, make_lock(), 3]
        self.assertIn('lock', str(self.catch(
            Exception, self.pool.map_async(tasks.identity, items, 1).get, 20)))
        results = self.pool.imap(tasks.identity, items)
        self.assertEqual(results.next(20), 1)
        self.assertIn('lock', str(self.catch(Exception, results.next, 20)))
        self.assertEqual(results.next(20), 3)


class Leaving(Promise):
    """Promise 5: sys.exit, KeyboardInterrupt and any exception arrive at get()."""

    def each_way(self, kind, function, *args):
        pool = self.pool
        errors = [self.catch(kind, pool.apply_async(function, args).get, 20),
                  self.catch(kind, pool.apply, function, args),
                  self.catch(kind, pool.starmap_async(function, [args, args]).get, 20)]
        if len(args) == 1:
            results = pool.imap(function, args * 2)
            errors.extend([self.catch(kind, results.next, 20) for _each in args * 2])
        for error in errors:
            self.assertTrue(error.__class__ is kind)
        # No worker was lost of it, as every task has been answered by its own.
        self.assertEqual(pool.map(tasks.square, range(10)), [n * n for n in range(10)])
        return errors

    def test_exit(self):
        for code in (3, 0, None, 'text'):
            for error in self.each_way(SystemExit, leave, code):
                self.assertEqual(error.code, code)

    def test_interrupt(self):
        for error in self.each_way(KeyboardInterrupt, interrupt):
            self.assertEqual(str(error), 'from the task')

    def test_base_exception(self):
        for error in self.each_way(Odd, fail, Odd):
            self.assertEqual(error.args, ())

    def test_stop_iteration(self):
        # Must not look like the end of an imap, and a generator is no place to raise it in.
        error = self.catch(StopIteration, self.pool.apply, fail, (StopIteration, 'x'))
        self.assertEqual(error.args, ('x',))

    def test_error_callback(self):
        got = threading.Event()
        errors = []

        def keep(error):
            errors.append(error)
            got.set()
        self.pool.apply_async(leave, (4,), error_callback=keep)
        got.wait(20)
        self.assertEqual([error.code for error in errors], [4])


each_engine(globals(), Exceptions, Leaving)
each_engine(globals(), Unpicklable, variants=TRAVEL_VARIANTS)
