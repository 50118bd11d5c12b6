"""Reject syntax that some CPython from 2.4 to 3.15 cannot compile.

The sources of shim/, tests/ and examples/ are ONE source: the very same files must import on
every CPython from 2.4 to 3.15, with no translation step.  What breaks on 2.4 (``with``,
``except X as e``, ``b''``, ``a if b else c``) is what fingers type by themselves, and no linter
knows 2.4 any more.  So this script reads each file with the ast and tokenize of a current
CPython and complains about whatever is newer; what was dropped since 2.4 does not parse here,
which is a finding too.  Syntax only: vermin looks after the library, and ``--compile-with``
asks a real old interpreter.

A line ``path:line: message [rule]`` per finding; exits with 0 (clean), 1 (findings) or 2 (not
done: no such PATH, no file to check, the other interpreter does not run).  Needs CPython 3.8+.
"""
import argparse
import ast
import glob
import io
import keyword
import os
import re
import subprocess
import sys
import tempfile
import token
import tokenize

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DEFAULT = ('shim', 'tests', 'examples')
# Drivers below DEFAULT that only a current CPython runs, started by their path, and what only mypy
# reads; nothing that an old interpreter imports.  Left out where a folder is walked, not where one is named.
EXCLUDED = ('tests/matrix.py', 'tests/interpreters.py', 'tests/limited.py', 'tests/reporting.py',
            'tests/packaging/', 'tests/programs/', 'tests/typed/')

RULES = {
    'annotation': 'annotations are 3.0+: say it in a comment or the docstring',
    'async': 'async/await are 3.5+: use threads, callbacks or plain generators',
    'bytes': "b'' is 2.6+: encode a plain string, or use the helper for bytes",
    'call-order': '2.4 wants f(a, k=v, *args, **kw): positionals, keywords, one *, one **',
    'class-decorator': 'class decorators are 2.6+: call it after the class, C = deco(C)',
    'class-keyword': 'class keywords are 3.0+: call the metaclass, Base = Meta("Base", ...)',
    'class-parens': '`class A():` is 2.5+: write `class A:` or `class A(object):`',
    'coding': 'non-ASCII without a coding line: use escapes, or add `# -*- coding: utf-8 -*-`',
    'decorator': '2.4 takes only @a.b or @a.b(...): bind the expression to a name first',
    'dict-comp': 'dict comprehensions are 2.7+: use dict([(k, v) for ...])',
    'ellipsis': '`...` outside a subscript is 3.0+: use pass or Ellipsis',
    'except-as': '`except X as e` is 2.6+: use `except X:` and sys.exc_info()[1]',
    'except-comma': '`except X, e` is 2.x, and a tuple on 3.14+: use sys.exc_info()[1], or (X, Y)',
    'except-star': 'except* is 3.11+: use plain except and look at the exception',
    'f-string': "f'' is 3.6+: use the % operator",
    'finally-jump': 'in finally continue fails before 3.8, return/break warn on 3.14+: go outside',
    'future': '2.4 and 3.15 share no other use of __future__ than division: drop it',
    'gen-return': '`return value` in a generator is 3.3+: use a bare return',
    'identifier': 'non-ASCII identifiers are 3.0+: use ASCII',
    'if-else': 'conditional expressions are 2.5+: use if/else statements',
    'keyword-name': 'a keyword in some version: choose another name, or getattr() with a string',
    'kwonly': 'keyword-only arguments are 3.0+: take **kw and pop from it',
    'match': 'match is 3.10+: use if/elif',
    'matmul': 'the operator @ is 3.5+: call a method',
    'nonlocal': 'nonlocal is 3.0+: keep the value in a list or an attribute',
    'number': '0o7, 0b1 are 2.6+, 07 is 2.x, 1_000 is 3.6+: use decimal, hex or int("7", 8)',
    'posonly': 'positional-only arguments are 3.8+: name them with a leading underscore',
    'print': 'print is a statement on 2.x (and prints tuples): use sys.stdout.write()',
    'raise-from': '`raise X from Y` is 3.0+: raise X, and set __cause__ by setattr if wanted',
    'relative-import': 'relative imports are 2.5+: write `from shim import x`',
    'set': 'set displays and comprehensions are 2.7+: use set([...])',
    'shadow': '2.4 would import the sibling of that name: rename the file next to this one',
    'star-comma': 'no comma after *args or **kw before 3.5 (calls), 3.6 (def): drop the comma',
    'star-unpack': 'stars outside of calls are 3.0+: slice, concatenate, or dict.update()',
    'str-format': 'str.format is 2.6+: use the % operator',
    't-string': "t'' is 3.14+: use the % operator",
    'try-finally': 'try/except/finally in one is 2.5+: put try/except inside of try/finally',
    'type-params': 'type statements and parameters are 3.12+: drop them',
    'unicode': "u'' fails on 3.0-3.2 (and ur'' on all 3.x): decode a plain string",
    'walrus': 'the walrus is 3.8+: assign in a statement of its own',
    'with': 'with is 2.6+: use try/finally',
    'yield-bare': 'yield without a value is 2.5+: write `yield None`',
    'yield-expr': 'yield is a statement on 2.4: a bare line `yield value`, no parentheses',
    'yield-finally': 'no yield in try/finally before 2.5: clean up in a class or in the caller',
    'yield-from': 'yield from is 3.3+: loop and yield',
}
# Nodes and operators that are wrong by being there (by name: the older asts lack some).
NODES = {
    'AnnAssign': 'annotation', 'AsyncFor': 'async', 'AsyncFunctionDef': 'async', 'Await': 'async',
    'AsyncWith': 'async', 'DictComp': 'dict-comp', 'IfExp': 'if-else', 'MatMult': 'matmul',
    'Match': 'match', 'NamedExpr': 'walrus', 'Nonlocal': 'nonlocal', 'Set': 'set',
    'SetComp': 'set', 'TypeAlias': 'type-params', 'With': 'with', 'YieldFrom': 'yield-from',
}
# Fields that must be empty, whichever node has them.
FIELDS = {
    'annotation': 'annotation', 'returns': 'annotation', 'cause': 'raise-from',
    'is_async': 'async', 'kwonlyargs': 'kwonly', 'posonlyargs': 'posonly',
    'type_params': 'type-params',
}
# Keywords of some version that are names, or names to assign to, in another.
HARD_WORDS = ('as', 'async', 'await', 'nonlocal', 'print', 'with', 'None', 'True', 'False')
SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
YIELDS = (ast.Yield, ast.YieldFrom)
JUMPS = (ast.Return, ast.Break, ast.Continue)


