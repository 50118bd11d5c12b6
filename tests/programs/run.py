"""Programs that others wrote for multiprocessing run on shim: the same output, and exit status.

    python tests/programs/run.py [NAME ...]

Installs them from the package index into .matrix/programs, runs each as it is and then with shim in
the place of multiprocessing (launch.py), and sees that shim's Pool or Process did the work.  One
line each; exits with 1 on any failure.  Needs Python 3.8+ with venv, pip and fork.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(ROOT, '.matrix', 'programs')
PACKAGES = ['flake8', 'isort', 'autopep8', 'vermin', 'sphinx', 'six']

# {name: (script, arguments, what to compare beside the output)}; below a folder with a copy of the
# standard library's json and email packages, and a small Sphinx project.
PROGRAMS = {
    'flake8': ('flake8', ['-j2', '--isolated', 'code'], None),
    'isort': ('isort', ['-j2', '--settings-path', '.', '--check-only', 'code'], None),
    'isort-changes': ('isort', ['-j2', '--settings-path', '.', 'code'], 'code'),
    'autopep8': ('autopep8', ['-j2', '--global-config', 'none', '--recursive', '--in-place', 'code'],
                 'code'),
    'vermin': ('vermin', ['--processes=2', '-vvv', 'code'], None),
    'sphinx': ('sphinx-build', ['-j2', '-q', '-b', 'text', 'docs', 'built'], 'built'),
}


def install():
    python = os.path.join(WORK, 'venv', 'bin', 'python')
    ready = os.path.join(WORK, 'venv', 'ready')
    if not os.path.exists(ready):
        subprocess.run([sys.executable, '-m', 'venv', '--clear', os.path.join(WORK, 'venv')],
                       check=True)
        subprocess.run([python, '-m', 'pip', 'install', '--quiet'] + PACKAGES, check=True)
        open(ready, 'w').close()
    return python


def lay_out(folder):
    """What the programs are to work on."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, 'docs'))
    library = os.path.dirname(os.__file__)
    for name in ('json', 'email'):
        shutil.copytree(os.path.join(library, name), os.path.join(folder, 'code', name),
                        ignore=shutil.ignore_patterns('__pycache__'))
    names = ['page%02d' % number for number in range(30)]
    write(os.path.join(folder, 'docs', 'conf.py'), "project = 'some pages'\n")
    write(os.path.join(folder, 'docs', 'index.rst'), 'Some pages\n==========\n\n.. toctree::\n\n'
          + ''.join('   %s\n' % name for name in names))
    for name in names:
        write(os.path.join(folder, 'docs', name + '.rst'),
              '%s\n======\n\nSee :doc:`index`, *again and again*.\n' % name)


def write(path, text):
    with open(path, 'w') as stream:
        stream.write(text)


def run(command, folder):
    environ = {name: value for name, value in os.environ.items()
               if not name.startswith(('SHIM_', 'PYTHONPATH'))}
    environ['PYTHONDONTWRITEBYTECODE'] = '1'
    # The stdlib's pool may end its workers before they have flushed what they printed.
    environ['PYTHONUNBUFFERED'] = '1'
    done = subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120)
    # Workers print as they come, and a line's end may be another write than the line.
    lines = re.split(r'\n|(?=ERROR: |Fixing )', done.stdout.decode(errors='replace'))
    return done.returncode, sorted(line for line in lines if line)


def contents(folder):
    found = {}
    for here, folders, names in os.walk(folder):
        for name in names:
            if '.doctrees' not in here and name != '.buildinfo':
                with open(os.path.join(here, name), 'rb') as stream:
                    found[os.path.relpath(os.path.join(here, name), folder)] = stream.read()
    return found


def check(name, python):
    """Return what is wrong, or None, and what shim did."""
    name_of_script, arguments, kept = PROGRAMS[name]
    seen = []
    report = os.path.join(WORK, name + '.report')
    folder = os.path.join(WORK, 'at')      # the same name in both outputs
    script = os.path.join(os.path.dirname(python), name_of_script)
    for command in ([python, script], [python, os.path.join(HERE, 'launch.py'), report, script]):
        lay_out(folder)
        if os.path.exists(report):
            os.remove(report)
        outcome = run(command + arguments, folder)
        seen.append(outcome + ((contents(os.path.join(folder, kept)) if kept else None),))
    if not os.path.exists(report):
        return 'shim did nothing:\n' + '\n'.join(seen[1][1][-20:]), ''
    with open(report) as stream:
        done = stream.read().split('\n')[:-1]
    did = ', '.join('%d x %s' % (done.count(each), each) for each in sorted(set(done)))
    if seen[0][0] != seen[1][0]:
        return 'exit status %s, not %s:\n%s' % (seen[1][0], seen[0][0], '\n'.join(seen[1][1])), did
    if seen[0][1] != seen[1][1]:
        return 'another output:\n%s\nwithout shim:\n%s' % (
            '\n'.join(seen[1][1][:40]), '\n'.join(seen[0][1][:40])), did
    if seen[0][2] != seen[1][2]:
        return 'other files', did
    if kept is not None and not seen[0][2]:
        return 'no files', did
    return None, '%s; exit status %s, %d lines' % (did, seen[0][0], len(seen[0][1]))


def main(names):
    python = install()
    failed = 0
    for name in names or PROGRAMS:
        wrong, did = check(name, python)
        failed += wrong is not None
        print('%-14s %s  %s' % (name, 'ok' if wrong is None else 'FAILED: ' + wrong, did), flush=True)
    print('%d passed, %d failed' % (len(names or PROGRAMS) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
