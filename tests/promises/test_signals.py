"""Promise 21: a signal handler that raises, at any bytecode of a call, leaves the pool correct."""
import signal

from shim import engines
from shim.context import CLUSTERS
from tests import support
from tests.promises import HEAD, TAIL, THOROUGH, lines, scratch
from tests.support import VARIANTS, unavailable

# The handler raises once, and only while armed: what the program itself counts stays right.
ALARMS = '''
import random

class Alarm(Exception):
    pass

armed, struck = [], []

def ring(signum, frame):
    if armed:
        del armed[:]
        struck.append(1)
        raise Alarm()

def from_another_process():
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        while os.getppid() == parent:
            time.sleep(random.uniform(0, 0.004))
            os.kill(parent, signal.SIGALRM)
    finally:
        os._exit(0)

def under_fire(function):
    """(True, what it returns), or (False, None) if the alarm cut it short."""
    value = done = None
    try:
        try:
            if hasattr(signal, 'setitimer'):
                signal.setitimer(signal.ITIMER_REAL, random.uniform(0.00001, 0.004))
            armed.append(1)
            value = function()
            done = True
        finally:
            del armed[:]
    except Alarm:
        pass
    return done or False, value

def main(ctx):
    seconds, path = float(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGALRM, ring)
    pool = ctx.Pool(3)
    child = None
    if not hasattr(signal, 'setitimer'):
        child = from_another_process()
    idents, called, answered = [0], [], []
    end = time.time() + seconds
    while time.time() < end or len(struck) < 25 and time.time() < end + 40:     # a busy machine
        for call in (get, apply_call, map_call, next_call):
            call(pool, path, idents, called, answered)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert pool.map(tasks.square, range(1000)) == [n * n for n in range(1000)]
    pool.close()
    pool.join()
    assert len(called) == len(set(called)), 'called back twice'
    ran = open(path).read().split()
    assert len(ran) == len(set(ran)), 'ran twice'
    missing = set(answered) - set([int(each) for each in ran])
    assert not missing, 'answered but not run: %r' % (missing,)
    say('struck %d of %d' % (len(struck), idents[0]))
    say('done')

def fresh(idents, count):
    idents[0] += count
    return range(idents[0] - count, idents[0])

def work(ident):
    # Some take a little, so that the alarm also finds the caller waiting.
    return ident % 7 // 6 * 0.002

def get(pool, path, idents, called, answered):
    ident = fresh(idents, 1)[0]
    result = pool.apply_async(tasks.noted, (path, ident, work(ident)), callback=called.append)
    done, value = under_fire(result.get)
    if not done:
        value = result.get(30)
    assert value == ident, (value, ident)
    # The answer may be here before its callback has been called, but not for long.
    deadline = time.time() + 10
    while ident not in called[-3:] and time.time() < deadline:
        time.sleep(0.001)
    assert ident in called[-3:], 'never called back'
    answered.append(ident)

def apply_call(pool, path, idents, called, answered):
    ident = fresh(idents, 1)[0]
    done, value = under_fire(lambda: pool.apply(tasks.noted, (path, ident, work(ident))))
    if done:
        assert value == ident, (value, ident)
        answered.append(ident)

def map_call(pool, path, idents, called, answered):
    some = list(fresh(idents, random.choice([1, 5, 40])))
    pairs = [(path, ident, work(ident)) for ident in some]
    done, value = under_fire(lambda: pool.starmap(tasks.noted, pairs))
    if done:
        assert value == some, (value, some)
        answered.extend(some)
    done, value = under_fire(lambda: pool.map(tasks.square, some))
    if done:
        assert value == [ident * ident for ident in some], (value, some)

def next_call(pool, path, idents, called, answered):
    some = list(fresh(idents, 6))
    ordered = random.choice([True, False])
    pairs = [(path, ident, work(ident)) for ident in some]
    window = random.choice([None, None, 1, 2])
    if ordered:
        results = pool.imap(tasks.noted_here, pairs, buffersize=window)
    else:
        results = pool.imap_unordered(tasks.noted_here, pairs, buffersize=window)
    got, cut = [], 0
    while True:
        done, value = under_fire(lambda: following(results))
        if not done:
            cut += 1
        elif value is None:
            break
        else:
            got.append(value)
        assert cut + len(got) <= 2000, 'no end'
    # What the alarm caught on its way from next() to here is lost, nothing else is.
    assert len(got) == len(set(got)), 'twice: %r' % (got,)
    assert not set(got) - set(some), (got, some)
    assert len(got) + cut >= len(some), (got, cut)
    if ordered:
        assert got == sorted(got), got
    answered.extend(got)

def following(results):
    try:
        return results.next(30)
    except StopIteration:
        return None
'''


class Alarms(support.TestCase):
    """All variants at the same time: the length counts, and it is the same for each."""

    deadline = 110

    def test_handlers_that_raise(self):
        if not hasattr(signal, 'SIGALRM'):
            support.skip('this platform has no SIGALRM')
        programs = []
        for variant in VARIANTS:
            engine = variant.split('_')[0]
            if unavailable(engine):
                continue
            if 21 in engines.CANNOT[engine]:
                support.skip(engines.CANNOT[engine][21])
            seconds = [4, 12][engine in CLUSTERS]       # each call passes through a scheduler
            if THOROUGH and variant in ('fork', 'thread', 'subprocess'):
                seconds = 20
            path, channel = scratch(self), ''
            if variant.endswith('_tcp'):
                channel = 'tcp'
            programs.append((variant, path, support.start_script(
                HEAD + ALARMS + TAIL, [engine, '%d' % seconds, path], {'SHIM_CHANNEL': channel})))
        for variant, path, program in programs:
            status, out, err, seconds = program.wait(80)
            self.assertEqual((status, out[-5:]), (0, 'done\n'), '%s\n%s%s' % (variant, out, err))
            struck, calls = [int(part) for part in out.split('struck ')[1].split()[0:3:2]]
            self.assertGreater(struck, 20, 'the alarm rang too seldom on %s' % variant)
            self.assertGreater(len(lines(path)), 20)
