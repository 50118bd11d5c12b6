"""What there is to install (sdist, wheel, folder, zip), made of a clean copy; is it whole?

    checkout -- the files that git knows or would add --> copy --> sdist --> unpacked --> wheel
                                        folder: shim/ and six.py <-'          zip: and six.py <-'
"""
import email
import gzip
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile

import interpreters

WORK = os.path.join(interpreters.WORK, 'packaging')
WHEELS = os.path.join(interpreters.WORK, 'wheels')
# Of no use without the repository.
NOT_IN_SDIST = {'.gitignore'}
EXTRAS = {'ampoule', 'backport', 'closures', 'dask', 'mpi', 'pp', 'progress', 'ray', 'test'}
OLD_SIX = interpreters.OLD[0]
BUILD = ('import os, sys; from setuptools import build_meta; '
         'sys.stdout.write("\\nbuilt " + getattr(build_meta, sys.argv[1])(sys.argv[2]))')
TAR_BLOCK = 512
SHOWN = 30          # lines of the output of what failed


class Failed(Exception):
    """Something is wrong with the package: what, and the output that shows it."""

    def __init__(self, what, output=''):
        Exception.__init__(self, what)
        self.output = output

    def shown(self):
        """The end of it."""
        return '\n'.join(self.output.rstrip().splitlines()[-SHOWN:])


class Lacking(Exception):
    """What this machine lacks for a test."""


def run(command, cwd, limit, environ):
    """Run it in a session of its own; return (exit status, all output)."""
    child = subprocess.Popen(command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             start_new_session=True)
    try:
        output = child.communicate(timeout=limit)[0]
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, 9)
        output = child.communicate()[0] + b'\n(not done after %d s)' % limit
    finally:
        if child.poll() is None:        # Ctrl-C
            os.killpg(child.pid, 9)
            child.wait()
    return child.returncode, output.decode(errors='replace')


def empty(*names):
    """A folder below WORK, with nothing in it."""
    folder = os.path.join(WORK, *names)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


# ---- from the package index, once

_fetching = threading.Lock()


def fetch(folder, arguments):
    """Download into a folder from wherever this Python's pip does, unless it was done."""
    ready = os.path.join(folder, 'ready')
    command = [sys.executable, '-m', 'pip', '--disable-pip-version-check', 'download', '--quiet',
               '--no-deps', '--dest', folder] + arguments
    with _fetching:
        if not os.path.exists(ready):
            os.makedirs(folder, exist_ok=True)
            status, output = run(command, interpreters.WORK, 300, interpreters.clean_environ())
            if status:
                raise Lacking('%s: %s' % (' '.join(command), last_line(output)))
            open(ready, 'w').close()
    return folder


def wheels_for(interpreter):
    """A folder with what its pip needs to install the sdist.

    One for each version: an old pip does not know by a file's name that it is for others.
    """
    version = '%d.%d' % interpreter.version[:2]
    return fetch(os.path.join(WHEELS, version), [
        '--python-version', version, '--implementation', 'py', '--abi', 'none', '--platform',
        'any', '--only-binary', ':all:', 'six', 'setuptools', 'wheel'])


def old_six():
    """The source of the six.py that runs on 2.4, and on all others."""
    name = OLD_SIX.replace('==', '-')
    folder = fetch(os.path.join(WHEELS, name), ['--no-binary', ':all:', OLD_SIX])
    with tarfile.open(os.path.join(folder, name + '.tar.gz')) as archive:
        return archive.extractfile(name + '/six.py').read()


def tools():
    """An interpreter with setuptools and virtualenv."""
    folder = os.path.join(WORK, 'tools%d.%d' % sys.version_info[:2])
    python = os.path.join(folder, 'bin', 'python')
    # The last virtualenv for 2.7 and 3.6.
    wanted = ['setuptools>=70.1', 'virtualenv<20.22']
    ready = os.path.join(folder, 'ready for ' + ' '.join(wanted))
    if not os.path.exists(ready) or not os.path.exists(python):
        shutil.rmtree(folder, ignore_errors=True)
        for command in ([sys.executable, '-m', 'venv', folder],
                        [python, '-m', 'pip', '--disable-pip-version-check', 'install', '--quiet']
                        + wanted):
            status, output = run(command, interpreters.WORK, 300, interpreters.clean_environ())
            if status:
                raise Lacking('no virtualenv and setuptools: ' + last_line(output))
        open(ready, 'w').close()
    return python


def last_line(output):
    return (output.strip().splitlines() or ['(no output)'])[-1]


# ---- building

def checkout_files():
    """The files that git knows or would add; outside of a repository, all that are no residue."""
    done = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                          cwd=interpreters.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if done.returncode == 0:
        names = os.fsdecode(done.stdout).split('\0')
    else:
        names = [os.path.relpath(os.path.join(folder, name), interpreters.ROOT)
                 for folder, folders, files in os.walk(interpreters.ROOT) for name in files]
        names = [name for name in names
                 if not re.search(r'(^|/)(\.matrix|build|dist|__pycache__|.*\.egg-info)/|\.py[co]$',
                                  name)]
    return sorted({name for name in names
                   if name and os.path.isfile(os.path.join(interpreters.ROOT, name))})


def copy_checkout():
    """Return a clean copy's folder and its files."""
    folder, names = empty('checkout'), checkout_files()
    for name in names:
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(interpreters.ROOT, name), target)
    return folder, names


def build(python, what, source):
    """Call a hook of setuptools.build_meta, as pip and others do; return the file it made."""
    target = empty(what)
    status, output = run([python, '-c', BUILD, 'build_' + what, target], source, 120,
                         interpreters.clean_environ())
    if status:
        raise Failed('build_%s: exit status %d' % (what, status), output)
    made = os.path.join(target, output.split('\nbuilt ')[-1])
    if os.listdir(target) != [os.path.basename(made)]:
        raise Failed('build_%s made %s' % (what, os.listdir(target)), output)
    return made


def unpack(sdist):
    with tarfile.open(sdist) as archive:
        archive.extractall(empty('unpacked'))
        return os.path.join(WORK, 'unpacked', archive.getnames()[0].split('/')[0])


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


# ---- are they whole?

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
