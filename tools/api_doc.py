"""Put into docs/api.rst which of CPython 3.15's multiprocessing works where.

    python tools/api_doc.py                     # from what was asked before
    python tools/api_doc.py --ask 2.7 3.13      # these interpreters first; without names, all
    python tools/api_doc.py --gaps              # only say what is missing
    python tools/api_doc.py --strict            # and exit with 1 if anything is

What is asked, and the reasons, are in tests/api; what of that does not work on an interpreter is kept in
docs/api, beside the questions.  Who was asked other questions than the last one has no column until
he is asked again.  Needs Python 3.8+.
"""
import argparse
import ast
import collections
import glob
import hashlib
import itertools
import os
import pprint
import re
import string
import subprocess
import sys
import textwrap

from printed import block, put

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, 'tests'), ROOT]

from api import reasons
from api.names import SUBMODULES, read
from interpreters import WORK, clean_environ, find_interpreters, prepare

DOC = os.path.join(ROOT, 'docs', 'api.rst')
MARKS = '.. printed by tools/api_doc.py\n', '.. printed until here\n'
KEPT = os.path.join(ROOT, 'docs', 'api')
QUESTIONS = os.path.join(KEPT, 'questions')     # the others end with .txt
WORKS, GAP, NONE = '.', '!', ' '
WIDTH = 36              # of a name in a table
LETTERS = string.ascii_lowercase + string.ascii_uppercase
ONCE, ANY = '-', 'context'      # of questions: asked once, or of each context
TOP = 'multiprocessing'         # the group of names without a submodule
PROCESSES = 'fork', 'spawn', 'forkserver', 'subprocess', 'pp', '-'
METHODS = PROCESSES[:-1] + ('ampoule', 'interpreter', 'thread', 'serial')


# ---- asking

def ask(interpreter, others, contexts, limit):
    """Have it answer, and keep that (of other contexts, what it said before); or say why not."""
    os.makedirs(KEPT, exist_ok=True)
    key = interpreter.key.replace(' ', '')
    path = os.path.join(KEPT, key + '.txt')
    libraries = prepare(interpreter, others)[0] or ''
    fresh, log = [os.path.join(WORK, 'api-' + key + ending) for ending in ('.new', '.log')]
    with open(log, 'wb') as stream:
        command = [interpreter.executable, os.path.join('tests', 'api', 'run.py'), fresh]
        try:
            status = subprocess.run(
                command + contexts, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stream,
                stderr=stream, timeout=limit,
                env=clean_environ(PYTHONPATH=libraries, JYTHONPATH=libraries)).returncode
        except subprocess.TimeoutExpired:
            status = 'none after %d s' % limit
    if status:
        return '%s: exit status %s, see %s' % (interpreter.label, status, log)
    answers = read_literal(fresh)
    os.remove(fresh)
    questions = {'names': sorted(name for name, params in read())}
    for context, said in answers['contexts'].items():
        questions[[ANY, ONCE][context == ONCE]] = list(said)
    write(QUESTIONS, questions)
    made = {'label': interpreter.label, 'key': interpreter.key, 'questions': digest(questions),
            'order': (interpreter.name != 'python', interpreter.version, interpreter.key),
            'names': wrong(answers['names']),
            # Of a class that is not there it was asked no more.
            'unasked': [name for name in questions['names'] if name not in answers['names']],
            'contexts': {each: wrong(said) for each, said in answers['contexts'].items()}}
    if contexts and os.path.exists(path):
        made['contexts'] = {**read_literal(path)['contexts'], **made['contexts']}
    write(path, made)


def wrong(said):
    """What does not work, of {name: problem or None}; wherever this checkout is."""
    return {name: problem.replace(ROOT + os.sep, '') for name, problem in said.items() if problem}


def read_literal(path):
    with open(path) as stream:
        return ast.literal_eval(stream.read())


def write(path, value):
    with open(path, 'w') as stream:
        stream.write(pprint.pformat(value, width=110) + '\n')


