"""Contexts whose workers are somebody else's: what is theirs alone, and cannot be asked of others.

What all contexts do alike is asked by SHIM_VARIANTS=executor,dask,ray,mpi in contract/ and promises/.
"""
import logging
import os
import signal
import sys
import threading

import shim
from shim import batch, context, engines, job, outcome, pickling, threads, wire
from shim.compat import monotonic
from shim.engines import base, channel
from shim.engines.dasks import DaskEngine
from shim.engines.rays import RaySlot
from tests import cluster_tasks as tasks
from tests import promise_tasks, schedulers
from tests.promises import kill, lines, scratch
from tests.support import (
    Elapsed, TestCase, each_engine, needs_threads, run_script, skip, wait_until)

TASKS = 1000


class Managers(object):
    """A Manager's objects reach the workers, wherever these are."""

    def Manager(self, **options):
        made = self.ctx.Manager(**options)
        self.addCleanup(made.shutdown)
        return made

    def test_from_tasks(self):
        manager = self.Manager()
        queue, lock, event = manager.Queue(), manager.Lock(), manager.Event()
        counts, names = manager.dict(), manager.list()
        results = [self.pool.apply_async(tasks.visit, (queue, lock, event, counts, names, number))
                   for number in range(20)]
        self.assertFalse(results[0].ready())
        event.set()
        self.assertEqual([result.get(30) for result in results], list(range(20)))
        self.assertEqual(counts['visits'], 20)
        self.assertEqual(sorted(names), list(range(20)))
        visits = [queue.get(timeout=10) for _each in range(20)]
        self.assertEqual(sorted([number for pid, number in visits]), list(range(20)))
        self.assertNotIn(os.getpid(), [pid for pid, number in visits])
        self.assertTrue(queue.empty())

    def test_other_objects(self):
        manager = self.Manager()
        value, space, numbers = manager.Value('i', 3), manager.Namespace(), manager.Array('i', [1])
        space.text = 'text'
        for each in (value, space, numbers, manager.Semaphore(2), manager.Condition(),
                     manager.set([1, 2])):
            back = self.pool.apply(promise_tasks.identity, (each,))
            self.assertEqual(type(back), type(each))
            self.assertEqual(str(back), str(each))
        self.assertEqual(self.pool.apply(getattr, (space, 'text')), 'text')

    def test_proxies_come_back(self):
        manager = self.Manager()
        queue, names = manager.Queue(), manager.list(['a'])
        back = self.pool.apply(tasks.hand_on, (queue, names))
        back.append('b')
        self.assertEqual(list(names), ['a', 'b'])
        queue.get(timeout=10).append('c')
        self.assertEqual(list(back), ['a', 'b', 'c'])

    def test_secret_is_its_own(self):
        first, second = self.Manager(), self.Manager(authkey=shim.pickling.BYTES(
            'secret'.encode('ascii')))
        names = first.list()
        self.assertEqual(second._authkey, 'secret'.encode('ascii'))
        for other in (second._authkey, shim.current_process().authkey):
            self.assertNotEqual(first._authkey, other)
        self.assertEqual(self.pool.apply(tasks.secret_of, (names,)), [True, True])

    def test_address(self):
        manager = self.Manager()
        self.assertEqual(manager.address[0], '127.0.0.1')
        self.assertNotEqual(manager.address[1], 0)
        wide = self.Manager(address=('127.0.0.2', 0))
        self.assertEqual(wide.address[0], '127.0.0.2')
        names = wide.list()
        self.pool.apply(tasks.hand_on, (wide.Queue(), names)).append(1)
        self.assertEqual(list(names), [1])

    def test_locals_are_refused(self):
        for name in ('Lock', 'Queue', 'Event', 'Pipe'):
            error = self.catch(NotImplementedError, getattr(self.ctx, name))
            self.assertIn('Manager()', str(error))


