"""What a task raises arrives, on every engine: real types, stand-ins, tracebacks."""
import errno
import sys
import traceback

import six

import shim
from tests import tasks
from tests.support import TRAVEL_VARIANTS, each_engine


class Exceptions(object):

    def remote(self, exception, function, *args):
        """What the function raises in a task, by each way; the last one."""
        pool = self.pool
        self.catch(exception, pool.map, function, args, 1)
        self.catch(exception, lambda: list(pool.imap(function, args)))
        self.catch(exception, lambda: list(pool.imap_unordered(function, args, 2)))
        error = self.catch(exception, pool.apply, function, args)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)     # it goes on
        return error

    def described(self, error, name, text):
        """It is of the type of that name, or stands in for one."""
        if isinstance(error, shim.RemoteError):
            self.assertTrue(error.type_name.endswith(name), error.type_name)
            self.assertTrue(text in error.text, error.text)
            self.assertTrue('tasks.py' in error.traceback, error.traceback)
        else:
            self.assertEqual(error.__class__.__name__, name)
        self.assertTrue(text in str(error), error)

    def test_plain(self):
        error = self.remote(ValueError, tasks.raise_value_error, 'text')
        self.assertTrue(error.__class__ is ValueError)
        self.assertEqual(error.args, ('text',))

    def test_own_type(self):
        error = self.remote(tasks.WithState, tasks.raise_with_state, 'text')
        self.assertEqual(error.args, ('text',))
        self.assertEqual(error.extra, {'key': [1, 2]})

    def test_os_error(self):
        error = self.remote(OSError, tasks.raise_os_error, '/no/such/path')
        self.assertEqual((error.errno, error.filename), (errno.ENOENT, '/no/such/path'))

    def test_key_error(self):
        error = self.catch(KeyError, self.pool.apply, tasks.raise_it, (KeyError('key'),))
        self.assertEqual(error.args, ('key',))

    def test_stop_iteration(self):
        error = self.catch(StopIteration, self.pool.apply, tasks.raise_stop_iteration)
        self.assertEqual(error.args, ('from a task',))
        self.catch(StopIteration, self.pool.map, tasks.raise_stop_iteration, [1, 2])

    def test_unicode(self):
        text = six.u('\u20ac \u00e9')
        error = self.remote(ValueError, tasks.raise_value_error, text)
        self.assertEqual(error.args, (text,))

    def test_own_init(self):
        error = self.catch(Exception, self.pool.apply, tasks.raise_needs_two, ('one', 'two'))
        self.described(error, 'NeedsTwo', 'needs two: one two')
        error = self.catch(Exception, self.pool.starmap, tasks.raise_needs_two, [('one', 'two')])
        self.described(error, 'NeedsTwo', 'needs two: one two')
        if isinstance(error, tasks.NeedsTwo):
            self.assertEqual((error.first, error.second), ('one', 'two'))

    def test_false_exception(self):
        error = self.remote(tasks.Empty, tasks.raise_empty, 'text')
        self.assertEqual(error.args, ('text',))
        errors = []
        result = self.pool.apply_async(tasks.raise_empty, ('text',), error_callback=errors.append)
        self.catch(tasks.Empty, result.get)
        self.assertFalse(result.successful())
        self.assertEqual(len(errors), 1)

    def test_exception_that_refuses_truth_and_comparison(self):
        error = self.catch(Exception, self.pool.apply, tasks.raise_untouchable, ('text',))
        self.described(error, 'UntouchableError', 'text')

    def test_exception_that_does_not_pickle(self):
        error = self.remote(Exception, tasks.raise_holds_lock, 'text')
        self.described(error, 'HoldsLock', 'text')
        if not self.travels:
            self.assertTrue(isinstance(error, tasks.HoldsLock))

    def test_returned_not_raised(self):
        value = self.pool.apply(tasks.return_error, ('text',))
        self.assertTrue(isinstance(value, ValueError))
        self.assertEqual(value.args, ('text',))
        values = self.pool.map(tasks.return_error, ['a', 'b'])
        self.assertEqual([each.args for each in values], [('a',), ('b',)])
        values = list(self.pool.imap(tasks.return_error, ['a', 'b']))
        self.assertEqual([each.args for each in values], [('a',), ('b',)])
        result = self.pool.apply_async(tasks.return_error, ('text',))
        result.wait()
        self.assertTrue(result.successful())

    def test_base_exceptions(self):
        error = self.remote(SystemExit, tasks.raise_base, 'exit')
        self.assertEqual(error.code, 3)
        error = self.remote(KeyboardInterrupt, tasks.raise_base, 'keyboard')
        self.assertEqual(error.args, ('from a task',))
        error = self.remote(tasks.OwnBase, tasks.raise_base, 'own')
        self.assertEqual(error.args, ('own',))

    def test_base_exceptions_of_many_tasks(self):
        kinds = ['exit', 'keyboard', 'own'] * 20
        results = [self.pool.apply_async(tasks.raise_base, (kind,)) for kind in kinds]
        expected = {'exit': SystemExit, 'keyboard': KeyboardInterrupt, 'own': tasks.OwnBase}
        for i in range(len(kinds)):
            self.catch(expected[kinds[i]], results[i].get)
        self.assertEqual(self.pool.map(tasks.square, range(10)), [i * i for i in range(10)])

    def test_where_it_was_raised(self):
        # Even where the traceback itself can't travel, what users read names the function.
        try:
            self.pool.apply(tasks.shallow, ('text',))
        except LookupError:
            error = sys.exc_info()[1]
            shown = ''.join(traceback.format_exception(*sys.exc_info()))
            shown += str(getattr(error, '__cause__', None))
        self.assertTrue('deep_failure' in shown, shown)
        self.assertTrue('tasks.py' in shown, shown)

    def test_next_task_has_its_own_traceback(self):
        self.catch(LookupError, self.pool.apply, tasks.shallow, ('text',))
        error = self.catch(ValueError, self.pool.apply, tasks.raise_value_error, ('text',))
        self.assertFalse('deep_failure' in str(getattr(error, '__cause__', None)))

    def test_an_exception_as_argument(self):
        value = self.pool.apply(tasks.identity, (ValueError('text'),))
        self.assertEqual(value.args, ('text',))


