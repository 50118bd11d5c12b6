"""Install the package in every way that people do, and use it there: on several Pythons.

    python tests/packaging/run.py [--only 2.7 3.13 | --all] [--jobs N] [--ways sdist zip]

    wheel, sdist    by pip, offline, into a fresh environment (2.4, 2.5: pip 1.1; 2.6: 9.0.3)
    easy_install    the same by it, from a folder of sdists (before 3)
    backport        the same with the extra `backport`: multiprocessing is built (2.4, 2.5)
    distutils       `setup.py install` of the unpacked sdist without setuptools (before 3.12)
    setup.py        the same with the setuptools that is there (before 2.7)
    copy            a folder with shim/ and six.py, and no site-packages
    zip             the wheel's files and six.py in a zip that is put on sys.path
    zipapp          a program with these, made by `python -m zipapp` (from 2.6 on)
    frozen          a program made by PyInstaller (from 3.8 on)

In each: the doctor, the demo, the examples, and pools and processes of every context.  Prints one
line per way and interpreter, found as tests/matrix.py finds them: ok, FAILED with the end of the
output, or what this machine lacked.  With --only, what is lacking is a failure, and so it is in
any case if nothing at all could be used.  Needs Python 3.8+ with pip, and once the package index;
keeps everything below .matrix/.
"""
import argparse
import concurrent.futures
import os
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.dirname(HERE), os.path.join(HERE, '..', '..', 'tools')]

import artifacts                                # noqa: E402
import dist_check                               # noqa: E402
from dist_build import Failed, Lacking          # noqa: E402
from interpreters import REQUIRED, find_interpreters     # noqa: E402
from ways import Ways, ways_of                  # noqa: E402

WAYS = ('wheel', 'sdist', 'easy_install', 'backport', 'distutils', 'setup.py', 'copy', 'zip',
        'zipapp', 'frozen')


def lack(what):
    raise Lacking(what)


class Report:
    def __init__(self, strict):
        self.strict = strict
        self.counts = {'passed': 0, 'failed': 0, 'lacking': 0}
        self._lock = threading.Lock()

    def add(self, label, way, work, *arguments):
        """Do it and say how it went; return what it returned."""
        start, kind, more, made = time.monotonic(), 'passed', '', None
        try:
            made = work(*arguments)
            said = 'ok'
        except Lacking as lacking:
            kind, said = 'lacking', 'lacking: %s' % lacking
            if self.strict:
                kind, said = 'failed', 'FAILED: %s' % said
        except Failed as failed:
            kind, said = 'failed', 'FAILED: %s' % failed
            more = ''.join('\n    | ' + line for line in failed.shown().splitlines())
        with self._lock:
            self.counts[kind] += 1
            print('%-16s %-12s %6.1f s  %s%s' % (label, way, time.monotonic() - start, said, more),
                  flush=True)
        return made


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--only', nargs='+', metavar='X.Y', help='just these, which must be there')
    parser.add_argument('--all', action='store_true', help='every interpreter found')
    parser.add_argument('--ways', nargs='*', choices=WAYS, default=WAYS, metavar='WAY',
                        help='just these: ' + ' '.join(WAYS))
    parser.add_argument('--jobs', type=int, default=2, metavar='N', help='so many at a time')
    options = parser.parse_args(argv)
    options.require = options.only or REQUIRED
    os.makedirs(artifacts.WORK, exist_ok=True)
    report = Report(bool(options.only))

    found = find_interpreters()[0]
    # On Pyodide nothing is installed by these ways, and who installs has nothing of it yet.
    chosen = [each for each in found.values() if each.name != 'pyodide' and not each.extras
              and (options.all or each.wanted(options.require))]
    for name in options.require:
        if not [each for each in chosen if each.wanted([name])]:
            report.add(name, '-', lack, 'not found (PATH, pyenv, SHIM_PYTHONS)')
    used = []
    ways = report.add('-', 'checkout', Ways, list(found.values()))
    if ways is not None and report.add('-', 'build', ways.build):
        report.add('-', 'setup.py', dist_check.check_ustar, ways.raw)
        for kind in ('sdist', 'wheel'):
            report.add('-', kind, getattr(dist_check, 'check_' + kind), getattr(ways, kind),
                       ways.source, ways.files)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as executor:
            used = [executor.submit(report.add, interpreter.label, way, ways.install_and_use,
                                    interpreter, way)
                    for interpreter in chosen for way in ways_of(interpreter)
                    if way in options.ways]
    worked = [each.result() for each in used]
    print('%(passed)d passed, %(failed)d failed, %(lacking)d lacking' % report.counts)
    return 1 if report.counts['failed'] or not any(worked) else 0


if __name__ == '__main__':
    sys.exit(main())
