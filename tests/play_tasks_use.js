// Tasks of play_tasks.js: examples, trainings, tables, files, links, a phone, zoom, dark, paper, what is too
// much.
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const {CTRL} = require('./hands.js');
const {hold, sleep, settled, ready, centre, point, press, write, program} = require('./play_hands.js');
const {cell, error, told, shownOf, where, answers, reach, choose, fill} = require('./play_hands.js');
const {tab, example, listen, heard, pause, numberIn, smallLetters, isWide} = require('./play_hands.js');
const {faint, keepFiles, saved} = require('./play_hands.js');

const OWN = 'mine = 6\nseven = mine*7';
async function examples(p) {
  await write(p, OWN);
  for (const [k, word] of [[1, 'gradient right'], [7, 'softmax'], [0, 'One neuron']]) {
    await example(p, k);
    hold((await program(p)).includes(word) && !await error(p), 'the example with ' + word, await program(p));
  }
  const own = () => [...$('example').options].map(o => o.value).find(v => /^(own|kept:.*)$/.test(v));
  await choose(p, '#example', await p.run(own));
  hold(
    await program(p) == OWN && await cell(p, 'seven') == '42', 'my program is still there', await program(p));
}
async function back(p) {
  await write(p, OWN);
  await sleep(700);
  await reach(p, '#example'); // one step, since each is one for Back
  await p.key(
    await p.run(() => $('example').selectedIndex < $('example').length - 1) ? 'ArrowDown' : 'ArrowUp');
  await settled(p);
  hold(await program(p) != OWN, 'an example is shown', await program(p));
  await sleep(700);
  await p.back();
  await p.until(own => typeof load == 'function' && $('text').value == own, OWN);
  await settled(p);
  hold(await cell(p, 'seven') == '42', 'Back gives the own program', await program(p));
}

// ---- trainings ----

