"""The context ampoule: what is about Twisted, its reactor and peers; the contract and the promises run
on it, too, with workers of its own and with those of a peer."""
import os
import subprocess
import sys

from six.moves import StringIO

import shim
from shim import context
from shim.engines import channel
from tests import authority, promise_tasks, support, tasks
from tests.promises import kill
from tests.support import read_text, run_script, wait_until

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


class Peers(Case):
    """Workers of `python -m shim serve ampoule`."""

    def setUp(self):
        Case.setUp(self)
        if authority.unavailable():
            support.skip(authority.unavailable())
        self.authority = authority.Authority()
        self.addCleanup(self.authority.discard)
        self.member = self.authority.member('program')

    def peer(self, member=None, workers=2):
        """A peer that runs."""
        from tests.schedulers import Peer
        made = Peer(member or self.authority.member('peer'), workers)
        self.addCleanup(made.end)
        return made

    def pool(self, addresses, processes=None, **options):
        """A pool of that many, or as many as the peers offer."""
        return self.opened(shim.get_context('ampoule', peers=addresses, **dict(
            self.member, **options)).Pool(processes))

    def opened(self, pool):
        self.addCleanup(pool.terminate)
        return pool

    def refusal(self, address, member):
        error = self.catch(shim.PoolError, shim.get_context(
            'ampoule', peers=[address], **member).Pool, 1)
        self.assertTrue(address in str(error), error)
        return str(error)

    def test_who_is_refused(self):
        other = authority.Authority()
        self.addCleanup(other.discard)
        peer, foreign = self.peer(), other.member('program')
        # One of another authority that knows ours, so that it takes the peer for good.
        self.assertTrue('SSL' in self.refusal(
            peer.address, dict(foreign, authority=self.member['authority'])))
        # The same the other way round: the peer is not of the authority that the program knows.
        self.assertTrue('certificate verify failed' in self.refusal(
            peer.address, dict(self.member, authority=foreign['authority'])))
        # None at all: the peer ends the handshake, or the connection after it.
        spoken = subprocess.Popen(
            ['openssl', 's_client', '-connect', peer.address, '-CAfile', self.member['authority'],
             '-quiet', '-verify_return_error'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # What asks for the number of workers.
        said = spoken.communicate('\0\4_ask\0\0011\0\010_command\0\010Capacity\0\0'.encode('ascii'))[0]
        self.assertFalse('workers'.encode('ascii') in said, said)
        self.assertTrue('alert'.encode('ascii') in said, said)
        # And who is of the authority is served all the while.
        self.assertEqual(self.pool([peer.address], 1).apply(tasks.square, (3,)), 9)

    def test_a_peer_of_another_name(self):
        peer = self.peer(self.authority.member('elsewhere', 'DNS:elsewhere.example'))
        self.refusal(peer.address, self.member)

    def test_no_old_tls(self):
        peer = self.peer()
        spoken = subprocess.Popen(
            ['openssl', 's_client', '-connect', peer.address, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0',
             '-cert', self.member['certificate'], '-key', self.member['key']],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = spoken.communicate(''.encode('ascii'))[0].decode('ascii', 'replace')
        self.assertTrue('alert protocol version' in said, said)

    def test_spread_by_the_number_of_workers(self):
        peers = [self.peer(workers=1), self.peer(workers=3)]
        pool = self.pool([each.address for each in peers])
        self.assertEqual(pool._processes, 4)
        self.assertEqual(sorted([each.peer.workers for each in pool._pool]), [1, 3, 3, 3])
        self.assertEqual(pool.map(tasks.square, range(100)), [n * n for n in range(100)])
        # A peer that ends takes what it runs along, and nothing else.
        path = os.path.join(self.authority.folder, 'lines')
        results = [pool.apply_async(promise_tasks.noted, (path, n, 60)) for n in range(4)]
        self.assertTrue(wait_until(
            lambda: os.path.exists(path) and len(read_text(path).split()) == 4, 30))
        peers[1].end()
        self.assertTrue(wait_until(
            lambda: len([result for result in results if result.ready()]) == 3, 20))
        for result in results:
            if result.ready():
                error = self.catch(shim.WorkerLostError, result.get)
                self.assertTrue(peers[1].address in error.reason, error.reason)
        self.assertEqual(pool.apply_async(tasks.square, (5,)).get(30), 25)

    def test_a_peer_that_says_nothing(self):
        from shim.engines import peers
        self.addCleanup(setattr, peers, 'PATIENCE', peers.PATIENCE)
        peers.PATIENCE = 2
        mute, peer = channel.listen(), self.peer(workers=1)
        self.addCleanup(mute.close)
        pool = self.pool(['127.0.0.1:%d' % mute.getsockname()[1], peer.address], 1)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)
        first, second = pool._engine.peers
        first.down, second.down = None, peers.clock()       # so that it is the first one's turn
        self.catch(shim.WorkerLostError, pool.apply, promise_tasks.die, ('kill',))
        self.assertEqual(pool.apply_async(tasks.square, (4,)).get(40), 16)

    def test_main_travels(self):
        support.needs_closures()
        peer = self.peer()
        factor = 3
        self.assertEqual(self.pool([peer.address]).map(lambda n: factor * n, range(3)), [0, 3, 6])

    def test_options(self):
        for gone in ('peers', 'certificate', 'key', 'authority'):
            options = dict(self.member, peers=['127.0.0.1:1'])
            del options[gone]
            error = self.catch(ValueError, shim.get_context('ampoule', **options).Pool, 1)
            self.assertTrue(gone in str(error) and 'SHIM_AMPOULE_' + gone.upper() in str(error))
        self.catch(ValueError, self.pool, ['no port'])
        self.catch(ValueError, self.pool, ['127.0.0.1:1'], certificate=self.member['key'])
        self.catch(ValueError, self.pool, ['127.0.0.1:1'], key=self.authority.path + '.none')
        self.catch(TypeError, shim.get_context, 'ampoule', peer=1)
        self.catch(NotImplementedError, shim.get_context('ampoule', peers=['x:1']).Lock)
        self.refusal('127.0.0.1:1', self.member)


class Command(Case):
    """python -m shim serve"""

    def refused(self, *words):
        """What it says on stderr."""
        from shim.commands import main
        said, sys.stderr = sys.stderr, StringIO()
        try:
            status = main(('serve',) + words)
            text = sys.stderr.getvalue()
        finally:
            sys.stderr = said
        self.assertEqual(status, 2, text)
        return text

    def test_refused(self):
        files = ['--certificate', 'a', '--key', 'b', '--authority', 'c']
        for words, said in (((), 'what is to be served'), (['pp'], 'what is to be served'),
                            (['ampoule', '--prot', '1'], 'what is --prot'),
                            (['ampoule', '--port'], '--port needs a value'),
                            (['ampoule', '--port', 'x'], 'port needs a number'),
                            (['ampoule', '--port=1'], '--certificate is missing'),
                            (['ampoule', '--port=1', '--workers=0'] + files, 'at least 1'),
                            (['ampoule', '--port=1'] + files, 'the certificates: ')):
            self.assertIn(said, self.refused(*words))


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
