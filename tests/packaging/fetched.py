"""What comes from the package index, once, and is used offline from then on: below .matrix/wheels.

By the pip and the index that the user has configured; what fails is Lacking.
"""
import os
import shutil
import sys
import tarfile
import threading

import interpreters
from dist_build import Lacking, environment, last_line, run

WHEELS = os.path.join(interpreters.WORK, 'wheels')
OLD_SIX = interpreters.OLD[0]
# What is installed from source, and by whom: setuptools 1.4.2, pip 1.1 and six 1.4.1 are the last for 2.4.
SDISTS = (OLD_SIX, 'six==1.12.0', 'multiprocessing==2.6.2.1')
OLD_TOOLS = ('setuptools==1.4.2', 'pip==1.1', 'pip==9.0.3')

_fetching = threading.Lock()


def fetch(folder, options, requirements, python=sys.executable):
    """Download into a folder below WHEELS, unless it was done; return its path."""
    folder = os.path.join(WHEELS, folder)
    ready = os.path.join(folder, 'ready for ' + ' '.join(requirements))
    with _fetching:
        if not os.path.exists(ready):
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            # One after the other: several versions of one project are a conflict.
            for requirement in requirements:
                command = [python, '-m', 'pip', '--disable-pip-version-check', 'download',
                           '--quiet', '--dest', folder] + options + [requirement]
                status, output = run(command, WHEELS, 300, environment())
                if status:
                    raise Lacking('%s: %s' % (' '.join(command), last_line(output)))
            open(ready, 'w').close()
    return folder


def wheels_for(interpreter):
    """A folder with what its pip needs to install the sdist.

    One for each version: an old pip does not know by a file's name that it is for others.
    """
    version = '%d.%d' % interpreter.version[:2]
    return fetch(version, [
        '--no-deps', '--python-version', version, '--implementation', 'py', '--abi', 'none',
        '--platform', 'any', '--only-binary', ':all:'], ['six', 'setuptools', 'wheel', 'pip'])


def freezer(python):
    """A folder with PyInstaller for that interpreter, and all that it needs."""
    version = run([python, '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], WHEELS, 60,
                  environment())[1].strip()
    return fetch('pyinstaller-' + version, ['--only-binary', ':all:'], ['pyinstaller'], python)


def from_source(requirements):
    """pip's options: the sdists of these, whatever they are built with."""
    return ['--no-deps', '--no-binary', ','.join(each.split('=')[0] for each in requirements)]


def old_six():
    """The source of the six.py that runs on 2.4, and on all others."""
    name = OLD_SIX.replace('==', '-')
    folder = fetch(name, from_source([OLD_SIX]), [OLD_SIX])
    with tarfile.open(os.path.join(folder, name + '.tar.gz')) as archive:
        return archive.extractfile(name + '/six.py').read()


def sources(others, folder, requirements):
    """A folder with sdists.  pip runs their setup.py to know them, and those are for 2.x."""
    for other in others:
        if other.version[:2] == (2, 7) and other.name == 'python':
            return fetch(folder, from_source(requirements), requirements, other.executable)
    raise Lacking('a 2.7 with pip, to download %s' % ', '.join(requirements))
