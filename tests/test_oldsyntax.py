"""tools/oldsyntax.py rejects what it says, and accepts what every version compiles.

The checker reads with the ast of a current CPython, so its own tests skip below 3.8; that every
source file and every accepted snippet compiles is asserted on each interpreter that runs this.
"""
import os
import shutil
import subprocess
import sys
import tempfile

from tests import support

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECKER = os.path.join(ROOT, 'tools', 'oldsyntax.py')
CHECKER_RUNS_ON = (3, 8)
# The same as in the checker, which this file may be unable to import; a test compares them.
EXCLUDED = ('tests/matrix.py', 'tests/interpreters.py', 'tests/limited.py', 'tests/reporting.py',
            'tests/packaging/', 'tests/programs/', 'tests/typed/')

# (rule, snippet) or (rule, snippet, version): below that version the running CPython may find
# no more to say than that it can't parse the snippet.
REJECTED = [
    ('annotation', 'def f(a: int):\n    pass\n'),
    ('annotation', 'def f(*a: int):\n    pass\n'),
    ('annotation', 'def f() -> int:\n    pass\n'),
    ('annotation', 'x: int = 1\n'),
    ('annotation', 'a.b: int\n'),
    ('async', 'async def f():\n    pass\n'),
    ('async', 'async def f():\n    await x\n'),
    ('async', 'async def f():\n    async for x in y:\n        pass\n'),
    ('async', 'async def f():\n    async with x:\n        pass\n'),
    ('async', 'async def f():\n    return [x async for x in y]\n'),
    ('bytes', "x = b'a'\n"),
    ('bytes', 'x = Rb"a"\n'),
    ('call-order', 'f(*a, k=1)\n'),
    ('call-order', 'f(*a, b)\n'),
    ('call-order', 'f(*a, *b)\n'),
    ('call-order', 'f(**a, **b)\n'),
    ('call-order', 'f(**a, k=1)\n'),
    ('call-order', 'f(k=1, *a, l=2)\n'),
    ('class-decorator', '@a\nclass A:\n    pass\n'),
    ('class-keyword', 'class A(metaclass=M):\n    pass\n'),
    ('class-parens', 'class A():\n    pass\n'),
    ('class-parens', 'class A(\n):\n    pass\n'),
    ('coding', 'x = "\xe9"\n'),
    ('coding', '# \xe9\n'),
    ('coding', '\n\n# -*- coding: utf-8 -*-\nx = "\xe9"\n'),
    ('coding', 'x = 1\n# -*- coding: utf-8 -*-\ny = "\xe9"\n'),
    ('decorator', '@a[0]\ndef f():\n    pass\n', (3, 9)),
    ('decorator', '@(a.b)\ndef f():\n    pass\n'),
    ('decorator', '@a().b\ndef f():\n    pass\n', (3, 9)),
    ('decorator', '@a(1)(2)\ndef f():\n    pass\n', (3, 9)),
    ('decorator', '@lambda f: f\ndef f():\n    pass\n', (3, 9)),
    ('dict-comp', 'x = {a: b for a, b in c}\n'),
    ('ellipsis', 'x = ...\n'),
    ('ellipsis', 'def f():\n    ...\n'),
    ('ellipsis', 'x = a[(...)]\n'),
    ('ellipsis', 'x = [...]\n'),
    ('except-as', 'try:\n    pass\nexcept E as e:\n    pass\n'),
    ('except-as', 'try:\n    pass\nexcept (E, F) as e:\n    pass\n'),
    ('except-comma', 'try:\n    pass\nexcept E, e:\n    pass\n'),
    ('except-star', 'try:\n    pass\nexcept* E:\n    pass\n'),
    ('f-string', 'x = f"a"\n'),
    ('f-string', "x = rF'''a{b}'''\n"),
    ('finally-jump', 'for x in y:\n    try:\n        pass\n    finally:\n        continue\n'),
    ('finally-jump', 'for x in y:\n    try:\n        pass\n    finally:\n        break\n'),
    ('finally-jump', 'def f():\n    try:\n        pass\n    finally:\n        return\n'),
    ('finally-jump', 'def f():\n    try:\n        pass\n    finally:\n        if x:\n'
                     '            return\n'),
    ('future', 'from __future__ import with_statement\n'),
    ('future', 'from __future__ import division, print_function\n'),
    ('gen-return', 'def f():\n    yield 1\n    return 2\n'),
    ('gen-return', 'def f():\n    if a:\n        return 2\n    yield 1\n'),
    ('identifier', '# -*- coding: utf-8 -*-\n\xe9 = 1\n'),
    ('if-else', 'x = a if b else c\n'),
    ('if-else', 'x = [a if b else c for a in d]\n'),
    ('keyword-name', 'a.print(1)\n'),
    ('keyword-name', 'exec("a")\n'),
    ('keyword-name', 'a.exec("a")\n'),
    ('keyword-name', 'a.async = 1\n'),
    ('keyword-name', 'f(nonlocal=1)\n'),
    ('keyword-name', 'def with(a):\n    pass\n'),
    ('keyword-name', 'None = 1\n'),
    ('kwonly', 'def f(*a, b):\n    pass\n'),
    ('kwonly', 'def f(*, b):\n    pass\n'),
    ('kwonly', 'f = lambda *a, b: 1\n'),
    ('match', 'match x:\n    case 1:\n        pass\n', (3, 10)),
    ('matmul', 'x = a @ b\n'),
    ('matmul', 'a @= b\n'),
    ('nonlocal', 'def f():\n    a = 1\n    def g():\n        nonlocal a\n'),
    ('number', 'x = 0o7\n'),
    ('number', 'x = 0B1\n'),
    ('number', 'x = 1_000\n'),
    ('syntax', 'x = 07\n'),
    ('syntax', 'x = 1L\n'),
    ('posonly', 'def f(a, /):\n    pass\n'),
    ('print', 'print(a)\n'),
    ('print', 'print a\n'),
    ('print', 'f = print\n'),
    ('raise-from', 'raise a from b\n'),
    ('relative-import', 'from . import a\n'),
    ('relative-import', 'from .a import b\n'),
    ('set', 'x = {1, 2}\n'),
    ('set', 'x = {a for a in b}\n'),
    ('star-comma', 'f(*a,)\n'),
    ('star-comma', 'f(**a,)\n'),
    ('star-comma', 'def f(*a,):\n    pass\n'),
    ('star-comma', 'def f(**a,):\n    pass\n'),
    ('star-comma', 'f = lambda *a,: 1\n'),
    ('star-unpack', 'a, *b = c\n'),
    ('star-unpack', 'x = [*a]\n'),
    ('star-unpack', 'x = {**a}\n'),
    ('star-unpack', 'for x in *a, b:\n    pass\n', (3, 9)),
    ('star-unpack', 'class A(*b):\n    pass\n'),
    ('str-format', 'x = "{}".format(1)\n'),
    ('str-format', 'x = str.format("{}", 1)\n'),
    ('t-string', 'x = t"a"\n'),
    ('t-string', 'x = Rt"a"\n'),
    ('try-finally', 'try:\n    pass\nexcept E:\n    pass\nfinally:\n    pass\n'),
    ('try-finally', 'try:\n    pass\nexcept E:\n    pass\nelse:\n    pass\nfinally:\n    pass\n'),
    ('type-params', 'type A = int\n', (3, 12)),
    ('type-params', 'def f[T](a):\n    pass\n', (3, 12)),
    ('type-params', 'class A[T]:\n    pass\n', (3, 12)),
    ('unicode', "x = u'a'\n"),
    ('unicode', 'x = ur"a"\n', (9,)),     # from 3.14 on not even a token
    ('walrus', 'if (a := b):\n    pass\n'),
    ('with', 'with a:\n    pass\n'),
    ('with', 'with a as b, c as d:\n    pass\n'),
    ('yield-bare', 'def f():\n    yield\n'),
    ('yield-expr', 'def f():\n    x = yield 1\n'),
    ('yield-expr', 'def f():\n    (yield 1)\n'),
    ('yield-expr', 'def f():\n    g((yield 1))\n'),
    ('yield-expr', 'f = lambda: (yield 1)\n'),
    ('yield-finally', 'def f():\n    try:\n        yield 1\n    finally:\n        pass\n'),
    ('yield-finally', 'def f():\n    try:\n        if a:\n            yield 1\n    finally:\n'
                      '        pass\n'),
    ('yield-from', 'def f():\n    yield from a\n'),
    # What 2.x alone knows, and plain mistakes.
    ('syntax', 'raise E, "a"\n'),
    ('syntax', 'x = `a`\n'),
    ('syntax', 'x = a <> b\n'),
    ('syntax', 'def f(a, (b, c)):\n    pass\n'),
    ('syntax', 'def f(:\n'),
    ('syntax', 'return\n'),
    ('syntax', 'if a:\n\tb\n        c\n'),
]