def call_rules(node):
    # On 3.8 a keyword has no place of its own, but its value has.
    parts = [(arg, 's' if isinstance(arg, ast.Starred) else 'p') for arg in node.args]
    parts += [(word.value, 'k' if word.arg else 'd') for word in node.keywords]
    parts.sort(key=lambda part: (part[0].lineno, part[0].col_offset))
    if not re.match('p*k*s?d?$', ''.join([kind for arg, kind in parts])):
        yield 'call-order'
    if isinstance(node.func, ast.Attribute) and node.func.attr == 'format':
        owner = node.func.value
        if isinstance(getattr(owner, 'value', None), str) or getattr(owner, 'id', None) == 'str':
            yield 'str-format'


def import_rules(node, siblings):
    module = getattr(node, 'module', None)
    if getattr(node, 'level', 0):
        yield 'relative-import'
    elif module == '__future__':
        if [alias for alias in node.names if alias.name != 'division']:
            yield 'future'
    # 2.4 looks into the package of the importing file first, so that the file may even
    # find itself (`import subprocess` in engines/subprocess.py).
    elif [1 for alias in node.names if (module or alias.name).split('.')[0] in siblings]:
        yield 'shadow'


def node_rules(node, siblings):
    """Yield the rules that a node of the syntax tree breaks."""
    for part in (node, getattr(node, 'op', None)):
        if type(part).__name__ in NODES:
            yield NODES[type(part).__name__]
    for field in FIELDS:
        if getattr(node, field, None):
            yield FIELDS[field]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from import_rules(node, siblings)
    elif isinstance(node, ast.Call):
        yield from call_rules(node)
    elif isinstance(node, ast.ClassDef):
        if node.decorator_list:
            yield 'class-decorator'
        if node.keywords:
            yield 'class-keyword'
    elif isinstance(node, ast.FunctionDef):
        for target in node.decorator_list:
            if isinstance(target, ast.Call):
                target = target.func
            while isinstance(target, ast.Attribute):
                target = target.value
            if not isinstance(target, ast.Name):
                yield 'decorator'
    elif isinstance(node, YIELDS):
        # `(yield x)` begins before its yield; 2.4 knows no parentheses there.
        if not (isinstance(node.parent, ast.Expr) and node.parent.col_offset == node.col_offset):
            yield 'yield-expr'
        elif node.value is None:
            yield 'yield-bare'
        if node.guarded:
            yield 'yield-finally'
    elif isinstance(node, JUMPS):
        if isinstance(node, node.leaving):
            yield 'finally-jump'
        if getattr(node, 'value', None) and hasattr(node.scope, 'yields'):
            yield 'gen-return'
    elif getattr(node, 'handlers', None) and node.finalbody:
        yield 'try-finally'
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield 'except-as'
    elif isinstance(node, ast.Dict) and None in node.keys or (
            isinstance(node, ast.Starred) and not isinstance(node.parent, ast.Call)):
        yield 'star-unpack'


