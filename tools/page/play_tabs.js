// play_tabs.js: what the tabs show.

const select = (label, list, value, on) => {
  const s = make('select', {onchange: () => on(s.value)});
  list.forEach(x => s.add(new Option(x[1], x[0])));
  s.value = value;
  return make('label', {}, label + ' ', s);
};
// A number of a command; what is none says so and changes nothing.
const field = (label, value, on) => {
  const i = make('input', {value, size: 5, inputMode: 'decimal'}), said = make('span', {className: 'bad'});
  i.onchange = () => {
    const v = i.value.trim() ? Number(i.value.trim().replace(',', '.').replace('−', '-')) : NaN;
    said.textContent = isNaN(v) ? ' ' + label + ' must be a number, as -4 or 0.5' : '';
    i.setAttribute('aria-invalid', isNaN(v));
    if (!isNaN(v)) on(v);
  };
  return make('label', {}, label + ' ', i, said);
};
// The controls of a tab stay as long as they are the same, so that they keep the focus.
function controls(key, parts) {
  const old = $('view').querySelector(':scope>.row');
  if (old && old.dataset.key == key) return old;
  const row = make('p', {className: 'row'}, ...parts());
  row.dataset.key = key;
  return row;
}
function putView(row, ...parts) {
  const view = $('view');
  if (row.parentNode != view || view.firstChild != row) view.replaceChildren(row);
  while (row.nextSibling) row.nextSibling.remove();
  view.append(...parts);
  if (isLarge()) view.querySelectorAll('svg').forEach(enlarge);
}
async function show() {
  const view = $('view'), mine = tab;
  if (tab == 'train') {
    say(trainCommand());
    return preview();
  }
  if (over && !scalars().includes(over)) over = '';
  if (tab == 'plot' && !over && !hasPlots()) over = scalars()[0] || '';
  if (tab == 'help') return help();
  if (tab == 'past') return showPast();
  if (tab == 'lesson') return showLesson();
  const command = commandOf();
  const r = await ask({
    files: files(PROGRAM),
    runs: [command],
    read: tab == 'plot' ? [over ? 'plot.svg' : 'plots/'] : ['picture.svg']
  });
  if (mine != tab) return;
  say(command);
  const run = r.runs[0];
  const notes = s => !/^(data|no data)\s/.test(s);
  const bad = !run   ? (r.stopped ? endOf(r) : r.dead)
    : run.status > 1 ? plain(run.err).split('\n').filter(notes)[0]
                     : '';
  const node = bad ? make('p', {className: 'bad', textContent: bad}) : null;
  const scroll = view.scrollTop;
  if (tab == 'picture') showPicture(node, r);
  if (tab == 'step') view.replaceChildren(node || make('pre', {textContent: run.out}));
  if (tab == 'check') view.replaceChildren(...(node ? [node] : verdict(run)));
  if (tab == 'plot') showPlots(node, r);
  view.scrollTop = scroll;
}
let topic = 'language';
async function help() {
  const w = topic == 'ops' ? ['ops'] : ['help', topic];
  const r = await ask({runs: [w]});
  if (tab != 'help') return;
  say(w);
  const topics = [
    ['language', 'how programs are written'], ['ops', 'all ops and their derivatives'], ['train', 'training'],
    ['draw', 'pictures'], ['plot', 'plots'], ['check', 'the check']
  ];
  putView(controls('help', () => [select('About', topics, topic, v => {
    topic = v;
    help();
  })]), make('pre', {textContent: r.runs[0] ? r.runs[0].out : ''}));
}
function showPicture(bad, r) {
  const inPicture = !!document.activeElement.closest('#picture');
  const styles = [['cards', 'boxes'], ['circuit', 'gates'], ['neurons', 'neurons'], ['blocks', 'layers']];
  const row = controls('picture', () => [select('As', styles, style, v => {
    style = v;
    update();
  }), make('button', {textContent: 'Step through', onclick: stepThrough})]);
  const picture = make('div', {id: 'picture'});
  const about =
    make('p', {id: 'about', className: 'note', textContent: 'Click a box: its line and its rule.'});
  about.setAttribute('aria-live', 'polite');
  if (bad) picture.append(bad);
  else {
    svgs = [r.files['picture.svg'] || ''];
    picture.innerHTML = svgs[0];
  }
  putView(row, picture, about);
  at = Math.min(at, Math.max(0, boxes().length - 1));
  reachBox(at);
  if (inPicture) focusBox(at);
  light();
}
// The page of `draw` has the steps, forward and back, and leaves that can be changed.
async function stepThrough() {
  const mine = text.value;
  const command =
    words('draw', PROGRAM, someRows(), hasGradients() ? '--backward' : '', '--values', '-o', 'picture.html');
  const r = await ask({files: files(PROGRAM), runs: [command], read: ['picture.html']});
  const page = r.files['picture.html'];
  if (tab != 'picture' || mine != text.value) return;
  if (!page) {
    $('about').textContent = r.runs[0] ? plain(r.runs[0].err) : 'Stopped after ' + LIMIT + ' s.';
    return;
  }
  say(command);
  if (open(URL.createObjectURL(new Blob([page], {type: 'text/html'})))) return;
  $('view').replaceChildren(
    make('p', {className: 'row'}, make('button', {textContent: 'Back to the picture', onclick: update})),
    make('iframe', {title: 'The graph step by step', srcdoc: page, sandbox: 'allow-scripts'}));
}
// A line of a claim leads to it.
function claimLines(t) {
  return make('pre', {}, ...t.split('\n').flatMap(s => {
    const m = s.match(/^Line\s(\d+):/);
    if (!m) return [s + '\n'];
    const link = make('button', {className: 'link', textContent: m[0], onclick: () => goTo(+m[1])});
    return [link, s.slice(m[0].length) + '\n'];
  }));
}
// The verdict first, then claims; the rest of what is printed stands behind a click.
function verdict(run) {
  const all = run.out.trimEnd().split('\n');
  const last = all[all.length - 1];
  const first = all.findIndex(s => s.startsWith('gradcheck '));
  const fine = !/FAIL|INCONCLUSIVE/.test(last);
  const claims = all.slice(0, Math.max(first, 0)).join('\n');
  const failed =
    all.filter(s => /\bFAIL|inconclusive/i.test(s) && s != last && !claims.includes(s)).join('\n');
  return [
    make('p', {
      className: 'verdict ' + (fine ? 'good' : 'bad'),
      textContent: (fine ? '✓ ' : '✗ ') + last.replace(/\s{2,}/g, ', ')
    }),
    claimLines(plain([claims, failed].filter(s => s).join('\n'))),
    make('details', {}, make('summary', {textContent: 'All that was compared'}),
      make('pre', {textContent: plain(run.out + run.err)}))
  ];
}
const scalars = () =>
  Object.keys(values || {})
    .filter(n => !values[n].shape.length && n != '_' &&
        new RegExp('^\\s*(.*;\\s*)?' + n + '\\s*=\\s*(param|-?[\\d.])', 'm').test(program()));