ACCEPTED = [
    '',
    '"""A docstring."""\n',
    'from __future__ import division\nx = 1 / 2\n',
    '# -*- coding: utf-8 -*-\nx = "\xe9"\n',
    '#!/usr/bin/env python\n# vim: set fileencoding=utf-8 :\nx = "\xe9"\n',
    'from a import (b, c,)\nimport d.e as f\n',
    'class A:\n    pass\n',
    'class A(object):\n    x = ()\n',
    'class A(B, C):\n    pass\n',
    '@a\n@a.b\n@a.b(1, c=2)\ndef f():\n    pass\n',
    'def f(a, b=1, *args, **kw):\n    return a\n',
    'def f(a, b,):\n    return a\n',
    'f(a, k=1, *args, **kw)\n',
    'f(a, b,)\nf(*(a, b,))\n',
    'f(a for a in b)\n',
    'x = [a for a in b if c if d]\ny = dict([(a, b) for a, b in c])\nz = {}\nw = {1: 2,}\n',
    'x = a[...]\ny = a[..., 1]\nz = a[1:2, ::3]\n',
    'x = a * b ** c\ny = lambda *a: a\nz = lambda *a, **k: (a, k)\n',
    'x = 0x1F + 10 + 1.5e3 + 2j\n',
    "x = r'a\\d' + R'b'\ny = 'u' 'b' 'f'\n",
    'x = "%s %r" % (a, b)\n',
    'a.format(1)\nformat(1)\n',
    'getattr(a, "print")\nprint_ = a.print_\nexec_ = 1\nprinted = 2\n',
    'match = re.match\nmatch(a)\ntype = 1\ntype(a)\ncase = 2\n',
    'try:\n    pass\nexcept (E, F):\n    e = sys.exc_info()[1]\n',
    'try:\n    pass\nexcept E:\n    raise\nelse:\n    pass\n',
    'try:\n    try:\n        pass\n    except E:\n        pass\nfinally:\n    pass\n',
    'for x in y:\n    try:\n        continue\n    finally:\n        pass\n',
    'try:\n    pass\nfinally:\n    for x in y:\n        break\n',
    'try:\n    pass\nfinally:\n    def f():\n        return 1\n',
    'def f():\n    yield 1\n    yield 1, 2\n    yield None\n    return\n',
    'def f():\n    try:\n        yield 1\n    except E:\n        pass\n',
    'def f():\n    try:\n        def g():\n            yield 1\n    finally:\n        pass\n',
    'def f():\n    def g():\n        yield 1\n    return g\n',
    'raise E("a")\n',
    'global a\na = 1\n',
    'def f():\n    global a\n    a = 1\n',
    'if not a is b and c not in d or e != f:\n    pass\nelif g:\n    pass\n',
    'while 1:\n    break\nelse:\n    del a, b\n',
    'assert a, "b"\n',
    'x = a and b or c; y = -1\n',
    'a = b = c\na += 1\na.b, c[0] = d\n',
]


