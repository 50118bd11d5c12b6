"""Programs that others wrote for multiprocessing run on shim: the same output, files and exit status.

    python tests/programs/run.py [NAME ...]

Installs them from the package index into .matrix/programs, runs each as it is and then by `python -m
shim run`; SHIM_STATS tells whether shim's Pool did the work.  lib2to3 is that of this Python, if it has
one, and of a 2.7, if there is one (see tests/matrix.py).  One line each; exits with 1 on any failure.
Needs Python 3.8+ with venv, pip and fork.
"""
import ast
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.dirname(HERE))

import interpreters     # noqa: E402

WORK = os.path.join(ROOT, '.matrix', 'programs')
PACKAGES = ['flake8', 'isort', 'autopep8', 'vermin', 'sphinx', 'pylint', 'black', 'six']

# What of multiprocessing a program has its work done by; only pools appear in SHIM_STATS.
POOL, EXECUTOR, PROCESS = [], ['--executors'], None
# {name: (by what, command line, what to compare beside the output)}; below a folder with a copy of
# the standard library's json and email packages (json alone in small/), a program for Python 2
# (old/), and a small Sphinx project.
PROGRAMS = {
    'flake8': (POOL, ['flake8', '-j2', '--isolated', 'code'], None),
    'isort': (POOL, ['isort', '-j2', '--settings-path', '.', '--check-only', 'code'], None),
    'isort-changes': (POOL, ['isort', '-j2', '--settings-path', '.', 'code'], 'code'),
    'autopep8': (POOL, ['autopep8', '-j2', '--global-config', 'none', '--recursive', '--in-place',
                        'small'], 'small'),
    'vermin': (POOL, ['vermin', '--processes=2', '-vvv', 'code'], None),
    'sphinx': (PROCESS, ['sphinx-build', '-j2', '-q', '-b', 'text', 'docs', 'built'], 'built'),
    'pylint': (EXECUTOR, ['pylint', '-j2', '--rcfile=/dev/null', 'small'], None),
    'black': (EXECUTOR, ['black', '--workers=2', '--exclude=/none/', 'small'], 'small'),
    'compileall': (EXECUTOR, ['-m', 'compileall', '-j2', '-f', 'code'], 'code'),
    'lib2to3': (PROCESS, ['-m', 'lib2to3', '-j2', '-w', '-n', '--no-diffs', 'old'], 'old'),
}
OLD = '''import urllib2
print "number %d"
def has(d):
    return d.has_key(%d) and d.iteritems()
'''


def install():
    python = os.path.join(WORK, 'venv', 'bin', 'python')
    ready = os.path.join(WORK, 'venv', 'ready for ' + ' '.join(PACKAGES))
    if not os.path.exists(ready):
        subprocess.run([sys.executable, '-m', 'venv', '--clear', os.path.join(WORK, 'venv')],
                       check=True)
        subprocess.run([python, '-m', 'pip', 'install', '--quiet'] + PACKAGES, check=True)
        open(ready, 'w').close()
    return python


