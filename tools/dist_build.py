"""Builds the sdist and the wheel of a clean copy: the same bytes, wherever and whenever.

    checkout -- the files that git knows --> copy --> sdist, rewritten --> unpacked --> wheel

Used by tools/release.py and tests/packaging, so that what is tested is what would be released.
Needs Python 3.8+ with pip.
"""
import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SETUPTOOLS = 'setuptools>=70.1'     # the first with bdist_wheel in it
BUILD = ('import os, sys; os.umask(0o22); from setuptools import build_meta; '
         'sys.stdout.write("\\nbuilt " + getattr(build_meta, sys.argv[1])(sys.argv[2]))')
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
    """What this machine lacks."""


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


def environment(**more):
    """The user's, without what he has set for his Python."""
    environ = {name: value for name, value in os.environ.items()
               if not name.startswith('PYTHON')}
    environ.update(more)
    return environ


def last_line(output):
    return (output.strip().splitlines() or ['(no output)'])[-1]


def fresh(folder):
    """That folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def tool_environment(folder, wanted):
    """An interpreter that has these, installed there once by pip."""
    python = os.path.join(folder, 'bin', 'python')
    ready = os.path.join(folder, 'ready for ' + ' '.join(wanted))
    if not os.path.exists(ready) or not os.path.exists(python):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        for command in ([sys.executable, '-m', 'venv', folder],
                        [python, '-m', 'pip', '--disable-pip-version-check', 'install', '--quiet']
                        + wanted):
            status, output = run(command, os.path.dirname(folder), 300, environment())
            if status:
                raise Lacking('no %s: %s' % (', '.join(wanted), last_line(output)))
        open(ready, 'w').close()
    return python


# ---- the clean copy

def files_of(checkout):
    """The files that git knows or would add; outside of a repository, all that are no residue."""
    done = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                          cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if done.returncode == 0:
        names = os.fsdecode(done.stdout).split('\0')
    else:
        names = [os.path.relpath(os.path.join(folder, name), checkout)
                 for folder, folders, files in os.walk(checkout) for name in files]
        names = [name for name in names
                 if not re.search(r'(^|/)(\.matrix|build|dist|__pycache__|.*\.egg-info)/|\.py[co]$',
                                  name)]
    return sorted({name for name in names if name and os.path.isfile(os.path.join(checkout, name))})


def copy(checkout, folder):
    """Copy these files; return their names."""
    names = files_of(checkout)
    for name in names:
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(checkout, name), target)
    return names


# ---- building

def build(python, source, folder, epoch):
    """Build both into the folder; return the paths of sdist and wheel, and of the sdist before."""
    raw = call_hook(python, 'sdist', source, fresh(os.path.join(folder, 'raw')), epoch)
    sdist = os.path.join(fresh(os.path.join(folder, 'sdist')), os.path.basename(raw))
    rewrite(raw, sdist, epoch)
    # The wheel is built from the sdist, so that it shows what that lacks.
    unpacked = unpack(sdist, fresh(os.path.join(folder, 'unpacked')))
    wheel = call_hook(python, 'wheel', unpacked, fresh(os.path.join(folder, 'wheel')), epoch)
    return sdist, wheel, raw


def call_hook(python, what, source, target, epoch):
    """Call a hook of setuptools.build_meta, as pip and others do; return the file it made."""
    status, output = run([python, '-c', BUILD, 'build_' + what, target], source, 120,
                         environment(SOURCE_DATE_EPOCH=str(epoch)))
    if status:
        raise Failed('build_%s: exit status %d' % (what, status), output)
    made = os.path.join(target, output.split('\nbuilt ')[-1])
    if os.listdir(target) != [os.path.basename(made)]:
        raise Failed('build_%s made %s' % (what, os.listdir(target)), output)
    return made


def rewrite(raw, sdist, epoch):
    """The same members in order, with nothing in their headers that tells where and when.

    setuptools writes the times and modes of the files and of its own run, and has no option.
    """
    with tarfile.open(raw) as archive:
        members = [(member, archive.extractfile(member).read() if member.isfile() else b'')
                   for member in archive]
    with open(sdist, 'wb') as stream, gzip.GzipFile('', 'wb', 9, stream, epoch) as packed:
        # 2.4's tarfile reads no other format.
        with tarfile.open(fileobj=packed, mode='w', format=tarfile.USTAR_FORMAT) as archive:
            for member, data in sorted(members, key=lambda each: each[0].name):
                clean = tarfile.TarInfo(member.name)
                clean.type, clean.size, clean.mtime = member.type, len(data), epoch
                clean.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
                clean.uname = clean.gname = 'root'
                archive.addfile(clean, io.BytesIO(data))


def unpack(sdist, folder):
    """Return the folder that was in it."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder)
        return os.path.join(folder, archive.getnames()[0].split('/')[0])