// What the command says of an epoch: [loss, accuracy] as the page shows them.
function command(t, text, words, epochs) {
  fs.rmSync(path.join(t.folder, 'run'), {recursive: true, force: true});
  t.natively(['train', 'p.wg', ...words, '--epochs', String(epochs), '-o', 'run', '-q'], {'p.wg': text});
  const last = fs.readFileSync(path.join(t.folder, 'run/log.jsonl'), 'utf8').trim().split('\n').pop();
  const {loss, metrics} = JSON.parse(last);
  return [+loss.toPrecision(4), metrics ? +(+metrics.accuracy).toPrecision(3) : undefined];
}
const SPIRALS = ['--data', 'spirals:200:seed=1'];
const losses = s => [numberIn(s, 'loss'), numberIn(s, 'accuracy')];
async function train(p) {
  await listen(p);
  await press(p, '#go');
}
async function spirals(p, t) {
  await example(p, 2);
  await train(p);
  await heard(p, 'epoch [2-9]0 ');
  for (const set of ['xor', 'blobs', 'spirals']) {
    await choose(p, '#data', set);
    await p.until(() => $('where').textContent.includes('epoch') && training);
  }
  await p.run(() => { window.heard.length = 0; });
  await press(p, '#again');
  await p.until(() => $('go').textContent == 'Train' && !busy);
  await press(p, '#go');
  const s = await heard(p, 'epoch 70 ');
  await pause(p);
  hold(losses(s).join() == '0.05744,0.975', 'spirals at epoch 70', s);
  const want = command(t, await program(p), SPIRALS, 70);
  hold(losses(s).join() == want.join(), 'as the command has it', s, want);
}
async function oneEpoch(p, t) {
  await example(p, 3);
  for (let k = 1; k <= 3; k++) {
    await press(p, '#one');
    await p.until(k => new RegExp('epoch ' + k + ' ').test($('where').textContent) && !training && !busy, k);
    const want = command(t, await program(p), SPIRALS, k);
    hold(losses(await where(p)).join() == want.join(), 'epoch ' + k, await where(p), want);
  }
}
const epochOf = s => +(s.match(/epoch (\d+)/) || [])[1];
async function goesOn(p, t) {
  await example(p, 3);
  await choose(p, '#every', '5');
  let last = 0;
  for (let k = 0; k < 3; k++) {
    await train(p);
    await heard(p, 'epoch ' + (last + 10) + ' ');
    await pause(p);
    last = epochOf(await where(p));
  }
  const s = await where(p), text = await program(p), want = command(t, text, SPIRALS, last);
  hold(last >= 30 && losses(s).join() == want.join(), 'three parts are one run', s, want);
  const said = t.natively(
    ['eval', 'p.wg', ...SPIRALS, '--rows', '10', '--load', 'run/weights.safetensors', '--all', '--json']);
  await p.until(want => [...document.querySelectorAll('#numbers tbody tr')].some(
                  r => r.children[0].textContent == 'loss' && r.children[2].textContent == want),
    JSON.parse(said).values.loss.text.trim());
}
async function startsOver(p) {
  await example(p, 3);
  const seen = new Set();
  for (let k = 0; k < 3; k++) {
    await train(p);
    seen.add(losses(await heard(p, 'epoch 10 ')).join());
    await press(p, '#again');
    await p.until(
      () => $('where').textContent == '' && $('go').textContent == 'Train' && !$('net').innerHTML);
  }
  hold(seen.size == 1, 'each time the same loss at epoch 10', [...seen]);
}
async function mistakes(p) {
  await example(p, 2);
  await train(p);
  await heard(p, 'epoch [3-9]0 ');
  await p.click(...await centre(p, '#editor'));
  await p.key('End', CTRL);
  await p.paste('\nz = sgimoid(1)');
  hold(/sigmoid/.test(await told(p)), 'the misspelt name', await error(p));
  await p.run(() => { window.heard.length = 0; });
  await heard(p, 'epoch \\d+0 ');
  for (let i = 0; i < 15; i++) await p.key('Backspace');
  await p.until(() => !$('error').textContent && !busy);
  await p.paste('\nq = 4');
  await p.until(() => /from epoch 1/.test($('where').textContent));
  hold(await p.run(() => $('go').textContent) == 'Pause', 'and it trains on', await where(p));
  await pause(p);
  hold(await cell(p, 'q') == '4', 'the line that came meanwhile', await error(p));
}
async function noise(p) {
  await example(p, 2);
  const words = () => shownOf(p, 'command');
  for (const v of ['0.1', '0.35', '0']) {
    await choose(p, '#noise', v);
    hold((await words()).includes(':noise=' + v + ':'), 'noise ' + v, await words());
  }
  for (const v of ['50', '1', '5']) {
    await choose(p, '#every', v);
    await train(p);
    await heard(p, 'epoch ' + v + ' ');
    const first = await p.run(() => heard.find(s => s));
    hold(epochOf(first) == +v, 'the first picture after ' + v, first);
    await pause(p);
    await press(p, '#again');
  }
}
async function byKeys(p) {
  await example(p, 3);
  await listen(p);
  for (let k = 0; k < 3; k++) {
    await p.run(() => { window.heard.length = 0; });
    await p.key('Enter', CTRL);
    await heard(p, 'epoch \\d+0 ');
    await p.key('Enter', CTRL);
    await p.until(() => $('go').textContent == 'Train' && !busy);
  }
  hold(epochOf(await where(p)) >= 30, 'it went on each time', await where(p));
}
async function endless(p) {
  await example(p, 3);
  const text = (await program(p)).replace('adam(0.03)', 'sgd(cosine(0.1))');
  await write(p, text);
  await press(p, '#go');
  hold(/steps=/.test(await where(p)), 'cosine needs its steps', await where(p));
  await write(p, text.replace('cosine(0.1)', 'cosine(0.1, steps=400)'));
  await train(p);
  await heard(p, 'epoch 20 ');
  await pause(p);
}

// ---- tables and files ----