def check_tree(tree, siblings, add):
    # Hand down to each node its scope, whether a try/finally of that scope is around it, and
    # which jumps would lead out of a finally clause; mark the scopes that are generators.
    tree.scope, tree.guarded, tree.leaving = tree, False, ()
    for node in ast.walk(tree):
        final = getattr(node, 'finalbody', ())
        for child in ast.iter_child_nodes(node):
            child.parent, child.scope, child.leaving = node, node.scope, node.leaving
            # 2.4 minds a yield only before `finally:`; nobody has to remember which part it was.
            child.guarded = node.guarded or bool(final)
            if isinstance(node, SCOPES):
                child.scope, child.guarded, child.leaving = node, False, ()
            elif child in final:
                child.leaving = JUMPS
            elif node.leaving and isinstance(node, (ast.For, ast.While)) and child in node.body:
                child.leaving = (ast.Return,)
            if isinstance(child, YIELDS):
                child.scope.yields = True
    for node in ast.walk(tree):
        for rule in node_rules(node, siblings):
            while not hasattr(node, 'lineno'):
                node = node.parent
            add(node.lineno, rule)


def check_tokens(tokens, add):
    """The rules about differences that the syntax tree does not show."""
    # Open brackets, and what needs none up to its colon, the heads of lambda and except:
    # [opener, follows an operand, first token of the item, same of the item before]
    stack = [['', False, None, None]]
    texts = [tok.string for tok in tokens] + [''] * 3
    for index, tok in enumerate(tokens):
        text, line, kind = tok.string, tok.start[0], token.tok_name[tok.type]
        last = tokens[index - 1] if index else None
        begins = last is None or last.type == token.NEWLINE
        before, after = '' if begins else last.string, texts[index + 1]
        operand = before in (')', ']', '}') or before != '' and (
            last.type in (token.NAME, token.STRING) and not keyword.iskeyword(before))
        frame = stack[-1]
        if text in (')', ']', '}') or text == ':' and frame[0] in ('lambda', 'except'):
            if before == ',' and frame[1] and frame[3] in ('*', '**'):
                add(line, 'star-comma')
            if len(stack) > 1:
                stack.pop()
        elif text == ',':
            frame[2:] = None, frame[2]
            if frame[0] == 'except':
                add(line, 'except-comma')
        elif frame[2] is None:
            frame[2] = text
        if text in ('(', '[', '{', 'lambda') or begins and text == 'except':
            stack.append([text, operand or text == 'lambda', None, None])
        if begins and text == 'except' and after == '*':
            add(line, 'except-star')
        if begins and text == '@' and after == '(':     # @(a.b) has the tree of @a.b
            add(line, 'decorator')
        if text == '...' and not (frame[:2] == ['[', True] and before in ('[', ',')
                                  and after in (',', ']')):
            add(line, 'ellipsis')
        elif kind == 'NUMBER':
            if text[:2].lower() in ('0o', '0b') or '_' in text:
                add(line, 'number')
        elif kind in ('STRING', 'FSTRING_START', 'TSTRING_START') or (
                # A prefix that this interpreter does not know is a name touching a string.
                kind == 'NAME' and re.match('(?i)[bfrtu]{1,2}$', text)
                and re.match('[\'"]', after) and tokens[index + 1].start == tok.end):
            prefix = re.match('[A-Za-z]*', text).group().lower()
            for letter, rule in zip('ftbu', ('f-string', 't-string', 'bytes', 'unicode')):
                if letter in prefix:
                    add(line, rule)
        elif kind == 'NAME':
            as_name = before in ('.', 'def', 'class') or after == '='
            if text == 'exec' or as_name and text in HARD_WORDS:
                add(line, 'keyword-name')
            elif text == 'print':
                add(line, 'print')
            elif text == 'class' and texts[index + 2:index + 4] == ['(', ')']:
                add(line, 'class-parens')
            if not text.isascii():
                add(line, 'identifier')


