// What a student does with the page of `wengert play`, by mouse, finger and keys, and what the page shows.
// The page's own names are only read.
const {CTRL} = require('./hands.js');

const say = v => typeof v == 'string' ? v : JSON.stringify(v);
function hold(is, what, ...said) {
  if (!is) throw new Error(what + (said.length ? ': ' + said.map(say).join(' | ') : ''));
}
const sleep = ms => new Promise(r => setTimeout(r, ms));

// The page has answered what was done before.
const settled = p => p.run(async () => {
  const wait = ms => new Promise(r => setTimeout(r, ms)), end = performance.now() + 9000;
  await wait(60);
  while (busy && performance.now() < end) await wait(10);
});
const ready = p => p.until(() => document.body && document.body.dataset.n > 0 && !busy);
// The page as it is for who never was there: with nothing kept on the device.
async function fresh(p, address) {
  await p.open(new URL('empty.html', address).href);
  await p.run(() => localStorage.clear());
  await p.open(address);
  await ready(p);
}
const centre = (p, selector, k = 0) => p.run((selector, k) => {
  const e = [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length)[k];
  if (!e) throw new Error('the page shows no ' + selector);
  e.scrollIntoView({block: 'nearest'});
  const b = e.getBoundingClientRect();
  return [b.x + b.width / 2, b.y + b.height / 2];
}, selector, k);
const point = (p, place) => p.finger ? p.tap(...place) : p.click(...place);
async function press(p, selector, k) {
  await point(p, await centre(p, selector, k));
  await settled(p);
}

// ---- the editor ----

// The middle of a letter of the program; both count from 0.
const letter = (p, line, column) => p.run((line, column) => {
  const style = getComputedStyle(text), c = document.createElement('canvas').getContext('2d');
  c.font = style.font;
  const wide = c.measureText('0').width, high = parseFloat(style.lineHeight);
  const pad = parseFloat(style.paddingLeft), b = text.getBoundingClientRect();
  return [b.x + pad + (column + 0.5) * wide, b.y + pad + (line + 0.5) * high];
}, line, column);
async function intoEditor(p) {
  const place = await p.run(() => {
    $('editor').scrollIntoView({block: 'nearest'});
    const b = $('editor').getBoundingClientRect();
    return [b.right - 30, b.bottom - 25];
  });
  for (let i = 0; i < 5; i++) { // the first tap in a new window of Firefox may be lost
    await point(p, place);
    await sleep(i * 200);
    if (await p.run(() => document.activeElement == text)) return;
  }
  throw new Error('the editor does not take the keyboard');
}
async function write(p, program) {
  await intoEditor(p);
  await p.key('a', CTRL);
  await p.paste(program);
  await p.until(n => text.value.length == n, program.length);
  await settled(p);
}
const program = p => p.run(() => text.value);
const cell = (p, name, k = 2) => p.run((name, k) => {
  const rows = [...document.querySelectorAll('#numbers tbody tr')];
  const row = rows.find(r => r.children[0].textContent == name);
  return row && row.children[k] ? row.children[k].textContent : null;
}, name, k);
const error = p => p.run(() => $('error').textContent);
const told = async p => {
  await p.until(() => $('error').textContent && !busy);
  return error(p);
};
const shownOf = (p, id) => p.run(id => $(id).textContent, id);
const where = p => shownOf(p, 'where');
async function answers(p) {
  await write(p, 'a = 41\nb = a + 1');
  hold(await cell(p, 'b') == '42', 'the next edit is not answered', await error(p), await cell(p, 'b'));
}

// ---- by keys ----

async function reach(p, selector) {
  for (let i = 0; i < 90; i++) {
    if (await p.run(s => document.activeElement.matches(s), selector)) return;
    await p.key('Tab');
  }
  throw new Error('Tab does not reach ' + selector);
}
async function choose(p, selector, value) {
  await reach(p, selector);
  const steps = await p.run(value => {
    const e = document.activeElement;
    return [...e.options].findIndex(o => o.value == value) - e.selectedIndex;
  }, value);
  for (let i = 0; i < Math.abs(steps); i++) {
    await p.key(steps > 0 ? 'ArrowDown' : 'ArrowUp');
    await settled(p);
    if (i + 1 < Math.abs(steps)) await reach(p, selector); // what was drawn anew
  }
  const is = await p.run(s => document.querySelector(s).value, selector);
  hold(is == value, 'the arrows do not choose in ' + selector, is, value);
}
// Into a field, ended by Enter.
async function fill(p, selector, value, k = 0) {
  await point(p, await centre(p, selector, k));
  await p.key('a', CTRL);
  await p.type(value);
  await p.key('Enter');
  await settled(p);
}
async function tab(p, name) {
  await press(p, '#tab-' + name);
  if (name != 'train') await p.until(() => $('view').textContent && !busy);
}
const example = (p, k) => choose(p, '#example', String(k));