const LINEAR = [
  'x = input(m, 2)', 'y = input(m)', 'p = dense(x, 1)[:, 0]', 'loss = mean((p - y)^2)',
  'train(loss, optimizer=adam(lr=0.1), batch=5)'
].join('\n');
async function opens(p, t, name, content) {
  fs.writeFileSync(path.join(t.folder, name), content);
  await p.choose('#open', path.join(t.folder, name));
  await sleep(300);
  await settled(p);
}
async function learns(p, what) {
  await choose(p, '#every', '50');
  await train(p);
  const s = await heard(p, 'epoch (1[5-9]|[2-9]\\d)\\d\\d ');
  await pause(p);
  hold(numberIn(s, 'loss') < 0.01, what + ' is learnt', s);
}
async function semicolons(p, t) {
  await write(p, LINEAR);
  const rows = [[1.5, 2], [2, 1.5], [3, 5], [4.5, 4], [5, 1]].map(([a, b]) => [a, b, a + 2 * b].join(';'));
  await opens(p, t, 'mine.csv', '\uFEFFa;b;price\r\n' + rows.join('\r\n').replace(/\./g, ',') + '\r\n');
  hold(/a, b, price/.test(await where(p)) && /semicolons/.test(await where(p)), 'what was made of it',
    await where(p));
  await learns(p, 'price = a + 2 b');
  for (const map of ['x=a:b,y=price', 'x=b:price,y=a', 'x=a:b,y=price']) {
    await fill(p, '#map', map);
    hold((await shownOf(p, 'command')).includes('--map ' + map), 'the columns ' + map,
      await shownOf(p, 'command'));
  }
}
async function noNames(p, t) {
  await write(p, LINEAR);
  await opens(p, t, 'bare.csv', '1,2,5\n2,1,4\n3,5,13\n4,4,12\n5,1,7\n');
  hold(/c1, c2, c3/.test(await where(p)), 'names are made', await where(p));
  await learns(p, 'c3 = c1 + 2 c2');
}
async function nothing(p, t) {
  await write(p, LINEAR);
  for (const [name, content] of [['empty.csv', ''], ['names.csv', 'a,b,price\n'], ['line.csv', '\n']]) {
    await opens(p, t, name, content);
    await press(p, '#go');
    await sleep(800);
    await p.until(() => !busy && $('go').textContent == 'Train');
    const s = await where(p) + await error(p);
    hold(/row|empty|column|name|data/i.test(s) && !/loss/.test(s), name + ' is told', s);
  }
  await choose(p, '#data', '');
  await answers(p);
}
async function many(p, t) {
  await write(p, LINEAR);
  const rows = Array.from({length: 20000}, (_, i) => [i % 7, i % 5, i % 7 + 2 * (i % 5)].join());
  await opens(p, t, 'many.csv', 'a,b,price\n' + rows.join('\n') + '\n');
  await press(p, '#one');
  await p.until(() => /epoch 1 /.test($('where').textContent) && !training && !busy);
  hold(numberIn(await where(p), 'loss') < 1, '4,000 steps of an epoch learn it', await where(p));
}
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
async function noText(p, t) {
  await write(p, OWN);
  await opens(p, t, 'photo.png', Buffer.from(PNG, 'base64'));
  hold(
    /photo\.png/.test(await error(p)) && await program(p) == OWN, 'a picture is no program', await error(p));
  await opens(p, t, 'other.wg', 'a = 5\r\nb = a^2\r\n');
  hold(await cell(p, 'b') == '25' && !await error(p), 'a program is opened', await error(p));
  await opens(p, t, 'other.wg', 'a = 6\nb = a^2\n');
  hold(await cell(p, 'b') == '36', 'and opened again, changed', await cell(p, 'b'));
}
async function saves(p, t) {
  await write(p, OWN);
  await keepFiles(p);
  for (const [i, k] of ['wg', 'svg', 'tex', 'png'].entries()) {
    await press(p, '#save summary');
    await press(p, '#save-' + k);
    await saved(p, i + 1);
  }
  const all = (await saved(p, 4)).map(([name, s]) => [name, Buffer.from(s, 'base64')]);
  const [wg, svg, tex, png] = all.map(a => a[1]);
  const names = all.map(a => a[0]), base = names[0].slice(0, -3);
  hold(base && names.join() == ['.wg', '.svg', '.tex', '.png'].map(e => base + e).join(), 'names', names);
  hold(wg.toString() == OWN, 'the program', wg.toString());
  const size = svg.toString().match(/width="([\d.]+)" height="([\d.]+)"/).slice(1).map(Number);
  hold(Math.abs(png.readUInt32BE(16) - 3 * size[0]) < 4 && Math.abs(png.readUInt32BE(20) - 3 * size[1]) < 4,
    'the .png has three times the size', size, png.readUInt32BE(16));
  fs.writeFileSync(path.join(t.folder, 's.wg'), wg);
  t.natively(['draw', 's.wg', '--values', '--backward', '-o', 's.tex']);
  const nameless = s => s.replace(/[\w-]+\.wg/g, ''),
        want = fs.readFileSync(path.join(t.folder, 's.tex'), 'utf8');
  hold(nameless(tex.toString()) == nameless(want), 'the .tex of the command', tex.length, want.length);
  for (let k = 0; k < 3; k++) {
    await press(p, '#save summary');
    hold(await p.run(() => $('save').open), 'the menu opens');
    await p.key('Escape');
    hold(!await p.run(() => $('save').open), 'Escape closes it');
  }
}

