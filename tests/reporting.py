"""What tests/matrix.py says of its runs, and keeps of them for docs/interpreters.rst."""
import ast
import collections
import os
import pprint
import subprocess

from interpreters import ROOT, Problem, clean_environ, prepare

RUNS = os.path.join(ROOT, 'docs', 'interpreters')      # what full runs came to, a file each

HEADER = '%-18s %6s %7s %8s %12s %9s' % (
    'interpreter', 'ran', 'failed', 'skipped', 'conformance', 'seconds')
# What shim says there of itself, asked in the language of 2.4.
PROBE = r"""
import sys
import shim
from shim import engines
sys.stdout.write(repr({'cannot': engines.CANNOT, 'contexts': shim.get_all_start_methods(),
                       'provider': str(shim.provider())}))
"""


def log(text=''):
    print(text, flush=True)


def row(label, suite, conformance):
    text = '-'
    if conformance is not None and (conformance.ran or conformance.failed):
        text = '%d/%d' % (conformance.ran - len(conformance.failed), conformance.ran)
    return '%-18s %6d %7d %8d %12s %9.1f' % (
        label, suite.ran, len(suite.failed), suite.skips, text,
        suite.elapsed + (conformance.elapsed if conformance else 0))


def describe_skips(skipped):
    """Yield lines: why tests were skipped, how many and where; of pairs (label, {reason: count})."""
    reasons = collections.defaultdict(collections.Counter)
    for label, counts in skipped:
        for reason, count in counts.items():
            reasons[reason][label] += count
    for reason, labels in sorted(reasons.items()):
        yield '%6d  %s (%s)' % (sum(labels.values()), reason, ', '.join(labels))


def show_skips(outcomes):
    lines = list(describe_skips((label, outcome.skipped) for label, outcome in outcomes))
    if lines:
        log('\nskipped:\n' + '\n'.join(lines))


def ask(interpreter, others):
    """What shim says of itself there (see PROBE); raise Problem."""
    libraries = prepare(interpreter, others)[0]
    environ = clean_environ(PYTHONPATH=libraries or '', JYTHONPATH=libraries or '')
    done = subprocess.run([interpreter.executable, '-c', PROBE], cwd=ROOT, env=environ,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if done.returncode:
        raise Problem('shim does not tell its contexts and provider')
    return ast.literal_eval(done.stdout.decode())


def describe_cannot(facts):
    """Yield lines: the promises that engines can't keep, by what each interpreter's shim
    declares (label: what it said)."""
    tables = collections.defaultdict(list)
    for label, said in facts.items():
        tables[repr(sorted(said['cannot'].items()))].append(label)
    for labels in tables.values():
        yield ''
        yield 'promises that engines cannot keep (%s):' % ', '.join(labels)
        for engine, promises in sorted(facts[labels[0]]['cannot'].items()):
            for number, reason in sorted(promises.items()):
                yield '    %-12s %3s  %s' % (engine, number, reason)


def commit():
    """What the checkout is at; and whether anything is changed, but what these runs write."""
    found = git('describe', '--always') or 'unknown'
    if git('status', '--porcelain', '--untracked-files=no', '--', '.', ':(exclude)docs/interpreters'):
        found += '-dirty'
    return found


def git(*arguments):
    """What it prints; nothing where there is none."""
    try:
        done = subprocess.run(['git'] + list(arguments), cwd=ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ''
    return done.stdout.decode().strip()


def keep(interpreter, facts, line, skipped):
    """Note what a full run came to, for tools/interpreters_doc.py."""
    os.makedirs(RUNS, exist_ok=True)
    path = os.path.join(RUNS, interpreter.key.replace(' ', '') + '.txt')
    with open(path, 'w') as stream:
        pprint.pprint({
            'order': (interpreter.name != 'python', interpreter.version, interpreter.key),
            'label': interpreter.label, 'facts': facts, 'row': line, 'skipped': dict(skipped),
            'commit': commit()}, stream, width=100)
