"""The context ampoule: what is about Twisted and its reactor (test_peers.py: its peers); the contract
and the promises run on it, too, with workers of its own and with those of a peer."""
import os
import sys

import shim
from shim import context
from tests import promise_tasks, support, tasks
from tests.promises import kill
from tests.support import run_script

HEAD = '''
import os, sys, time
import shim
from tests import tasks

def say(text):
    sys.stdout.write(text + '\\n')
    sys.stdout.flush()
'''
LAZY = '''
import sys
import shim

def loaded():
    return [name for name in ('twisted', 'ampoule', 'OpenSSL') if name in sys.modules]

if __name__ == '__main__':
    shim.get_all_start_methods()
    pool = shim.get_context('fork').Pool(1)
    pool.terminate()
    sys.stdout.write('%s ' % loaded())
    pool = shim.get_context('ampoule').Pool(1)
    pool.terminate()
    sys.stdout.write('%s' % ('ampoule' in loaded()))
'''
IN_REACTOR = HEAD + '''
from twisted.internet import defer, reactor, task, threads

def refused(function, *args):
    try:
        function(*args)
    except RuntimeError:
        say('refused: ' + str(sys.exc_info()[1]).split(':')[0])

def check(condition, text):
    if not condition:
        say('WRONG: ' + text)

def body():
    pool = shim.get_context('ampoule').Pool(2)
    check(len(pool._pool) == 2, 'the workers are there at once')
    check(pool._engine.loop.reactor is reactor, 'its reactor is the one that runs')
    thread = pool._engine.loop.here
    values = [pool.apply_async(tasks.square, (n,)).deferred() for n in range(300)]
    values.append(pool.map_async(tasks.square, range(300)).deferred())
    values.append(pool.apply_async(len, ('x' * 300000,)).deferred())
    late = pool.apply_async(time.sleep, (60,))
    cancelled = late.deferred()
    refused(late.get)
    refused(list, pool.imap(tasks.square, [1]))
    refused(pool.apply, tasks.square, (1,))
    refused(pool._engine.wait)

    def first(got):
        check(got == [n * n for n in range(300)] + [[n * n for n in range(300)], 300000], repr(got)[:200])
        check(thread(), 'the thread of the reactor')
        cancelled.cancel()
        check(cancelled.called, 'cancelled')
        say('values')
        return pool.apply_async(int, ('x',)).deferred()

    def error(failure):
        failure.trap(ValueError)
        say('error: ' + failure.getErrorMessage())
        # A thread of its may wait.
        return threads.deferToThread(pool.map, tasks.square, [5, 6])

    def mapped(got):
        say('in a thread: %s' % got)
        done = pool.apply_async(tasks.square, (9,))
        return done.deferred().addCallback(lambda value: done.deferred())

    def again(got):
        say('twice: %s' % got)
        return pool.apply_async(os._exit, (3,)).deferred()

    def lost(failure):
        failure.trap(shim.WorkerLostError)
        say('lost: %d' % failure.value.exitcode)
        fork = shim.get_context('thread').Pool(1)
        return fork.apply_async(tasks.square, (4,)).deferred()

    def end(got):
        say('of another context: %s' % got)
        start = time.time()
        LAST
        check(time.time() - start < 30, 'nothing waits for the 60 seconds of a task')
        cancelled.addErrback(lambda failure: failure.trap(defer.CancelledError))
        reactor.stop()

    made = defer.gatherResults(values).addCallback(first).addCallbacks(lambda _: say('?'), error)
    made.addCallback(mapped).addCallback(again).addCallbacks(lambda _: say('?'), lost).addCallback(end)
    made.addErrback(lambda failure: (say('WRONG: ' + failure.getTraceback()), reactor.stop()))

if __name__ == '__main__':
    reactor.callWhenRunning(body)
    reactor.run(HOW)
    say('done')
'''
SAID = ['refused: this is the thread of the reactor, which carries the tasks'] * 4 + [
    'values', "error: invalid literal for int() with base 10: 'x'", 'in a thread: [25, 36]',
    'twice: 81', 'lost: 3', 'of another context: 16', 'done']