// ---- links ----

async function link(p) {
  await write(p, OWN + ' # é 𝒳 <script>');
  await tab(p, 'step');
  await press(p, '#share');
  const href = await p.run(() => location.href);
  await p.open('about:blank');
  await p.open(href);
  const same = async what => {
    await p.until(() => typeof load == 'function' && !window.old && document.body.dataset.n > 0 && !busy);
    hold(await program(p) == OWN + ' # é 𝒳 <script>', what, await program(p));
    hold(await cell(p, 'seven') == '42' && await p.run(() => $('tab-step').ariaSelected) == 'true',
      what + ', tab');
  };
  await same('the link');
  await p.run(() => {
    window.old = true;
    setTimeout(() => location.reload());
  });
  await sleep(500);
  await same('reload');
  await p.open('about:blank');
  await p.back();
  await same('away and back');
}
async function damaged(p, t) {
  for (const [fragment, says] of [
         ['#9abcdefgh', /another version/], ['#1abcdefgh', /damaged/], ['#%zz', /no program/]]) {
    await p.open('about:blank');
    await p.open(t.address + fragment);
    await ready(p);
    hold(says.test(await error(p)), fragment, await error(p));
    await answers(p);
  }
}
async function bomb(p) {
  const text = 'a = 1\n' +
    '#'.repeat(30e6);
  const packed = zlib.deflateRawSync(JSON.stringify([text, 'picture', []]), {level: 9}).toString('base64url');
  await write(p, OWN);
  const s = await p.run(async hash => {
    const began = performance.now();
    location.hash = hash;
    const wait = () => new Promise(r => setTimeout(r, 10));
    while (!$('error').textContent && performance.now() - began < 3000) await wait();
    return [performance.now() - began, $('error').textContent, text.value.length];
  }, '1' + packed);
  hold(packed.length > 35000 && s[0] < 1000 && s[2] < 1e6, 'refused within 1 s', packed.length, s);
  hold(/\d\s?[MK]/i.test(s[1]), 'its size is said', s[1]);
  await answers(p);
}

// ---- small, large, dark, paper ----

