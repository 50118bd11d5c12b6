"""Run the whole test suite on the Pythons of this machine, one row each.

    python tests/matrix.py                      # the required ones, and 2.4 to 2.6 if at hand
    python tests/matrix.py --full               # every one found, everything on every context
    python tests/matrix.py --only 2.7 3.13 -k death --repeat 10 --jobs 2 --times

Looks for interpreters in SHIM_PYTHONS (executables, separated as in PATH), in pyenv's versions
and in PATH, keeps what they need under .matrix/ and the full outputs beside it.  Each runs the
suite in a process of its own, with a time limit: nose2 from 2.7 on, tests/run.py elsewhere; then
the Pool tests of its own standard library (tests/conformance/).  Exits with 1 on any failure,
also when a required interpreter is missing.  Needs Python 3.8+ with pip; the suite does not.
"""
import argparse
import ast
import collections
import concurrent.futures
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, '.matrix')
REQUIRED = ('2.7', '3.6', '3.13')
MARK = 'SHIM_MATRIX_RUN'        # in the environment of all that a run starts
OLD = ('six==1.4.1', 'unittest2==0.5.1')    # the last that run on 2.4

# What we want to know of an interpreter, asked in the language of 2.4.
PROBE = r"""
import sys
def has(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True
name = 'python'
if '__pypy__' in sys.builtin_module_names:
    name = 'pypy'
elif sys.platform.startswith('java'):
    name = 'jython'
sys.stdout.write(repr({
    'name': name, 'version': tuple(sys.version_info[:3]), 'executable': sys.executable,
    'free': not getattr(sys, '_is_gil_enabled', lambda: True)(),
    'backport': sys.version_info < (2, 6) and has('multiprocessing'),
    'old_tools': has('six') and has('unittest2')}))
"""
CANNOT = r"""
import sys
from shim import engines
sys.stdout.write(repr(engines.CANNOT))
"""


class Problem(Exception):
    """Why an interpreter can't run the suite."""


class Interpreter:
    def __init__(self, info):
        self.__dict__.update(info)
        name = '' if self.name == 'python' else self.name
        flags = ('t' if self.free else '') + (' +backport' if self.backport else '')
        self.key = name + '%d.%d' % self.version[:2] + flags
        self.label = name + '%d.%d.%d' % self.version + flags

    def wanted(self, names):
        """Is it one of these, given as 2.4 (with and without backport) or '2.4 +backport'?"""
        return self.key in names or self.key.split(' ')[0] in names


def log(text=''):
    print(text, flush=True)


# ---- finding them

def probe(path):
    try:
        output = subprocess.run([path, '-E', '-c', PROBE], stdout=subprocess.PIPE, timeout=60,
                                stderr=subprocess.DEVNULL, check=True).stdout
        return Interpreter(ast.literal_eval(output.decode()))
    except (OSError, subprocess.SubprocessError, SyntaxError, ValueError):
        return None


def candidates():
    """Yield (path, whether somebody asked for it), the preferred ones first."""
    for path in filter(None, os.environ.get('SHIM_PYTHONS', '').split(os.pathsep)):
        yield path, True
    # pyenv before PATH, as its interpreters come with their test package.
    root = os.environ.get('PYENV_ROOT') or os.path.expanduser('~/.pyenv')
    found = glob.glob(os.path.join(glob.escape(root), 'versions', '*', 'bin', 'python'))
    found.sort(key=lambda path: [int(part) for part in re.findall(r'\d+', path)], reverse=True)
    for folder in os.environ.get('PATH', '').split(os.pathsep):
        found += sorted(path for path in glob.glob(os.path.join(glob.escape(folder), '*'))
                        if re.match(r'(python|pypy|jython)\d\.\d+t?$', os.path.basename(path)))
    for path in found:
        yield path, False


def find_interpreters():
    """Return one interpreter of each kind by key, and the paths in SHIM_PYTHONS that fail."""
    found, broken = {}, []
    for path, asked in candidates():
        interpreter = probe(path)
        if interpreter is not None:
            found.setdefault(interpreter.key, interpreter)
        elif asked:
            broken.append(path)
    return dict(sorted(found.items(), key=lambda item: (item[1].name != 'python',
                                                        item[1].version, item[0]))), broken


# ---- what they need

