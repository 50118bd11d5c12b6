"""A pool in a program of Twisted: results are Deferreds, workers are Ampoule's.

    python twisted_ampoule.py [--workers N] [--jobs N] [--method NAME]

A program of Twisted's must never wait: its reactor, one thread, serves everybody.  So each call gives a
Deferred, which fires in the reactor when the process has answered.  Meanwhile the reactor ticks.

Needs poolshim[ampoule].  Ampoule starts the processes; they may be on other computers, too, which run
`python -m shim serve ampoule`: docs/twisted.rst.  `--method fork` and all the others give
Deferreds as well.
"""
import optparse
import os
import sys

import shim

TICK = 0.05         # seconds


def count(limit):
    """How many numbers below the limit are prime, and which process has counted."""
    found = 0
    for number in range(2, limit):
        divisor = 2
        while divisor * divisor <= number and number % divisor:
            divisor += 1
        found += divisor * divisor > number
    return found, os.getpid()


def fail(text):
    """What a task raises arrives at the Deferred's errback."""
    raise ValueError(text)


def start(options, ended):
    """Called by the reactor, when it runs."""
    from twisted.internet import defer, task
    context = shim.get_context(options.method)
    pool = context.Pool(options.workers)
    ticks = []
    clock = task.LoopingCall(ticks.append, None)
    clock.start(TICK)

    def counted(results):
        pids = set([pid for found, pid in results])
        sys.stdout.write('primes: %s\n' % ' '.join([str(found) for found, pid in results]))
        sys.stdout.write('counted here: %s\n' % (os.getpid() in pids))
        return pool.apply_async(fail, ('no',)).deferred()

    def failed(failure):
        failure.trap(ValueError)
        sys.stdout.write('failed: %s\n' % failure.getErrorMessage())

    def end(result):
        clock.stop()
        sys.stdout.write('the reactor went on: %s\n' % (len(ticks) > 1))
        pool.terminate()
        ended(result)

    jobs = [2000 + 500 * number for number in range(options.jobs)]
    waiting = defer.gatherResults([pool.apply_async(count, (job,)).deferred() for job in jobs])
    waiting.addCallbacks(counted).addErrback(failed).addBoth(end)


def main(arguments):
    parser = optparse.OptionParser('%prog [--workers N] [--jobs N] [--method NAME]')
    parser.add_option('--workers', type='int', default=2, help='how many [default: 2]')
    parser.add_option('--jobs', type='int', default=8, help='[default: 8]')
    parser.add_option('--method', default='ampoule', help='[default: ampoule]')
    options, _ = parser.parse_args(arguments)
    try:
        shim.get_context(options.method)
        from twisted.internet import reactor
    except (ImportError, ValueError):
        parser.error(str(sys.exc_info()[1]))
    errors = []

    def ended(error):
        errors.append(error)
        reactor.stop()

    reactor.callWhenRunning(start, options, ended)
    reactor.run()
    if errors[0] is not None:
        errors[0].printTraceback(sys.stderr)
    return int(errors[0] is not None)


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
