// Sixty tasks of a student on the page of `wengert play`, by mouse, finger and keys, in two browsers:
//
//   node tests/play_tasks.js ENGINE.js WENGERT [chromium|firefox|both] [WORDS OF A TASK'S NAME]
//
// What is expected comes from mathematics or from the native command. Each task begins with a fresh page.
// A failed task prints a line; the last line of a browser says how many hold.
const fs = require('fs');
const os = require('os');
const path = require('path');
const {served} = require('./served.js');
const {spawnSync} = require('child_process');
const {fresh, sleep} = require('./play_hands.js');
const [, , engine, native, which = 'both', words = ''] = process.argv;
const TASKS = [...require('./play_tasks_write.js'), ...require('./play_tasks_use.js')];
const DRIVERS = {
  chromium: './browser.js',
  firefox: './firefox.js'
};
const MOST = 60; // seconds of a task
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wengert-tasks-'));

function natively(words, files = {}) {
  for (const f in files) fs.writeFileSync(path.join(folder, f), files[f]);
  const r = spawnSync(path.resolve(native), words,
    {cwd: folder, encoding: 'utf8', env: {...process.env, WG_ISA: 'base', WG_THREADS: '1'}, timeout: 60000});
  return r.stdout || r.stderr;
}

// A page of the size that the task asks for; it is kept for the next one.
async function pageFor(phone, b, pages) {
  const k = phone ? 'phone' : 'desk';
  if (!pages[k]) {
    const p = pages[k] = await (phone ? b.page(390, 844, true) : b.page(1280, 800));
    p.finger = !!phone;
    p.patience = 12;
  }
  return pages[k];
}
async function hands([, run, phone], b, pages, address) {
  const p = await pageFor(phone, b, pages);
  p.errors.length = 0;
  await fresh(p, address);
  await run(p, {address, folder, natively});
  if (p.errors.length) throw new Error('the page throws ' + p.errors[0]);
}
async function isDone(task, b, pages, address) {
  let clock;
  const late = new Promise(
    (_, bad) => { clock = setTimeout(() => bad(new Error('not done within ' + MOST + ' s')), 1000 * MOST); });
  try {
    await Promise.race([hands(task, b, pages, address), late]);
    return '';
  } catch (e) {
    for (const k in pages) { // they may be busy for long
      await Promise.race([pages[k].close(), sleep(5000)]).catch(() => {});
      delete pages[k];
    }
    return String(e.message).replace(/\n/g, ' ').slice(0, 400);
  } finally { clearTimeout(clock); }
}
// Each ten tasks have a browser of their own: windows that tasks have opened make a browser slow.
async function all(kind, address) {
  const began = Date.now(), tasks = TASKS.filter(t => t[0].includes(words));
  let done = 0;
  for (let k = 0; k < tasks.length; k += 10) {
    const b = await require(DRIVERS[kind]).browser(), pages = {};
    try {
      for (const task of tasks.slice(k, k + 10)) {
        const bad = await isDone(task, b, pages, address);
        if (bad) console.log(kind + ': ' + task[0] + ': ' + bad);
        else done++;
      }
    } finally { b.close(); }
  }
  console.log(
    kind + ': ' + done + ' of ' + tasks.length + ' hold, ' + Math.round((Date.now() - began) / 1000) + ' s');
  return done == tasks.length;
}

(async () => {
  fs.copyFileSync(engine, path.join(folder, 'engine.js'));
  fs.writeFileSync(path.join(folder, 'empty.html'), '<!DOCTYPE html>');
  natively(['play', '-o', 'play.html', '--engine', path.resolve(engine)]);
  const server = await served(folder);
  const address = 'http://127.0.0.1:' + server.address().port + '/play.html';
  try {
    for (const kind of which == 'both' ? Object.keys(DRIVERS) : [which])
      if (!await all(kind, address)) process.exitCode = 1;
  } finally {
    server.close();
    server.closeAllConnections();
    fs.rmSync(folder, {recursive: true, force: true});
  }
})();
