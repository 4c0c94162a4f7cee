// The page of `wengert play` in Chromium, from the disk and from a server:
//
//   node tests/play.js ENGINE.js NATIVE [PICTURES]
//
// What it shows is what the native command prints; its trainings are those of the native command; nothing
// that a program does ends it. PICTURES: a folder for pictures of the page. WG_MEASURE=1
// prints the times instead.
const fs = require('fs');
const os = require('os');
const path = require('path');
const {served} = require('./served.js');
const zlib = require('zlib');
const {spawnSync} = require('child_process');
const {browser} = require('./browser.js');
const {place} = require('./play_place.js');
const [, , engine, native, pictures] = process.argv;
const wengert = path.resolve(native);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wengert-play-'));
const sleep = ms => new Promise(r => setTimeout(r, ms));
let passed = 0;
const failed = [];
function expect(what, is, ...said) {
  if (is) passed++;
  else {
    failed.push(what);
    console.log('FAIL ' + what + ': ' +
      said.map(s => typeof s == 'string' ? s : JSON.stringify(s)).join(' | ').slice(0, 600));
  }
}
function natively(words, files = {}) {
  for (const f in files) fs.writeFileSync(path.join(folder, f), files[f]);
  const r = spawnSync(wengert, words,
    {cwd: folder, encoding: 'utf8', env: {...process.env, WG_ISA: 'base', WG_THREADS: '1'}, timeout: 120000});
  return r.stdout + (r.status > 1 ? r.stderr : '');
}

// The page's own names: load, pick, engine, trainer, text.
const set = (p, program) => p.run(async text => {
  ran = null;
  load(text);
  while (ran === null || busy) await new Promise(r => setTimeout(r, 5));
}, program);
const shown = p => p.run(() => ({
  error: $('error').textContent,
  numbers:
    [...document.querySelectorAll('#numbers tbody tr')].map(r => [...r.children].map(c => c.textContent)),
  view: $('view').innerText,
  command: $('command').textContent
}));
const tabOf = (p, k) => p.run(async k => {
  const n = document.body.dataset.n;
  pick(k);
  while (document.body.dataset.n == n || busy) await new Promise(r => setTimeout(r, 5));
}, k);

// What `eval --all --json` prints, as the rows of the page; null: it is no program that runs.
function rowsOf(program) {
  let right;
  try {
    right = JSON.parse(natively(['eval', 'program.wg', '--all', '--json'], {'program.wg': program})).values;
  } catch (e) { return null; }
  if (!right) return null;
  const any = Object.values(right).some(v => v.gradient), text = t => t ? t.text.replace(/\n$/, '') : '';
  return Object.keys(right).map(n => {
    const v = right[n], shape = v.shape.length ? '[' + v.shape.join(',') + ']' : '';
    return [n == '_' ? '(last)' : n, shape, text(v), ...(any ? [text(v.gradient)] : [])];
  });
}
async function sameNumbers(p, name, program) {
  const want = rowsOf(program);
  if (!want) return false;
  await set(p, program);
  const s = await shown(p), slow = /^Stopped/.test(s.error);
  expect('numbers of ' + name, slow || JSON.stringify(s.numbers) == JSON.stringify(want), s.error,
    s.numbers.filter((r, i) => String(r) != String(want[i])).slice(0, 2),
    want.filter((r, i) => String(r) != String(s.numbers[i])).slice(0, 2));
  return !slow;
}
async function same(p) {
  const programs = fs.readdirSync('examples')
                     .filter(f => f.endsWith('.wg'))
                     .map(f => fs.readFileSync('examples/' + f, 'utf8'))
                     .concat([
                       'a = 2; b = a^3', 'x = [1, -2, 0.5]; y = softmax(3*x); L = sum(y^2)',
                       'W = normal(3, 4, seed=2); s = sum(W @ W.T)', 'é = 3; L = é^2'
                     ]);
  let compared = 0;
  for (const program of programs) {
    if (!await sameNumbers(p, program.slice(0, 40), program)) continue;
    await tabOf(p, 'step');
    const steps = natively(['step', 'program.wg', '--all']).trimEnd();
    expect('steps of ' + program.slice(0, 40), (await p.run(() => $('view').textContent)).trimEnd() == steps,
      (await shown(p)).view.slice(0, 200), steps.slice(0, 200));
    await tabOf(p, 'picture');
    const svg = await p.run(() => svgs[0]);
    const words = (await shown(p)).command.split(' ').slice(1);
    natively(words);
    expect('picture of ' + program.slice(0, 40),
      svg == fs.readFileSync(path.join(folder, 'picture.svg'), 'utf8'), words);
    compared++;
  }
  expect('programs were compared', compared >= 4, compared);
}
// Each program of the docs, the pictures, the plots and the lessons runs in the page, but for those that take
// longer than the page lets them.
async function runsAll(p) {
  const files = (d, end) =>
    fs.readdirSync(d, {recursive: true}).filter(f => f.endsWith(end)).map(f => d + '/' + f);
  const all = [...files('docs/drawing', '.wg'), ...files('examples/plots', '.wg')].map(
    f => [f, fs.readFileSync(f, 'utf8')]);
  for (const f of files('docs', '.md'))
    for (const m of fs.readFileSync(f, 'utf8').matchAll(/^```wg (\S+)\n([^]*?)^```/gm))
      all.push([f + ' ' + m[1], m[2]]);
  for (const f of files('lessons', '.md'))
    all.push([f, natively(['lesson', path.basename(f, '.md'), '--program'])]);
  let ran = 0;
  await tabOf(p, 'help'); // no pictures: they take longer than the numbers
  for (const [name, program] of all) ran += await sameNumbers(p, name, program);
  expect('most programs ran', ran > 0.75 * all.length && all.length > 60, ran, all.length);
  await tabOf(p, 'picture');
}

