"""What every test leans on: deadlines, one class per engine, programs in fresh interpreters.

A test here never hangs: its `deadline` (seconds, see tests/deadlines.py) makes it fail; a test which
uses SIGALRM itself says `alarm = False`.

    class Apply(object):                          # one body ...
        def test_value(self):
            self.assertEqual(self.pool.apply(abs, (-2,)), 2)

    each_engine(globals(), Apply)                 # ... ForkTestApply, ForkTcpTestApply, ...
"""
import os
import signal
import sys
import traceback

import six

from shim import compat, context
from tests.deadlines import (
    PACE, THREADS, Deadline, Elapsed, _thread, monotonic, wait_until)
from tests.scripts import (
    NO_PROCESSES, ROOT, Script, SkipTest, alive, needs_processes, read_text, run_script, skip,
    start_script, unittest)

# What a shell starts in the background ignores Ctrl-C, and so would all that we start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PROCESSES = ('fork', 'spawn', 'forkserver', 'subprocess', 'pp', 'ampoule')
IMPORTING = PROCESSES[1:] + ('interpreter',)    # whose workers import the program
LIKE_SUBPROCESS = 'pp', 'ampoule'       # whose Process is that of subprocess
OURS = ('subprocess',) + LIKE_SUBPROCESS    # of which multiprocessing has none
# Everything on each context where SHIM_FULL=1 and on these; elsewhere without those that only
# start processes in another way.
FULL = os.environ.get('SHIM_FULL') == '1' or sys.version_info[:2] in ((2, 7), (3, 13), (3, 15))
PROCESS_VARIANTS = ['fork', 'fork_tcp', 'subprocess', 'subprocess_tcp']
if FULL and sys.version_info >= (3, 4):     # before, spawn is subprocess
    PROCESS_VARIANTS += ['spawn', 'forkserver']
if context.unavailable('pp') is None:       # else tests/test_parallel.py says so
    PROCESS_VARIANTS += ['pp', 'pp_server']
if context.unavailable('ampoule') is None:  # else tests/test_ampoule.py says so
    PROCESS_VARIANTS += ['ampoule', 'ampoule_remote']
CONCURRENT_VARIANTS = PROCESS_VARIANTS + ['thread']
if os.environ.get('SHIM_FULL') == '1' and context.unavailable('interpreter') is None:
    CONCURRENT_VARIANTS.append('interpreter')
HERE = 'thread', 'serial'       # whose tasks run in this process; elsewhere values travel as pickles
if os.environ.get('SHIM_VARIANTS'):     # 'default', or some of these: 'fork,subprocess_tcp'
    chosen = os.environ['SHIM_VARIANTS'].replace('default', context.default_name()).split(',')
    CONCURRENT_VARIANTS = [name for name in chosen if name != 'serial']
    PROCESS_VARIANTS = [name for name in CONCURRENT_VARIANTS
                        if name.split('_')[0] in PROCESSES]
# One for each kind of Process.
STARTING_VARIANTS = [name for name in PROCESS_VARIANTS
                     if '_' not in name and name not in LIKE_SUBPROCESS]
TRAVEL_VARIANTS = [name for name in CONCURRENT_VARIANTS if name not in HERE]
VARIANTS = CONCURRENT_VARIANTS + ['serial']

b = six.b


def needs_threads():
    """Skip where no thread can be started."""
    if not THREADS:
        skip('this interpreter starts no threads')


def needs_fork():
    """Skip where the test itself can't fork."""
    needs_processes()
    if not hasattr(os, 'fork'):
        skip('this platform has no os.fork')


def needs_closures():
    """Skip where nothing pickles closures, and what is in __main__."""
    for name in ('cloudpickle', 'dill'):
        try:
            return __import__(name)
        except ImportError:
            pass
    skip('NOT TESTED: neither cloudpickle nor dill is installed')


def told(engine, code):
    """What is known of the exit code of a process that was killed, or has called os._exit(code)."""
    if engine in context.CLUSTERS:
        return None
    if engine == 'forkserver' and not compat.SERVER_WAITS:
        return 255
    return code


class TestCase(unittest.TestCase):
    deadline = 60
    patience = 1            # how many times longer than `deadline` it may take
    alarm = True

    def run(self, result=None):
        guard = Deadline(self.id(), self.deadline * self.patience, self.alarm)
        guard.start()
        try:
            return unittest.TestCase.run(self, result)
        finally:
            guard.stop()
            if guard.passed:
                self.overdue()
            while Script.started:
                Script.started.pop().discard()

    def overdue(self):
        """The deadline of the test that ran has passed."""

    def catch(self, exception, function, *args, **kwds):
        """Call the function, which must raise `exception` (or one of a tuple); return that."""
        try:
            value = function(*args, **kwds)
        except exception:
            return sys.exc_info()[1]
        self.fail('%r not raised by %r, it returned %.200r' % (exception, function, value))

    def run_threads(self, functions):
        """Call each function in a thread of its own (that the process needn't wait for at its
        end) and wait for all; what they raise is a failure."""
        needs_threads()
        ended = []

        def call(function):
            error = None
            try:
                function()
            except:
                error = traceback.format_exc()
            ended.append(error)
        for function in functions:
            _thread.start_new_thread(call, (function,))
        wait_until(lambda: len(ended) == len(functions), self.deadline)
        self.assertEqual(ended, [None] * len(functions))


# ---- one class per engine

