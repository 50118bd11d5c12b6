"""Build the sdist and the wheel that can be released, of the last commit, into dist/.

    python tools/release.py [--to FOLDER]

Builds twice, from two clones in different folders, one after the other, under another umask and
time zone: every byte must be the same.  (It takes its times from the commit; another setuptools
or zlib may pack otherwise, so it prints which they were.)  Then checks names, tags, metadata, the
files, that 2.4 can read the sdist, what twine says, and that CHANGES.rst tells of this version.
Fails if something is not committed, or if the folder has the same version with other bytes.

Uploads nothing.  Needs Python 3.8+ with pip, git, and once the package index: setuptools and twine
are kept below .matrix/.
"""
import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

import dist_check
from dist_build import (
    ROOT, SETUPTOOLS, Failed, Lacking, build, copy, environment, run, tool_environment)

TOOLS = os.path.join(ROOT, '.matrix', 'release', 'tools%d.%d' % sys.version_info[:2])
ZIP_TICK = 2        # seconds: what a zip can tell apart
VERSIONS = ('import setuptools, twine; '
            'print("setuptools %s, twine %s" % (setuptools.__version__, twine.__version__))')


def tell(command, cwd=ROOT):
    """What a command writes; Failed if it fails."""
    status, output = run(command, cwd, 120, environment())
    if status:
        raise Failed('exit status %d: %s' % (status, ' '.join(command)), output)
    return output.strip()


def clone(folder, umask):
    """The last commit, in a folder of its own."""
    previous = os.umask(umask)
    try:
        tell(['git', 'clone', '--quiet', '--no-hardlinks', ROOT, folder])
    finally:
        os.umask(previous)


def build_twice(python, folder, epoch):
    """Build in two places and compare; return the files, the clone's folder and its file names."""
    made = []
    for name, umask, others in (('one', 0o22, {}),
                                ('another/place', 0o77, {'TZ': 'Asia/Kathmandu'})):
        source = os.path.join(folder, name)
        clone(source, umask)
        clean = source + '-clean'
        names = copy(source, clean)
        begun = time.time()
        os.environ.update(others)
        made.append(build(python, clean, os.path.join(folder, name + '-built'), epoch)[:2])
        time.sleep(max(0, begun + ZIP_TICK - time.time()))
    for one, other in zip(*made):
        compare_bytes(one, other)
    return made[0], source, names


def compare_bytes(one, other):
    """Complain about what differs."""
    if os.path.basename(one) != os.path.basename(other):
        raise Failed('another name: %s, %s' % (one, other))
    if contents(one) != contents(other):
        differ = sorted(set(dist_check.members(one).items())
                        ^ set(dist_check.members(other).items()))
        raise Failed('%s: not the same bytes as before' % os.path.basename(one),
                     '\n'.join(sorted({name for name, told in differ})) or 'only the packing')


def contents(path):
    return dist_check.contents(*os.path.split(path))


def check_committed():
    """What is not committed would not be in it."""
    changed = tell(['git', 'status', '--porcelain'])
    if changed:
        raise Failed('not committed', changed)


def check_changes(source):
    """The newest version that CHANGES.rst tells of is this one."""
    version = dist_check.version_of(source)
    text = contents(os.path.join(source, 'CHANGES.rst')).decode()
    newest = re.search(r'(?m)^(\d\S*) .*\n-+$', text)
    if newest is None or newest.group(1) != version:
        raise Failed('CHANGES.rst does not begin with version %s' % version,
                     newest and newest.group() or '')


def check(python, made, source, names):
    sdist, wheel = made
    dist_check.check_sdist(sdist, source, names)
    dist_check.check_wheel(wheel, source, names)
    check_changes(source)
    tell([python, '-m', 'twine', 'check', '--strict'] + list(made))


def keep(made, target):
    """Put them there, unless others of that name are there."""
    os.makedirs(target, exist_ok=True)
    kept = [os.path.join(target, os.path.basename(path)) for path in made]
    for path, there in zip(made, kept):
        if os.path.exists(there):
            compare_bytes(path, there)
    for path, there in zip(made, kept):
        shutil.copyfile(path, there)
        print('%s  %s' % (hashlib.sha256(contents(there)).hexdigest(), there))


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--to', default=os.path.join(ROOT, 'dist'), metavar='FOLDER')
    options = parser.parse_args(argv)
    try:
        check_committed()
        python = tool_environment(TOOLS, [SETUPTOOLS, 'twine'])
        epoch = int(tell(['git', 'log', '-1', '--format=%ct']))
        with tempfile.TemporaryDirectory() as folder:
            made, source, names = build_twice(python, folder, epoch)
            check(python, made, source, names)
            keep(made, options.to)
        print('%s, zlib %s, time %d' % (tell([python, '-c', VERSIONS]), zlib.ZLIB_RUNTIME_VERSION,
                                        epoch))
    except (Failed, Lacking, OSError, subprocess.SubprocessError) as problem:
        print('FAILED: %s' % problem)
        if isinstance(problem, Failed):
            print(problem.shown())
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