def lay_out(folder):
    """What the programs are to work on."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ('docs', 'old'):
        os.makedirs(os.path.join(folder, name))
    library = os.path.dirname(os.__file__)
    for name in ('code/json', 'code/email', 'small/json'):
        shutil.copytree(os.path.join(library, os.path.basename(name)), os.path.join(folder, name),
                        ignore=shutil.ignore_patterns('__pycache__'))
    names = ['page%02d' % number for number in range(30)]
    write(os.path.join(folder, 'docs', 'conf.py'), "project = 'some pages'\n")
    write(os.path.join(folder, 'docs', 'index.rst'), 'Some pages\n==========\n\n.. toctree::\n\n'
          + ''.join('   %s\n' % name for name in names))
    for number, name in enumerate(names):
        write(os.path.join(folder, 'docs', name + '.rst'),
              '%s\n======\n\nSee :doc:`index`, *again and again*.\n' % name)
        write(os.path.join(folder, 'old', name + '.py'), OLD % (number, number))


def write(path, text):
    with open(path, 'w') as stream:
        stream.write(text)


def run(command, folder, stats, libraries):
    environ = interpreters.clean_environ(
        PYTHONPATH=os.pathsep.join([ROOT] + libraries), PYTHONDONTWRITEBYTECODE='1',
        # The stdlib's pool may end its workers before they have flushed what they printed.
        PYTHONUNBUFFERED='1',
        # What they remember of the last time would differ.
        PYLINTHOME=os.path.join(folder, 'cache'), BLACK_CACHE_DIR=os.path.join(folder, 'cache'))
    if stats:
        environ['SHIM_STATS'] = stats
    done = subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120)
    # Workers print as they come, and a line's end may be another write than the line.
    lines = re.split(r'\n|(?=ERROR: |Fixing |RefactoringTool: |Compiling )', done.stdout.decode(errors='replace'))
    return done.returncode, sorted(line for line in lines if line)


def contents(folder):
    found = {}
    for here, folders, names in os.walk(folder):
        for name in names:
            if '.doctrees' not in here and name != '.buildinfo':
                path = os.path.join(here, name)
                with open(path, 'rb') as stream:
                    found[os.path.relpath(path, folder)] = stream.read()
                if name.endswith('.pyc'):       # not the same bytes each time
                    found[os.path.relpath(path, folder)] = None
    return found


def check(python, libraries, kind, command, kept):
    """Return what is wrong, or None, and what shim did."""
    seen = []
    stats = os.path.join(WORK, 'stats')
    folder = os.path.join(WORK, 'at')       # the same name in both outputs
    if command[0] != '-m':
        command = [os.path.join(os.path.dirname(python), command[0])] + command[1:]
    if os.path.exists(stats):
        os.remove(stats)
    for way, path in (([], None), (['-m', 'shim.__main__', 'run'] + (kind or []), stats)):
        lay_out(folder)
        outcome = run([python] + way + command, folder, path, libraries)
        seen.append(outcome + ((contents(os.path.join(folder, kept)) if kept else None),))
    done = {}
    if os.path.exists(stats):
        with open(stats) as stream:
            for told in map(ast.literal_eval, stream):
                done[told['context']] = done.get(told['context'], 0) + told['done']
    did = ', '.join('%d tasks by %s' % (done[each], each) for each in sorted(done))
    if kind is not PROCESS and not sum(done.values()):
        return "shim's Pool did nothing:\n" + '\n'.join(seen[1][1][-20:]), did
    if seen[0][0] != seen[1][0]:
        return 'exit status %s, not %s:\n%s' % (seen[1][0], seen[0][0], '\n'.join(seen[1][1])), did
    if seen[0][1] != seen[1][1]:
        return 'another output:\n%s\nwithout shim:\n%s' % (
            '\n'.join(seen[1][1][:40]), '\n'.join(seen[0][1][:40])), did
    if seen[0][2] != seen[1][2]:
        return 'other files', did
    if kept is not None and not seen[0][2]:
        return 'no files', did
    return None, '%s; exit status %s, %d lines' % (
        did or 'processes', seen[0][0], len(seen[0][1]))


def places(name, python):
    """Yield (label, interpreter, folders for its PYTHONPATH): where to run a program."""
    if name != 'lib2to3' or sys.version_info < (3, 13):
        yield name, python, []
    if name == 'lib2to3':
        found = interpreters.find_interpreters()[0]
        if '2.7' in found:
            libraries = interpreters.prepare(found['2.7'], found.values())[0]
            yield name + ' of 2.7', found['2.7'].executable, [libraries]
        else:
            print('%-16s NOT TESTED on 2.7, which is not here' % name)


def main(names):
    python = install()
    passed = failed = 0
    for name in names or PROGRAMS:
        for label, executable, libraries in places(name, python):
            start = time.monotonic()
            wrong, did = check(executable, libraries, *PROGRAMS[name])
            failed += wrong is not None
            passed += wrong is None
            print('%-16s %s  %s, %.0f s' % (label, 'ok' if wrong is None else 'FAILED: ' + wrong, did,
                                            time.monotonic() - start), flush=True)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
