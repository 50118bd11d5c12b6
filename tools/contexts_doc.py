"""Put into docs/contexts.rst which context keeps which promise, as shim declares and its tests go by.

    python tools/contexts_doc.py

Needs Python 3.8+ with six; what it prints does not depend on the version.
"""
import os
import re
import sys

from printed import block, put

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from shim import engines

DOC = os.path.join(ROOT, 'docs', 'contexts.rst')
MARKS = '.. printed by tools/contexts_doc.py\n', '.. printed until here\n'
PROMISES = 22


def table():
    """Yield the lines: a column for each context, a row for each promise."""
    names = list(engines.CANNOT)
    height = max(map(len, names))
    for line in range(height):
        yield ' ' * 4 + '  '.join(name.rjust(height)[line] for name in names)
    for number in range(1, PROMISES + 1):
        yield '%2d  ' % number + '  '.join(
            '-' if number in engines.CANNOT[name] else '.' for name in names)


def reasons():
    """Yield the lines that say why."""
    for name in engines.CANNOT:
        for number, reason in sorted(engines.CANNOT[name].items()):
            yield '%-12s %2d  %s' % (name, number, reason)


def main():
    with open(os.path.join(ROOT, 'README.rst'), encoding='utf-8') as stream:
        numbers = set(map(int, re.findall(r'^ *(\d+)\. ', stream.read(), re.M)))
    assert max(numbers | {PROMISES}) == PROMISES, 'README.rst has other promises: %s' % numbers
    put(DOC, MARKS, block(list(table())) + ['Why not:'] + block(list(reasons())))


if __name__ == '__main__':
    main()
