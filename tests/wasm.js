// The engine of pages says what the native command says, byte for byte:
//
//   node tests/wasm.js ENGINE.js NATIVE [CASES.txt ...]
//
// The commands are those of the cases (how they are written: tests/tools/mistakes.txt), the lessons, and the
// pictures of docs/drawing/gallery.md. The native command has no BLAS and one instruction set, as the engine.
// WG_FEW=1 leaves out the lessons, which take five minutes; WG_SHOWN=N shows N differences.
const fs = require('fs');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const vm = require('vm');
const {spawnSync} = require('child_process');
const {browser} = require('./browser.js');
const [, , engineFile, native, ...cases] = process.argv;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wengert-'));
const wengert = path.resolve(native);

// ---- the engine, as a worker of a page has it ----

vm.runInThisContext(fs.readFileSync(engineFile, 'utf8').replace('var WENGERT', 'globalThis.WENGERT'));
const compiled = new WebAssembly.Module(WENGERT.join(zlib.gunzipSync(Buffer.from(WENGERT.wasm, 'base64'))));
const make = vm.runInThisContext('(' + WENGERT.loader + ')');
globalThis.require = require;
globalThis.__dirname = folder;

let engine, out, err, given = new Map();
async function start() {
  engine = await make()({
    stdin: () => null,
    stdout: c => c === null || out.push(c),
    stderr: c => c === null || err.push(c),
    instantiateWasm: (imports, got) => {
      WebAssembly.instantiate(compiled, imports).then(got);
      return {};
    },
    noExitRuntime: true
  });
  engine.FS.mkdir('/w');
  engine.FS.chdir('/w');
  given = new Map();
}

// The files of the folder that the engine does not have yet.
function give(from, to) {
  for (const entry of fs.readdirSync(from, {withFileTypes: true})) {
    const here = path.join(from, entry.name), there = to + '/' + entry.name;
    if (entry.isDirectory()) {
      if (!engine.FS.analyzePath(there).exists) engine.FS.mkdir(there);
      give(here, there);
    } else if (entry.isFile()) {
      const text = fs.readFileSync(here);
      if (given.get(there)?.equals(text)) continue;
      engine.FS.writeFile(there, text);
      given.set(there, text);
    }
  }
}

function inEngine(words) {
  out = [];
  err = [];
  let status;
  try {
    status = engine.callMain(words);
  } catch (e) { status = e && e.name === 'ExitStatus' ? e.status : 'ended: ' + (e && e.message || e); }
  return {status, out: Buffer.from(out).toString(), err: Buffer.from(err).toString()};
}

const natively = words => {
  const r = spawnSync(
    wengert, words, {cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60000});
  return {status: r.status, out: r.stdout, err: r.stderr};
};

// ---- both ----

// Times are not the same, nor which lesson is next, nor what the gradient check says of its own certainty:
// that is made with pow() of the C library.
const plain = s => s.replace(/; next: wengert lesson \S+/g, '')
                     .replace(/[\d,.]+\/s\b( +\d+:\d+ left)?/g, 'RATE')
                     .replace(/\b\d+(\.\d+)?(e-?\d+)? (s|ms|seconds?|minutes?)\b/g, 'TIME')
                     .replace(/(nothing above|worst ratio) [\d.e-]+/g, '$1 N')
                     .replace(/"(allowed|hidden)":[^,}]*/g, '"$1":N')
                     .replace(/"(seconds|examples_per_second|ms)":[^,}]*/g, '"$1":T');
// A page starts no programs, has no devices, no lessons in it, and makes no pages; its threads and times are
// its own.
const apart = /^(play|--edit|--run|--plan|--level|doctor|version|png|pdf|.*\/(dev|proc)\/.*|.*\.(png|pdf))$/;
let same = 0, differ = [], ended = 0;
async function compare(place, words) {
  if (words.some(w => apart.test(w)) ||
    (words[0] == 'lesson' && !words.some(w => w.includes('/') || w.endsWith('.md'))))
    return;
  give(folder, '/w');
  const a = inEngine(words), b = natively(words);
  const parts =
    ['status', 'out', 'err'].filter(k => k == 'status' ? a[k] !== b[k] : plain(a[k]) !== plain(b[k]));
  if (typeof a.status != 'number') ended++;
  if (parts.length) differ.push({place, words, parts, a, b});
  else same++;
  if (typeof a.status != 'number' || engine.HEAPU8 && engine.HEAPU8.length > 1 << 27) await start();
}

const unescape = s => s.replace(/\\x(..)|\\(.)/g,
  (_, x, c) => x ? String.fromCharCode(parseInt(x, 16))
    : c == 'n'   ? '\n'
                 : c);
