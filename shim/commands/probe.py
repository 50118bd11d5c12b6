"""Tries a context, in a process of its own: the doctor starts it and reads what it tells."""
import os
import subprocess
import sys
import tempfile

import shim
from shim import compat, engines
from shim.commands import counting

MARK = 'shim.probe'             # before each line of the answer: a context may write others
WORKS = 'works'
CODE = 7                        # with which the Process ends
START = 'import sys; sys.path[:] = %r; from shim.commands import probe; probe.answer(%r)'


# In the process that tries.

def answer(name):
    """Tell on stdout what of that context works: a line each for Pool and Process."""
    for what, check in CHECKS:
        sys.stdout.write('%s %s %s\n' % (MARK, what, tried(check, name)))
        sys.stdout.flush()


def tried(check, name):
    """WORKS, or what the check of that context raised, in a line."""
    try:
        check(shim.get_context(name), not in_here(name))
    except Exception:
        kind, error = sys.exc_info()[:2]
        return ' '.join(('%s: %s' % (kind.__name__, error)).split())
    return WORKS


def in_here(name):
    """True for a context that runs work in the program's own process."""
    return 1 in engines.CANNOT.get(name, {})


def check_pool(context, processes):
    """A small map, by functions that workers find by name."""
    pool = context.Pool(2)
    try:
        counts = [count for _start, count in pool.map(counting.count_primes, [0, 1000, 2000])]
        if counts != [168, 135, 127]:
            raise AssertionError('Pool.map returned what is wrong: %r' % (counts,))
        pid = pool.apply(os.getpid)
        if processes and pid == os.getpid():
            raise AssertionError('Pool ran a task in the program itself')
        pool.close()
    except:     # noqa: E722
        pool.terminate()
        raise
    pool.join()


def check_process(context, processes):
    """A Process tells by its exit code that it ran."""
    process = context.Process(target=sys.exit, args=(CODE,))
    process.start()
    process.join()
    if process.exitcode != CODE:
        raise AssertionError('a Process ended with %r instead of %d' % (process.exitcode, CODE))
    if processes and process.pid == os.getpid():
        raise AssertionError('a Process ran in the program itself')


CHECKS = ('pool', check_pool), ('process', check_process)


# In the doctor.

class Trial(object):
    """A context that is being tried: no longer than until its deadline."""

    def __init__(self, name, limit):
        self.name, self.limit, self.seconds = name, limit, None
        self.output = tempfile.TemporaryFile()
        self._start = compat.monotonic()
        setsid = None
        if hasattr(os, 'fork'):
            setsid = getattr(os, 'setsid', None)        # so that all it starts can be ended
        self._group = setsid is not None
        self._null = open(os.devnull)       # until the end: Jython's Popen goes on to read it
        self.process = subprocess.Popen(
            [sys.executable, '-c', START % (sys.path, name)], stdin=self._null,
            stdout=self.output, stderr=subprocess.STDOUT, preexec_fn=setsid)

    def over(self):
        """True once it has ended; it is killed when its time is up."""
        if self.seconds is None:
            if self.process.poll() is None:
                if compat.monotonic() < self._start + self.limit:
                    return False
                self.kill()
                return True
            self.seconds = compat.monotonic() - self._start
        return True

    def kill(self):
        """End it, and all that it started."""
        if self.process.poll() is None:
            try:
                if self._group:
                    os.killpg(self.process.pid, compat.signal.SIGKILL)
                elif hasattr(self.process, 'kill'):
                    self.process.kill()
                else:
                    os.kill(self.process.pid, compat.signal.SIGTERM)
            except OSError:     # it has just ended
                pass
            self.process.wait()

    def told(self):
        """{works, pool, process, seconds, reason, here}; reason is None if all is well."""
        self.output.seek(0)
        text = self.output.read()
        self.output.close()
        self._null.close()
        if not isinstance(text, str):
            text = text.decode('utf-8', 'replace')
        said, others = {}, []
        for line in text.splitlines():
            if line.startswith(MARK + ' '):
                what, value = line.split(' ', 2)[1:]
                said[what] = value
            elif line.strip():
                others.append(line.strip())
        if self.seconds is None:
            end = 'no answer within %g s (--deadline gives it more)' % self.limit
        else:
            end = 'the interpreter that tried it ended with %s' % self.process.returncode
        end = ', after: '.join([end] + others[-1:])
        return judge(said.get('pool', end), said.get('process', end), self.seconds)


class Here(object):
    """The same in this very process, as no other can be started; so only what runs in it."""

    def __init__(self, name, problem):
        self.name, self.problem = name, problem

    def over(self):
        return True

    def kill(self):
        """It is over."""

    def told(self):
        if not in_here(self.name):
            said = 'no process can be started to try it in: %s' % self.problem
            return judge(said, said, None, True)
        start = compat.monotonic()
        said = [tried(check, self.name) for _what, check in CHECKS]
        return judge(said[0], said[1], compat.monotonic() - start, True)


def start(name, limit):
    """A Trial of that context, or what does instead."""
    try:
        return Trial(name, limit)
    except OSError:
        return Here(name, sys.exc_info()[1])


def judge(pool, process, seconds, here=False):
    """What is to be told of a context, by what its checks said; `here`: in this process."""
    reason = None
    if pool != WORKS:
        reason = 'Pool: ' + pool
    elif process != WORKS:
        reason = 'Process: ' + process
    return {'works': reason is None, 'pool': pool == WORKS, 'process': process == WORKS,
            'seconds': seconds, 'reason': reason, 'here': here}
