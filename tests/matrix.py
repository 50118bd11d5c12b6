"""Run the tests on the Pythons of this machine, one row each.

    python tests/matrix.py                      # all on 2.7, 3.13, 3.15; the others: contract
    python tests/matrix.py --full               # everything on every context of all of them
    python tests/matrix.py --only 2.7 3.13 -k death --repeat 10 --jobs 2 --times
    python tests/matrix.py --only 2.7 -k contract -k promises --without semaphores  # tests/without.py

On interpreters but 2.7, 3.13, 3.15 and Pyodide it compiles every file and runs the contract on
the default context; on Jython the heart of it.  Looks for interpreters in SHIM_PYTHONS
(executables, separated as in PATH), in pyenv's versions and in PATH, keeps what they need under
.matrix/ and the full outputs beside it.  Each runs the suite in a process of its own, with a time
limit: nose2 from 2.7 on, tests/run.py elsewhere; then the Pool tests of its own standard library, with
--full all tests of its multiprocessing (tests/conformance/: some minutes for each start method).
Exits with 1 on any failure, also when a required interpreter is missing.  What --full came to without
a failure is kept in docs/interpreters/.  Needs Python 3.8+ with pip; the suite does not.
"""
import argparse
import ast
import collections
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

from interpreters import (
    FIRST, REQUIRED, ROOT, WORK, Problem, clean_environ, find_interpreters, prepare, why_no_pyodide)
from limited import MARK, leave, new_mark, run_limited
from reporting import HEADER, ask, describe_cannot, keep, log, row, show_skips
import without

THOROUGH = ('2.7', '3.13', '3.15')      # where everything runs without --full
# Each pool there is two JVMs: the whole contract takes 20 minutes, with --full.
JYTHON = ('test_apply', 'test_arguments', 'test_entry', 'test_map')
WEBLOOP = r"""
import sys
from tests import webloop
sys.exit(await webloop.main(sys.argv[1]))
"""


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

    def add(self, other):
        """What another run came to, as part of this one."""
        self.ran += other.ran
        self.failed += other.failed
        self.skipped += other.skipped
        self.seconds.update(other.seconds)
        self.elapsed += other.elapsed
        self.left += other.left

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


def run_tests(interpreter, tag, command, reader, libraries, limit, lacking, expected=(), more={}):
    """Run one command that writes the report of that tag, return its Outcome.

    lacking: a key of without.SOURCES, or None.
    """
    report, output = report_path(tag), os.path.join(WORK, tag + '.log')
    if os.path.exists(report):
        os.remove(report)
    environ = surroundings(libraries, lacking, {MARK: new_mark()}, more)
    command = without.command(lacking) + [interpreter.executable] + command
    start = time.monotonic()
    status, left = run_limited(command, environ, limit, output)
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


def surroundings(libraries, lacking, *more):
    """The environment of an interpreter that has the libraries, and lacks what is said."""
    environ = clean_environ()
    if libraries:
        environ['PYTHONPATH'] = libraries
    if lacking:
        environ.update(without.environ(lacking, os.path.join(WORK, 'without', lacking), libraries))
    for each in more:
        environ.update(each)
    return dict(environ, JYTHONPATH=environ.get('PYTHONPATH', ''))


def check_lacking(interpreter, libraries, lacking):
    """Raise Problem if it has what it is to lack."""
    command = without.command(lacking) + [interpreter.executable, '-c', without.CHECK]
    if subprocess.run(command, cwd=ROOT, env=surroundings(libraries, lacking)).returncode:
        raise Problem('it has semaphores, --without %s notwithstanding' % lacking)


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
    light = is_light(interpreter, options)
    if light:
        modules = [name for name in modules if '.contract.' in name and (
            interpreter.name != 'jython' or name.endswith(JYTHON))]
    names = modules if options.k or light else []   # else as the README's command finds them
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
                      options.without, modules, {'SHIM_VARIANTS': 'default' if light else options.contexts})
    if interpreter.name == 'pyodide':
        if not options.k or [text for text in options.k if text in 'test_await']:
            tag %= 'webloop'
            suite.add(run_tests(interpreter, tag, ['-c', WEBLOOP, report_path(tag)], read_repr,
                                libraries, 300, options.without))
        return suite, None      # nor has it the stdlib's tests
    if (light or options.k or options.no_conformance or interpreter.version < (2, 7)
            or interpreter.name == 'jython'):
        return suite, None      # there is no such test, or no multiprocessing
    conformance = Outcome()
    for name, arguments, limit in conformance_runs(interpreter, options):
        report = report_path(tag % name)
        command = [os.path.join('tests', 'conformance', 'driver.py'), '--report', report] + arguments
        conformance.add(run_tests(interpreter, tag % name, command, read_repr, libraries, limit,
                                  options.without))
    return suite, conformance


def conformance_runs(interpreter, options):
    """Yield (name, arguments of the driver, seconds): multiprocessing's own tests, run on shim."""
    yield 'conformance', [], 300
    for context in ('subprocess', 'thread'):
        yield 'conformance-' + context, ['--context', context], 300
    if options.full and interpreter.name == 'python':
        for method in ('fork', 'spawn', 'forkserver')[:3 if interpreter.version >= (3, 4) else 1]:
            yield 'whole-' + method, ['--whole', method], 1800


