"""Setup for Python 2.4 up, with setuptools where there is one, else with distutils."""
import os
import re
import sys
import tarfile

try:
    import setuptools
    from setuptools import setup
except ImportError:
    setuptools = None
    from distutils.core import setup

# What each extra requires: (requirement, from version, below version).  '' is the package itself.
REQUIREMENTS = {
    '': [('six==1.4.1', None, (2, 6)),          # the last that runs on 2.4 and 2.5
         ('six>=1.4.1,<1.13', (2, 6), (2, 7)),  # the last there
         ('six>=1.4.1', (2, 7), (3, 12)),
         ('six>=1.16', (3, 12), None)],         # the first whose six.moves imports there
    'ampoule': [('ampoule>=22.5.0,<24', (2, 7), (3, 0)),
                ('ampoule>=22.5.0', (3, 5), (3, 12)),
                ('ampoule>=24.10.0', (3, 12), None),        # the first without `imp`
                # tls: with pyopenssl and service_identity.  20.3 is the last for 2.7.
                ('twisted[tls]>=18.9.0,<21', (2, 7), (3, 0)),
                ('twisted[tls]>=20.3.0', (3, 5), None)],
    'backport': [('multiprocessing==2.6.2.1', None, (2, 6))],
    'closures': [('cloudpickle>=0.5', (2, 7), None)],
    'dask': [('distributed>=2.30.1', (3, 6), None)],
    'mpi': [('mpi4py>=3.0', (2, 7), None),      # the first with mpi4py.futures
            ('cloudpickle>=0.5', (2, 7), None)],
    'pp': [('ppft==1.6.4.5', (2, 5), (2, 7)),
           ('ppft>=1.6.4.5', (2, 7), (3, 10)),
           ('pp>=1.7', (3, 10), None)],
    'progress': [('tqdm>=4.0', (2, 7), None)],
    # With cloudpickle, as mpi: for what is in __main__.  Dask brings it along.
    'ray': [('ray>=1.0', (3, 6), (3, 15)),      # no wheels for later ones yet
            ('cloudpickle>=0.5', (3, 6), (3, 15))],
    'test': [('unittest2==0.5.1', None, (2, 7)),
             ('nose2==0.12.0', (2, 7), (3, 0)),
             ('nose2>=0.12', (3, 0), None)],
}


def read(name):
    # On 2.x bytes, as its distutils writes them; it can't encode.
    stream = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), 'rb')
    try:
        text = stream.read()
    finally:
        stream.close()
    if sys.version_info >= (3,):
        text = text.decode('utf-8')
    return text


def version():
    # Not by an import: the requirements may be missing yet.
    source = read(os.path.join('shim', '__init__.py'))
    return re.search("(?m)^__version__ = '([^']+)'", source).group(1)


def requirements(extra):
    # A wheel built here is installed elsewhere, so markers where setuptools knows them; older
    # ones serve only the interpreter that runs this.
    chosen = []
    markers = int(setuptools.__version__.split('.')[0]) >= 36
    for requirement, first, below in REQUIREMENTS[extra]:
        limits = []
        if first:
            limits.append('python_version >= "%d.%d"' % first)
        if below:
            limits.append('python_version < "%d.%d"' % below)
        if markers and limits:
            chosen.append('%s; %s' % (requirement, ' and '.join(limits)))
        elif (first or (0,)) <= sys.version_info[:2] < (below or (9,)):
            chosen.append(requirement)
    return chosen


options = {}
if setuptools is not None:
    options = {
        'install_requires': requirements(''),
        'extras_require': dict([(name, requirements(name)) for name in REQUIREMENTS if name]),
        'python_requires': '>=2.4',
        'long_description_content_type': 'text/x-rst',
        'zip_safe': True,
        # Not `universal`: current setuptools says it goes away.
        'options': {'bdist_wheel': {'python_tag': 'py2.py3'}},
    }
    if sys.version_info >= (2, 7):
        # The builder's own number may be too large for the format below.
        options['options']['sdist'] = {'owner': 'root', 'group': 'root'}
if hasattr(tarfile, 'USTAR_FORMAT'):
    # The sdist is for 2.4 too, whose tarfile knows no PAX headers (a float as mtime makes one).
    tarfile.TarFile.format = tarfile.USTAR_FORMAT

setup(
    name='poolshim',
    version=version(),
    description="today's multiprocessing for every Python from 2.4 on, with a Pool that keeps "
                "its promises",
    long_description=read('README.rst'),
    author='the poolshim authors',
    license='MIT',
    platforms=['any'],
    keywords='multiprocessing pool parallel workers processes threads',
    packages=[folder.replace(os.sep, '.') for folder, folders, names in os.walk('shim')
              if '__init__.py' in names] + ['shim.examples'],
    # What type checkers read: PEP 561.
    package_data={'shim': ['py.typed', '*.pyi']},
    # Not a package, a folder of programs: `python -m shim examples` finds them there.
    package_dir={'shim.examples': 'examples'},
    classifiers=[
        'Development Status :: 3 - Alpha',
        'Intended Audience :: Developers',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python',
        'Programming Language :: Python :: 2',
        'Programming Language :: Python :: 3',
        'Topic :: System :: Distributed Computing',
    ],
    **options)
