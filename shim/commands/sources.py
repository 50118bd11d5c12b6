"""The .py files that the demo reads: those of a folder, or of the interpreter's own library."""
import os
import sys
import zipfile

from shim.commands import counting

OTHERS = 'site-packages', 'dist-packages'       # below the library, but not of it


def library():
    """The path of this interpreter's standard library; None if it can't be found.

    Of a library in a zip archive it is /python.zip, or /python.jar/Lib: no folder.
    """
    for folder in [os.path.dirname(getattr(os, '__file__', ''))] + sys.path:
        for name in ('os.py', 'os.pyc', 'os$py.class'):
            path = os.path.join(folder, name)
            if os.path.isfile(path) or path in zipped(folder):
                return folder
    return None


def archive_of(folder):
    """The zip archive that the folder is or is in, or None."""
    path = counting.archive_of(os.path.join(folder, 'x'))
    if path is not None and zipfile.is_zipfile(path):
        return path
    return None


def zipped(folder):
    """The paths of all that is below a folder in a zip archive; of a real folder none."""
    archive = archive_of(folder)
    if archive is None:
        return []
    opened = zipfile.ZipFile(archive)
    try:
        paths = [os.path.join(archive, *name.split('/')) for name in opened.namelist()]
    finally:
        opened.close()
    return [path for path in paths if path.startswith(os.path.join(folder, ''))]


def find(folder, leave_out=()):
    """(sorted paths of the .py files below a folder, paths of folders that can't be read)."""
    unreadable = []

    def note(error):
        unreadable.append(error.filename)

    if archive_of(folder) is not None:
        paths = [path for path in zipped(folder)
                 if not [name for name in leave_out if os.sep + name + os.sep in path]]
    else:
        paths = []
        for here, folders, names in os.walk(folder, True, note):
            folders[:] = [name for name in folders if name not in leave_out]
            paths.extend([os.path.join(here, name) for name in names])
    paths = [(path.split(os.sep), path) for path in paths if path.endswith('.py')]
    paths.sort()
    unreadable.sort()
    return [path for parts, path in paths], unreadable