async function errors(p) {
  await set(p, 'x = 2\ny = x^3\nL = y + 1');
  await p.run(() => {
    text.focus();
    text.setSelectionRange(10, 10);
    document.execCommand('insertText', false, 'sgmoid(2)*');
  }); // in line 2
  await sleep(350);
  let s = await p.run(
    () => [$('error').textContent, $('view').className, !!document.querySelector('#picture svg')]);
  expect('an error is not marked while it is typed, and the picture stays, pale',
    s[0] == '' && s[1] == 'stale' && s[2], s);
  await p.until(() => $('error').textContent);
  s = await shown(p);
  expect('the error comes, with its line', /^Line 2: /.test(s.error), s.error);
  await set(p, 'x = einsum("é→é", q(3))');
  expect('the mark counts letters', await p.run(() => document.querySelector('#shade u').textContent) == 'q',
    await p.run(() => shade.innerHTML));
  await set(p, 'x = 2\ny = x^3');
  await p.run(() => {
    text.focus();
    text.setSelectionRange(10, 10);
    document.execCommand('insertText', false, 'sgmoid(2)*');
  });
  await sleep(200);
  await p.run(() => {
    text.setSelectionRange(0, 0);
    caret();
  });
  expect('the error comes when its line is left', await p.run(() => $('error').textContent) != '');
}

async function numbers(p) {
  await set(p, 'x = 2\ny = x^3\nL = y + 0.5');
  const place = await p.run(() => {
    const b = text.getBoundingClientRect();
    const c = document.createElement('canvas').getContext('2d');
    const s = getComputedStyle(text);
    c.font = s.font;
    return [
      b.left + parseFloat(s.paddingLeft) + 4.5 * c.measureText('0').width,
      b.top + parseFloat(s.paddingTop) + parseFloat(s.lineHeight) / 2
    ];
  });
  await p.mouse('mouseMoved', ...place);
  await p.mouse('mousePressed', ...place);
  for (let i = 1; i <= 5; i++) await p.mouse('mouseMoved', place[0] + 4 * i, place[1]);
  await p.mouse('mouseReleased', place[0] + 20, place[1]);
  await p.until(() => !busy &&
      document.querySelector('#numbers tbody tr:nth-child(2) td:nth-child(3)').textContent == '343');
  expect('a number is dragged', await p.run(() => text.value.split('\n')[0]) == 'x = 7',
    await p.run(() => text.value));
  await p.key('z', 2);
  expect('and one undo takes it back', await p.run(() => text.value.split('\n')[0]) == 'x = 2',
    await p.run(() => text.value));
  await slider(p);
}
// Of the number at the caret: what the program, the thumb, its label and the value of the last line say.
const slid = p => p.run(
  () => [text.value.match(/[-\d.]+$/)[0], +range.value, +$('drag-what').textContent.match(/[-\d.]+$/)[0],
    +[...document.querySelectorAll('#numbers tbody tr')].pop().children[2].textContent]);
