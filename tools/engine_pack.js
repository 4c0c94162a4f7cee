// The engine and its loader as one script: a page from the disk may load no other file than a script.
//   node engine_pack.js LOADER.js ENGINE.wasm OUT.js
// WENGERT.wasm is the engine, zipped, in base64; WENGERT.loader gives emscripten's WG. A function's own text is its source, so a
// worker can be made of it.
const fs = require('fs'), zlib = require('zlib'), [, , loader, engine, out] = process.argv;
const zipped = zlib.gzipSync(fs.readFileSync(engine), { level: 9 }).toString('base64');
fs.writeFileSync(out, 'var WENGERT = { wasm: "' + zipped + '",\nloader: function () {' + fs.readFileSync(loader, 'utf8') + '\nreturn WG } };\n');
