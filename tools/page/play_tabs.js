// play_tabs.js: what the tabs show.

const select = (label, list, value, on) => {
  const s = make('select', {onchange: () => on(s.value)});
  list.forEach(x => s.add(new Option(x[1], x[0])));
  s.value = value;
  return make('label', {}, label + ' ', s);
};
const field = (label, value, on) => {
  const i = make('input', {value, size: 5, inputMode: 'decimal', onchange: () => on(i.value)});
  return make('label', {}, label + ' ', i);
};
async function show() {
  const view = $('view'), mine = tab;
  if (tab == 'train') {
    say(trainCommand());
    return preview();
  }
  if (tab == 'plot' && !over && !/^\s*plot\b/m.test(text.value)) over = scalars()[0] || '';
  if (tab == 'help') return help();
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
  $('view').replaceChildren(make('p', {className: 'row'}, select('About', topics, topic, v => {
    topic = v;
    help();
  })), make('pre', {textContent: r.runs[0] ? r.runs[0].out : ''}));
}
function showPicture(bad, r) {
  const view = $('view');
  const styles = [['cards', 'boxes'], ['circuit', 'gates'], ['neurons', 'neurons'], ['blocks', 'layers']];
  const row = make('p', {className: 'row'}, select('As', styles, style, v => {
    style = v;
    update();
  }), make('button', {textContent: 'Step through', onclick: stepThrough}));
  const picture = make('div', {id: 'picture'});
  const about =
    make('p', {id: 'about', className: 'note', textContent: 'Click a box: its line and its rule.'});
  if (bad) picture.append(bad);
  else {
    svgs = [r.files['picture.svg'] || ''];
    picture.innerHTML = svgs[0];
  }
  view.replaceChildren(row, picture, about);
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
        new RegExp('^\\s*(.*;\\s*)?' + n + '\\s*=\\s*(param|-?[\\d.])', 'm').test(text.value));
function showPlots(bad, r) {
  const own = /^\s*plot\b/m.test(text.value);
  const list = [...(own ? [['', "the program's plots"]] : []), ...scalars().map(n => [n, 'over ' + n])];
  const key = JSON.stringify([list, over]);
  const before = $('view').querySelector('.row');
  let row = before && before.dataset.key == key ? before : null; // a field keeps the focus
  if (!row) {
    row = make('p', {className: 'row'}, select('Draw', list, over, v => {
      over = v;
      update();
    }));
    row.dataset.key = key;
    const number = (name, value, set) => field(name, value, v => {
      set(+v || 0);
      update();
    });
    if (over) row.append(number('from', from, v => { from = v; }), number('to', to, v => { to = v; }));
    $('view').replaceChildren(row);
  }
  if (!list.length)
    bad = make('p', {
      textContent:
        'There is nothing to draw a curve over: write a number with a name, as z = 0.5, or a line such as ' +
        'plot line tanh(t) over t in -4:4'
    });
  else if (over && from >= to) bad = make('p', {className: 'bad', textContent: 'from must be less than to'});
  const all = Object.values(r.files).filter(s => s);
  if (!bad) svgs = all;
  while (row.nextSibling) row.nextSibling.remove();
  $('view').append(...(bad ? [bad] : all.map(s => make('div', {innerHTML: s}))));
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
$('view').addEventListener('click', e => {
  const box = e.target.closest('#picture g[id]');
  const title = box && box.querySelector(':scope>title');
  const desc = box && box.querySelector(':scope>desc');
  if (!title || !lineOf(box)) return;
  if (innerWidth > 760) goTo(lineOf(box));
  else {
    here = lineOf(box);
    light();
  }
  $('about').textContent =
    title.textContent.replace(/,\s\S+:\d+:\d+/, '') + (desc ? '\n' + desc.textContent : '');
});
