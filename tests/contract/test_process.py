"""Process on every context: as CPython 3.15's, or an error that says what it can't."""
import os
import select
import signal
import sys

import six

import shim
from shim import clusters
from shim.context import CLUSTERS
from tests import process_tasks as tasks
from tests import support
from tests.promises import scratch
from tests.support import Elapsed, each_engine, read_text, told, wait_until


class Noting(object):
    """Mixed into each context's Process: a subclass with run()."""

    def __init__(self, path, **kwds):
        super(Noting, self).__init__(**kwds)
        self.path = path

    engine = None       # if it is to have another one do the work

    def run(self):
        if self.engine is None:
            self.work()
            return
        other = shim.get_context(self.engine).Process(target=self.work)
        other.start()
        other.join(20)
        sys.exit(other.exitcode)

    def work(self):
        tasks.note(self.path, '%d %s' % (os.getpid(), self.name))


# At the top of a module, as a new interpreter looks for them there.
def noting(name):
    base = getattr(shim.process, name, None) or getattr(clusters, name, None)
    if base is None:        # not on this interpreter
        return None
    return type('Noting' + name, (Noting, base), {'__module__': __name__})


NotingForkProcess = noting('ForkProcess')
NotingSpawnProcess = noting('SpawnProcess')
NotingForkServerProcess = noting('ForkServerProcess')
NotingSubprocessProcess = noting('SubprocessProcess')
NotingParallelProcess = noting('ParallelProcess')
NotingThreadProcess = noting('ThreadProcess')
NotingSerialProcess = noting('SerialProcess')
NotingExecutorProcess = noting('ExecutorProcess')
NotingDaskProcess = noting('DaskProcess')
NotingRayProcess = noting('RayProcess')
NotingMpiProcess = noting('MpiProcess')


