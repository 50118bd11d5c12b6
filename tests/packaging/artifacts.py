"""What there is to install: folder, zip and zipapp, made of what tools/dist_build.py builds.

    folder: shim/ and six.py      zip: the wheel's and six.py      zipapp: those and a program
"""
import os
import shutil
import zipfile

import interpreters
from dist_build import fresh
from environments import step
from fetched import old_six

WORK = os.path.join(interpreters.WORK, 'packaging')
HERE = os.path.dirname(os.path.abspath(__file__))


def empty(*names):
    """A folder below WORK, with nothing in it."""
    return fresh(os.path.join(WORK, *names))


def make_folder(source):
    """A folder with shim/ and six.py, and nothing else."""
    folder = empty('folder')
    shutil.copytree(os.path.join(source, 'shim'), os.path.join(folder, 'shim'))
    with open(os.path.join(folder, 'six.py'), 'wb') as stream:
        stream.write(old_six())
    return folder


def make_zip(wheel):
    """What the wheel installs, and six.py."""
    path = os.path.join(empty('zip'), 'shim.zip')
    with zipfile.ZipFile(wheel) as source:
        files = {name: source.read(name) for name in source.namelist() if name.startswith('shim/')}
    files['six.py'] = old_six()
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as target:
        for name in sorted(files):
            target.writestr(name, files[name])
    return path


def make_zipapp(python, copied):
    """A program with all that it needs: `python -m zipapp` of the folder and program.py."""
    folder = empty('zipapp')
    inside = os.path.join(folder, 'inside')
    shutil.copytree(copied, inside)
    shutil.copy(os.path.join(HERE, 'program.py'), inside)
    path = os.path.join(folder, 'program.pyz')
    step([python, '-m', 'zipapp', '--main', 'program:main', '--output', path, inside], folder)
    return path