class Values(object):
    """Results that can't come back."""

    def test_result_that_does_not_come_back(self):
        if self.travels:
            error = self.catch(Exception, self.pool.apply, tasks.make_one_way)
            self.assertTrue('one way only' in str(error) or 'OneWay' in str(error), error)
        else:
            value = self.pool.apply(tasks.make_one_way)
            self.assertTrue(isinstance(value, tasks.OneWay))
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_result_that_does_not_pickle(self):
        if self.travels:
            error = self.catch(Exception, self.pool.apply, tasks.make_lock)
            self.assertEqual(error.__class__.__name__, 'MaybeEncodingError')
            self.assertTrue('lock' in str(error), error)
            self.encoding_error(error)
        else:
            self.assertTrue(self.pool.apply(tasks.make_lock).acquire(0))
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def encoding_error(self, error):
        try:
            from multiprocessing.pool import MaybeEncodingError
        except ImportError:     # not in 2.6, or no multiprocessing
            return
        self.assertTrue(isinstance(error, MaybeEncodingError))
        self.assertTrue('lock' in error.value, error.value)
        self.assertTrue(isinstance(error.exc, str))

    def test_neighbours_of_a_result_that_does_not_pickle(self):
        good = [self.pool.apply_async(tasks.square, (i,)) for i in range(50)]
        bad = [self.pool.apply_async(tasks.make_lock) for _ in range(5)]
        more = [self.pool.apply_async(tasks.square, (i,)) for i in range(50)]
        self.assertEqual([result.get() for result in good + more], [i * i for i in range(50)] * 2)
        for result in bad:
            result.wait()
            self.assertEqual(result.successful(), not self.travels)