class Losses(object):
    """A worker is killed amid 1,000 tasks."""

    deadline = 120

    def check(self, results):
        """All have ended; returns the errors of those that were lost."""
        lost = []
        for number in range(len(results)):
            try:
                self.assertEqual(results[number].get(60), number * number)
            except shim.WorkerLostError:
                lost.append(sys.exc_info()[1])
        return lost

    def test_killed_by_a_task(self):
        pool = self.Pool()
        results = [pool.apply_async(tasks.square_or_die, (number, TASKS // 2))
                   for number in range(TASKS)]
        lost = self.check(results)
        self.catch(shim.WorkerLostError, results[TASKS // 2].get, 0)
        for error in lost:
            self.assertTrue(error.reason, error)
        if 1 in engines.CANNOT[self.engine]:
            return
        # At most those in the threads of the worker that died, and one in reserve for each.
        self.assertLessEqual(len(lost), schedulers.SIZE, lost)
        self.assertEqual(pool.map(tasks.square, range(20)), [n * n for n in range(20)])

    def test_killed_from_outside(self):
        path, pool = scratch(self), self.Pool()
        doomed = pool.apply_async(tasks.pid_of, (path,))
        results = [pool.apply_async(tasks.square, (number,)) for number in range(TASKS)]
        self.assertTrue(wait_until(lambda: lines(path), 30))
        clock = Elapsed()
        self.assertTrue(kill(int(lines(path)[0])))
        error = self.catch(shim.WorkerLostError, doomed.get, 30)
        self.assertLess(clock.seconds, 10)
        self.assertIn('job', str(error))
        lost = self.check(results)
        if 1 not in engines.CANNOT[self.engine]:
            self.assertLess(len(lost), schedulers.SIZE, lost)

    def test_no_task_runs_twice(self):
        path, pool = scratch(self), self.Pool()
        results = [pool.apply_async(promise_tasks.noted_or_die, (path, number, 50))
                   for number in range(200)]
        for result in results:
            result.wait(60)
        ran = lines(path)
        self.assertEqual(len(ran), len(set(ran)))
        self.assertIn('50', ran)


class Silent(TestCase):
    """A scheduler that is there, and does not answer."""

    deadline = 120

    def test_stopped(self):
        if 'dask' not in CHOSEN:
            skip(schedulers.unavailable('dask') or 'not chosen')
        from shim.engines import dasks
        client = schedulers.start_dask()['client']
        self.addCleanup(client.close)
        for name, value in (('SILENCE', 3), ('LEAVE', 2)):
            self.addCleanup(setattr, dasks, name, getattr(dasks, name))
            setattr(dasks, name, value)
        scheduler = client.run_on_scheduler(os.getpid)
        pool = shim.get_context('dask', address=client.scheduler.address).Pool()
        self.assertEqual(pool.map(tasks.square, range(20)), [n * n for n in range(20)])
        os.kill(scheduler, signal.SIGSTOP)
        self.addCleanup(os.kill, scheduler, signal.SIGCONT)
        clock = Elapsed()
        error = self.catch(shim.WorkerLostError, pool.map_async(tasks.square, range(20)).get, 60)
        self.assertIn('not answered', str(error))
        pool.terminate()
        pool.join()
        self.assertLess(clock.seconds, 40)


class Window(object):
    """A million tasks do not sit in the scheduler."""

    def test_few_are_there(self):
        pool = self.Pool()
        self.assertTrue(1 <= pool._processes <= schedulers.SIZE)
        for function in (tasks.square, promise_tasks.square):
            results, most = pool.imap_unordered(function, range(300)), 0
            for _each in range(300):
                results.next(30)
                most = max(most, len([slot for slot in list(pool._engine.slots) if slot.held]))
            self.assertLessEqual(most, 2 * pool._processes)


class Coming(object):
    """Workers that come, also in the place of a dead one, get their share."""

    deadline = 150

    def test_used(self):
        path, pool = scratch(self), self.Pool()
        before = pool._engine.threads
        doomed = pool.apply_async(tasks.pid_of, (path,))
        self.assertTrue(wait_until(lambda: lines(path), 60))
        self.assertTrue(kill(int(lines(path)[0])))
        self.catch(shim.WorkerLostError, doomed.get, 60)

        def is_even():
            engine = pool._engine
            taken = [slot.worker.address for slot in list(engine.slots) if slot.eof is None]
            return len(engine.threads) == len(before) and [
                taken.count(address) for address in engine.threads] == [
                    engine.size // len(before)] * len(before)
        self.assertTrue(wait_until(is_even, 120, 0.1))
        self.assertNotEqual(pool._engine.threads, before)
        self.assertEqual(pool.map(tasks.square, range(40), 1), [n * n for n in range(40)])


class Reserve(TestCase):
    """What Dask has for a worker that is busy goes to one that is idle."""

    deadline = 90

    def setUp(self):
        super(Reserve, self).setUp()
        if schedulers.unavailable('dask'):
            skip(schedulers.unavailable('dask'))
        import distributed
        path, os.environ['PYTHONPATH'] = os.environ.get('PYTHONPATH', ''), schedulers.search_path()
        self.addCleanup(os.environ.__setitem__, 'PYTHONPATH', path)
        logging.getLogger('distributed').setLevel(logging.ERROR)
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=False)
        self.addCleanup(cluster.close)
        client = distributed.Client(cluster, set_as_default=False)
        self.addCleanup(client.close)
        self.pool = shim.get_context('dask', client=client).Pool()
        self.addCleanup(self.pool.terminate)
        self.assertEqual(self.pool._processes, 2)
        self.path = scratch(self)

    def behind(self, slow):
        """One that takes long, among others that do not wait for it; none is begun twice."""
        results = [self.pool.apply_async(promise_tasks.noted, (self.path, number, 4 * (number == slow)))
                   for number in range(200)]
        clock = Elapsed()
        for number in range(200):
            if number != slow:
                self.assertEqual(results[number].get(30), number)
        self.assertLess(clock.seconds, 3)
        self.assertEqual(results[slow].get(30), slow)
        self.assertEqual(sorted([int(line) for line in lines(self.path)]), list(range(200)))
        os.remove(self.path)

    def test_unknown(self):
        self.behind(0)

    def test_small(self):
        for _each in range(50):
            self.pool.apply(promise_tasks.noted, (self.path, 0))
        os.remove(self.path)
        for slow in (0, 100, 199):
            self.behind(slow)


VARIANTS = [name for name in context.CLUSTERS if not schedulers.unavailable(name)]
CHOSEN = [name for name in VARIANTS
          if name in os.environ.get('SHIM_VARIANTS', ','.join(VARIANTS)).split(',')]
each_engine(globals(), Managers, Window, variants=CHOSEN)
each_engine(globals(), Coming, variants=[name for name in CHOSEN if name == 'dask'])
each_engine(globals(), Losses, variants=[name for name in CHOSEN if name != 'mpi'])

# `mpiexec -n 3 python -m mpi4py.futures PROGRAM`
MPI_LOSS = '''
import subprocess, sys
options = ['-n', '3', sys.executable, '-m', 'mpi4py.futures']
sys.exit(subprocess.call(['mpiexec'] + options + sys.argv[1:]) and 3)
'''
MPI_PROGRAM = '''
import sys
import shim
from tests import cluster_tasks as tasks

if __name__ == '__main__':
    pool = shim.get_context('mpi').Pool()
    assert pool.map(tasks.square, range(20)) == [n * n for n in range(20)]
    sys.stdout.write('begun\\n')
    sys.stdout.flush()
    results = [pool.apply_async(tasks.square_or_die, (n, 50)) for n in range(1000)]
    for result in results:
        try:
            result.get()
        except shim.WorkerLostError:
            pass
'''


class Mpi(TestCase):
    """The death of one of its processes ends them all: nothing hangs, and the exit status tells."""

    deadline = 120

    def test_killed(self):
        if 'mpi' not in CHOSEN:
            skip(schedulers.unavailable('mpi') or 'not chosen')
        folder = os.path.dirname(scratch(self))
        path = os.path.join(folder, 'program.py')
        stream = open(path, 'w')
        stream.write(MPI_PROGRAM)
        stream.close()
        for options in ([path], []):
            status, out, err, _seconds = run_script(
                [MPI_LOSS, MPI_PROGRAM][not options], args=options, timeout=50)
            self.assertTrue('begun' in out, err)
            self.assertNotEqual(status, 0)


# Each process of this Ray takes three seconds to start.
RAY_SLOW = '''
import sys, time
import ray, shim
from tests import promise_tasks as tasks

if __name__ == '__main__':
    ray.init(address='local', num_cpus=2, include_dashboard=False, log_to_driver=False,
             runtime_env={'worker_process_setup_hook': lambda: time.sleep(3)})
    pool = shim.get_context('ray').Pool()
    assert pool.map(tasks.nap_if, [(0, n) for n in range(4)]) == list(range(4))
    late = [pool.apply_async(tasks.nap, (30,), task_timeout=1) for each in range(2)]
    for each in late:
        try:
            each.get(40)
        except shim.TaskTimeoutError:
            sys.stdout.write('late\\n')
    sys.stdout.write(repr(pool.map(tasks.nap_if, [(0.3, n) for n in range(6)], task_timeout=1)))
    pool.terminate()
'''


# Its owner ends what the pool needs.
RAY_SHUT = '''
import sys, time
import ray, shim
from tests import promise_tasks as tasks

def say(call):
    try:
        call()
    except shim.WorkerLostError:
        error = sys.exc_info()[1]
        sys.stdout.write('%r %s\\n' % (error.started, error.reason))

if __name__ == '__main__':
    for again in (False, True):
        ray.init(address='local', num_cpus=2, include_dashboard=False, log_to_driver=False)
        pool = shim.get_context('ray').Pool()
        slow = pool.apply_async(tasks.nap, (60,))
        pool.apply(tasks.nap, (0,))
        time.sleep(0.5)     # Ray exits with 1 when a thread is still in it
        ray.shutdown()
        if again:
            ray.init(address='local', num_cpus=2, include_dashboard=False, log_to_driver=False)
        say(lambda: slow.get(10))
        say(lambda: pool.apply(tasks.nap, (0,)))
        sys.stdout.write('%r\\n' % ray.is_initialized())
        pool.terminate()
        pool.join()
        ray.shutdown()
'''


class Ray(TestCase):
    """What Ray has of its own."""

    deadline = 120

    def setUp(self):
        super(Ray, self).setUp()
        if 'ray' not in CHOSEN:
            skip(schedulers.unavailable('ray') or 'not chosen')

    def test_start_that_takes_longer(self):
        # A limit is for the task, not for the start of a process for it.
        status, out, err, _seconds = run_script(RAY_SLOW, timeout=90)
        self.assertEqual((status, out), (0, 'late\nlate\n[0, 1, 2, 3, 4, 5]'), err)

    def test_shut_down(self):
        status, out, err, _seconds = run_script(RAY_SHUT, timeout=90)
        self.assertEqual(status, 0, err)
        reason = 'PoolError: ray.shutdown() has ended what the pool was connected to'
        lost = ['None ' + reason, 'False ' + reason]
        self.assertEqual(out.splitlines(), lost + ['False'] + lost + ['True'])


class Lane(object):
    """Of a task of which the cluster says how long it has run."""

    eof, said = False, None

    def ran(self):
        return self.said


class RayLimit(TestCase):
    def late(self, task, *moments):
        """Whether it is, at these moments: (seconds since it was sent, for how long it is said to run)."""
        found = []
        self.slot.held.append(task)
        self.slot.fed, self.slot.deadline = self.sent, self.sent + task.limit
        for since, self.slot.worker.said in moments:
            found.append(self.slot.overdue(self.sent + since))
        self.slot.held.popleft()
        self.sent += 100
        return found

    def test_late_from_its_begin_on(self):
        self.sent, self.slot = 1000.0, RaySlot(Lane(), None)
        call = base.Call(len, 0, None)
        first, second, third, fourth = [base.Task(call, (), None, n, 2) for n in range(4)]
        self.assertEqual(self.late(first, (1, None), (2, None), (4, 1.5), (4.4, 1.9), (4.6, 2.1)),
                         [False, False, False, False, True])
        self.assertEqual(self.late(second, (2, None), (4, 0.1), (5, 1.1)), [False] * 3)
        # Their clock is hours ahead, or behind.
        self.assertEqual(self.late(third, (2, -9999), (3, -9998), (4, -9997)), [False, False, True])
        self.assertEqual(self.late(fourth, (1, 9999), (2, 9999)), [False, True])


class Later(object):
    """A future."""

    def __init__(self):
        self.over, self.callbacks, self.lock = threading.Event(), [], threading.Lock()

    def run(self, function, args):
        self.value = function(*args)
        self.lock.acquire()
        self.over.set()
        self.lock.release()
        for each in self.callbacks:
            each(self)

    def result(self):
        self.over.wait()
        return self.value

    def cancel(self):
        return False

    def add_done_callback(self, function):
        self.lock.acquire()
        over = self.over.isSet()
        if not over:
            self.callbacks.append(function)
        self.lock.release()
        if over:
            function(self)


class Threads(object):
    """An executor that counts its jobs, each of which has a thread."""

    _max_workers = 2
    jobs = 0

    def __init__(self):
        self.open = threading.Event()
        self.open.set()

    def submit(self, function, *args):
        self.jobs += 1
        made = Later()
        threads.start(self.run, (made, function, args), 'job')
        return made

    def run(self, made, *what):
        self.open.wait(30)
        made.run(*what)


class Start(object):
    """Stands for the module threads."""

    def __init__(self, start):
        self.start = start


class Batches(TestCase):
    """Tiny tasks share a job, and wait for no slow one in it: any Python."""

    deadline = 60
    many = 2000

    def setUp(self):
        super(Batches, self).setUp()
        needs_threads()
        tasks.started, tasks.gate = [], threading.Event()
        self.executor = Threads()
        self.pool = shim.get_context(executor=self.executor).Pool()
        self.addCleanup(self.pool.terminate)
        self.addCleanup(tasks.gate.set)
        for name in ('knock', 'PAUSES', 'LONGEST'):
            self.addCleanup(setattr, batch, name, getattr(batch, name))

    def find(self):
        """Have the pool know that they are tiny, and their process whether it finds the door."""
        def looked():
            for result in [self.pool.apply_async(tasks.step, (-1,)) for _each in range(100)]:
                result.get(30)
            door = self.pool._engine.door
            return door is not None and batch.found.get((door.where, os.getpid())) is not None
        self.assertTrue(wait_until(looked, 20))
        del tasks.started[:]
        self.before = self.executor.jobs

    def post(self, *slow):
        """So many of them, of which these wait for the gate."""
        return [self.pool.apply_async(tasks.step, (number, number in slow)) for number in range(self.many)]

    def check(self, results):
        """All are right, and none was begun twice; returns how many jobs they took."""
        self.assertEqual([result.get(30) for result in results], list(range(self.many)))
        self.assertEqual(sorted(tasks.started), list(range(self.many)))
        return self.executor.jobs - self.before

    def others(self, results, slow):
        """All but that one are there, while that one runs."""
        for number in range(self.many):
            if number != slow:
                self.assertEqual(results[number].get(30), number)
        self.assertFalse(results[slow].ready())
        tasks.gate.set()

    def test_few_jobs(self):
        self.find()
        self.assertLess(self.check(self.post()), self.many / 4)

    def test_none_waits(self):
        self.find()
        for slow in (0, self.many // 2, self.many - 1):
            tasks.gate.clear()
            del tasks.started[:]
            results = self.post(slow)
            self.others(results, slow)
            self.check(results)

    def test_each_worker_slow(self):
        # The event that both wait for is set by one behind them.
        self.find()
        results = self.post(10, 20)
        results.append(self.pool.apply_async(tasks.open_gate))
        self.check(results[:self.many])

    def test_no_door(self):
        batch.knock, batch.PAUSES = lambda door, data=None: False, (0.1,)
        self.find()
        self.check(self.post())
        del tasks.started[:]
        self.before = self.executor.jobs
        self.assertTrue(self.many <= self.check(self.post()) <= self.many + 2)
        self.assertFalse(self.pool._engine.reached)

    def test_deaf_door(self):
        # What the warden says is lost: then all is in the answer.
        batch.knock = lambda door, data=None: data is None
        self.find()
        results = self.post(10, self.many // 2)
        self.assertFalse(wait_until(lambda: len(tasks.started) == self.many, 0.5))
        tasks.gate.set()
        self.check(results)

    def test_long_word(self):
        # What is done is too much to be said; what has not begun goes back all the same.
        self.find()
        batch.LONGEST = 100
        slow = self.many // 2
        results = self.post(slow)
        self.assertTrue(wait_until(lambda: len(tasks.started) == self.many, 10))
        tasks.gate.set()
        self.check(results)

    def test_late_word(self):
        # It comes when the answer is there, and the next jobs are on their way.
        knock, late = batch.knock, []

        def keep(door, data=None):
            if data is None:
                return knock(door)
            late.append((door, data))
            return True
        batch.knock = keep
        self.find()
        results = self.post(10, self.many // 2)
        self.assertTrue(wait_until(lambda: late, 10))
        tasks.gate.set()
        self.check(results)
        del tasks.started[:]
        results = self.post()
        for door, data in late:
            self.assertTrue(knock(door, data))
        self.check(results)

    def test_all_is_said(self):
        # Nobody waits for that job any more; but while it is there, its lane gets no other one.
        self.pool.terminate()
        self.pool = pool = shim.get_context(executor=self.executor).Pool(1)
        self.addCleanup(pool.terminate)
        self.find()
        self.executor.open.clear()
        results = self.post()
        lane = pool._engine.slots[0].worker
        self.assertTrue(wait_until(lambda: lane.away and lane.slot.held, 10))
        held, before = len(lane.slot.held), self.executor.jobs
        pool._engine.said((lane.number, lane.jobs), 0.0, list(range(held)), 0)
        self.assertEqual([each.get(30) for each in results[:held]], list(range(held)))
        self.assertFalse(wait_until(lambda: self.executor.jobs > before, 0.2))
        self.executor.open.set()
        self.check(results)

    def test_start_broken_off(self):
        # A signal handler has raised, and the warden is there all the same.
        self.find()

        def start(target, args, name):
            threads.start(target, args, name)
            if name == 'shim-warden':
                raise ZeroDivisionError
        self.addCleanup(setattr, batch, 'threads', threads)
        batch.threads = Start(start)
        results = self.post(500, 1500)
        self.assertFalse(wait_until(lambda: results[1500].ready(), 0.3))
        tasks.gate.set()
        self.check(results)

    def test_run_again(self):
        # Its answer is longer than what it has by now; nothing of others is taken for its.
        self.find()
        run = self.executor.run

        def again(made, function, args):
            def twice(data):
                function(data)
                return function(data)
            run(made, twice, args)
        self.executor.run = again
        results = self.post(self.many // 2)
        self.assertTrue(wait_until(lambda: len(set(tasks.started)) == self.many, 20))
        tasks.gate.set()
        self.assertEqual([result.get(30) for result in results], list(range(self.many)))
        self.assertEqual(self.pool.apply(abs, (-3,)), 3)

    def test_not_tiny_any_more(self):
        self.find()
        results = [self.pool.apply_async(tasks.step, (number, 0.02)) for number in range(100)]
        sent, send = [], shim.engines.jobs.Lane.send
        self.addCleanup(setattr, shim.engines.jobs.Lane, 'send', send)
        shim.engines.jobs.Lane.send = lambda lane, call, them: sent.append(len(them)) or send(lane, call, them)
        self.assertEqual([result.get(30) for result in results], list(range(100)))
        self.assertLess(sum(sent), 250)

    def test_strangers(self):
        # Many that say nothing, and some that say the wrong thing.
        self.find()
        host, port, key = self.pool._engine.door.where
        strangers = [channel.connect(port, host) for _each in range(20)]
        for each in strangers[:5]:
            each.send(('0' * 5000).encode('ascii'))
        self.assertFalse(batch.knock((host, port, key[::-1])))
        results, clock = self.post(9), Elapsed()
        self.others(results, 9)
        self.assertLess(clock.seconds, 5)
        self.check(results)
        for each in strangers:
            each.close()
        self.assertTrue(batch.knock((host, port, key)))

    def test_door_is_closed(self):
        self.find()
        door = self.pool._engine.door
        self.assertTrue(batch.knock(door.where))
        self.pool.terminate()
        self.pool.join()
        self.assertFalse(batch.knock(door.where))

    def test_host(self):
        self.assertRaises(ValueError, shim.get_context(executor=Threads(), host='nobody.invalid').Pool)
        pool = shim.get_context(executor=Threads(), host='localhost').Pool(2)
        self.addCleanup(pool.terminate)
        self.assertEqual(pool.map(abs, range(-3000, 0), 1), list(range(3000, 0, -1)))
        self.assertEqual(pool._engine.door.where[0], 'localhost')


class Fates(TestCase):
    """A job of Dask's runs once, in one process, or is called back before: any Python."""

    def setUp(self):
        super(Fates, self).setUp()
        del tasks.started[:]
        self.data = wire.EMPTY.join(
            wire.frame(wire.CALL, (3, outcome.ONE, pickling.plain_dumps(tasks.step)))
            + wire.frame(wire.TASKS, (3, [(7,)])))

    def run_in(self, name, process=job.PROCESS):
        return [frame[0] for frame in wire.Inbox().feed(job.run_in(process, name, self.data))]

    def test_once(self):
        self.assertEqual(self.run_in('once'), [wire.RESULTS])
        self.assertRaises(shim.PoolError, self.run_in, 'once')
        self.assertFalse(job.call_back(job.PROCESS, 'once'))
        self.assertEqual(tasks.started, [7])

    def test_called_back(self):
        for _each in range(2):      # whoever does not hear the answer asks again
            self.assertTrue(job.call_back(job.PROCESS, 'back'))
        self.assertEqual(self.run_in('back'), [wire.READY, wire.RETURNED])
        self.assertEqual(tasks.started, [])

    def test_another_process(self):
        self.assertFalse(job.call_back('another', 'there'))
        self.assertRaises(shim.PoolError, self.run_in, 'there', 'another')
        self.assertEqual(self.run_in('there'), [wire.RESULTS])


class DaskDoubt(TestCase):
    """A worker whose job was lost gets none until a list that was asked for later has it: any Python."""

    def test_until_it_is_seen(self):
        engine = object.__new__(DaskEngine)
        engine.tokens, engine.slots, engine._doubted = {'a': '1', 'b': '2'}, [], {}
        engine.threads, engine.size, there = {'a': 2, 'b': 1}, 3, {'a': 2, 'b': 1}
        self.assertEqual(engine.emptiest(), 'a')
        asked = monotonic() - 1
        engine.doubt('a')
        self.assertEqual((engine.emptiest(), engine.tokens), ('b', {'b': '2'}))
        engine._seen(asked, there, None)
        self.assertEqual(engine.emptiest(), 'b')
        engine._seen(monotonic() + 1, there, None)
        self.assertEqual((engine.emptiest(), engine.threads), ('a', there))


class Missing(TestCase):

    def test_said(self):
        missing = [schedulers.unavailable(name) for name in context.CLUSTERS if name not in VARIANTS]
        if missing:
            skip('; '.join(missing))


class OptIn(TestCase):
    """By name, address or executor; never by themselves."""

    def test_not_listed(self):
        for name in context.CLUSTERS:
            self.assertNotIn(name, shim.get_all_start_methods())

    def test_nothing_imported(self):
        status, out, err, _seconds = run_script(
            'import sys, shim\n'
            'shim.get_context(); shim.get_all_start_methods()\n'
            'sys.stdout.write(repr([name for name in sys.modules if name.split(".")[0] in (\n'
            '    "distributed", "dask", "ray", "mpi4py", "cloudpickle", "concurrent")\n'
            '    or name in ("shim.clusters", "shim.engines.jobs", "shim.reaching")]))\n',
            env={'SHIM_START_METHOD': ''})
        self.assertEqual((status, out, err), (0, '[]', ''))

    def test_library_missing(self):
        for name, library in (('dask', 'distributed'), ('ray', 'ray'), ('mpi', 'mpi4py')):
            if name not in VARIANTS:
                error = self.catch(ValueError, shim.get_context, name)
                self.assertIn(library, str(error))

    def test_options(self):
        self.catch(TypeError, shim.get_context, 'executor', address='here')
        self.catch(TypeError, shim.get_context, 'serial', executor=None)

    def test_which_executor(self):
        for text in ('', 'nonsense', 'concurrent.futures:'):
            os.environ['SHIM_EXECUTOR'] = text
            try:
                error = self.catch(ValueError, shim.get_context('executor').Pool, 1)
            finally:
                del os.environ['SHIM_EXECUTOR']
            self.assertIn('SHIM_EXECUTOR', str(error))

    def test_maxtasksperchild(self):
        if 'executor' in VARIANTS:
            error = self.catch(ValueError, schedulers.context('executor').Pool, 1, None, (), 3)
            self.assertIn('maxtasksperchild', str(error))
