"""Sub-interpreters: modules that refuse them, the end of a program beside one, forks beside one."""
import signal
import sys

import shim
from shim import context
from tests import support
from tests.promises import scratch
from tests.support import run_script, start_script

STUCK = '''
import sys, time
import shim

def busy(path):
    open(path, 'w').close()
    while True:
        [str(number) for number in range(100)]

def sleep(path):
    open(path, 'w').close()
    time.sleep(1000)

def one_call(path):
    open(path, 'w').close()
    sum(range(1 << 60))

def main(task, how, path):
    import atexit, os
    atexit.register(sys.stdout.write, 'exit function\\n')
    pool = shim.get_context('interpreter').Pool(1)
    results = [pool.apply_async(globals()[task], (path,))]
    while not os.path.exists(path):
        time.sleep(0.01)
    if how == 'terminate':
        start = time.time()
        pool.terminate()
        pool.join()
        try:
            results[0].get()
        except shim.PoolTerminatedError:
            sys.stdout.write('terminated\\n')
    elif how == 'process':
        other = shim.get_context('interpreter').Process(target=busy, args=(path + '2',))
        other.daemon = True
        other.start()
        while not os.path.exists(path + '2'):
            time.sleep(0.01)
    elif how == 'exit':
        sys.exit(3)
    elif how == 'text':
        sys.exit('why')
    elif how == 'raise':
        raise ValueError('of the program')
    elif how == 'interrupt':
        raise KeyboardInterrupt
    try:
        sys.exit(5)
    except SystemExit:
        pass

if __name__ == '__main__':
    main(*sys.argv[1:])
'''
CODES = {'terminate': 0, 'process': 0, 'exit': 3, 'text': 1, 'raise': 1,
         'interrupt': -signal.SIGINT, 'end': 0}

REFUSED = '''
import sys
import shim

def refused(name):
    __import__(name)

def main(name):
    ctx = shim.get_context('interpreter')
    pool = ctx.Pool(1)
    for attempt in range(2):
        try:
            pool.apply(refused, (name,))
        except ImportError:
            sys.stdout.write('task: %s\\n' % (sys.exc_info()[1],))
    pool.close()
    pool.join()
    try:
        pool = ctx.Pool(1, refused, (name,))
        pool.apply(int)
    except shim.PoolBrokenError:
        sys.stdout.write('start: %s\\n' % (sys.exc_info()[1],))

if __name__ == '__main__':
    main(sys.argv[1])
'''

FORKED = '''
import sys
import shim

def forked(what):
    try:
        pool = shim.get_context('fork').Pool(1)
    except RuntimeError:
        sys.stdout.write('%s: %s\\n' % (what, sys.exc_info()[1]))
    else:
        sys.stdout.write('%s: %s\\n' % (what, pool.apply(abs, (-7,))))
        pool.terminate()
        pool.join()

if __name__ == '__main__':
    forked('before')
    pool = shim.get_context('interpreter').Pool(1)
    forked('beside')
    for name in 'spawn', 'forkserver', 'subprocess':
        other = shim.get_context(name).Pool(1)
        sys.stdout.write('%s: %s\\n' % (name, other.apply(abs, (-7,))))
        other.terminate()
    assert pool.apply(abs, (-7,)) == 7
    pool.close()
    pool.join()
    forked('after')
'''


class SubInterpreters(support.TestCase):

    deadline = 300

    def setUp(self):
        reason = context.unavailable('interpreter')
        if reason:
            support.skip(reason)

    def end(self, task, how):
        program = start_script(STUCK, [task, how, scratch(self)])
        status, out, err, _seconds = program.wait(100)
        self.assertEqual(status, CODES[how], '%s %s: %s\n%s\n%s' % (task, how, status, out, err))
        self.assertTrue(out.endswith('exit function\n'), out)
        if how == 'terminate':
            self.assertIn('terminated\n', out)
        # What the interpreter says of its own accord, and nothing else.
        told = {'raise': 'ValueError: of the program', 'text': 'why',
                'interrupt': 'KeyboardInterrupt'}.get(how)
        if told is None:
            self.assertEqual(err, '')
        else:
            self.assertEqual(err.splitlines()[-1], told)

    def test_end_beside_a_running_one(self):
        for task in ('busy', 'sleep', 'one_call'):
            self.end(task, 'terminate')

    def test_exit_codes(self):
        for how in CODES:
            self.end('busy', how)

    def test_never_crashes(self):
        for _each in range(8):      # without all this most of them do
            self.end('busy', 'end')

    def test_module_that_refuses(self):
        for name in ('readline', 'curses', '_testsinglephase', 'numpy'):
            status, out, err, _seconds = run_script('import %s' % name)
            if status:
                continue
            status, out, err, _seconds = run_script(REFUSED, 100, [name])
            self.assertEqual((status, err), (0, ''))
            if not out:
                continue    # it works there by now
            tasks = [line for line in out.splitlines() if line.startswith('task: ')]
            self.assertTrue(tasks, out)
            for said in tasks[:1] + [out[out.index('start: '):]]:
                self.assertIn("take another context, such as 'spawn' or 'thread'", said)
                self.assertIn(name.replace('numpy', '_multiarray_umath'), said)
            self.assertEqual(out.count('refuses sub-interpreters'), len(tasks) + 1, out)
            return
        support.skip('no module here that refuses sub-interpreters')

    def test_forks_beside_one(self):
        support.needs_fork()
        status, out, err, _seconds = run_script(FORKED, 100)
        self.assertEqual((status, err), (0, ''), out)
        lines = out.splitlines()
        self.assertEqual(lines[:1] + lines[2:], [
            'before: 7', 'spawn: 7', 'forkserver: 7', 'subprocess: 7', 'after: 7'])
        if lines[1] != 'beside: 7':
            self.assertIn('issue 139759', lines[1])
            self.assertIn("'spawn'", lines[1])

    def test_manager(self):
        # Its server is a thread: a sub-interpreter may not say what Ctrl-C does.
        ctx = shim.get_context('interpreter')
        manager = ctx.Manager()
        try:
            shared = manager.list([1])
            other = ctx.Process(target=shared.append, args=(2,))
            other.start()
            other.join()
            self.assertEqual((other.exitcode, list(shared)), (0, [1, 2]))
        finally:
            manager.shutdown()

    def test_never_the_default(self):
        self.assertFalse(context.first() == 'interpreter')
        self.assertTrue('interpreter' in shim.get_all_start_methods())


class Elsewhere(support.TestCase):

    def test_says_why(self):
        if context.unavailable('interpreter') is None:
            support.skip('there are sub-interpreters here')
        error = self.catch(ValueError, shim.get_context, 'interpreter')
        self.assertTrue('interpreter' in str(error), error)
        if not hasattr(sys, 'monitoring') and support.THREADS:
            self.assertTrue('3.14' in str(error), error)