def encoded(snippet):
    if sys.version_info < (3,):
        snippet = snippet.decode('latin-1')
    return snippet.encode('utf-8')


def problem(source, name):
    """Return what this interpreter says against the source, or None."""
    try:
        compile(source, name, 'exec', 0, 1)
    except SyntaxError:
        return '%s: %s' % (name, sys.exc_info()[1])
    return None


def sources():
    """Return the paths of all files that every interpreter must compile."""
    found = []
    for top in ('shim', 'tests', 'examples'):
        for folder, folders, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                path = os.path.join(folder, name)
                relative = path[len(ROOT) + 1:].replace(os.sep, '/')
                excluded = [each for each in EXCLUDED if relative.startswith(each)]
                if name.endswith('.py') and not excluded:
                    found.append(path)
    return found


class TestCompiles(support.TestCase):
    """On the interpreter that runs this, be it 2.4 or 3.15."""

    def test_sources(self):
        paths = sources()
        self.assertEqual(os.path.join(ROOT, 'tests', 'test_oldsyntax.py') in paths, True)
        problems = []
        for path in paths:
            stream = open(path, 'rb')
            try:
                problems.append(problem(stream.read(), path))
            finally:
                stream.close()
        self.assertEqual([each for each in problems if each], [])

    def test_accepted_snippets(self):
        problems = [problem(encoded(snippet), repr(snippet)) for snippet in ACCEPTED]
        self.assertEqual([each for each in problems if each], [])


