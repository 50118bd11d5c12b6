"""Checks the sdist and the wheel: have they all, and only, what they should?

Used by tools/release.py and tests/packaging.  Needs Python 3.8+.
"""
import email
import gzip
import os
import re
import tarfile
import zipfile

from dist_build import Failed

# Of no use without the repository.
NOT_IN_SDIST = {'.gitignore'}
EXTRAS = {'ampoule', 'backport', 'closures', 'dask', 'mpi', 'pp', 'progress', 'ray', 'test'}
TAR_BLOCK = 512


def compare(title, found, expected):
    """Complain about what is missing and what is too much."""
    missing, more = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    if missing or more:
        raise Failed(title, ''.join(['missing: %s\n' % name for name in missing]
                                    + ['too much: %s\n' % name for name in more]))


def version_of(source):
    with open(os.path.join(source, 'shim', '__init__.py')) as stream:
        return re.search("(?m)^__version__ = '([^']+)'", stream.read()).group(1)


def check_sdist(sdist, source, files):
    """2.4 must be able to read it, and nothing may have been forgotten."""
    top = 'poolshim-%s/' % version_of(source)
    if os.path.basename(sdist) != top[:-1] + '.tar.gz':
        raise Failed('the name of the sdist', os.path.basename(sdist))
    check_ustar(sdist)
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
        names = {member.name[len(top):] for member in members if member.isfile()}
        stray = [member.name for member in members if not (member.name + '/').startswith(top)]
        unlike = [name for name in names & set(files)
                  if archive.extractfile(top + name).read() != contents(source, name)]
    if stray or unlike:
        raise Failed('the sdist has other files or contents', '\n'.join(stray + unlike))
    generated = {name for name in names
                 if name in ('PKG-INFO', 'setup.cfg') or '.egg-info/' in name} - set(files)
    compare('the files of the sdist', names - generated, set(files) - NOT_IN_SDIST)


def contents(folder, name):
    with open(os.path.join(folder, name), 'rb') as stream:
        return stream.read()


def members(path):
    """{name: (data, time, mode)} of what an sdist or a wheel holds."""
    if path.endswith('.whl'):
        with zipfile.ZipFile(path) as archive:
            return {info.filename: (archive.read(info), info.date_time, info.external_attr)
                    for info in archive.infolist()}
    with tarfile.open(path) as archive:
        return {info.name: (info.isfile() and archive.extractfile(info).read(), info.mtime,
                            info.mode) for info in archive}


def check_ustar(path):
    """Look at the raw headers: a current tarfile hides what an older one can't read."""
    with gzip.open(path) as stream:
        data = stream.read()
    place = 0
    while place < len(data):
        header = data[place:place + TAR_BLOCK]
        if not header.strip(b'\0'):
            return
        name, kind, magic = header[:100].rstrip(b'\0').decode(), header[156:157], header[257:265]
        numbers = [field.strip(b'\0 ') for field in (header[108:116], header[116:124],
                                                     header[124:136], header[136:148])]
        if magic != b'ustar\x0000' or kind not in (b'0', b'5'):
            raise Failed('%s is no plain USTAR member' % name, '%r %r' % (kind, magic))
        if not all(re.match(b'[0-7]+$', number) for number in numbers):
            raise Failed('uid, gid, size, mtime of %s' % name, repr(numbers))
        if numbers[:2] != [b'0' * len(number) for number in numbers[:2]]:
            raise Failed('the sdist tells who built it: uid, gid of %s' % name, repr(numbers))
        place += TAR_BLOCK * (1 + -(-int(numbers[2], 8) // TAR_BLOCK))
    raise Failed('the sdist has no end', path)


def check_wheel(wheel, source, files):
    """One for all Pythons, that has the package and what it says of itself."""
    version = version_of(source)
    info = 'poolshim-%s.dist-info/' % version
    if os.path.basename(wheel) != 'poolshim-%s-py2.py3-none-any.whl' % version:
        raise Failed('the name of the wheel', os.path.basename(wheel))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = email.message_from_bytes(archive.read(info + 'METADATA'))
        tags = email.message_from_bytes(archive.read(info + 'WHEEL'))
    expected = [name for name in files if name.startswith('shim/')]
    expected += ['shim/' + name for name in files if re.match(r'examples/\w+\.py$', name)]
    compare('the files of the wheel', [name for name in names if not name.startswith(info)],
            expected)
    if not [name for name in names if re.match(re.escape(info) + '(.*/)?LICENSE$', name)]:
        raise Failed('the wheel has no LICENSE', '\n'.join(names))
    always = [text for text in metadata.get_all('Requires-Dist') if 'extra ==' not in text]
    said = {
        'name': metadata['Name'], 'version': metadata['Version'],
        'python': metadata['Requires-Python'], 'extras': set(metadata.get_all('Provides-Extra')),
        'tags': sorted(tags.get_all('Tag')), 'pure': tags['Root-Is-Purelib'],
        'requirements': {re.match(r'\w+', text).group() for text in always},
        'without a version of Python': [text for text in always if 'python_version' not in text]}
    right = {
        'name': 'poolshim', 'version': version, 'python': '>=2.4', 'extras': EXTRAS,
        'tags': ['py2-none-any', 'py3-none-any'], 'pure': 'true', 'requirements': {'six'},
        'without a version of Python': []}
    wrong = ['%s: %r, not %r' % (name, said[name], right[name])
             for name in right if said[name] != right[name]]
    if wrong:
        raise Failed('the metadata of the wheel', '\n'.join(wrong))