async function slider(p) {
  for (const how of ['keys', 'mouse', 'finger']) {
    await set(p, 'y = 2.5');
    await p.run(() => {
      text.focus();
      text.setSelectionRange(5, 5);
      caret();
      range.focus();
    });
    for (let k = 1; k <= 3; k++) {
      const before = +(await p.run(() => text.value.slice(4)));
      if (how == 'keys') await p.key('ArrowRight');
      else await moveThumb(p, how, 0.2 + 0.2 * k);
      await p.until(() => !busy && values.y.value == +text.value.slice(4));
      const said = await slid(p);
      expect('slider by ' + how + ', time ' + k + ': program, thumb, label and value agree',
        said.slice(1).every(v => v == +said[0]) && +said[0] != before, said, before);
      if (how == 'keys') expect('a key is a step', said[0] == (2.5 + 0.1 * k).toFixed(1), said);
    }
  }
  await p.key('z', 2);
  const [a, b] = [await p.run(() => text.value), await p.run(() => 'y = ' + range.value)];
  expect('undone, the thumb is where the number is', +a.slice(4) == +b.slice(4), a, b);
}
// The thumb is taken at its place and put where `share` of the way is.
async function moveThumb(p, how, share) {
  const [x, to, y] = await p.run(share => {
    const b = range.getBoundingClientRect(), r = 8;
    const at = s => b.left + r + s * (b.width - 2 * r);
    return [at((range.value - range.min) / (range.max - range.min)), at(share), b.top + b.height / 2];
  }, share);
  const touch = (type, x) =>
    p.send('Input.dispatchTouchEvent', {type, touchPoints: type == 'touchEnd' ? [] : [{x, y}]});
  const act = {
    mouse: [
      x => p.mouse('mousePressed', x, y), x => p.mouse('mouseMoved', x, y),
      x => p.mouse('mouseReleased', x, y)
    ],
    finger: [x => touch('touchStart', x), x => touch('touchMove', x), x => touch('touchEnd', x)]
  }[how];
  await act[0](x);
  for (let i = 1; i <= 4; i++) await act[1](x + (to - x) * i / 4);
  await act[2](to);
}

async function boxes(p) {
  await set(p, 'x = 2\ny = x^3\nL = y + 0.5');
  await p.run(() => [...document.querySelectorAll('#picture g[id]')]
                      .find(b => lineOf(b) == 2)
                      .dispatchEvent(new MouseEvent('click', {bubbles: true})));
  const s = await p.run(() => [text.selectionStart, text.selectionEnd, $('about').textContent,
                          document.querySelectorAll('#picture .here').length,
                          document.querySelector('#numbers tr.here th').textContent]);
  expect('a box leads to its line, and back',
    s[0] == 6 && s[1] == 13 && /^Line 2: y = x\^3\n/.test(s[2]) && s[3] > 0 && s[4] == 'y', s);
  await p.run(() => focusBox(0));
  const told = [];
  for (let k = 0; k < 3; k++) {
    await p.key('ArrowRight');
    await p.key('Enter');
    told.push(await p.run(
      () => [$('about').textContent.split('\n')[0],
        'Line ' + lineOf(document.activeElement) + ': ' + lines()[lineOf(document.activeElement) - 1]]));
  }
  expect('boxes by keys', told.every(t => t[0] == t[1]) && new Set(told.map(String)).size > 1, told);
}