class TestChecker(support.TestCase):

    def setUp(self):
        if sys.version_info < CHECKER_RUNS_ON:
            raise support.SkipTest('tools/oldsyntax.py needs CPython 3.8+ to run')
        sys.path.insert(0, os.path.dirname(CHECKER))
        try:
            self.checker = __import__('oldsyntax')
        finally:
            del sys.path[0]
        self.folder = tempfile.mkdtemp()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def rules(self, snippet):
        found = self.checker.check_source(encoded(snippet))
        return [rule for line, rule, message in found]

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        stream = open(path, 'w')
        try:
            stream.write(text)
        finally:
            stream.close()
        return path

    def run_checker(self, *arguments):
        support.needs_processes()
        child = subprocess.Popen((sys.executable, CHECKER) + arguments, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        output = child.communicate()[0].decode()
        return child.returncode, output

    def test_rejects(self):
        wrong = []
        for row in REJECTED:
            rules = self.rules(row[1])
            expected = row[:1]
            if row[2:] and sys.version_info < row[2]:
                expected += ('syntax',)
            if not [rule for rule in expected if rule in rules]:
                wrong.append((row, rules))
        self.assertEqual(wrong, [])

    def test_accepts(self):
        findings = [(snippet, self.rules(snippet)) for snippet in ACCEPTED]
        self.assertEqual([finding for finding in findings if finding[1]], [])

    def test_every_rule_has_a_snippet(self):
        rules = set([row[0] for row in REJECTED] + ['shadow'])    # test_shadow
        self.assertEqual(rules, set(list(self.checker.RULES) + ['syntax']))

    def test_line_numbers(self):
        found = self.checker.check_source('x = 1\n\nif x:\n    print(x)\n'.encode('ascii'))
        self.assertEqual([finding[:2] for finding in found], [(4, 'print')])

    def test_shadow(self):
        path = self.write('subprocess.py', '')
        outside = 'import subprocess\nfrom subprocess import Popen\nimport os\n'.encode('ascii')
        self.assertEqual(self.checker.check_source(outside, path), [])
        self.write('__init__.py', '')
        found = self.checker.check_source(outside, path)
        self.assertEqual([finding[:2] for finding in found], [(1, 'shadow'), (2, 'shadow')])

    def test_excluded(self):
        self.assertEqual(self.checker.EXCLUDED, EXCLUDED)
        for name in EXCLUDED:
            self.assertEqual(os.path.exists(os.path.join(ROOT, name)), True)

    def test_exit_status_and_output(self):
        good = self.write('good.py', 'x = 1\n')
        self.assertEqual(self.run_checker(good), (0, '1 files checked, 0 findings\n'))
        bad = self.write('bad.py', 'with a:\n    pass\n')
        status, output = self.run_checker(self.folder)
        self.assertEqual(status, 1)
        self.assertEqual(output.splitlines(), [
            '%s:1: %s [with]' % (bad, self.checker.RULES['with']),
            '2 files checked, 1 findings'])
        # Nothing checked is not success.
        self.assertEqual(self.run_checker(os.path.join(self.folder, 'none'))[0], 2)
        empty = os.path.join(self.folder, 'empty')
        os.mkdir(empty)
        self.assertEqual(self.run_checker(empty)[0], 2)

    def test_compile_with(self):
        bad = self.write('bad.py', 'x = 1\ny = = 2\n')
        status, output = self.run_checker('--compile-with', sys.executable, bad)
        self.assertEqual(status, 1)
        self.assertEqual('%s:2: %s: ' % (bad, sys.executable) in output, True)
        self.assertEqual('[compile]' in output, True)
        good = self.write('good.py', 'x = 1\n')
        self.assertEqual(self.run_checker('--compile-with', sys.executable, good)[0], 0)
        self.assertEqual(self.run_checker('--compile-with', self.folder, good)[0], 2)

    def test_own_sources(self):
        status, output = self.run_checker()
        self.assertEqual((status, output.splitlines()[:-1]), (0, []))