// ---- training ----

// All that the line above the net says from now on.
const listen = p => p.run(() => {
  window.heard = [];
  new MutationObserver(() => heard.push($('where').textContent)).observe($('where'), {childList: true});
});
const heard = (p, pattern) => p.until(s => heard.find(t => new RegExp(s).test(t)), pattern);
async function pause(p) {
  await press(p, '#go');
  await p.until(() => $('go').textContent == 'Train' && !busy);
}
const numberIn = (s, name) => +(s.match(new RegExp('\\b' + name + ' ([-\\d.e]+)')) || [])[1];

// ---- what is seen ----

// Letters that are smaller than so many pixels; indices and exponents, which are tspan, may be.
const smallLetters = (p, least) => p.run(least => {
  const sizeOf = e => {
    const m = e.getScreenCTM && e.getScreenCTM();
    return parseFloat(getComputedStyle(e).fontSize) * (m ? Math.hypot(m.a, m.b) : 1);
  };
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().width &&
        [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
    .filter(e => !/^(OPTION|SCRIPT|STYLE|title|desc|style|tspan)$/.test(e.tagName))
    .map(e => [+sizeOf(e).toFixed(1), e.tagName + ' ' + e.textContent.trim().slice(0, 24)])
    .filter(x => x[0] < least - 0.05)
    .slice(0, 4);
}, least);
const isWide = p => p.run(() => {
  const w = document.documentElement.scrollWidth;
  return w > innerWidth + 1 ? w + ' > ' + innerWidth : '';
});
// Texts whose contrast to what is behind them is less than 4.5.
const faint = p => p.run(() => {
  const rgb = s => s.match(/[\d.]+/g).map(Number);
  const part = v => v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  const back = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.5) return c;
    }
    return matchMedia('(prefers-color-scheme:dark)').matches ? [0, 0, 0] : [255, 255, 255];
  };
  return [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('svg, .stale, #text, option') && e.getClientRects().length &&
        [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
    .map(e => {
      const all = [light(rgb(getComputedStyle(e).color)), light(back(e))];
      const ratio = (Math.max(...all) + 0.05) / (Math.min(...all) + 0.05);
      return [+ratio.toFixed(2), e.tagName + '#' + e.id + ' ' + e.textContent.slice(0, 20)];
    })
    .filter(x => x[0] < 4.5)
    .slice(0, 4);
});
// The middle of the box of a line in the picture.
const boxAt = (p, line) => p.run(line => {
  const is = b =>
    (b.querySelector(':scope>title') || {textContent: ''}).textContent.includes(':' + line + ':');
  const box = [...document.querySelectorAll('#picture g[id]')].find(is);
  if (!box) throw new Error('no box has line ' + line);
  box.scrollIntoView({block: 'center'});
  const b = (box.querySelector('rect') || box).getBoundingClientRect();
  return [b.x + b.width / 2, b.y + b.height / 2];
}, line);
// From now on files are not saved but kept: saved(p) gives names and contents.
const keepFiles = p => p.run(() => {
  window.filesKept = [];
  HTMLAnchorElement.prototype.click = function() {
    const got = fetch(this.href).then(r => r.arrayBuffer());
    filesKept.push([this.download, got]);
  };
});
const saved = async (p, many) => {
  await p.until(many => filesKept.length >= many, many);
  return p.run(() => Promise.all(filesKept.map(async ([name, got]) => {
    const bytes = new Uint8Array(await got);
    return [name, btoa(bytes.reduce((s, b) => s + String.fromCharCode(b), ''))];
  })));
};

Object.assign(exports, {
  hold,
  sleep,
  settled,
  ready,
  fresh,
  centre,
  point,
  press,
  letter,
  intoEditor,
  write,
  program,
  cell,
  error,
  told,
  shownOf,
  where,
  answers,
  reach,
  choose,
  fill,
  tab,
  example,
  listen,
  heard,
  pause,
  numberIn,
  smallLetters,
  isWide,
  faint,
  boxAt,
  keepFiles,
  saved
});
