"""Put what `python tests/matrix.py --full` printed into docs/interpreters.rst, as it was printed.

    python tools/interpreters_doc.py

Of each interpreter it takes the last full run, which the matrix has kept in docs/interpreters/: the
files there are part of the checkout, so that one more interpreter is one more run.
"""
import ast
import glob
import os
import sys

from printed import block, put

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests'))

import reporting

DOC = os.path.join(ROOT, 'docs', 'interpreters.rst')
MARKS = '.. printed by tools/interpreters_doc.py\n', '.. printed until here\n'


def read_runs():
    runs = []
    for path in glob.glob(os.path.join(glob.escape(reporting.RUNS), '*.txt')):
        with open(path) as stream:
            runs.append(ast.literal_eval(stream.read()))
    return sorted(runs, key=lambda run: run['order'])


def describe(runs):
    """Yield the lines of all that is printed."""
    yield from block([reporting.HEADER + '  commit']
                     + ['%s  %s' % (run['row'], run['commit']) for run in runs])
    yield 'The contexts that each has, the default first, and the library that runs their work:'
    yield from block('%-18s %s\n%20s%s' % (run['label'], ' '.join(run['facts']['contexts']), '',
                                          run['facts']['provider']) for run in runs)
    yield 'What was skipped, how often and why:'
    yield from block(reporting.describe_skips((run['label'], run['skipped']) for run in runs))
    yield 'The promises that can\'t be kept, and why:'
    yield from block(list(reporting.describe_cannot(
        {run['label']: run['facts'] for run in runs}))[1:])


def main():
    runs = read_runs()
    if not runs:
        sys.exit('nothing in docs/interpreters: run python tests/matrix.py --full')
    put(DOC, MARKS, describe(runs))


if __name__ == '__main__':
    main()