// What ends, stops or starts the engine while it works leaves a page that answers.
async function stops(p) {
  await set(p, 'a = 1');
  const r = await p.run(() => engine.run({files: {'no/such/dir/x': '1'}, runs: []}));
  expect('a dead engine says so', r.dead && r.runs.length == 0, r);
  await p.run(async () => {
    engine.stop();
    update();
    await new Promise(r => setTimeout(r, 1));
    engine.stop();
    engine.stop();
  });
  await p.until(() => !busy);
  await set(p, 'a = 2\nb = a*21');
  expect('stopped while it starts, it answers', (await shown(p)).numbers[1][2] == '42', await shown(p));
  await p.run(async () => {
    $('example').value = 2;
    await $('example').onchange();
    await new Promise(r => setTimeout(r, 300));
    train(0);
    train(0);
  });
  await p.until(() => !training);
  expect('a pause before the start is no lost one', await p.run(() => epoch) <= 20, await p.run(() => epoch));
  await p.run(async () => {
    train(0);
    while (epoch < 30) await new Promise(r => setTimeout(r, 5));
    $('again').click();
  });
  await p.until(() => !training);
  expect('start over clears',
    await p.run(() => epoch === 0 && !$('where').textContent && !$('net').innerHTML),
    await p.run(() => [epoch, $('where').textContent]));
  await p.run(() => { takeTable("it's; $(x) .csv", "a' $(touch /tmp/x) ',b,c\n1,2,3\n"); });
  expect('a name with a quote is quoted',
    await p.run(() => words('x', "a'b").map(quoted).join(' ')) == "x 'a'\\''b'" &&
      await p.run(() => $('map').value) == '');
  await p.run(() => {
    table = null;
    $('data').value = '';
    showData();
  });
  await set(p, 'z = 0.5; b = 2\ny = tanh(b*z)');
  await tabOf(p, 'plot');
  expect('a field keeps the focus', await p.run(async () => {
    const [from, to] = document.querySelectorAll('#view input');
    to.focus();
    from.value = '-2';
    from.onchange();
    await new Promise(r => setTimeout(r, 300));
    return document.activeElement == to && to.isConnected;
  }));
  await tabOf(p, 'picture');
}

async function limits(p) {
  await set(p, 'a = 1');
  await p.run(() => { load('f(s, x) = s + x\ny = scan(f, 0, zeros(3000000000))'); });
  await p.until(() => $('error').textContent && !busy);
  expect('a size beyond all bounds', /a size must be|elements/.test((await shown(p)).error),
    (await shown(p)).error);
  await p.run(
    () => { load('x = normal(1500, 1500, seed=1)\ny = sum(' + Array(18).fill('x').join(' @ ') + ')'); });
  await p.until(() => /Stopped/.test($('error').textContent) && !busy);
  await set(p, 'a = 41\nb = a + 1');
  expect(
    'what never ends is stopped, and the page lives', (await shown(p)).numbers[1][2] == '42', await shown(p));
  await set(p, 'x = zeros(8000, 8000)');
  const memory = (await shown(p)).error;
  expect('512 MB: an error', /memory/.test(memory), memory);
  await set(p, 'a = 41\nb = a + 1');
  expect('and the page lives', (await shown(p)).numbers[1][2] == '42', await shown(p));
}

async function links(b, p, address) {
  await set(p, 'a = 7\nb = a*6 # é <script>');
  await p.run(() => keep());
  const href = await p.run(() => location.href), q = await b.page(1000, 700);
  await q.open(href);
  await q.until(() => document.body.dataset.n > 0 && !busy);
  expect('a link opens its program',
    await q.run(() => text.value) == 'a = 7\nb = a*6 # é <script>' && (await shown(q)).numbers[1][2] == '42',
    await q.run(() => text.value), href);
  const bomb = zlib.deflateRawSync(JSON.stringify(['x'.repeat(3e7)])).toString('base64url');
  for (const [fragment, says] of [['#1' + bomb, /more than 2 MB/], ['#9abcdefgh', /another version/],
         ['#1abcdefgh', /damaged/], ['#%zz', /has no program/]]) {
    await q.open('about:blank');
    await q.open(address + fragment);
    await q.until(() => document.body.dataset.n > 0 && !busy);
    expect(fragment, says.test((await q.run(() => $('error').textContent))), (await shown(q)).error);
  }
  await p.send('Page.bringToFront');
  expect('no errors in linked pages', !q.errors.length, q.errors);
}

const FOUR = ['circles', 'xor', 'blobs', 'spirals'];
// 400 epochs in parts: one run to the same bits.
async function inParts(p, k, program) {
  const md5 = text => require('crypto').createHash('md5').update(text).digest('hex');
  await p.run(k => {
    $('data').value = k;
    $('data').onchange();
    $('every').value = '50';
  }, k);
  await p.until(() => !busy && !training);
  const spec = await p.run(() => dataSpec());
  await p.run(async () => {
    const go = train(0);
    while (epoch < 100) await new Promise(r => setTimeout(r, 2));
    if (training) train(0);
    await go;
  });
  const paused = await p.run(() => epoch);
  await p.run(async () => {
    while (epoch < 400) await train(Math.min(50, 400 - epoch));
  });
  const page =
    await p.run(() => trainer.run({runs: [['eval', '-e', '1']], bytes: ['run/weights.safetensors']})
                        .then(r => [...r.files['run/weights.safetensors']]));
  fs.rmSync(path.join(folder, 'run'), {recursive: true, force: true});
  const epochs = await p.run(() => epoch);
  const said =
    natively(['train', 'program.wg', '--data', spec, '--epochs', String(epochs), '-o', 'run', '-q'],
      {'program.wg': program});
  expect(k + ': pause and go on as one run',
    md5(Buffer.from(page)) == md5(fs.readFileSync(path.join(folder, 'run/weights.safetensors'))), paused,
    epochs, said);
}