def pip_install(target, arguments, requirements, python=sys.executable):
    """Install into the folder, whole or not at all, once; return whether it is there."""
    ready = os.path.join(target, 'ready for %s' % ' '.join(requirements))
    if os.path.exists(ready):
        return True
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(WORK, exist_ok=True)
    with open(target + '.pip.log', 'w') as stream:
        command = [python, '-m', 'pip', '--disable-pip-version-check', 'install', '--no-deps',
                   '--no-compile', '--target', target]
        done = subprocess.run(command + arguments + list(requirements), stdout=stream,
                              stderr=stream, env=clean_environ(), stdin=subprocess.DEVNULL)
    if done.returncode:
        return False
    open(ready, 'w').close()
    return True


def prepare(interpreter, others):
    """Return the folder for its PYTHONPATH (or None) and whether nose2 is there."""
    target = os.path.join(WORK, interpreter.key.replace(' ', ''))
    if interpreter.version < (2, 7):
        if interpreter.old_tools:
            return None, False
        # Their setup.py fails on 3.x; what they install for 2.7 is the same on 2.4.
        for other in others:
            if other.version[:2] == (2, 7) and pip_install(target, [], OLD, other.executable):
                return target, False
        raise Problem('needs %s and %s: install them for it, or have a 2.7 with pip at hand' % OLD)
    # This pip chooses for the other version; all that we need is pure and needs no more.
    foreign = ['--python-version', '%d.%d' % interpreter.version[:2], '--implementation', 'py',
               '--abi', 'none', '--platform', 'any', '--only-binary', ':all:']
    if interpreter.name != 'jython' and pip_install(target, foreign, ['six', 'nose2']):
        return target, True
    if pip_install(target, foreign, ['six']):
        return target, False
    raise Problem('no six for it: see %s.pip.log' % os.path.relpath(target, ROOT))


# ---- running

class Outcome:
    """What a run of tests came to."""

    def __init__(self, ran=0, failed=(), skipped=(), seconds=()):
        self.ran = ran
        self.failed = list(failed)
        self.skipped = collections.Counter(dict(skipped))
        self.seconds = dict(seconds)
        self.elapsed = 0.0
        self.left = []

    skips = property(lambda self: sum(self.skipped.values()))


def read_junit(path):
    failed, skipped, seconds = [], collections.Counter(), {}
    cases = list(xml.etree.ElementTree.parse(path).iter('testcase'))
    for case in cases:
        name = '%s.%s' % (case.get('classname'), case.get('name'))
        seconds[name] = float(case.get('time') or 0)
        reason = case.find('skipped')
        if case.find('failure') is not None or case.find('error') is not None:
            failed.append(name)
        elif reason is not None:
            skipped[reason.text or reason.get('message') or '(no reason given)'] += 1
    return Outcome(len(cases) - sum(skipped.values()), failed, skipped, seconds)


def read_repr(path):
    with open(path) as stream:
        return Outcome(**ast.literal_eval(stream.read()))


def clean_environ(**more):
    environ = {name: value for name, value in os.environ.items()
               if not name.startswith(('PYTHON', 'SHIM_')) or name in ('SHIM_BIG', 'SHIM_FULL')}
    environ.update(more)
    return environ


def run_limited(command, environ, limit, output):
    """Run it; return its exit status (None: too late, killed) and what it left running."""
    with open(output, 'wb') as stream:
        child = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL,
                                 stdout=stream, stderr=stream, start_new_session=True)
        try:
            status = child.wait(limit)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            # Nothing of ours stays behind, in whichever session it is.
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            left = kill_marked(environ[MARK], 0 if status is None else 2)
    return status, left


def leave(signum, frame):
    """Ctrl-C, or somebody ends this."""
    kill_marked('%d-' % os.getpid(), 0)
    os._exit(128 + signum)


def kill_marked(mark, patience):
    """Kill what still runs with a mark that begins so in its environment; return their commands."""
    end = time.monotonic() + patience
    while True:
        found = {}
        for path in glob.glob('/proc/[0-9]*/environ'):
            try:
                with open(path, 'rb') as stream:
                    if ('\0%s=%s' % (MARK, mark)).encode() in b'\0' + stream.read():
                        with open(path.replace('environ', 'cmdline'), 'rb') as line:
                            found[int(path.split('/')[2])] = line.read().replace(b'\0', b' ')
            except OSError:
                pass
        if not found or time.monotonic() > end:
            break
        time.sleep(0.1)
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    return [line.decode(errors='replace').strip() for line in found.values()]


