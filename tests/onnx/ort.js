// ort.js: runs each NAME.onnx of a folder by onnxruntime-web, and compares the results with NAME.case:
// node ort.js FOLDER [TOLERANCE]. ORT_WEB is the folder that has node_modules.
const fs = require("fs");
const path = require("path");
const ort = require(path.join(process.env.ORT_WEB || ".", "node_modules", "onnxruntime-web"));
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
// Optimizing takes minutes for graphs of constants alone, as programs of lessons are.
const options = {
  graphOptimizationLevel: "disabled"
};

const kinds = {
  f32: ["float32", Float32Array],
  f64: ["float64", Float64Array],
  i32: ["int32", Int32Array],
  i64: ["int64", BigInt64Array],
  bool: ["bool", Uint8Array],
  u8: ["uint8", Uint8Array],
  f16: ["float16", typeof Float16Array === "undefined" ? Uint16Array : Float16Array]
};

function readCase(file) {
  const bytes = fs.readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  const read = t => {
    const [, List] = kinds[t.dtype];
    const count = t.shape.reduce((a, b) => a * b, 1);
    const from = 8 + length + t.at;
    const own = new Uint8Array(bytes.subarray(from, from + count * List.BYTES_PER_ELEMENT));
    return new List(own.buffer, 0, count);
  };
  const all = list =>
    Object.entries(list).map(([name, t]) => ({name, dtype: t.dtype, shape: t.shape, data: read(t)}));
  if (Object.values({...header.inputs, ...header.outputs}).some(t => !kinds[t.dtype])) return null;
  return {steps: header.steps, inputs: all(header.inputs), outputs: all(header.outputs)};
}

// The largest difference, relative to the largest number, or "" when the results are as they must be.
function difference(want, got, tolerance) {
  if (!got) return "no such result";
  if (String(got.dims) !== String(want.shape)) return `shape [${got.dims}], must be [${want.shape}]`;
  if (got.type !== kinds[want.dtype][0]) return `type ${got.type}, must be ${want.dtype}`;
  let scale = 0;
  for (const v of want.data)
    if (Number.isFinite(Number(v))) scale = Math.max(scale, Math.abs(Number(v)));
  const isFloat = want.dtype[0] === "f";
  let worst = 0;
  for (let i = 0; i < want.data.length; i++) {
    const a = Number(want.data[i]), b = Number(got.data[i]);
    if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!isFloat || !(Math.abs(a - b) <= tolerance * Math.max(scale, 1e-3)))
      return `element ${i} is ${b}, must be ${a} (the largest is ${scale})`;
    worst = Math.max(worst, Math.abs(a - b) / Math.max(scale, 1e-3));
  }
  return worst;
}

async function judge(folder, name, tolerance) {
  const c = readCase(path.join(folder, name + ".case"));
  if (!c) return -1;
  const session = await ort.InferenceSession.create(path.join(folder, name + ".onnx"), options);
  const feeds = {};
  for (const t of c.inputs)
    if (session.inputNames.includes(t.name))
      feeds[t.name] = new ort.Tensor(kinds[t.dtype][0], t.data, t.shape);
  let results = await session.run(feeds);
  for (let i = 1; i < c.steps; i++) {
    for (const name in feeds) feeds[name] = results[name + ".next"] || feeds[name];
    results = await session.run(feeds);
  }
  const texts = c.outputs.map(want => [want.name, difference(want, results[want.name], tolerance)]);
  await session.release();
  const wrong = texts.filter(([, d]) => typeof d === "string");
  if (wrong.length) throw new Error(wrong.map(([n, d]) => `${n}: ${d}`).join("; "));
  return Math.max(...texts.map(([, d]) => d));
}

async function main() {
  const folder = process.argv[2], tolerance = Number(process.argv[3] || 1e-5);
  const files = fs.readdirSync(folder).filter(f => f.endsWith(".case")).sort();
  const names = files.map(f => f.slice(0, -5));
  let right = 0, worst = 0, unknown = 0;
  for (const name of names) {
    const began = Date.now();
    try {
      const d = await judge(folder, name, tolerance);
      if (d < 0) unknown++;
      else right++;
      if (process.env.WG_SLOW) console.log(`${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
      worst = Math.max(worst, d);
    } catch (e) {
      const text = String(e.message || e);
      if (text.includes("Could not find an implementation")) unknown++;
      else console.log(`${name}: ${text.slice(0, 300)}`);
    }
  }
  const wrong = names.length - right - unknown;
  console.log(`${right} right, ${wrong} wrong, ${unknown} of dtypes that the runtime has not`);
  console.log(`the largest difference ${worst.toExponential(1)}`);
  process.exit(wrong || !right ? 1 : 0);
}
main();