async function regions(p, k) {
  const size = await p.run(() => $('regions').firstElementChild.getAttribute('width') + 'x' +
      $('regions').firstElementChild.getAttribute('height'));
  natively(['plot', 'run', '--only', 'regions', '--for', size, '-o', 'regions.svg', '-q']);
  expect(k + ': the regions of the command',
    await p.run(() => $('regions').innerHTML).then(s => s.replace(/\s/g, '').length) > 1000 &&
      await p.run(
        s => {
          const d = document.createElement('div');
          d.innerHTML = s;
          return d.innerHTML == $('regions').innerHTML;
        },
        fs.readFileSync(path.join(folder, 'regions.svg'), 'utf8')),
    size);
  const where = await p.run(() => $('where').textContent);
  const accuracy = +(where.match(/accuracy ([\d.]+)/) || [])[1];
  expect(k + ': it learns', accuracy >= 0.97, where);
}

async function trainings(p) {
  await p.run(async () => {
    $('example').value = 2;
    await $('example').onchange();
  });
  const program = await p.run(() => text.value);
  expect('at most 12 lines', program.split('\n').length <= 12, program);
  for (const k of FOUR) {
    await inParts(p, k, program);
    await regions(p, k);
  }
  // an edit while it trains starts over, and is answered
  await p.run(async () => {
    $('every').value = '10';
    train(0);
  });
  await p.until(() => epoch > 30);
  await p.run(() => { load(text.value.replace('dense(x, 8)', 'dense(x, 6)')); });
  await p.until(() => trained.includes('dense(x, 6)') && epoch > 10);
  await p.run(async () => {
    train(0);
    while (training) await new Promise(r => setTimeout(r, 5));
  });
  expect('an edit starts over',
    await p.run(() => $('net').innerHTML.includes('<svg') && $('error').textContent == ''));
}

async function ownTable(p) {
  await p.run(() => {
    takeTable('mine.csv', 'a,b,price\n1,2,5\n2,1,4\n3,5,13\n4,4,12\n5,1,7\n');
    load([
      'x = input(m, 2)', 'y = input(m)', 'p = dense(x, 1)[:, 0]', 'loss = mean((p - y)^2)',
      'train(loss, optimizer=adam(lr=0.1), batch=5)'
    ].join('\n'));
  });
  for (let i = 0; i < 20 && (await shown(p)).error; i++) await sleep(100);
  expect('its columns', !(await shown(p)).error, await p.run(() => text.value), (await shown(p)).error,
    await p.run(() => $('map').value));
  await p.run(async () => {
    $('every').value = '50';
    const go = train(0);
    while (epoch < 1500 && training) await new Promise(r => setTimeout(r, 5));
    if (training) train(0);
    await go;
  });
  const loss = +((await p.run(() => $('where').textContent)).match(/loss ([\d.e-]+)/) || [])[1];
  expect('a CSV of the user: price = a + 2 b', loss < 0.01,
    await p.run(() => [$('where').textContent, $('map').value]));
}

async function saves(p) {
  await set(p, 'x = 2\ny = x^3\nL = y + 0.5');
  await tabOf(p, 'picture');
  const png = await p.run(async () => {
    const b = await png(svgs[0]);
    const i = await createImageBitmap(b);
    const c = document.createElement('canvas');
    c.width = i.width;
    c.height = i.height;
    const d = c.getContext('2d');
    d.drawImage(i, 0, 0);
    const seen = new Set();
    const a = d.getImageData(0, 0, i.width, i.height).data;
    for (let k = 0; k < a.length; k += 4) seen.add(a[k] << 16 | a[k + 1] << 8 | a[k + 2]);
    return [i.width, i.height, seen.size, a[0], a[3]];
  });
  expect('a PNG with colours on white', png[0] > 800 && png[2] > 20 && png[3] == 255 && png[4] == 255, png);
  for (const id of ['save-wg', 'save-svg', 'save-tex']) {
    const said = await p.run(async id => {
      let got;
      save = (name, what) => { got = [name, what]; };
      await $(id).onclick();
      return got;
    }, id);
    expect(id, said && said[1].length > 20, said);
  }
}