def run_tests(interpreter, tag, command, reader, libraries, limit, expected=()):
    """Run one command that writes the report of that tag, return its Outcome."""
    report, output = report_path(tag), os.path.join(WORK, tag + '.log')
    if os.path.exists(report):
        os.remove(report)
    environ = clean_environ(**{MARK: '%d-%d.' % (os.getpid(), time.monotonic_ns())})
    if libraries:
        environ['PYTHONPATH'] = libraries
    start = time.monotonic()
    status, left = run_limited([interpreter.executable] + command, environ, limit, output)
    try:
        outcome = reader(report)
    except (OSError, SyntaxError, ValueError):     # SyntaxError: XML's, too
        outcome = Outcome()
        reason = 'exit status %s' % status if status is not None else 'not done after %d s' % limit
        outcome.failed.append('%s: no report, %s' % (tag, reason))
    else:
        if status != 0 and not outcome.failed:
            outcome.failed.append('%s: exit status %s' % (tag, status))
        ids = '\n'.join(outcome.seconds) + '\n'
        outcome.failed += ['%s: found, but not run' % module for module in expected
                           if not re.search(r'\b%s\b' % re.escape(module), ids)]
    outcome.elapsed = time.monotonic() - start
    outcome.left = left
    if outcome.failed:
        show_failures(interpreter, outcome, output)
    return outcome


def show_failures(interpreter, outcome, output):
    with open(output, errors='replace') as stream:
        lines = stream.read().splitlines()
    log('\n%s failed, from the end of %s:' % (interpreter.label, os.path.relpath(output, ROOT)))
    log('\n'.join('    | ' + line for line in lines[-60:]))
    log('\n'.join('    FAILED ' + name for name in outcome.failed[:40]) + '\n')


def report_path(tag):
    return os.path.join(WORK, tag + '.report')


def run_suite(interpreter, modules, options, others, count):
    """Run the suite and the conformance tests for the `count`th time.

    Return both outcomes (the second may be None).
    """
    libraries, nose2 = prepare(interpreter, others)
    names = modules if options.k else []    # else as the README's command finds them
    tag = '%s-%%s-%d' % (interpreter.key.replace(' ', ''), count)
    report = report_path(tag % 'suite')
    if nose2:
        command = ['-m', 'nose2', '-v', '--plugin', 'nose2.plugins.junitxml', '--junit-xml',
                   '--junit-xml-path', report] + names
        reader = read_junit
    else:
        command = [os.path.join('tests', 'run.py'), '-v', '--report', report] + names
        reader = read_repr
    suite = run_tests(interpreter, tag % 'suite', command, reader, libraries, options.limit,
                      modules)
    if options.k or options.no_conformance or interpreter.version < (2, 7):
        return suite, None      # before 2.7 there is no such test, or no multiprocessing
    tag = tag % 'conformance'
    command = [os.path.join('tests', 'conformance', 'driver.py'), '--report', report_path(tag)]
    return suite, run_tests(interpreter, tag, command, read_repr, libraries, 300)


# ---- what the user sees

HEADER = '%-18s %6s %7s %8s %12s %9s' % (
    'interpreter', 'ran', 'failed', 'skipped', 'conformance', 'seconds')


def row(label, suite, conformance):
    text = '-'
    if conformance is not None and (conformance.ran or conformance.failed):
        text = '%d/%d' % (conformance.ran - len(conformance.failed), conformance.ran)
    return '%-18s %6d %7d %8d %12s %9.1f' % (
        label, suite.ran, len(suite.failed), suite.skips, text,
        suite.elapsed + (conformance.elapsed if conformance else 0))


def show_skips(outcomes):
    reasons = collections.defaultdict(collections.Counter)
    for label, outcome in outcomes:
        for reason, count in outcome.skipped.items():
            reasons[reason][label] += count
    if reasons:
        log('\nskipped:')
    for reason, labels in sorted(reasons.items()):
        log('%6d  %s (%s)' % (sum(labels.values()), reason, ', '.join(labels)))


