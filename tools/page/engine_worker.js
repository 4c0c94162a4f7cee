// The engine in its worker. It answers one message after another; what takes too long is ended from outside.
// {id, files, runs: [words ...], read: [paths], bytes: [paths]} gives {id, runs: [{status, out, err, ms}],
// files, heap}. What is read is gone before the runs, so it is theirs; of a path that ends in / all files of
// the folder.
// {id, files, train: words, from, every, until, fresh, after: [{name, words, read}]} gives {id, epoch,
// pictures} each time, and {id, runs} at the end; {pause: id} ends it behind the next picture.
let engine, out = '', err = '', paused = 0;
const utf8 = new TextDecoder();

// Bytes as the command writes them; what has no newline at the end of a run is given, too.
function stream(add) {
  let bytes = [];
  const give = () => {
    if (bytes.length) add(utf8.decode(new Uint8Array(bytes)));
    bytes = [];
  };
  const put = c => {
    if (c !== null) bytes.push(c);
    if (c === 10) give();
  };
  put.flush = give;
  return put;
}
const stdout = stream(s => { out += s; }), stderr = stream(s => { err += s; });

async function start(module) {
  const t = performance.now();
  engine = await WG({
    stdin: () => null,
    stdout,
    stderr, // no terminal: the command then asks nothing
    instantiateWasm: (imports, got) => {
      WebAssembly.instantiate(module, imports).then(got);
      return {};
    },
    noExitRuntime: true
  });
  engine.FS.mkdir('/w');
  engine.FS.chdir('/w');
  return performance.now() - t;
}

function run(words) {
  const t = performance.now();
  let status;
  out = err = '';
  try {
    status = engine.callMain(words);
  } catch (e) {
    if (!e || e.name !== 'ExitStatus') throw e;
    status = e.status;
  }
  stdout.flush();
  stderr.flush();
  return {status, out, err, ms: performance.now() - t};
}

const heap = () => engine.HEAPU8 ? engine.HEAPU8.length : 0;
function read(path, options) {
  try {
    return engine.FS.readFile(path, options);
  } catch (e) { return null; }
}
const text = path => read(path, {encoding: 'utf8'});
function write(files) {
  for (const path in files || {}) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    if (folder && !engine.FS.analyzePath(folder).exists) engine.FS.mkdir(folder);
    engine.FS.writeFile(path, files[path]);
  }
}
const list = folder =>
  engine.FS.analyzePath(folder).exists ? engine.FS.readdir(folder).filter(name => name[0] != '.') : [];
function wipe(folder) {
  for (const name of list(folder)) engine.FS.unlink(folder + '/' + name);
}

// Between two slices the worker reads its messages.
const soon = () => new Promise(go => {
  const c = new MessageChannel();
  c.port1.onmessage = go;
  c.port2.postMessage(0);
});

// A training in slices: `train --epochs N` goes on in its folder run/, to the same bits as one run.
async function train(q) {
  if (q.fresh) wipe('run');
  write(q.files);
  for (let epoch = q.from, last; epoch < q.until && paused < q.id;) {
    epoch = Math.min(q.until, epoch + q.every);
    last = run(['train', ...q.train, '--epochs', String(epoch), '-o', 'run', '-q']);
    if (last.status) return {runs: [last]};
    const pictures = {};
    for (const p of q.after) {
      const r = run(p.words);
      pictures[p.name] = r.status ? null : text(p.read);
    }
    const log = text('run/log.jsonl').trim();
    postMessage(
      {id: q.id, epoch, pictures, log: JSON.parse(log.slice(log.lastIndexOf('\n') + 1)), heap: heap()});
    await soon();
  }
  return {runs: []};
}

onmessage = async event => {
  const q = event.data;
  try {
    if (q.module) return postMessage({ready: await start(q.module)});
    if (q.pause) {
      paused = q.pause;
      return;
    }
    const answer = {id: q.id, done: true, files: {}};
    if (q.train) Object.assign(answer, await train(q));
    else {
      for (const p of q.read || [])
        if (p.endsWith('/')) wipe(p.slice(0, -1));
        else if (q.runs.length && engine.FS.analyzePath(p).exists) engine.FS.unlink(p);
      write(q.files);
      answer.runs = q.runs.map(run);
    }
    for (const p of q.read || [])
      if (p.endsWith('/'))
        for (const name of list(p)) answer.files[p + name] = text(p + name);
      else answer.files[p] = text(p);
    for (const p of q.bytes || []) answer.files[p] = read(p);
    postMessage(Object.assign(answer, {heap: heap()}));
  } catch (e) { postMessage({id: q.id, done: true, runs: [], files: {}, dead: String(e && e.message || e)}); }
};