async function access(p) {
  const {nodes} = await p.send('Accessibility.getFullAXTree');
  const without =
    nodes.filter(n => !n.ignored && n.properties?.some(x => x.name == 'focusable' && x.value.value) &&
        !n.name?.value && n.role.value != 'RootWebArea');
  expect('all that can be reached by the keyboard has a name', !without.length,
    without.map(n => n.role.value + ' ' + JSON.stringify(n.properties)));
  await p.run(() => $('tab-' + tab).focus());
  const before = await p.run(() => tab);
  await p.key('ArrowRight');
  expect('arrows change the tab',
    await p.run(() => tab) != before && await p.run(() => document.activeElement.id == 'tab-' + tab));
  const low = await p.run(() => {
    const rgb = s => s.match(/[\d.]+/g).map(Number);
    const light = c => {
      const [r, g, b] = c.map(v => {
        v /= 255;
        return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const back = e => {
      for (; e; e = e.parentElement) {
        const c = rgb(getComputedStyle(e).backgroundColor);
        if (c.length < 4 || c[3] > 0.5) return c.slice(0, 3);
      }
      return [255, 255, 255];
    };
    return [...document.querySelectorAll('body *')]
      .filter(e => !e.closest('svg, .stale, #text') && e.offsetWidth &&
          [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
      .map(e => {
        const a = light(rgb(getComputedStyle(e).color).slice(0, 3));
        const b = light(back(e));
        return [
          (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
          e.tagName + '#' + e.id + ' ' + e.textContent.slice(0, 20)
        ];
      })
      .filter(x => x[0] < 4.5);
  });
  expect('contrast of texts at least 4.5', !low.length, low.slice(0, 5));
}

async function phone(b, address) {
  const m = await b.page(390, 844, true);
  await m.open(address);
  await m.until(() => document.body.dataset.n > 0 && !busy);
  const small = what => m.run(() => [...document.querySelectorAll('svg text')]
                                      .filter(t => t.getBoundingClientRect().width)
                                      .map(t => [parseFloat(getComputedStyle(t).fontSize) *
                                               Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b),
                                             t.textContent])
                                      .filter(t => t[0] < 10.95)
                                      .slice(0, 5));
  expect('no wider than a phone', await m.run(() => document.documentElement.scrollWidth <= innerWidth));
  expect('letters of the picture', !(await small()).length, await small());
  for (const i of [5, 6]) {
    await m.run(async i => {
      $('example').value = i;
      await $('example').onchange();
    }, i);
    await sleep(300);
    await m.until(() => !busy);
    expect('letters of plots',
      !(await small()).length && await m.run(() => !!document.querySelector('#view svg')), await small());
  }
  await m.run(async () => {
    $('example').value = 2;
    await $('example').onchange();
    await new Promise(r => setTimeout(r, 300));
    const go = train(0);
    while (epoch < 20 && training) await new Promise(r => setTimeout(r, 5));
    train(0);
    await go;
  });
  expect(
    'letters of a training', (await small()).filter(s => !/^logits/.test(s[1])).length == 0, await small());
  expect('still no wider', await m.run(() => document.documentElement.scrollWidth <= innerWidth));
  const targets =
    await m.run(() => [...document.querySelectorAll('button, select, .button, summary')]
                        .filter(e => e.offsetWidth && !e.closest('#numbers'))
                        .map(e => [e.getBoundingClientRect().height, e.textContent.slice(0, 20)])
                        .filter(x => x[0] < 32));
  expect('fingers can hit buttons', !targets.length, targets);
  if (pictures) await m.picture(path.join(pictures, 'play-390.png'));
  expect('no errors on a phone', !m.errors.length, m.errors);
}

const median = a => a.slice().sort((x, y) => x - y)[a.length >> 1];
async function measure(b, address) {
  const p = await b.page(1280, 800), starts = [];
  for (let i = 0; i < 7; i++) {
    await p.open('about:blank');
    await p.open(address);
    await p.until(() => document.body.dataset.n > 0 && !busy);
    starts.push(await p.run(() => [WENGERT.times.ready, firstPicture]));
  }
  for (const [k, name] of [[0, 'engine ready'], [1, 'first picture']])
    console.log(name + ': ' + Math.round(median(starts.map(s => s[k]))) + ' (' +
      Math.round(Math.min(...starts.map(s => s[k]))) + ') ms');
  for (const [layers, boxes] of [[8, 34], [36, 146], [71, 286]]) {
    let program = 'x = [0.5, 1]\nh0 = x';
    for (let i = 0; i < layers; i++)
      program += '\nw' + i + ' = param(init=0.4); b' + i + ' = param(init=0.1); h' + (i + 1) + ' = tanh(h' +
        i + '*w' + i + ' + b' + i + ')';
    await set(p, program + '\nL = sum(h' + layers + '^2)');
    const times = [];
    for (let i = 0; i < 11; i++)
      times.push(await p.run(async i => {
        const n = document.body.dataset.n;
        const t = performance.now();
        const at = text.value.indexOf('init=0.4') + 8;
        text.setRangeText(String(i % 10), at, at + (i ? 1 : 0));
        text.dispatchEvent(new Event('input'));
        while (document.body.dataset.n == n || busy) await new Promise(r => setTimeout(r, 1));
        await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
        return performance.now() - t;
      }, i));
    console.log('an edit of a program of ' + boxes + ' boxes, key to frame: ' +
      Math.round(median(times.slice(1))) + ' (' + Math.round(Math.min(...times)) + ') ms');
  }
  await p.run(async () => {
    $('example').value = 2;
    await $('example').onchange();
  });
  await sleep(500);
  await p.run(() => { train(0); });
  await sleep(5000);
  console.log('training: ' + await p.run(() => $('where').textContent));
  const edits = [];
  for (let i = 0; i < 9; i++)
    edits.push(await p.run(async i => {
      const t = performance.now();
      await engine.run({files: {'e.wg': 'a = ' + i}, runs: [['eval', 'e.wg', '--all', '--json']]});
      return performance.now() - t;
    }, i));
  console.log('an answer beside the training: ' + Math.round(median(edits)) + ' ms');
}

// all: what does not depend on where the page is from, too.
async function test(b, address, all) {
  const p = await b.page(1280, 800);
  await p.open(address);
  await p.until(() => document.body.dataset.n > 0 && !busy);
  await errors(p);
  await numbers(p);
  await boxes(p);
  if (all) {
    await place(b, address, expect);
    await p.send('Page.bringToFront');
    await same(p);
    await runsAll(p);
    await stops(p);
    await limits(p);
    await links(b, p, address);
    await trainings(p);
    await ownTable(p);
    await saves(p);
    await access(p);
    await phone(b, address);
  }
  expect('no errors, ' + address.slice(0, 4), !p.errors.length, p.errors);
  const asked = p.requests.filter(u => !/^(blob|data|about):/.test(u));
  expect(
    'it asks for its own files alone', asked.every(u => /\/(play\.html(#.*)?|engine\.js)$/.test(u)), asked);
  if (pictures && all) {
    await set(
      p, 'x = [1, 2]\nw = [0.5, -0.5]\ny = 1\na = sigmoid(w @ x)\nL = -(y*log(a) + (1 - y)*log(1 - a))');
    await tabOf(p, 'picture');
    await p.picture(path.join(pictures, 'play-1280.png'));
  }
}

(async () => {
  fs.copyFileSync(engine, path.join(folder, 'engine.js'));
  natively(['play', '-o', 'play.html', '--engine', path.resolve(engine)]);
  const html = path.join(folder, 'play.html');
  const server = await served(folder);
  const b = await browser();
  const addresses = ['file://' + html, 'http://127.0.0.1:' + server.address().port + '/play.html'];
  try {
    const zipped = f => zlib.gzipSync(fs.readFileSync(f), {level: 9}).length;
    expect('over gzip the page is at most 24 KB, the engine 1,100 KB',
      zipped(html) <= 24576 && zipped(engine) <= 1126400, zipped(html), zipped(engine));
    for (const address of addresses) {
      if (process.env.WG_MEASURE) {
        console.log(address.slice(0, 5));
        await measure(b, address);
      } else await test(b, address, address == addresses[0]);
    }
  } catch (e) {
    failed.push('ended');
    console.log(e);
  }
  b.close();
  server.close();
  fs.rmSync(folder, {recursive: true, force: true});
  console.log(passed + ' hold, ' + failed.length + ' do not');
  process.exitCode = failed.length ? 1 : 0;
})();