BEFORE = HEAD + '''
from twisted.internet import reactor

if __name__ == '__main__':
    # Before the program's reactor runs: with one of shim's own, and the program's may run yet.
    pool = shim.get_context('ampoule').Pool(2)
    say('%s' % pool.map(tasks.square, range(5)))
    say('%s' % (pool._engine.loop.reactor is not reactor and not reactor.running))

    def fired(value):
        say('%s' % value)
        pool.terminate()
        reactor.stop()

    pool.apply_async(tasks.square, (7,)).deferred().addCallback(fired)
    reactor.run()
    say('done')
'''
STOPS = HEAD + '''
import threading
from twisted.internet import reactor

def make():
    # What it asks of the reactor is never done.
    pool = shim.get_context('ampoule').Pool(2)
    try:
        pool.apply_async(tasks.square, (3,)).get(60)
    except shim.PoolTerminatedError:
        say('terminated')
    pool.terminate()
    say('ended')

thread = threading.Thread(target=make)

def last():
    thread.start()
    time.sleep(0.5)

if __name__ == '__main__':
    reactor.addSystemEventTrigger('before', 'shutdown', last)
    reactor.callWhenRunning(reactor.stop)
    reactor.run()
    thread.join()
    say('done')
'''
FORKS = HEAD + '''
if __name__ == '__main__':
    pool = shim.get_context('ampoule').Pool(1)
    say('%s' % pool.apply(tasks.square, (3,)))
    pid = os.fork()
    if not pid:
        other = shim.get_context('ampoule').Pool(1)
        say('%s' % other.apply(tasks.square, (4,)))
        other.terminate()
        os._exit(0)
    os.waitpid(pid, 0)
    say('%s' % pool.apply(tasks.square, (5,)))
    pool.close()
    pool.join()
    say('done')
'''


def closes(seconds):
    """Closes what it does not know of."""
    os.close(4)
    promise_tasks.nap(seconds)


class Case(support.TestCase):
    def setUp(self):
        if context.unavailable('ampoule'):
            support.skip('NOT TESTED: %s; install poolshim[ampoule]' % context.unavailable('ampoule'))


class Ampoule(Case):
    def said(self, source, *lines):
        """The program says these lines and no error."""
        # Without what cryptography says about 2.7, and CPython about a fork beside threads.
        status, out, err, _seconds = run_script(source, env={'PYTHONWARNINGS': 'ignore'})
        self.assertEqual((status, err, out.split('\n')[:-1]), (0, '', list(lines)))

    def in_reactor(self, last, how):
        self.said(IN_REACTOR.replace('LAST', last).replace('HOW', how), *SAID)

    def test_loads_nothing_before_it_is_used(self):
        status, out, err, _seconds = run_script(LAZY)
        self.assertEqual((status, out), (0, '[] True'), err)

    def test_in_a_running_reactor(self):
        self.in_reactor('pool.terminate()', '')

    def test_in_a_reactor_that_hears_no_signals(self):
        self.in_reactor('pool.terminate()', 'installSignalHandlers=False')

    def test_the_reactor_stops_first(self):
        self.in_reactor('pass', '')

    def test_before_the_reactor_runs(self):
        self.said(BEFORE, '[0, 1, 4, 9, 16]', 'True', '49', 'done')

    def test_made_while_the_reactor_stops(self):
        self.said(STOPS, 'terminated', 'ended', 'done')

    def test_in_a_child_by_fork(self):
        support.needs_fork()
        self.said(FORKS, '9', '16', '25', 'done')

    def test_a_task_closes_the_channel(self):
        pool = shim.get_context('ampoule').Pool(1)
        try:
            error = self.catch(shim.WorkerLostError, pool.apply_async(closes, (60,)).get, 30)
            self.assertEqual(error.exitcode, -9)
            self.assertEqual(pool.apply(tasks.square, (3,)), 9)
        finally:
            pool.terminate()

    def test_what_can_not_be_sent(self):
        # As where the process has ended, and nobody has heard of it yet.
        pool = shim.get_context('ampoule').Pool(1)
        try:
            self.assertEqual(pool.apply(tasks.square, (3,)), 9)
            link = pool._engine.slots[0].worker._link
            link.send_bytes = lambda data: tasks.raise_it(IOError('gone'))
            worker = pool._pool[0]
            self.assertEqual(pool.apply(tasks.square, (4,)), 16)
            self.assertEqual(worker.exitcode, -9)
        finally:
            pool.terminate()

    def test_a_reactor_for_all(self):
        pools = [shim.get_context('ampoule').Pool(1) for _each in range(2)]
        try:
            self.assertTrue(pools[0]._engine.loop is pools[1]._engine.loop)
        finally:
            for pool in pools:
                pool.terminate()


class Survival(object):
    """During 1,000 tasks a worker is killed."""

    deadline = 120

    def test_thousand_tasks(self):
        pool = self.Pool(2)
        results = [pool.apply_async(promise_tasks.nap, (0.002, n)) for n in range(1000)]
        results[100].wait(60)
        victim = pool._pool[0].pid
        self.assertTrue(kill(victim))
        values, lost = [], []
        for n, result in enumerate(results):
            try:
                values.append((n, result.get(60)))
            except shim.WorkerLostError:
                lost.append(sys.exc_info()[1])
        self.assertEqual([value for n, value in values], [n for n, value in values])
        self.assertEqual(len(values) + len(lost), 1000)
        # Tasks of 2 ms are begun one by one; none, if it was just between two of them.
        self.assertTrue(len(lost) <= 1, len(lost))
        for error in lost:
            self.assertEqual((error.pid, error.exitcode), (victim, -9))


if context.unavailable('ampoule') is None:
    support.each_engine(globals(), Survival, variants=['ampoule', 'ampoule_remote'])
