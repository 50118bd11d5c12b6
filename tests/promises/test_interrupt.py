"""Promise 11: Ctrl-C ends what waits, and nothing else."""
import os
import signal
import time

from shim import compat, futures
from tests import promise_tasks as tasks
from tests.promises import EACH_ENGINE, Promise
from tests.support import PROCESS_VARIANTS, each_engine, needs_processes, skip, wait_until

# Each way to wait, in one program.  The moment of the interrupt is in the time of this machine.
CATCHES = '''
NAP = 1.3

def main(ctx):
    pool = ctx.Pool(6)
    while len(set(pool.map(tasks.pid_after, [0.05] * 12, 1))) < int(sys.argv[2]):
        pass
    say('pids ' + ' '.join(['%d' % (pid or 0) for pid in tasks.pids(pool)]))
    ways = [('get', lambda: pool.apply_async(tasks.nap, (NAP,)).get()),
            ('timed-get', lambda: pool.apply_async(tasks.nap, (NAP,)).get(60)),
            ('apply', lambda: pool.apply(tasks.nap, (NAP,))),
            ('map', lambda: pool.map(tasks.nap, [NAP], 1)),
            ('next', lambda: pool.imap(tasks.nap, [NAP]).next())]
    for name, wait in ways:
        interrupted(name, wait)
        say('after %s %r' % (name, pool.map(tasks.square, range(4), 1)))
    pool.apply_async(tasks.nap, (NAP,))     # the others may have been interrupted
    pool.close()
    if sys.argv[1] != 'serial':     # which has nothing left to wait for
        interrupted('join', pool.join)
    pool.join()
    say('done')

def interrupted(name, wait):
    try:
        say('ready ' + name)
        wait()
        say('not interrupted ' + name)
    except KeyboardInterrupt:
        say('interrupted %s %r' % (name, time.time()))
'''

# Its workers take long to start; at first none is ready.
STARTS = '''
if __name__ == '__mp_main__':
    time.sleep(0.5)

def main(ctx):
    pool = ctx.Pool(3)
    try:
        say('ready')
        pool.map(tasks.square, range(20), 1)
    except KeyboardInterrupt:
        say('interrupted %d' % len(pool.map(tasks.square, range(20), 1)))
    pool.terminate()
    say('done')
'''

# What the program starts itself, by the same helpers.
BESIDE = '''
def wait():
    say('ready')
    try:
        for _each in range(6000):       # a signal just before a long sleep is heard after it
            time.sleep(0.01)
    except KeyboardInterrupt:
        say('interrupted')

def main(ctx):
    pool = ctx.Pool(2)
    pool.map(tasks.square, range(20), 1)
    process = ctx.Process(target=wait)
    process.start()
    say('pid %d' % process.pid)
    process.join()
    pool.terminate()
    say('done')
'''

# What a program does that has never heard of Ctrl-C; by hand, as 2.4 has no with.
UNCAUGHT = '''
def main(ctx):
    pool = ctx.Pool(2)
    pool.__enter__()
    try:
        pool.map(tasks.square, range(20), 1)
        say('pids ' + ' '.join(['%d' % (pid or 0) for pid in tasks.pids(pool)]))
        say('ready')
        pool.map(tasks.nap, [60] * 4, 1)
    finally:
        if sys.argv[2] == 'with':
            pool.__exit__(None, None, None)
'''


def send(program, whom):
    """Ctrl-C: to the 'process' or, as a terminal does, to the 'group'."""
    if whom == 'group':
        os.killpg(program.pid, signal.SIGINT)
    else:
        os.kill(program.pid, signal.SIGINT)


def workers(program):
    """The pids that it has told."""
    told = program.stdout.split('pids ')[1].split('\n')[0].split()
    return [int(pid) for pid in told if int(pid)]


class Interrupt(Promise):
    promise = 11

    def check(self, whom):
        program = self.start(CATCHES, ['%d' % [1, 6][self.is_process]])
        ways = ['get', 'timed-get', 'apply', 'map', 'next']
        if self.engine != 'serial':
            ways.append('join')
        for way in ways:
            program.wait_for('ready %s\n' % way)
            time.sleep(0.15)        # it is about to wait
            sent = time.time()
            send(program, whom)
            said = program.wait_for('interrupted %s' % way, 10)
            self.assertNotIn('not interrupted', said)
            moment = float(said.split('interrupted %s ' % way)[1].split('\n')[0])
            self.assertLess(moment - sent, 1, '%s to the %s' % (way, whom))
        out = self.succeed(program, 20)
        self.assertNotIn('KeyboardInterrupt', program.stderr)
        self.assertEqual(out.count('[0, 1, 4, 9]'), 5)
        if self.is_process:
            self.gone(workers(program), 2)

    def test_process(self):
        self.check('process')

    def test_group(self):
        self.check('group')