class Processes(object):
    deadline = 40

    def path(self):
        return scratch(self)

    def started(self, *args, **kwds):
        made = self.ctx.Process(*args, **kwds)
        made.start()
        self.addCleanup(self.finish, made)
        return made

    def finish(self, process):
        if self.is_process and not getattr(process, '_shut', False):
            try:
                process.kill()
            except ValueError:      # closed
                return
            process.join(10)

    def test_life(self):
        path = self.path()
        made = self.ctx.Process(target=tasks.note_who, args=(path,), kwargs={'text': 'here'})
        self.assertEqual((made.pid, made.exitcode, made.is_alive()), (None, None, False))
        self.assertTrue(made.name)
        made.start()
        made.join(20)
        self.assertEqual((made.exitcode, made.is_alive()), (0, False))
        said = read_text(path).split()
        pid, name, daemon, text = said[0], ' '.join(said[1:-2]), said[-2], said[-1]
        self.assertEqual(int(pid), made.pid)
        self.assertEqual(made.pid == os.getpid(), not self.elsewhere)
        self.assertEqual(text, 'here')
        if self.is_process:     # a thread's current_process() is the program, a job's the worker
            self.assertEqual((name, daemon), (made.name, 'False'))

    def test_name_and_daemon(self):
        made = self.ctx.Process(target=tasks.nap, args=(0,), name='Nina', daemon=True)
        self.assertEqual((made.name, made.daemon), ('Nina', True))
        made.name, made.daemon = 'Nora', False
        self.assertEqual((made.name, made.daemon), ('Nora', False))
        self.assertIn('Nora', repr(made))
        made.start()
        made.join(20)
        self.assertEqual(made.exitcode, 0)
        self.catch(AssertionError, setattr, made, 'daemon', True)
        self.catch(AssertionError, made.start)

    def test_exit_codes(self):
        for args, code in (((None,), 0), ((3,), 3), (('text',), 1)):
            made = self.started(target=tasks.leave, args=args)
            made.join(20)
            self.assertEqual(made.exitcode, code, args)
        errors, sys.stderr = sys.stderr, open(os.devnull, 'w')      # a thread's traceback
        try:
            made = self.started(target=tasks.fail, args=('on purpose', os.getpid()))
            made.join(20)
        finally:
            sys.stderr.close()
            sys.stderr = errors
        self.assertEqual(made.exitcode, 1)

    def test_last_words(self):
        errors, sys.stderr = sys.stderr, six.StringIO()
        try:
            made = self.started(target=tasks.leave, args=('because',))
            made.join(20)
            said = sys.stderr.getvalue()
            if self.engine in CLUSTERS:     # else a child's go where its own stderr does
                made = self.started(target=tasks.only_fail, args=('on purpose',), name='Norbert')
                made.join(20)
                self.assertEqual(said, 'because\n')
                said = sys.stderr.getvalue()
                self.assertIn('Process Norbert:\nTraceback', said)
                self.assertIn('ValueError: on purpose', said)
        finally:
            sys.stderr = errors

    def test_before_the_start(self):
        made = self.ctx.Process(target=tasks.nap, args=(0,))
        self.catch(AssertionError, made.join)
        self.catch((AssertionError, AttributeError), made.terminate)
        self.catch(ValueError, getattr, made, 'sentinel')
        self.catch(AssertionError, self.ctx.Process, 1)

    def noting(self):
        kind = globals().get('Noting' + self.ctx.Process.__name__) or NotingForkProcess
        return kind(self.path())

    def test_subclass(self):
        made = self.noting()
        made.start()
        made.join(20)
        self.assertEqual(made.exitcode, 0)
        self.assertEqual(read_text(made.path).split(), ['%d' % made.pid, made.name])

    def test_bound_method_of_a_subclass(self):
        # While it runs, there is nothing in it that does not pickle.
        if self.engine in CLUSTERS:
            return      # they start none in their workers
        made = self.noting()
        made.engine = self.engine
        made.start()
        made.join(30)
        self.assertEqual(made.exitcode, 0)
        self.assertEqual(read_text(made.path).split()[1:], made.name.split())

    def test_join_in_time(self):
        if self.engine == 'serial':
            return      # start() has run it
        made, clock = self.started(target=tasks.nap, args=(0.6,)), Elapsed()
        made.join(0.05)
        self.assertLess(clock.seconds, 0.5)
        self.assertTrue(made.is_alive())
        self.assertEqual(made.exitcode, None)
        made.join(20)
        self.assertEqual(made.exitcode, 0)

    def test_sentinel(self):
        made = self.started(target=tasks.nap, args=(0.3,))
        early = select.select([made.sentinel], [], [], 0)[0]
        if self.engine != 'serial':
            self.assertEqual(early, [])
        elif os.name != 'java':     # where a thread is about to tell
            self.assertEqual(early, [made.sentinel])
        clock = Elapsed()
        self.assertEqual(select.select([made.sentinel], [], [], 20)[0], [made.sentinel])
        self.assertLess(clock.seconds, 10)
        self.assertTrue(wait_until(lambda: made.exitcode == 0, 5))

    def test_active_children(self):
        if self.engine == 'serial':
            return
        made = self.started(target=tasks.nap, args=(0.5,))
        self.assertIn(made, self.ctx.active_children())
        made.join(20)
        self.assertNotIn(made, self.ctx.active_children())

    def test_ended_from_outside(self):
        ends = self.is_process or self.engine == 'ray'
        for method, number in (('terminate', signal.SIGTERM), ('kill', signal.SIGKILL)):
            if self.engine == 'serial':
                continue
            path = self.path()
            made = self.started(target=tasks.note_and_nap, args=(path, [0.5, 60][ends]))
            self.assertTrue(wait_until(lambda: os.path.exists(path), 20))
            if not ends:
                error = self.catch(NotImplementedError, getattr(made, method))
                self.assertIn('from outside', str(error))
                self.assertIn([self.engine, 'workers'][self.engine in CLUSTERS], str(error))
                continue
            getattr(made, method)()
            made.join(20)
            code = [told(self.engine, -number), -number][self.engine in CLUSTERS]
            self.assertEqual(made.exitcode, code)

    def test_interrupt(self):
        if self.engine in CLUSTERS:
            made = self.started(target=tasks.nap, args=(0.3,))
            self.catch(NotImplementedError, made.interrupt)
            made.join(20)
        if not self.is_process:
            return
        path = self.path()
        made = self.started(target=tasks.until_interrupted, args=(path,))
        self.assertTrue(wait_until(lambda: os.path.exists(path), 20))
        made.interrupt()
        made.join(20)
        # A JVM ends of it, and raises no KeyboardInterrupt.
        self.assertEqual(made.exitcode, [7, -signal.SIGINT][os.name == 'java'])

    def test_close(self):
        made = self.started(target=tasks.nap, args=(0.3,))
        if self.engine != 'serial':
            self.catch(ValueError, made.close)
        made.join(20)
        made.close()
        made.close()
        for what in (made.join, made.is_alive, made.terminate, made.start):
            self.catch(ValueError, what)
        for name in ('exitcode', 'pid', 'sentinel'):
            self.catch(ValueError, getattr, made, name)
        self.assertIn('closed', repr(made))

    def test_many_leave_nothing(self):
        if not os.path.isdir('/proc/self/fd'):
            support.skip('no /proc here')
        for count in (2, 6):
            all = [self.ctx.Process(target=tasks.nap, args=(0.01,)) for _each in range(count)]
            for each in all:
                each.start()
            for each in all:
                each.join(20)
                each.close()
            if count == 2:
                before = len(os.listdir('/proc/self/fd'))
        # Those of Jython's go a moment later.
        self.assertTrue(wait_until(
            lambda: len(os.listdir('/proc/self/fd')) <= before + 1, [0, 10][os.name == 'java']))

    def test_parent(self):
        self.assertEqual(shim.parent_process(), None)
        if not self.is_process:
            return
        path = self.path()
        made = self.started(target=tasks.note_parent, args=(path,))
        made.join(20)
        self.assertEqual(read_text(path).split(), ['%d' % os.getpid(), 'True'])

    def test_parent_of_a_worker(self):
        if not self.is_process:
            return
        path = self.path()
        pool = self.ctx.Pool(1)
        try:
            pool.apply(tasks.note_parent, (path,))
        finally:
            pool.terminate()
            pool.join()
        self.assertEqual(read_text(path).split(), ['%d' % os.getpid(), 'True'])

    def test_pool_in_a_process(self):
        path = self.path()
        made = self.started(target=tasks.map_in_context, args=(self.engine, path))
        made.join(30)
        self.assertEqual(made.exitcode, 0)
        self.assertEqual(read_text(path), repr([0, 1, 4, 9]) + '\n')

    def test_daemons_end_with_the_program(self):
        if self.engine == 'mpi':
            self.needs(13)
        clock = Elapsed()
        status, out, err, _seconds = support.run_script(DAEMON, args=[self.engine])
        self.assertEqual((status, out, err), (0, 'end\n', ''))
        self.assertLess(clock.seconds, 20)

    def test_others_are_waited_for(self):
        path = self.path()
        status, out, err, _seconds = support.run_script(WAITED, args=[self.engine, path])
        self.assertEqual((status, out, err), (0, 'end\n', ''))
        self.assertEqual(read_text(path), 'slept\n')


    def test_children_of_a_forked_child(self):
        # Its own ones, with an end of its own: not those of the program it was forked from.
        if self.engine != 'thread' or not hasattr(os, 'fork'):
            return
        path = self.path()
        status, out, err, _seconds = support.run_script(FORKED, args=[self.engine, path])
        self.assertEqual((status, out, err), (0, '0 1\nend\n', ''))
        self.assertEqual(read_text(path), 'slept\n')


