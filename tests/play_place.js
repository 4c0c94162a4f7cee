// The page of `wengert play` as a place, for play.js: what is kept, points that are drawn, lessons, guesses,
// large letters, video.
const sleep = ms => new Promise(r => setTimeout(r, ms));
const settled = async p => {
  await sleep(150);
  await p.until(() => document.body.dataset.n > 0 && !busy);
};
const example = async (p, k) => {
  await p.run(k => {
    $('example').value = k;
    return $('example').onchange();
  }, k);
  await settled(p);
};
// What was done is there after a reload, with its undo; Back leads to the program before.
async function keeps(p, address, expect) {
  const ready = () => settled(p);
  const now = () => p.run(() => [text.value, title, version]);
  await p.open(address);
  await p.run(() => localStorage.clear());
  await p.open('about:blank');
  await p.open(address);
  await ready();
  await p.run(() => text.focus());
  for (const c of ['q', ' ', '=', ' ', '1', 'Enter']) await p.key(c);
  await p.until(() => !busy && values.q);
  await sleep(1200); // a rest in typing begins a version
  await p.key('#');
  await sleep(600);
  const before = await now();
  expect('a changed example is kept under a name',
    before[1] == 'One neuron 2' && before[0].startsWith('q = 1\n#'), before);
  await p.open('about:blank');
  await p.open(address);
  await ready();
  expect('it is there again, without its address', (await now()).join() == before.join(), await now());
  await p.key('z', 2);
  expect('undo after the reload', (await now())[0].startsWith('q = 1\n# One'), await now());
  await p.run(() => $('redo').click());
  expect('redo', (await now())[0] == before[0], await now());
  for (const k of [1, 5]) {
    await p.run(k => {
      $('example').value = k;
      return $('example').onchange();
    }, k);
    await sleep(600);
  }
  const chosen = await now();
  await p.run(() => history.back());
  await p.until(() => $('example').value == 1);
  await sleep(600);
  await p.run(() => history.back());
  await p.until(() => title == 'One neuron 2');
  expect(
    'Back, twice: the own program', (await now())[0] == before[0] && /tanh/.test(chosen[0]), await now());
  await p.run(() => {
    $('name').value = 'mine';
    $('name').onchange();
  });
  expect('a new name', (await p.run(() => [shelf().join(), $('example').value])).join() == 'mine,kept:mine',
    await p.run(() => shelf()));
  await p.run(() => $('drop').click());
  expect('removed', !(await p.run(() => shelf())).length);
}