const tabNames = p => p.run(() => [...document.querySelectorAll('#tabs button')].map(b => b.id.slice(4)));
async function phone(p) {
  for (const k of await tabNames(p)) {
    await tab(p, k);
    await sleep(200);
    hold(!await isWide(p), 'no wider than the phone: ' + k, await isWide(p));
    const small = await smallLetters(p, 12);
    hold(!small.length, 'letters of at least 12 px: ' + k, small);
  }
}
async function phoneTrains(p) {
  await example(p, 3);
  await train(p);
  await heard(p, 'epoch 20 ');
  await pause(p);
  hold(!await isWide(p), 'no wider after a training', await isWide(p));
}
async function zoomed(p) {
  await p.zoom(1280, 800, 2);
  try {
    await sleep(500);
    await settled(p);
    for (const k of await tabNames(p)) {
      await tab(p, k);
      hold(!await isWide(p), 'no wider: ' + k, await isWide(p));
    }
    await write(p, 'x = 3\ny = x^2');
    hold(await cell(p, 'y') == '9', 'it is used as before', await cell(p, 'y'));
  } finally { await p.zoom(1280, 800, 1); }
}
async function dark(p) {
  const ground = () => p.run(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await p.dark(true);
  try {
    hold(await ground() != light, 'it is dark', await ground());
    for (const k of await tabNames(p)) {
      await tab(p, k);
      await sleep(100);
      hold(!(await faint(p)).length, 'contrast of at least 4.5: ' + k, await faint(p));
    }
  } finally { await p.dark(false); }
}
async function paper(p) {
  await write(p, OWN);
  const pdf = await p.paper(), sheets = (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) || []).length;
  hold(pdf.subarray(0, 5) == '%PDF-' && pdf.length > 8000 && sheets <= 3, 'paper', pdf.length, sheets);
  await answers(p);
}

// ---- too much ----

const CHAIN = Array(12).fill('x').join(' @ ');
const DEEP = '('.repeat(3000) + '1' +
  ')'.repeat(3000),
      LONG = 'a'.repeat(1400000);
async function soon(p, text, says) {
  const began = Date.now();
  await write(p, text);
  await p.until(() => $('error').textContent && !busy);
  const took = (Date.now() - began) / 1000, s = await error(p);
  hold(took <= 7 && says.test(s), 'told within 7 s: ' + text.slice(0, 40), took, s);
  await answers(p);
}
async function tooLong(p) {
  await soon(p, 'x = normal(2000, 2000, seed=1)\ny = sum(' + CHAIN + ')', /Stopped after 5 s/);
  await soon(p, 'f(A) = A @ A / 40\ny = sum(repeat(60, f, normal(1500, 1500, seed=1)))', /Stopped after 5 s/);
}
async function refused(p) {
  await soon(p, 'x = zeros(30000, 30000)', /more than \d+ elements|memory/);
  await soon(p, 'x = zeros(8000, 8000)', /memory/);
  await soon(p, 'f(x) = f(x - 1)\ny = f(3)', /calls itself/);
  await soon(p, 'y = ' + DEEP, /nested/);
}
const longLine = p => soon(p, 'y = ' + LONG, /1 MiB|too long/);

module.exports = [
  ['three examples, and my program', examples], ['Back after an example', back],
  ['three other data while it trains; spirals at epoch 70', spirals], ['one epoch, three times', oneEpoch],
  ['train, pause, go on', goesOn], ['start over, three times', startsOver],
  ['mistakes while it trains', mistakes], ['noise and epochs of a picture', noise],
  ['Ctrl+Enter trains and pauses', byKeys], ['a schedule without an end', endless],
  ['a table with semicolons, BOM and decimal commas', semicolons], ['a table without names', noNames],
  ['a table without rows', nothing], ['a table of 20,000 rows', many],
  ['a PNG as a file, then a program', noText], ['save four kinds of files', saves],
  ['link, reload, away and back', link], ['links that are damaged', damaged],
  ['a link that unpacks to 30 MB', bomb], ['a phone', phone, 'phone'],
  ['a training on a phone', phoneTrains, 'phone'], ['zoom of 200 %', zoomed], ['dark', dark],
  ['paper', paper], ['what takes too long', tooLong], ['what is too large or too deep', refused],
  ['a line of 1.4 MB', longLine]
];