def show_cannot(interpreters, others):
    """Print the promises that engines can't keep, as each interpreter's shim declares them.

    Return a problem for each that does not tell.
    """
    tables, problems = collections.defaultdict(list), []
    for interpreter in interpreters:
        try:
            libraries = prepare(interpreter, others)[0]
        except Problem:
            continue    # said already
        environ = clean_environ(**({'PYTHONPATH': libraries} if libraries else {}))
        done = subprocess.run([interpreter.executable, '-c', CANNOT], cwd=ROOT, env=environ,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if done.returncode:
            problems.append('%s: shim.engines does not import' % interpreter.label)
            continue
        table = ast.literal_eval(done.stdout.decode())
        tables[repr(sorted(table.items()))].append((interpreter, table))
    for same in tables.values():
        log('\npromises that engines cannot keep (%s):'
            % ', '.join(interpreter.label for interpreter, table in same))
        for engine, promises in sorted(same[0][1].items()):
            for number, reason in sorted(promises.items()):
                log('    %-12s %3s  %s' % (engine, number, reason))
    return problems


def find_modules():
    """Return the dotted names of the test modules, as tests/run.py and nose2 find them."""
    paths = glob.glob(os.path.join(glob.escape(ROOT), 'tests', '**', 'test_*.py'), recursive=True)
    return sorted(os.path.relpath(path, ROOT)[:-len('.py')].replace(os.sep, '.') for path in paths)


def parse_options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--only', nargs='+', metavar='X.Y', help='just these, which must be there')
    parser.add_argument('--all', action='store_true', help='every interpreter found')
    parser.add_argument('--full', action='store_true',
                        help='--all, with every context on each (SHIM_FULL=1)')
    parser.add_argument('--require', nargs='*', metavar='X.Y', default=REQUIRED,
                        help='a failure if missing (default: %s)' % ' '.join(REQUIRED))
    parser.add_argument('--repeat', type=int, default=1, metavar='N', help='run each N times')
    parser.add_argument('--jobs', type=int, default=1, metavar='N', help='so many at a time')
    parser.add_argument('-k', '--pattern', dest='k', action='append', metavar='TEXT',
                        help='only test modules with this in their name (repeatable)')
    parser.add_argument('--times', action='store_true', help='show the slowest tests')
    parser.add_argument('--limit', type=float, default=1200, metavar='SECONDS',
                        help='for one run of the suite (default: %(default)s)')
    parser.add_argument('--no-conformance', action='store_true',
                        help="without the standard library's own tests")
    options = parser.parse_args(argv)
    if options.only:
        options.require = options.only
    if options.full:
        options.all = True
        os.environ['SHIM_FULL'] = '1'
    return options


def choose(found, options):
    if options.only:
        return [each for each in found.values() if each.wanted(options.only)]
    if options.all:
        return list(found.values())
    return [each for each in found.values()
            if each.wanted(options.require) or each.version < (2, 7)]


def main(argv=None):
    options = parse_options(argv)
    modules = [name for name in find_modules()
               if not options.k or [text for text in options.k if text in name]]
    if not modules:
        sys.exit('no test module has %s in its name' % ' or '.join(options.k))
    os.makedirs(WORK, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    found, broken = find_interpreters()
    chosen = choose(found, options)
    problems = ['SHIM_PYTHONS: %s does not run' % path for path in broken]
    problems += ['Python %s is required, but not found (PATH, pyenv, SHIM_PYTHONS)' % name
                 for name in options.require
                 if not [1 for each in found.values() if each.wanted([name])]]
    log(HEADER)
    outcomes = []

    def run(turn):
        count, interpreter = turn
        label = interpreter.label + (' #%d' % count if options.repeat > 1 else '')
        suite, conformance = run_suite(interpreter, modules, options, found.values(), count)
        lines = [row(label, suite, conformance)]
        lines += ['    left running, now killed: ' + line
                  for each in (suite, conformance) if each for line in each.left]
        if options.times:
            slowest = sorted(suite.seconds.items(), key=lambda item: -item[1])[:15]
            lines += ['    %8.2f s  %s' % (seconds, name) for name, seconds in slowest]
        log('\n'.join(lines))
        outcomes.extend((label, each) for each in (suite, conformance) if each is not None)

    ready = []
    for interpreter in chosen:
        try:
            prepare(interpreter, found.values())    # not at the same time
            ready.append(interpreter)
        except Problem as problem:
            problems.append('%s: %s' % (interpreter.label, problem))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as executor:
        list(executor.map(run, [(count, each) for count in range(1, options.repeat + 1)
                                for each in ready]))
    show_skips(outcomes)
    problems += show_cannot(chosen, found.values())
    if problems:
        log('\nproblems:\n    ' + '\n    '.join(problems))
    failed = sum(len(each.failed) for label, each in outcomes) + len(problems)
    # A failure without a test of its own (no report, a module not run) is none that ran.
    passed = sum(max(0, each.ran - len(each.failed)) for label, each in outcomes)
    log('\n%d passed, %d failed, %d skipped'
        % (passed, failed, sum(each.skips for label, each in outcomes)))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