// A point is drawn, dragged and taken away, by mouse and keys; the training is that of the points.
const pointAt = (p, x, y) => p.run((x, y) => {
  const q = new DOMPoint(x, -y).matrixTransform(pad.getScreenCTM());
  return [q.x, q.y];
}, x, y);
async function drag(p, from, to) {
  const [a, b] = [await pointAt(p, ...from), await pointAt(p, ...to)];
  await p.mouse('mousePressed', ...a);
  await p.mouse('mouseMoved', (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
  await p.mouse('mouseMoved', ...b);
  await p.mouse('mouseReleased', ...b);
  await settled(p);
}
async function draws(p, expect) {
  await example(p, 2);
  await p.run(() => {
    $('data').value = 'points';
    $('data').onchange();
    $('brush').value = 1;
    $('brush').onchange();
  });
  await settled(p);
  const many = await p.run(() => points.length), last = () => p.run(() => points[points.length - 1]);
  const near = (a, b) => Math.abs(a - b) < 0.03;
  for (const [x, y] of [[3, 3], [-3, 3], [0, -3]]) {
    await drag(p, [x, y], [x - 0.5, y - 0.5]);
    const [a, b, k] = await last();
    expect('a point is drawn and dragged', near(a, x - 0.5) && near(b, y - 0.5) && k == 1, [a, b, k], [x, y]);
  }
  expect('three more', await p.run(() => points.length) == many + 3);
  await p.run(() => focusPoint(points.length - 1));
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp', '0']) await p.key(key);
  const [a, b, k] = await last();
  expect('and moved by keys', near(a, -0.3) && near(b, -3.4) && k == 0, [a, b, k]);
  await drag(p, [a, b], [a, -4.7]);
  await drag(p, [-3.5, 2.5], [-3.5, 4.8]);
  expect(
    'let go outside, it is gone', await p.run(() => points.length) == many + 1, await p.run(() => points));
  const shape = await p.run(() => values.x.shape);
  expect('the numbers are those of the points', shape.join() == '10,2', shape);
  await p.run(async () => {
    const go = train(0);
    while (epoch < 200 && training) await new Promise(r => setTimeout(r, 5));
    if (training) train(0);
    await go;
  });
  const where = await p.run(() => $('where').textContent);
  expect('they are learned', /accuracy 1\b/.test(where), where);
  await p.run(() => keep());
  const [drawn, href] = await p.run(() => [JSON.stringify(points), location.href]);
  await p.open('about:blank');
  await p.open(href);
  await settled(p);
  expect('a link brings the points', await p.run(() => JSON.stringify(points)) == drawn);
}
// Text between programs: numbers keep their lines, the page is the command's, guesses are kept and saved.
const click = (p, k) => p.run(k => $('view').querySelectorAll('button')[k].click(), k);
async function teaches(p, expect, saved) {
  await example(p, 0);
  await p.run(() => {
    load('x = 2\ny = x^3');
    pick('lesson');
  });
  await settled(p);
  await click(p, 0);
  await settled(p);
  const line = await p.run(() => [text.value.split('\n')[values.y.line - 1], values.y.value]);
  expect('numbers of a lesson have the lines of its text', line.join() == 'y = x^3,8', line);
  await p.until(() => $('view').querySelector('iframe'));
  const page = await p.run(() => $('view').querySelector('iframe').srcdoc);
  expect('the page of the lesson', /What is y\?/.test(page) && /Write here/.test(page), page.slice(0, 200));
  await p.run(() => { // what the page in the frame says when a reader guesses
    const source = $('view').querySelector('iframe').contentWindow;
    for (const detail of [{guess: '6', right: false}, {guess: '8', right: true}])
      dispatchEvent(new MessageEvent('message', {data: {ask: 'ask-1', detail}, source}));
  });
  const csv = await saved(() => $('view').querySelectorAll('button')[1].click());
  const rows = csv.split('\r\n').map(s => s.split(',').slice(1, 5).join());
  expect('guesses as a table',
    rows.slice(0, 3).join(' ') == 'question,try,guess,result ask-1,1,6,wrong ask-1,2,8,right', csv);
  const md = await saved(() => $('save-wg').onclick());
  expect('saved as .md', md.startsWith('# ') && md.includes('```wg\nx = 2\ny = x^3\n```'), md);
  await p.run(() => keep());
  const href = await p.run(() => location.href);
  await p.open('about:blank');
  await p.open(href);
  await settled(p);
  expect('a link brings the lesson, and its guesses are kept',
    await p.run(() => tab + Object.keys(guesses)) == 'lessonask-1', await p.run(() => [tab, guesses]));
  await p.run(() => { load(text.value.replace('answer y', 'anwser y')); });
  await settled(p);
  const said = await p.run(() => $('view').innerText);
  expect('a mistake in the text has its line', /Line 6: ask needs a line: answer/.test(said), said);
  return md;
}
// Of what is seen no letter is smaller than 24 px; a number plays; a video has bytes.
const letters = p => p.run(
  () => [...document.querySelectorAll('body *')]
          .filter(
            e => e.getClientRects().length && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
          .map(e => {
            const m = e.ownerSVGElement && e.getScreenCTM(), size = parseFloat(getComputedStyle(e).fontSize);
            return [size * (m ? Math.hypot(m.a, m.b) : 1), e.tagName, e.textContent.slice(0, 20)];
          })
          .filter(x => x[0] < 23.95 && !/^(tspan|title|desc|OPTION|OPTGROUP|STYLE)$/i.test(x[1])));
async function shows(p, expect, saved) {
  await p.size(1920, 1080);
  await example(p, 0);
  for (const tab of ['picture', 'plot', 'check', 'past']) {
    await p.run(tab => {
      pick(tab);
      if (!isLarge()) large(true);
    }, tab);
    await sleep(400);
    await settled(p);
    const small = await letters(p);
    expect('large letters in ' + tab, !small.length, small.slice(0, 5));
  }
  await example(p, 2);
  await p.run(async () => {
    pick('train');
    await train(10);
  });
  await settled(p);
  const small = await letters(p);
  expect('large letters in a training', !small.length, small.slice(0, 5));
  await p.run(() => large(false));
  await example(p, 0);
  await p.size(1000, 700);
  await p.run(() => {
    pick('picture');
    const i = text.value.indexOf('init=0.5') + 6;
    text.focus();
    text.setSelectionRange(i, i);
    caret();
    $('move').click();
  });
  await sleep(1500);
  const film = await saved(async () => {
    record();
    await new Promise(r => setTimeout(r, 1200));
    endRecording();
  });
  expect('a video', film > 2000, film);
  const moved = await p.run(() => {
    $('move').click();
    return [playTimer, +offered.text];
  });
  expect('a number plays', moved[0] == 0 && moved[1] > 0.6, moved);
  await p.key('z', 2);
  expect('which one undo takes back', /init=0\.5/.test(await p.run(() => text.value)),
    await p.run(() => text.value));
}

// Every choice, field and slider of every tab, three times by keys: it keeps the focus, and it shows what it
// was set to.
// In the page: a control by its name.
const named = () => window.nameOfControl = e => e.id || (e.closest('label') || e).textContent.slice(0, 20);
const controlsOf = p => p.run(() => [...document.querySelectorAll('select, button, input')]
                                      .filter(e => e.offsetWidth && !e.disabled && e.type != 'file' &&
                                          !e.closest('#save div, #numbers, table'))
                                      .map(e => [nameOfControl(e), e.type]));
const pressed = {
  'select-one': ['ArrowDown', 'ArrowDown', 'ArrowUp'],
  range: ['ArrowRight', 'ArrowRight', 'ArrowLeft'],
  checkbox: [' ', ' ', ' '],
  text: ['1', '2', '3']
};
async function moves(p, name, type, key, expect) {
  const state = () => p.run(name => {
    const e = [...document.querySelectorAll('select, input')].find(e => nameOfControl(e) == name);
    return e && e.offsetWidth ? [[e.value, e.checked].join(), e == document.activeElement] : null;
  }, name);
  if (!await state()) return; // another control took it away
  await p.run(
    name => [...document.querySelectorAll('select, input')].find(e => nameOfControl(e) == name).focus(),
    name);
  await p.key(key);
  if (type == 'text') await p.key('Enter');
  const at = await state();
  await sleep(60);
  await p.until(() => !busy && !training);
  const rest = await state(), what = name + ', ' + key;
  expect('it shows what it was set to: ' + what, at && rest && at[0] == rest[0], at, rest);
  expect('it keeps the focus: ' + what, at && rest && at[1] && rest[1], at, rest);
}
// A number for the slider, a curve over it, a net with data. The choice of a program is last: it changes all.
async function controls(p, expect) {
  await p.run(named);
  await example(p, 2);
  await p.run(() => { load('z = 0.5\n' + text.value); });
  await settled(p);
  const moved = new Set();
  const move = async (name, type) => {
    moved.add(name);
    for (const key of pressed[type]) await moves(p, name, type, key, expect);
  };
  for (const tab of await p.run(() => TABS.map(t => t[0]))) {
    await p.run(tab => {
      pick(tab);
      text.focus();
      text.setSelectionRange(5, 5);
      caret();
    }, tab);
    await settled(p);
    for (const [name, type] of await controlsOf(p))
      if (pressed[type] && name != 'example') await move(name, type);
  }
  await move('example', 'select-one');
  expect('all controls were moved', moved.size >= 11, [...moved]);
}

exports.place = async function(b, address, expect) {
  const p = await b.page(1000, 700);
  await keeps(p, address, expect);
  // What a click saves: a text, or the bytes of a video.
  const saved = f => p.run(new Function('return (async () => { let got; const done = new Promise(good => {' +
    'save = (name, what) => good(what.size || what); }); await (' + f + ')(); return done; })()'));
  await controls(p, expect);
  await draws(p, expect);
  await teaches(p, expect, saved);
  await shows(p, expect, saved);
  expect('no errors in the place', !p.errors.length, p.errors);
};
