// play_start.js: the examples, and the start of the page.

// ---- examples: name, tab, program by lines, data ----

const NET = [
  'logits = dense(k, 2)', 'loss = softmax_cross_entropy(logits, y)',
  'accuracy = mean(argmax(logits, axis=1) == y)',
  'train(loss, metrics=[accuracy], optimizer=adam(0.03), batch=10)'
];
const EXAMPLES = [
  [
    'One neuron', 'picture',
    [
      '# One neuron. Drag a number, or tap it: all follows.', 'x = [1, 2]', 'w = param(2, init=0.5)',
      'b = param(init=-1)', 'y = 1', 'z = w @ x + b', 'a = sigmoid(z)', 'L = -(y*log(a) + (1 - y)*log(1 - a))'
    ]
  ],
  [
    'A gradient by hand', 'check',
    [
      '# Is this gradient right? Check says which number is wrong.', 'x = [1, 2]', 'w = [0.5, -0.3]', 'y = 1',
      'a = sigmoid(w @ x)', 'L = -(y*log(a) + (1 - y)*log(1 - a))', 'check grad(L, w) == (y - a)*x'
    ]
  ],
  [
    'A net for two classes', 'train',
    [
      '# Two hidden layers. The tab Train has data for it.', 'x = input(m, 2)', 'y = input(m, classes=2)',
      'h = tanh(dense(x, 8))', 'k = tanh(dense(h, 4))', ...NET
    ],
    'circles'
  ],
  [
    'A net for spirals', 'train',
    ['x = input(m, 2)', 'y = input(m, classes=2)', 'h = tanh(dense(x, 16))', 'k = tanh(dense(h, 8))', ...NET],
    'spirals'
  ],
  [
    'The price of a house', 'train',
    [
      '# The price by square metres, bedrooms, zip code, wealth', 'x = input(m, 4)', 'y = input(m)',
      'price = dense(x, 1)[:, 0]', 'loss = mean((price - y)^2)',
      'train(loss, optimizer=adam(lr=0.1), batch=50)'
    ],
    'houses'
  ],
  [
    'Activations', 'plot',
    [
      'z = 0.5', 'y = tanh(z)', 'plot "Activations" {', '    line tanh(t) over t in -4:4',
      '    line sigmoid(t) over t in -4:4', '    line relu(t) over t in -4:4', '}'
    ]
  ],
  [
    'Steps downhill', 'plot',
    [
      '# Gradient descent on a parabola', 'J(w) = (w - 2)^2', 'step(w, k) = w - 0.2*grad(J(w), w)',
      'ws = scan(step, -3, zeros(20), all=true)', 'plot "J by step" {', '    line J(t) over t in -4:8 as "J"',
      '    points ws, (ws - 2)^2 as "steps"', '}'
    ]
  ],
  [
    'Attention', 'picture',
    [
      '# Each row of X asks all rows', 'X = normal(3, 2, seed=1)', 'WQ = param(2, 2, init=xavier)',
      'WK = param(2, 2, init=xavier)', 'WV = param(2, 2, init=xavier)', 'Q = X @ WQ', 'K = X @ WK',
      'V = X @ WV', 'A = softmax(Q @ K.T / sqrt(2), axis=-1)', 'Y = A @ V', 'L = sum(Y^2)'
    ]
  ]
].map(([name, tab, lines, data]) => [name, tab, lines.join('\n'), data]);

// ---- the start ----

const isExample = t => !t.trim() || t == start.program || EXAMPLES.some(e => e[2] == t);
const examples = $('examples');
if (start.program !== undefined) examples.append(new Option(start.name, -1));
EXAMPLES.forEach((e, i) => examples.append(new Option(e[0], i)));
$('example').onchange = () => {
  const k = $('example').value, e = EXAMPLES[k];
  return choose(() => {
    if (k.startsWith('kept:')) openKept(k.slice(5));
    else beginExample(e || [start.name, 'picture', start.program]);
  });
};
function beginExample(e) {
  begin(e[2], e[1], [e[3]]);
  model = e[0];
  sayPrograms();
}
let resized;
addEventListener('resize', () => {
  clearTimeout(resized);
  resized = setTimeout(() => {
    if (drawnFor && drawnFor != size() && !$('view').querySelector('iframe')) update();
  }, 200);
});
(async () => {
  // Without a program in the address: the page's own one, that of the last time, the first example.
  if (!await readAddress()) {
    const said = linkError;
    if (start.program !== undefined) beginExample([start.name, 'picture', start.program]);
    else if (said || !openKept(stored(LAST))) beginExample(EXAMPLES[0]);
    linkError = said;
  }
  const failed = setTimeout(() => { $('error').textContent = 'The engine has not started yet.'; }, 5000);
  try {
    await engine.ready;
  } catch (e) { $('error').textContent = 'The engine does not start in this browser: ' + e.message; }
  clearTimeout(failed);
})();