FORKED = '''
import os
import sys
import warnings
import shim
from tests import process_tasks as tasks

if __name__ == '__main__':
    warnings.simplefilter('ignore')     # 3.12+: fork and threads
    ctx = shim.get_context(sys.argv[1])
    ctx.Process(target=tasks.nap, args=(1,)).start()
    pid = os.fork()
    if not pid:
        before = len(ctx.active_children())
        ctx.Process(target=tasks.nap_and_note, args=(0.7, sys.argv[2])).start()
        sys.stdout.write('%d %d\\n' % (before, len(ctx.active_children())))
    else:
        assert os.waitpid(pid, 0)[1] == 0
        sys.stdout.write('end\\n')
'''

DAEMON = '''
import sys
import time
import shim
from tests import process_tasks as tasks

if __name__ == '__main__':
    if sys.argv[1] != 'serial':
        made = shim.get_context(sys.argv[1]).Process(target=tasks.nap, args=(60,), daemon=True)
        made.start()
        time.sleep(0.3)     # 2.x ends noisily while a thread begins
    sys.stdout.write('end\\n')
'''

WAITED = '''
import sys
import shim
from tests import process_tasks as tasks

if __name__ == '__main__':
    made = shim.get_context(sys.argv[1]).Process(target=tasks.nap_and_note, args=(0.7, sys.argv[2]))
    made.start()
    sys.stdout.write('end\\n')
    sys.stdout.flush()
'''

each_engine(globals(), Processes,
            variants=[each for each in support.VARIANTS if each[-4:] != '_tcp'])
