"""What a script prints into a document, between two marks that stay there."""


def block(lines):
    """The lines of a literal block of these."""
    return ['', '.. code-block:: text', ''] + [('    ' + line).rstrip() for line in lines] + ['']


def put(path, marks, lines):
    """Write the lines between the marks (begin, end), for what was there."""
    with open(path, encoding='utf-8') as stream:
        text = stream.read()
    before, rest = text.split(marks[0])
    after = rest.split(marks[1])[1]
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(before + marks[0] + '\n'.join(lines) + '\n' + marks[1] + after)