class RemoteTracebacks(object):

    def test_cause(self):
        calls = (lambda: self.pool.apply(tasks.shallow, ('text',)),
                 lambda: self.pool.map(tasks.shallow, ['text', 'text']),
                 lambda: list(self.pool.imap(tasks.shallow, ['text'])),
                 lambda: list(self.pool.imap_unordered(tasks.shallow, ['text'], 2)))
        for call in calls:
            error = self.catch(LookupError, call)
            cause = str(error.__cause__)
            self.assertTrue('deep_failure' in cause, cause)
            self.assertTrue('tasks.py' in cause, cause)
            self.assertTrue('LookupError: text' in cause, cause)
            self.assertTrue('Traceback' in cause, cause)

    def test_cause_is_the_stdlibs(self):
        error = self.catch(LookupError, self.pool.apply, tasks.shallow, ('text',))
        self.assertEqual(error.__cause__.__class__.__name__, 'RemoteTraceback')
        self.assertEqual(str(error.__cause__), error.__cause__.tb)

    def test_error_callback_sees_it(self):
        causes = []
        result = self.pool.apply_async(
            tasks.shallow, ('text',), error_callback=lambda e: causes.append(str(e.__cause__)))
        self.catch(LookupError, result.get)
        self.assertTrue('deep_failure' in causes[0], causes)

    def test_of_base_exceptions(self):
        error = self.catch(KeyboardInterrupt, self.pool.apply, tasks.raise_base, ('keyboard',))
        self.assertTrue('raise_base' in str(error.__cause__), error.__cause__)


class Unsendable(object):
    """Arguments that don't pickle: an error, at the call or at get(), that names them."""

    def refuse(self, call):
        error = self.catch(Exception, call)
        self.assertTrue('lock' in str(error).lower(), error)
        self.assertFalse(isinstance(error, shim.WorkerLostError), error)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_every_call(self):
        lock = tasks.make_lock()
        pool = self.pool
        self.refuse(lambda: pool.apply(tasks.identity, (lock,)))
        self.refuse(lambda: pool.apply(tasks.identity, (), {'value': lock}))
        self.refuse(lambda: pool.apply_async(tasks.identity, (lock,)).get())
        self.refuse(lambda: pool.map(tasks.identity, [lock]))
        self.refuse(lambda: pool.map(tasks.identity, [1, 2, lock, 3], 2))
        self.refuse(lambda: pool.map_async(tasks.identity, [lock, lock], 1).get())
        self.refuse(lambda: pool.starmap(tasks.identity, [(lock,)]))
        self.refuse(lambda: list(pool.imap(tasks.identity, [1, lock, 2])))
        self.refuse(lambda: list(pool.imap(tasks.identity, iter([1, lock, 2]), 2)))
        self.refuse(lambda: list(pool.imap_unordered(tasks.identity, [lock])))

    def test_neighbours(self):
        before = [self.pool.apply_async(tasks.square, (i,)) for i in range(50)]
        self.refuse(lambda: self.pool.apply_async(tasks.identity, (tasks.make_lock(),)).get())
        after = [self.pool.apply_async(tasks.square, (i,)) for i in range(50)]
        self.assertEqual([result.get() for result in before + after],
                         [i * i for i in range(50)] * 2)

    def test_imap_goes_on(self):
        results = self.pool.imap(tasks.identity, [1, tasks.make_lock(), 2])
        self.assertEqual(results.next(), 1)
        self.catch(Exception, results.next)
        self.assertEqual(results.next(), 2)
        self.catch(StopIteration, results.next)

    def test_argument_that_does_not_arrive(self):
        # It pickles here and fails to unpickle there.
        error = self.catch(Exception, self.pool.apply, tasks.identity, (tasks.OneWay(),))
        self.assertTrue('one way only' in str(error) or 'OneWay' in str(error), error)
        self.assertFalse(isinstance(error, shim.WorkerLostError), error)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)


each_engine(globals(), Exceptions, Values)
each_engine(globals(), RemoteTracebacks, Unsendable, variants=TRAVEL_VARIANTS)