function wordsOf(line) {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(m => m[3] === undefined ? unescape(m[1] ?? m[2])
      : m[3] == 'P'                                                                   ? 'program.wg'
      : m[3] == 'C'                                                                   ? program
      : m[3] == 'D'                                                                   ? '.'
                    : m[3].replace(/^D\//, ''));
}

// Each op of one operand on 400 numbers: its values and its gradients.
async function runOps() {
  for (const op of JSON.parse(natively(['ops', '--json']).out).ops) {
    if (op.internal || op.operands != 1 || ['erf', 'gelu'].includes(op.name)) continue; // of the C library
    const x = 'x = normal(400, seed=1)\n';
    await compare('op ' + op.name, ['eval', '-e', x + op.name + '(x)', '--json']);
    await compare('op ' + op.name,
      ['grad', '-e', x + 'sum(' + op.name + '(x)*normal(400, seed=2))', '--wrt', 'x', '--json']);
  }
}

// tests/lang/cases.txt: a line that begins in the first column is a program.
async function runPrograms(file) {
  let n = 0;
  for (const line of fs.readFileSync(file, 'utf8').split('\n'))
    if (n++, /^[^ #]/.test(line)) await compare(file + ':' + n, ['eval', '-e', unescape(line), '--json']);
}

let program = '';
async function runCases(file) {
  if (file.endsWith('/cases.txt')) return runPrograms(file);
  let before = '', n = 0;
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    n++;
    const kind = line[0], rest = line.slice(line[1] == ' ' ? 2 : 1);
    if (kind == '<') {
      program = (before == '<' ? program : '') + unescape(rest) + '\n';
      fs.writeFileSync(path.join(folder, 'program.wg'), program);
    }
    if (kind == '@')
      fs.appendFileSync(path.join(folder, rest.split(' ')[0]), rest.slice(rest.indexOf(' ') + 1) + '\n');
    if (kind == '$') await compare(file + ':' + n, wordsOf(rest));
    before = kind;
  }
}

// The script of docs/playground.md as a page from the disk, in Chromium: what the page gets is what the
// command prints.
async function runPage() {
  const script = fs.readFileSync('docs/playground.md', 'utf8').match(/^```js page.js\n([^]*?)^```/m)[1];
  fs.mkdirSync(folder, {recursive: true});
  fs.copyFileSync(engineFile, path.join(folder, 'engine.js'));
  fs.writeFileSync(path.join(folder, 'p.wg'), script.match(/'p.wg': '(.*)'/)[1].replace('\\n', '\n'));
  fs.writeFileSync(path.join(folder, 'page.html'),
    '<!DOCTYPE html><meta charset="utf-8"><script src="engine.js"></script>\n<script type="module">\n' +
      script + 'window.said = [status, out];\n</script>');
  const b = await browser(), p = await b.page(800, 600);
  await p.open('file://' + path.join(folder, 'page.html'));
  const said = JSON.stringify(await p.until(() => window.said).catch(String));
  const right = natively(['grad', 'p.wg', '--wrt', 'x']);
  const wanted = JSON.stringify([right.status, right.out]);
  b.close();
  if (said == wanted) same++;
  else
    differ.push(
      {place: 'docs/playground.md', words: ['a page'], parts: ['out'], a: {out: said}, b: {out: wanted}});
}

(async () => {
  await runPage();
  await start();
  await runOps();
  for (const file of cases) {
    fs.rmSync(folder, {recursive: true});
    fs.mkdirSync(folder);
    await start();
    await runCases(file);
  }
  fs.rmSync(folder, {recursive: true});
  fs.mkdirSync(folder);
  await start();
  for (const d of ['lessons', 'docs', 'examples']) fs.cpSync(d, path.join(folder, d), {recursive: true});
  for (const f of fs.readdirSync('lessons').filter(f => f.endsWith('.md') && !process.env.WG_FEW))
    await compare('lessons/' + f, ['lesson', './lessons/' + f]);
  for (const [line] of fs.readFileSync('docs/drawing/gallery.md', 'utf8')
         .matchAll(/`wengert draw [^`]* -o docs\/drawing\/[^` ]*`/g)) {
    const words = line.slice(1, -1).split(' ').slice(1);
    const at = words.indexOf('-o');
    const name = words[at + 1];
    words[at + 1] = 'drawn.' + name.split('.').pop();
    await compare('docs/drawing/gallery.md ' + name, words);
    const mine = engine.FS.analyzePath(words[at + 1]).exists ? Buffer.from(engine.FS.readFile(words[at + 1]))
                                                             : Buffer.alloc(0);
    if (!mine.equals(fs.readFileSync(path.join(folder, words[at + 1]))))
      differ.push({place: name, words, parts: ['the picture'], a: {}, b: {}});
  }
  fs.rmSync(folder, {recursive: true});
  for (const d of differ.slice(0, +process.env.WG_SHOWN || 20)) {
    console.log(
      d.place + ': ' + d.parts.join(', ') + ': ' + d.words.join(' ').replace(/\n/g, ' ; ').slice(0, 160));
    const k = d.parts[d.parts.length - 1];
    const x = String(d.a[k] ?? '').split('\n');
    const y = String(d.b[k] ?? '').split('\n');
    const i = x.findIndex((s, j) => plain(s) !== plain(y[j] ?? ''));
    if (i >= 0)
      console.log('    engine: ' + x[i].slice(0, 200) + '\n    native: ' + (y[i] ?? '').slice(0, 200));
  }
  console.log(same + ' commands say the same, ' + differ.length + ' do not, ' + ended + ' ended the engine');
  process.exitCode = differ.length ? 1 : 0;
})();
