// The engine and all that a page needs of it as one script: a page from the disk may load no other file than
// a script.
//   node engine_pack.js LOADER.js ENGINE.wasm JOIN.wasm OUT.js
// WENGERT.wasm is the engine in parts (engine_split.js), zipped, in base64, WENGERT.joiner what joins them;
// WENGERT.loader gives emscripten's WG, WENGERT.worker answers messages with it. A function's own text is its
// source, so a worker can be made of them. WENGERT.engine starts one.
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const {spawnSync} = require('child_process');
const {split} = require('./engine_split.js');
const [, , loader, engine, joiner, out] = process.argv;
const text = file => fs.readFileSync(file, 'utf8');
const own = file => text(path.join(__dirname, file)).replace(/^ *\/\/ .*\n/gm, '');
const whole = fs.readFileSync(engine), row = split(whole);
// zopfli searches for the shortest gzip: 5 % less than zlib, in some twenty seconds. Without it zlib does it,
// with the length of blocks that fits the parts best.
function gzipped(bytes) {
  const file = out + '.parts';
  fs.writeFileSync(file, bytes);
  const found = spawnSync('zopfli', ['--i15', '-c', file], {maxBuffer: 1 << 26});
  fs.unlinkSync(file);
  if (found.status === 0) return found.stdout;
  return [5, 6, 7, 8]
    .map(memLevel => zlib.gzipSync(bytes, {level: 9, memLevel}))
    .reduce((a, b) => a.length <= b.length ? a : b);
}
const zipped = gzipped(row).toString('base64');
const script = 'var WENGERT = { wasm: "' + zipped + '",\njoiner: "' +
  fs.readFileSync(joiner).toString('base64') + '",\nloader: function () {' + text(loader) +
  '\nreturn WG },\nworker: function () {\n' + own('engine_worker.js') + '} };\n' + own('engine_client.js');
if (!whole.equals(new Function(script + 'return WENGERT.join')()(row)))
  throw new Error('engine_join.c does not join what engine_split.js has split');
fs.writeFileSync(out, script);