def check_source(raw, path='<string>'):
    """Return the sorted findings (line, rule, message) about the bytes of a source file."""
    found, tokens, error = set(), [], None

    def add(line, rule):
        found.add((line, rule, RULES[rule]))

    # A coding line counts in the second line only below a comment or a blank one.
    if not re.match(br'([ \t\f]*(#.*)?\r?\n)?[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+', raw):
        for number, text in enumerate(raw.split(b'\n'), 1):
            if not text.isascii():
                add(number, 'coding')
    siblings, folder = [], os.path.dirname(os.path.abspath(path))
    if os.path.isfile(os.path.join(folder, '__init__.py')):
        # From listdir, as isfile() may ignore case where the import of 2.4 does not.
        siblings = [re.sub(r'\.py$', '', name) for name in os.listdir(folder) if name[-3:] == '.py'
                    or os.path.isfile(os.path.join(folder, name, '__init__.py'))]
    try:
        for tok in tokenize.tokenize(io.BytesIO(raw).readline):
            if token.tok_name[tok.type] not in ('ENCODING', 'COMMENT', 'NL', 'INDENT', 'DEDENT'):
                tokens.append(tok)
    except (tokenize.TokenError, SyntaxError) as problem:
        error = problem
    check_tokens(tokens, add)       # as far as they go: they may explain the error
    try:
        tree = ast.parse(raw, path)
        check_tree(tree, siblings, add)
        compile(tree, path, 'exec', dont_inherit=True)      # finds more than the parser
    except (SyntaxError, ValueError) as problem:    # ValueError: null bytes
        error = problem
    # Another rule about the same line explains it better, and names the replacement.
    line = getattr(error, 'lineno', None) or 1
    if error is not None and line not in [finding[0] for finding in found]:
        found.add((line, 'syntax', 'CPython %d.%d says: %s' % (
            sys.version_info[0], sys.version_info[1], getattr(error, 'msg', None) or error)))
    return sorted(found)


# Old syntax, as the interpreter asked runs it.  Its argv is the .pyc to write (none belongs
# into the tree) and the sources, which it calls by number.
COMPILE = r"""
import py_compile, sys
for number in range(2, len(sys.argv)):
    try:
        py_compile.compile(sys.argv[number], sys.argv[1], None, True)
    except Exception:
        error = sys.exc_info()[1]
        text = "%d %r\n" % (number - 2, getattr(error, "msg", None) or repr(error))
        out = getattr(sys.stdout, "buffer", sys.stdout)
        out.write(text.encode("ascii", "backslashreplace"))
"""


def compile_with(python, paths):
    """Yield (path, line, message, rule) of what the interpreter fails to compile."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, '-E', '-c', COMPILE, os.path.join(folder, 'x.pyc')] + paths
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    for text in output.decode('ascii').splitlines():
        number, text = text.split(' ', 1)
        text = ast.literal_eval(text).strip()
        # 'File "x", line 3' or, for an IndentationError on 2.x, "..., ('x', 3, ..."
        line = int((re.findall(r"(?:\bline |', )(\d+)", text) or [1])[0])
        yield paths[int(number)], line, '%s: %s' % (python, text.splitlines()[-1]), 'compile'


def is_included(path):
    relative = os.path.relpath(os.path.abspath(path), ROOT)
    return not relative.replace(os.sep, '/').startswith(EXCLUDED)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('paths', nargs='*', metavar='PATH', help='default: ' + ' '.join(DEFAULT))
    parser.add_argument('--compile-with', action='append', default=[], metavar='PYTHON',
                        help='also compile every file with this interpreter (repeatable)')
    parser.add_argument('--list', action='store_true', help='only print the names of the files')
    options = parser.parse_args(argv)
    defaults = [os.path.join(ROOT, name) for name in DEFAULT]
    files = []
    for path in options.paths or filter(os.path.exists, defaults):
        if not os.path.exists(path):
            parser.error('no such file or directory: ' + path)
        below = glob.glob(os.path.join(glob.escape(path), '**', '*.py'), recursive=True)
        files += sorted(filter(is_included, below)) if os.path.isdir(path) else [path]
    if not files:
        parser.error('no file to check')    # checking nothing must not look like success
    if options.list:
        print('\n'.join(files))
        return 0
    findings = []
    for path in files:
        with open(path, 'rb') as stream:
            found = check_source(stream.read(), path)
        findings += [(path, line, message, rule) for line, rule, message in found]
    for python in options.compile_with:
        try:
            findings += compile_with(python, files)
        except (OSError, subprocess.CalledProcessError) as error:
            parser.error('--compile-with: %s' % error)
    for finding in findings:
        print('%s:%d: %s [%s]' % finding)
    print('%d files checked, %d findings' % (len(files), len(findings)))
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