function showPlots(bad, r) {
  const own = hasPlots();
  const list = [...(own ? [['', "the program's plots"]] : []), ...scalars().map(n => [n, 'over ' + n])];
  const row = controls(JSON.stringify(['plot', list, !!over]), () => [
    select('Draw', list, over, v => {
      over = v;
      update();
    }),
    ...(over ? [
      field('from', from, v => {
        from = v;
        update();
      }),
      field('to', to, v => {
        to = v;
        update();
      })
    ] : [])
  ]);
  if (!list.length)
    bad = make('p', {
      textContent:
        'There is nothing to draw a curve over: write a number with a name, as z = 0.5, or a line such as ' +
        'plot line tanh(t) over t in -4:4'
    });
  else if (over && from >= to) bad = make('p', {className: 'bad', textContent: 'from must be less than to'});
  const all = Object.values(r.files).filter(s => s);
  if (!bad) svgs = all;
  putView(row, ...(bad ? [bad] : all.map(s => make('div', {innerHTML: s}))));
}

// ---- a box and its line ----

const lineOf = box => {
  const t = box.querySelector(':scope>title');
  const m = t && t.textContent.split('\n')[0].match(/:(\d+):\d+$/);
  return m ? +m[1] : 0;
};
function light() {
  document.querySelectorAll('#picture g[id]').forEach(b => b.classList.toggle('here', lineOf(b) == here));
  document.querySelectorAll('#numbers tr').forEach(r => r.classList.toggle('here', +r.dataset.line == here));
}
// A box says its line and its rule. By keys: the arrows go to the next one, Enter is a click.
let at = 0; // the box that Tab comes to
const boxes = () => [...document.querySelectorAll('#picture g[id]')].filter(lineOf);
const reachBox = k => boxes().forEach((b, i) => { b.tabIndex = i == k ? 0 : -1; });
function focusBox(k) {
  const all = boxes();
  if (!all.length) return;
  at = (k + all.length) % all.length;
  reachBox(at);
  all[at].focus();
}
function tell(box, goes) {
  const title = box.querySelector(':scope>title'), desc = box.querySelector(':scope>desc');
  if (goes) goTo(lineOf(box));
  else {
    here = lineOf(box);
    light();
  }
  $('about').textContent = 'Line ' + lineOf(box) + ': ' + lines()[lineOf(box) - 1].trim() + '\n' +
    title.textContent.replace(/,\s\S+:\d+:\d+/, '') + (desc ? '\n' + desc.textContent : '');
}
$('view').addEventListener('click', e => {
  const box = e.target.closest('#picture g[id]');
  if (box && lineOf(box)) tell(box, innerWidth > 760);
});
$('view').addEventListener('keydown', e => {
  const k = boxes().indexOf(e.target);
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[e.key];
  if (k < 0 || (!step && e.key != 'Enter' && e.key != ' ')) return;
  e.preventDefault();
  if (step) focusBox(k + step);
  else tell(e.target, false);
});
