// Lessons changed on their pages, in Chromium from the disk:
//
//   node tests/lesson_edit.js ENGINE.js NATIVE [NAME...]
//
// Each exercise of lessons/solutions.txt is solved there by its change; the page then has what the native
// command writes for the changed lesson, and "Back to the lesson" makes it what it was, to the byte. Without
// names: all lessons.
const fs = require('fs');
const os = require('os');
const path = require('path');
const {spawnSync} = require('child_process');
const {browser} = require('./browser.js');
const [, , engine, native, ...names] = process.argv;
const wengert = path.resolve(native);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wengert-edit-'));
let passed = 0, failed = 0, longest = 0;
function expect(what, is, ...said) {
  if (is) {
    passed++;
    return;
  }
  failed++;
  console.log('FAIL ' + what + ': ' +
    said.map(s => typeof s == 'string' ? s : JSON.stringify(s)).join(' | ').slice(0, 500));
}
const run = words => spawnSync(wengert, words,
  {cwd: folder, encoding: 'utf8', env: {...process.env, WG_ISA: 'base', WG_THREADS: '1'}, timeout: 200000});

const solutions = {};
for (const line of fs.readFileSync('lessons/solutions.txt', 'utf8').split('\n')) {
  const m = line.match(/^(\S+) (\d+) \| (.*) \| (.*)$/);
  if (m) (((solutions[m[1]] = solutions[m[1]] || {})[m[2]] = solutions[m[1]][m[2]] || [])).push([m[3], m[4]]);
}

const html = p => p.run(() => {
  const b = document.body.cloneNode(true);
  b.removeAttribute('data-quick');
  b.removeAttribute('data-slow');
  return b.outerHTML;
});
// The parts of two pages that differ.
const differing = (p, right) => p.run(right => {
  const parts = root => {
    const all = {};
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
    for (let c; (c = walk.nextNode());) {
      let s = '';
      for (let e = c.nextSibling; e && e.nodeType != 8 && e.tagName != 'FOOTER'; e = e.nextSibling)
        if (e.nodeType == 1 && !e.classList.contains('edit') && !e.classList.contains('program') &&
          !e.classList.contains('try'))
          s += e.outerHTML;
      all[c.data] =
        s.replace(/ class=""| class="closed"| closed(?=[" ])| (open|hidden|aria-valuetext)="[^"]*"/g, '')
          .replace(/ class="js"/g, '');
    }
    return all;
  };
  const a = parts(document.body);
  const b = parts(new DOMParser().parseFromString(right, 'text/html').body);
  return Object.keys(b).filter(i => a[i] != b[i]).map(i => {
    let k = 0;
    while (a[i] && a[i][k] == b[i][k]) k++;
    return [i, (a[i] || '').slice(k - 60, k + 80), b[i].slice(k - 60, k + 80)];
  });
}, right);

async function solve(p, name, number, changes) {
  const source = fs.readFileSync('lessons/' + name + '.md', 'utf8');
  let mine = source;
  // a text stands in the first block that has it
  const opened = [];
  for (const [from, to] of changes) {
    const pieces = mine.split(/^(```wg\b[^\n]*\n[^]*?^```$)/m);
    const k = pieces.findIndex((s, i) => i % 2 && s.includes(from));
    const block = (k - 1) / 2;
    if (k < 0) return expect(name + ' ' + number, false, 'no block has ' + from);
    pieces[k] = pieces[k].replace(from, () => to);
    mine = pieces.join('');
    if (!opened.includes(block)) {
      await p.run(i => document.querySelectorAll('main>button.edit')[i].click(), block);
      opened.push(block);
      await p.until(
        i => document.querySelectorAll('main>button.edit')[i].previousElementSibling.matches('.edit'), block);
    }
    const before = await p.run(() => {
      delete document.body.dataset.slow;
      return +(document.body.dataset.quick || 0);
    });
    const t = Date.now();
    await p.run((block, text) => {
      const t =
        document.querySelectorAll('main>button.edit')[block].previousElementSibling.querySelector('textarea');
      t.value = text;
      t.dispatchEvent(new Event('input'));
    }, block, pieces[k].split('\n').slice(1, -1).join('\n'));
    await p.until(n => +(document.body.dataset.quick || 0) > n, before);
    longest = Math.max(longest, Date.now() - t);
  }
  const solved = await p
                   .until(
                     number => {
                       const li = document.querySelectorAll('.try li')[number - 1];
                       return li.classList.contains('solved') || (document.body.dataset.slow ? 'no' : '');
                     },
                     number)
                   .catch(e => String(e));
  expect(name + ' ' + number + ' is solved', solved === true, solved,
    await p.run(() => [...document.querySelectorAll('.said')].map(s => s.textContent).join(' ')));
  fs.mkdirSync(path.join(folder, 'mine'), {recursive: true});
  fs.writeFileSync(path.join(folder, 'mine', name + '.md'), mine);
  const r = run([
    'lesson', 'mine/' + name + '.md', '--page', '--edit', '--engine', path.resolve(engine), '-o', 'mine.html'
  ]);
  if (r.status <= 1) {
    const differ = await differing(p, fs.readFileSync(path.join(folder, 'mine.html'), 'utf8'));
    expect(name + ' ' + number + ' has the numbers of the command', !differ.length, differ.length,
      differ.slice(0, 2));
  }
  for (const block of opened)
    await p.run(i => document.querySelectorAll('main>button.edit')[i].click(), block);
  await p.run(() => {
    delete document.body.dataset.slow;
    delete document.body.dataset.quick;
  });
}

(async () => {
  const b = await browser();
  try {
    for (const name of names.length ? names : Object.keys(solutions)) {
      const made =
        run(['lesson', name, '--page', '--edit', '--engine', path.resolve(engine), '-o', name + '.html']);
      expect(name + ' is made', made.status == 0, made.stderr);
      const p = await b.page(1280, 900), began = Date.now();
      p.patience = 200;
      await p.open('file://' + path.join(folder, name + '.html'));
      const before = await html(p);
      for (const number in solutions[name] || {}) await solve(p, name, +number, solutions[name][number]);
      const after = await html(p);
      let i = 0;
      while (i < before.length && before[i] == after[i]) i++;
      expect(name + ' is back to the byte', before == after, before.slice(i - 60, i + 100),
        after.slice(i - 60, i + 100));
      const moves = await p.run(() => {
        const slider = [...document.querySelectorAll('.frames input')].find(i => i.offsetWidth);
        if (!slider) return true;
        const f = slider.closest('figure'), was = f.innerHTML;
        slider.value = +slider.value == 1 ? 2 : 1;
        slider.dispatchEvent(new Event('input'));
        return f.innerHTML != was;
      });
      expect(name + ': the slider moves after Back', moves);
      const others = p.requests.filter(
        u => !/^(blob|data|about):|\/(edit|engine)\.js$/.test(u) && !u.endsWith('/' + name + '.html'));
      expect(name + ' asks for its own files alone', !others.length, others);
      expect(name + ' throws nothing', !p.errors.length, p.errors);
      console.log(name + ': ' + Object.keys(solutions[name] || {}).length + ' exercises, ' +
        Math.round((Date.now() - began) / 1000) + ' s');
      await p.send('Page.close').catch(() => {});
    }
  } catch (e) {
    failed++;
    console.log(e);
  }
  b.close();
  fs.rmSync(folder, {recursive: true, force: true});
  console.log(passed + ' hold, ' + failed + ' do not; the longest answer to an edit ' + longest + ' ms');
  process.exitCode = failed ? 1 : 0;
})();
