"""Check the stubs of shim: against its modules (stubtest), and by programs that use them (mypy).

    python tools/typing_check.py

Needs mypy and six beside this Python (3.10+).
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ALLOWED = os.path.join(ROOT, 'tools', 'stubtest.allow')


def run(title, arguments, stubs):
    """Run a module of mypy's; return whether it found nothing."""
    environ = dict(os.environ, PYTHONPATH=ROOT, MYPYPATH=stubs)
    done = subprocess.run([sys.executable, '-m'] + arguments, cwd=ROOT, env=environ)
    print('%s: %s' % (title, 'FAILED' if done.returncode else 'ok'), flush=True)
    return not done.returncode


def main():
    with tempfile.TemporaryDirectory() as folder:
        # Nothing but the stubs: what has none is in the language of 2.4, not to be checked here.
        os.mkdir(os.path.join(folder, 'shim'))
        for path in glob.glob(os.path.join(glob.escape(ROOT), 'shim', '*.pyi')):
            shutil.copy(path, os.path.join(folder, 'shim'))
        mypy = ['mypy', '--cache-dir', os.path.join(folder, 'cache')]
        good = [run('a program with annotations', mypy + ['--strict', 'tests/typed'], folder),
                # Their language has no annotations: what is in an empty dict they can't say.  Of
                # other libraries nothing, whatever is installed (Twisted's reactor is no module).
                run('the examples', mypy + ['--check-untyped-defs', '--no-site-packages',
                                            '--disable-error-code', 'var-annotated',
                                            '--disable-error-code', 'import-not-found',
                                            'examples'], folder),
                run('the stubs and the modules',
                    ['mypy.stubtest', '--concise', '--allowlist', ALLOWED, 'shim'], folder)]
    sys.exit(not all(good))


if __name__ == '__main__':
    main()