def digest(questions):
    """What tells whether somebody was asked the same."""
    text = repr(sorted((kind, sorted(names)) for kind, names in questions.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def kept():
    """All answers, by interpreter: {name: problem or None} of the names, and of each context."""
    found, questions = [], {}
    if os.path.exists(QUESTIONS):
        questions = read_literal(QUESTIONS)
    for path in glob.glob(os.path.join(glob.escape(KEPT), '*.txt')):
        answers = read_literal(path)
        if answers['questions'] != digest(questions):
            print('was asked something else: %s' % answers['label'], file=sys.stderr)
            continue
        for name in questions['names']:
            if name not in answers['unasked']:
                answers['names'].setdefault(name)
        for context, said in answers['contexts'].items():
            answers['contexts'][context] = {
                **dict.fromkeys(questions[[ANY, ONCE][context == ONCE]]), **said}
        found.append(answers)
    return sorted(found, key=lambda answers: answers['order'])


# ---- judging

class Table:
    """One cell per name and interpreter, of some contexts."""

    def __init__(self, title):
        self.title = title
        self.cells = {}             # {name: {key: cell}}
        self.gaps = collections.defaultdict(lambda: collections.defaultdict(list))
        self.used = {}              # {number of the reason: True}

    def note(self, name, key, context, problem):
        """What came of it there; of several contexts the worst shows."""
        cell = WORKS
        if problem:
            number = reasons.find(reasons.REASONS, name, key, context)
            if number is None:
                cell = GAP
                self.gaps[name][short(problem)].append((key, context))
            else:
                cell = LETTERS[number]
                self.used[number] = True
        row = self.cells.setdefault(name, {})
        row[key] = max(row.get(key, WORKS), cell, key=lambda each: (each == GAP, each != WORKS))

    def count(self):
        """How many cells are what."""
        cells = [cell for row in self.cells.values() for cell in row.values()]
        works, gaps = cells.count(WORKS), cells.count(GAP)
        return works, len(cells) - works - gaps, gaps


def short(problem):
    """A problem without what differs between contexts, versions and tries."""
    problem = problem.replace('not here: Not here: ', 'not here: ').split(' (line ')[0]
    for pattern, text in ((r"the '\w+' context", 'the context'), (r'0x[0-9a-f]+', '0x...'),
                          (r'(and this is|of this Python,) [\d.]+,?', ''), (r'\d{3,}', '...')):
        problem = re.sub(pattern, text, problem)
    return problem[:120]


def group(name):
    first = name.split('.')[0]
    if first.startswith('of_'):
        return first[3:]
    return first if first in SUBMODULES + ('futures', 'ctx') else TOP


def judge(runs):
    """The tables of what they answered."""
    names, inside = Table('Names and parameters'), Table('What processes do')
    threads, serial = Table('The same in threads'), Table('The same in the caller (serial)')
    for run in runs:
        for name, problem in run['names'].items():
            names.note(name, run['key'], '-', problem)
        for context, answers in run['contexts'].items():
            table = {'thread': threads, 'serial': serial}.get(context, inside)
            for name, problem in answers.items():
                table.note(name, run['key'], context, problem)
    return [names, inside, threads, serial]


# ---- printing

def heading(keys):
    """The keys, standing."""
    height = max(map(len, keys))
    for number in range(height):
        yield ' ' * (WIDTH + 3) + ' '.join(key.rjust(height)[number] for key in keys)


def show(table, keys):
    """Yield the lines of a table: what does not work everywhere, and the names of what does."""
    keys = [key for key in keys if [1 for row in table.cells.values() if key in row]]
    lines, fine = [], []
    for title, names in itertools.groupby(
            sorted(table.cells, key=lambda name: (group(name), name)), group):
        for name in names:
            row = table.cells[name]
            text = name[3:] if name.startswith('of_') else name
            if set(row.values()) != {WORKS}:
                if '%s:' % title not in lines:
                    lines.append('%s:' % title)
                text = text[len(title) + 1:] if text.startswith(title + '.') else text
                lines.append(('  %-*s ' % (WIDTH, text[:WIDTH]))
                             + ' '.join(row.get(key, NONE) for key in keys))
            elif len(row) == len(keys):     # else its class is not there
                fine.append(text)
    if lines:
        yield from block(list(heading(keys)) + lines)
    if fine:
        yield 'Everywhere:'
        yield from block(textwrap.wrap(', '.join(fine), 96, break_on_hyphens=False))


def where(places):
    """Of pairs (interpreter, context): 'thread: 2.7 3.6; fork: 2.7'."""
    by_keys = collections.defaultdict(list)
    contexts = collections.defaultdict(list)
    for key, context in places:
        contexts[context].append(key)
    for context, keys in contexts.items():
        by_keys[', '.join(keys)].append(context)
    return '; '.join('%s on %s' % (' '.join(names), keys) if names != ['-'] else keys
                     for keys, names in by_keys.items())


def list_gaps(tables):
    """Yield the lines that say what is missing, where."""
    for table in tables:
        for name, problems in sorted(table.gaps.items()):
            for problem, places in sorted(problems.items()):
                yield '%s: %s' % (name, problem)
                yield from textwrap.wrap(where(places), 96, initial_indent='    ',
                                         subsequent_indent='    ')


def summary(runs, tables):
    yield '%-18s %s' % ('interpreter', ''.join('%12s' % name for name in METHODS))
    for run in runs:
        texts = []
        for method in METHODS:
            answers = run['contexts'].get(method)
            if answers is None:
                texts.append('-')
                continue
            table = judge([dict(run, names={}, contexts={method: answers})])
            works, excused, gaps = map(sum, zip(*[each.count() for each in table]))
            texts.append('%d' % works + (' +%d' % excused if excused else '')
                         + (' !%d' % gaps if gaps else ''))
        yield '%-18s %s' % (run['label'], ''.join('%12s' % text for text in texts))


def describe(runs):
    """Yield the lines of all that is printed."""
    tables = judge(runs)
    keys = [run['key'] for run in runs]
    yield ''
    yield ('How many of the names and probes work on each context (``+`` can\'t, for a reason;'
           ' ``!`` gaps):')
    yield from block(list(summary(runs, tables)))
    for table in tables:
        yield table.title
        yield '-' * len(table.title)
        yield from show(table, keys)
    used = sorted(set(number for table in tables for number in table.used))
    if used:
        yield 'Reasons'
        yield '-------'
        yield from block([line for number in used for line in textwrap.wrap(
            '%s  %s: %s' % ((LETTERS[number],) + reasons.REASONS[number][:2]), 96,
            subsequent_indent='   ')])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--ask', nargs='*', metavar='X.Y', help='ask these, or all')
    parser.add_argument('--contexts', nargs='*', default=[], metavar='NAME',
                        help='only on these')
    parser.add_argument('--limit', type=float, default=1800, metavar='SECONDS',
                        help='for one interpreter (default: %(default)s)')
    parser.add_argument('--gaps', action='store_true')
    parser.add_argument('--strict', action='store_true')
    options = parser.parse_args()
    problems = []
    if options.ask is not None:
        found = find_interpreters()[0]
        for each in found.values():
            if not options.ask or each.wanted(options.ask):
                print(each.label, flush=True, file=sys.stderr)
                problems.append(ask(each, found.values(), options.contexts, options.limit))
    runs = kept()
    if not runs:
        sys.exit('nothing in docs/api: run python tools/api_doc.py --ask')
    gaps = list(list_gaps(judge(runs)))
    if options.gaps:
        print('\n'.join(gaps))
    else:
        put(DOC, MARKS, describe(runs))
    if options.strict and gaps:
        problems.append('%d lines of gaps' % len(gaps))
    sys.exit('\n'.join(filter(None, problems)) or 0)


if __name__ == '__main__':
    main()