def find_modules():
    """Return the dotted names of the test modules, as tests/run.py and nose2 find them."""
    paths = glob.glob(os.path.join(glob.escape(ROOT), 'tests', '**', 'test_*.py'), recursive=True)
    return sorted(os.path.relpath(path, ROOT)[:-len('.py')].replace(os.sep, '.') for path in paths)


def parse_options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--only', nargs='+', metavar='X.Y', help='just these, which must be there')
    parser.add_argument('--full', action='store_true',
                        help='everything on every context of all of them (SHIM_FULL=1)')
    parser.add_argument('--require', nargs='*', metavar='X.Y', default=REQUIRED,
                        help='a failure if missing (default: %s)' % ' '.join(REQUIRED))
    parser.add_argument('--repeat', type=int, default=1, metavar='N', help='run each N times')
    parser.add_argument('--jobs', type=int, default=1, metavar='N', help='so many at a time')
    parser.add_argument('-k', '--pattern', dest='k', action='append', metavar='TEXT',
                        help='only test modules with this in their name (repeatable)')
    parser.add_argument('--contexts', default='', metavar='NAME,...',
                        help='only on these, _tcp for that channel: fork,subprocess_tcp')
    parser.add_argument('--without', choices=sorted(without.SOURCES),
                        help='lacking this: see tests/without.py')
    parser.add_argument('--times', action='store_true', help='show the slowest tests')
    parser.add_argument('--limit', type=float, default=1200, metavar='SECONDS',
                        help='for one run of the suite (default: %(default)s)')
    parser.add_argument('--no-conformance', action='store_true',
                        help="without the standard library's own tests")
    options = parser.parse_args(argv)
    if options.without and without.unable(options.without):
        parser.error(without.unable(options.without))
    if options.only:
        options.require = options.only
    elif os.environ.get('SHIM_REQUIRE_OLD') == '1':
        options.require = FIRST + tuple(options.require)
    if options.full:
        os.environ['SHIM_FULL'] = '1'
    return options


def choose(found, options):
    if options.only:
        return [each for each in found.values() if each.wanted(options.only)]
    return list(found.values())


def is_light(interpreter, options):
    """True where the contract on the default context will do."""
    return not (options.full or options.only or interpreter.wanted(THOROUGH)
                or interpreter.name == 'pyodide')


def compile_all(interpreter):
    """Return what is wrong with the language of our files for this interpreter, as a list."""
    checker = os.path.join(ROOT, 'tools', 'oldsyntax.py')
    done = subprocess.run([sys.executable, checker, '--compile-with', interpreter.executable],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    if done.returncode:
        return ['%s does not compile: %s' % (
            interpreter.label, done.stdout.decode(errors='replace').strip()[-2000:])]
    return []


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
    missing = ['Python %s is required, but not found (PATH, pyenv, SHIM_PYTHONS)' % name
               for name in options.require
               if not [1 for each in found.values() if each.wanted([name])]]
    if options.only and missing:        # a slip of the pen, seldom worth an hour's wait
        sys.exit('%s\nthere are: %s' % ('\n'.join(missing), ', '.join(sorted(found))))
    problems += missing
    lacking = [name for name in FIRST + REQUIRED + THOROUGH if name not in options.require
               and not options.only and not [1 for each in found.values() if each.wanted([name])]]
    if lacking:
        log('NOT TESTED, as they are not here (PATH, pyenv, SHIM_PYTHONS): Python %s'
            % ', '.join(lacking))
    if not (options.only or [1 for each in found.values() if each.name == 'pyodide']):
        log('NOT TESTED: Pyodide: %s' % why_no_pyodide())
    log(HEADER)
    outcomes, facts = [], {}

    def run(turn):
        count, interpreter = turn
        if count == 1:
            problems.extend(compile_all(interpreter))
        label = interpreter.label + (' #%d' % count if options.repeat > 1 else '')
        suite, conformance = run_suite(interpreter, modules, options, found.values(), count)
        lines = [row(label, suite, conformance)]
        failed = [name for each in (suite, conformance) if each for name in each.failed]
        if options.full and not (options.k or options.contexts or options.without or failed):
            keep(interpreter, facts[interpreter.label], lines[0], suite.skipped)
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
            libraries = prepare(interpreter, found.values())[0]     # not at the same time
            if options.without:
                check_lacking(interpreter, libraries, options.without)
            facts[interpreter.label] = ask(interpreter, found.values())
            ready.append(interpreter)
        except Problem as problem:
            problems.append('%s: %s' % (interpreter.label, problem))
    # The long ones first: at the end no core is idle while one of them goes on.
    ready.sort(key=lambda each: is_light(each, options))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as executor:
        list(executor.map(run, [(count, each) for count in range(1, options.repeat + 1)
                                for each in ready]))
    show_skips(outcomes)
    log('\n'.join(describe_cannot(facts)))
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
