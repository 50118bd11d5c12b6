"""Put what `python -m shim demo` prints here into README.rst, as it was printed.

    python tools/readme_demo.py
"""
import os
import subprocess
import sys

import printed

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
README = os.path.join(ROOT, 'README.rst')
MARKS = '.. demo begins: printed by `python -m shim demo`\n', '.. demo ends\n'


def main():
    said = subprocess.run([sys.executable, '-m', 'shim', 'demo'], cwd=ROOT, check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    printed.put(README, MARKS, printed.block(said.rstrip().splitlines()))


if __name__ == '__main__':
    main()