class Uncaught(Promise):
    """Promise 11: the program ends, with its own traceback, and nobody is left."""

    promise = 11

    def check(self, whom, how):
        program = self.start(UNCAUGHT, [how])
        program.wait_for('ready\n')
        time.sleep(0.2)
        send(program, whom)
        pids = workers(program)
        if self.is_process:
            self.assertEqual(len(pids), 2)
        # The interrupt takes a second at most; the exit itself has no promise but to come.
        self.assertTrue(wait_until(lambda: program.poll() is not None, 5), 'it does not end')
        self.assertNotEqual(program.poll(), 0)
        self.assertEqual(program.stderr.count('Traceback'), 1, program.stderr)
        if self.is_process:
            self.gone(pids, 2)

    def test_process_with_block(self):
        self.check('process', 'with')

    def test_group_with_block(self):
        self.check('group', 'with')

    def test_process_at_exit(self):
        self.check('process', 'exit')

    def test_group_at_exit(self):
        self.check('group', 'exit')


class Starting(Promise):
    """Promise 11: workers that are still importing the program don't die of it."""

    promise = 11

    def test_group(self):
        program = self.start(STARTS)
        program.wait_for('ready\n')
        time.sleep(0.25)
        send(program, 'group')
        self.assertIn('interrupted 20\n', self.succeed(program))


class Beside(Promise):
    """What is not a worker can be interrupted as without a pool."""

    promise = 11

    def test_process(self):
        program = self.start(BESIDE)
        program.wait_for('ready\n')
        pid = int(program.wait_for('pid ').split('pid ')[1].split()[0])
        time.sleep(0.1)
        os.kill(pid, signal.SIGINT)
        self.assertIn('interrupted\n', self.succeed(program))


class Inherited(Promise):
    """Programs that a task starts find SIGINT as they would without a pool; so do those that
    a callback starts, or what a pool pulls its items from.

    That it is blocked is inherited as that it is ignored: Ctrl-C did not end what the tasks of a
    ThreadPool had started.
    """

    promise = 11
    usual = 'default True, blocked False'

    def test_default(self):
        needs_processes()
        if self.engine == 'ray':
            skip('the processes of Ray block SIGINT themselves')
        self.assertEqual(self.pool.apply(tasks.sigint_of_a_program), self.usual)

    def test_callback(self):
        needs_processes()
        found = []

        def callback(value):
            found.append(tasks.sigint_of_a_program())
        self.pool.apply_async(abs, (-1,), callback=callback).get()
        self.catch(TypeError, self.pool.apply_async(abs, ('a',), error_callback=callback).get)
        self.assertEqual(found, [self.usual] * 2)

    def test_source(self):
        needs_processes()
        self.assertEqual(list(self.pool.imap(
            str, compat.moves.map(tasks.sigint_of_a_program, range(1)))), [self.usual])


class Executors(Promise):
    """The same of executors."""

    promise = 11

    def test_callback(self):
        needs_processes()
        found = []
        executor = futures.ProcessPoolExecutor(1, mp_context=self.ctx)
        future = executor.submit(tasks.nap, 0.5)
        future.add_done_callback(lambda future: found.append(tasks.sigint_of_a_program()))
        executor.shutdown()
        self.assertEqual(found, [Inherited.usual])


each_engine(globals(), Beside, variants=[each for each in PROCESS_VARIANTS if each != 'fork_tcp'])
each_engine(globals(), Executors, variants=['fork'])
each_engine(globals(), Inherited)
each_engine(globals(), Interrupt, variants=EACH_ENGINE)
each_engine(globals(), Uncaught, variants=[each for each in EACH_ENGINE if each != 'serial'])
# The stdlib's forkserver itself dies of Ctrl-C while it imports the program.  Workers of pp import it
# while Pool() starts the others: when that returns, the first ones have done all tasks.  Those of
# ppservers import nothing.
each_engine(globals(), Starting, variants=[
    each for each in PROCESS_VARIANTS if each.split('_')[0] not in ('fork', 'forkserver', 'pp')])
