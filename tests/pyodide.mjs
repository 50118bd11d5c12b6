#!/usr/bin/env node
// Pyodide, CPython as WebAssembly, called as any other interpreter:
//
//     tests/pyodide.mjs [-E] (-c CODE | -m MODULE | FILE) [ARGUMENT ...]
//
// CODE and FILE may await, on Pyodide's own event loop.  Of this machine's files it sees the
// checkout only.  The npm package is looked for in the folder SHIM_PYODIDE, or .matrix/pyodide:
//
//     npm install --prefix .matrix/pyodide pyodide@314
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LAUNCH = `
async def launch(executable, folder, arguments):
    import atexit, importlib, os, runpy, sys, traceback
    from pyodide.code import eval_code_async
    os.chdir(folder)
    importlib.invalidate_caches()       # PYTHONPATH was read before the checkout was there
    sys.executable = executable
    option = arguments.pop(0)
    source, first = None, ''
    if option in ('-c', '-m'):
        code = arguments.pop(0)
    if option == '-c':
        source = code
    elif option != '-m':
        first = os.path.dirname(os.path.abspath(option))
        with open(option, 'rb') as stream:
            source = stream.read().decode()
    sys.argv[:] = [option] + arguments
    if sys.path[:1] == ['']:
        del sys.path[0]
    sys.path.insert(0, first)
    status = 0
    try:
        if source is None:
            runpy.run_module(code, run_name='__main__', alter_sys=True)
        else:
            names = vars(sys.modules['__main__'])
            if option != '-c':
                names['__file__'] = option
            await eval_code_async(source, names, filename=option)
    except SystemExit as error:
        status = error.code
        if status is None or isinstance(status, int):
            status = status or 0
        else:
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return status
`;

const executable = fileURLToPath(import.meta.url);
const root = path.dirname(path.dirname(executable));
const folder = process.env.SHIM_PYODIDE || path.join(root, '.matrix', 'pyodide');
const found = [folder, path.join(folder, 'node_modules', 'pyodide')]
    .map((each) => path.resolve(each, 'pyodide.mjs')).find((each) => fs.existsSync(each));
if (!found) {
    console.error(`no pyodide in ${folder}: npm install --prefix .matrix/pyodide pyodide@314`);
    process.exit(1);
}
const { loadPyodide } = await import(pathToFileURL(found));

const words = process.argv.slice(2);
const isolated = words[0] === '-E';
if (isolated) {
    words.shift();
}
const env = { HOME: '/home/pyodide' };
for (const [name, value] of Object.entries(process.env)) {
    if (name !== 'HOME' && !(isolated && name.startsWith('PYTHON'))) {
        env[name] = value;
    }
}
const pyodide = await loadPyodide({ env });
pyodide.FS.mkdirTree(root);
pyodide.mountNodeFS(root, root);
const below = path.relative(root, process.cwd());
const cwd = below.startsWith('..') ? root : process.cwd();
// A namespace of its own: __main__ is the program's.
const names = pyodide.toPy({});
pyodide.runPython(LAUNCH, { globals: names });
process.exit(await names.get('launch')(executable, cwd, pyodide.toPy(words)));
