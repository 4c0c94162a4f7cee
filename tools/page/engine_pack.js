// The engine and all that a page needs of it as one script: a page from the disk may load no other file than
// a script.
//   node engine_pack.js LOADER.js ENGINE.wasm OUT.js
// WENGERT.wasm is the engine, zipped, in base64; WENGERT.loader gives emscripten's WG, WENGERT.worker answers
// messages with it. A function's own text is its source, so a worker can be made of them. WENGERT.engine
// starts one.
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const [, , loader, engine, out] = process.argv;
const text = file => fs.readFileSync(file, 'utf8');
const own = file => text(path.join(__dirname, file)).replace(/^ *\/\/ .*\n/gm, '');
const zipped = zlib.gzipSync(fs.readFileSync(engine), {level: 9}).toString('base64');
fs.writeFileSync(out,
  'var WENGERT = { wasm: "' + zipped + '",\nloader: function () {' + text(loader) +
    '\nreturn WG },\nworker: function () {\n' + own('engine_worker.js') + '} };\n' + own('engine_client.js'));