def unavailable(engine):
    """Why this interpreter can't have the engine at all, or None."""
    if engine != 'serial' and not THREADS:
        return 'this interpreter starts no threads, which all engines but serial need'
    if engine in context.CLUSTERS:
        from tests import schedulers
        return schedulers.unavailable(engine)
    if engine in ('pp', 'ampoule', 'interpreter'):
        return context.unavailable(engine)
    if engine == 'forkserver' and sys.version_info < (3, 4):
        return 'forkserver is 3.4+'
    if engine in ('spawn', 'forkserver') and sys.version_info >= (3, 4):
        try:
            if sys.version_info < (3, 8):
                __import__('multiprocessing.semaphore_tracker')
            else:
                __import__('multiprocessing.resource_tracker')
        except (ImportError, AttributeError):
            return "multiprocessing lacks what it starts interpreters with: %s" % sys.exc_info()[1]
    if engine not in ('fork', 'forkserver'):
        return
    if not hasattr(os, 'fork'):
        return 'this platform has no os.fork'
    for name in ('multiprocessing', 'processing'):
        try:
            __import__(name)
            return
        except ImportError:
            continue
    return 'this interpreter has no multiprocessing and no backport of it'


class EngineTestCase(TestCase):
    """Base of the classes that each_engine() makes (who overrides setUp or tearDownClass
    calls these)."""

    variant = engine = channel = None
    is_process = False      # the workers are processes, and the pool's own
    travels = False         # what tasks get and return is pickled
    elsewhere = False       # tasks run in other processes, of whomever
    _shared = ()

    @classmethod
    def setUpClass(cls):
        # What an earlier test left to run in a sub-interpreter naps for up to a minute, and can't be
        # stopped; a child that is forked meanwhile would crash.
        if cls.engine == 'fork' and '_interpreters' in sys.modules:
            wait_until(lambda: len(sys.modules['_interpreters'].list_all()) < 2, 70)

    def setUp(self):
        reason = unavailable(self.engine)
        if reason:
            skip(reason)
        if self.engine in context.CLUSTERS:     # for the programs that it starts
            from tests import schedulers
            os.environ.update(schedulers.environment(self.engine))
        if self.channel in ('remote', 'server'):
            from tests import schedulers
            environ = schedulers.serving(self.engine)
            os.environ.update(environ)
            self.addCleanup(lambda: [os.environ.pop(name, None) for name in environ])

    @classmethod
    def tearDownClass(cls):
        guard = Deadline('tearDownClass of %s' % cls.__name__, cls.deadline, cls.alarm)
        guard.start()
        try:
            while cls._shared:
                cls.end(cls._shared.pop())
        finally:
            guard.stop()

    def needs(self, promise):
        """Skip where the engine declares that it can't keep this promise."""
        from shim import engines
        reason = engines.CANNOT.get(self.variant, engines.CANNOT.get(self.engine, {})).get(promise)
        if reason:
            skip('%s can not keep promise %d: %s' % (self.engine, promise, reason))

    @classmethod
    def _context(cls):
        import shim
        if cls.engine in context.CLUSTERS:
            from tests import schedulers
            return schedulers.context(cls.engine)
        return shim.get_context(cls.engine)

    ctx = property(lambda self: self._context())

    @classmethod
    def make_pool(cls, *args, **kwds):
        """A pool of this variant; end() is the caller's affair."""
        return cls.make(cls._context().Pool, *args, **kwds)

    @classmethod
    def make(cls, kind, *args, **kwds):
        """What kind() returns, whose workers have the channel of this variant."""
        previous = os.environ.pop('SHIM_CHANNEL', None)
        if cls.channel:
            os.environ['SHIM_CHANNEL'] = cls.channel
        try:
            return kind(*args, **kwds)
        finally:
            os.environ.pop('SHIM_CHANNEL', None)
            if previous is not None:
                os.environ['SHIM_CHANNEL'] = previous

    @classmethod
    def end(cls, pool):
        """Terminate the pool and see that no worker process of it is left."""
        pids = []
        if cls.is_process:
            # A ppserver's has none before it has come here.
            pids = [worker.pid for worker in list(pool._pool) if worker.pid]
        pool.terminate()
        pool.join()
        if not wait_until(lambda: not [pid for pid in pids if alive(pid)], 5):
            raise AssertionError('some workers are left after terminate(): %r' % pids)

    def Pool(self, *args, **kwds):
        """A pool of this variant, terminated after the test."""
        pool = self.make_pool(*args, **kwds)
        self.addCleanup(self.end, pool)
        return pool

    @property
    def pool(self):
        """The pool of two workers which the tests of a class share."""
        cls = self.__class__
        if not cls.__dict__.get('_shared'):
            cls._shared = [self.make_pool(2)]
        return cls._shared[-1]

    def overdue(self):
        # What hung may have been the shared pool: the next test gets another one.
        if self._shared:
            self.__class__._shared = []


def each_engine(namespace, *mixins, **options):
    """Make a TestCase of each mixin for each variant (`variants=` for fewer) and put it into
    the namespace, under the variant's name before the mixin's: ForkTcpTestApply."""
    for mixin in mixins:
        for variant in options.get('variants', VARIANTS):
            engine, channel = (variant.split('_') + [None])[:2]
            name = variant.title().replace('_', '') + 'Test' + mixin.__name__
            namespace[name] = type(name, (mixin, EngineTestCase), {
                '__module__': namespace['__name__'], '__doc__': mixin.__doc__,
                'variant': variant, 'engine': engine, 'channel': channel,
                'is_process': engine in PROCESSES, 'travels': engine not in HERE,
                'elsewhere': engine not in HERE + ('interpreter',),
                # There each task takes some milliseconds from here to there.
                'patience': [1, 3][engine in context.CLUSTERS]})
