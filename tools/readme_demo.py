"""Put what `python -m shim demo` prints here into README.rst, as it was printed.

    python tools/readme_demo.py
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
README = os.path.join(ROOT, 'README.rst')
MARKS = '.. demo begins: printed by `python -m shim demo`\n', '.. demo ends\n'


def main():
    said = subprocess.run([sys.executable, '-m', 'shim', 'demo'], cwd=ROOT, check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    with open(README, encoding='utf-8') as stream:
        text = stream.read()
    block = '\n.. code-block:: text\n\n' + re.sub('(?m)^(?=.)', '    ', re.sub('(?m) +$', '', said.rstrip())) + '\n\n'
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    with open(README, 'w', encoding='utf-8') as stream:
        stream.write(before + MARKS[0] + block + MARKS[1] + after)


if __name__ == '__main__':
    main()
