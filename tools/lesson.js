// A question: what stands behind it stays closed until the reader has guessed.
document.documentElement.classList.add('js');
document.querySelectorAll('.ask').forEach(function (ask) {
  var behind = [], e = ask.nextElementSibling, answer = ask.querySelector('.answer'), field = ask.querySelector('input');
  for (; e && e.tagName != 'H2' && !e.matches('.try, footer, .ask'); e = e.nextElementSibling) behind.push(e);
  behind.forEach(function (b) { b.classList.add('closed') });
  function open(said) {
    ask.querySelector('.said').textContent = said;
    answer.open = true;
    behind.forEach(function (b) { b.classList.remove('closed') });
  }
  ask.addEventListener('submit', function (event) {
    event.preventDefault();
    var guess = parseFloat(field.value.replace(',', '.').replace('\u2212', '-')), off = Math.abs(guess - ask.dataset.answer);
    if (isNaN(guess)) field.focus();
    else open('You said ' + field.value + ': ' + (off <= ask.dataset.within ? 'right.' : Number(off.toPrecision(3)) + ' off.'));
  });
  ask.querySelector('.show').addEventListener('click', function () { open('') });
});
// The slider moves the numbers of claims, too. A claim is about the lesson's own value alone.
(function () {
  var list = document.getElementById('values');
  if (!list) return;
  var d = JSON.parse(list.textContent), cells = document.querySelectorAll('[data-v]');
  document.addEventListener('frame', function (event) {
    var k = event.detail[0] - 1, home = k == d.home;
    if (event.detail[1] != d.frames) return;
    cells.forEach(function (c) { c.textContent = d.values[c.dataset.v][k]; c.classList.toggle('moved', !home) });
    document.querySelectorAll('.depends').forEach(function (c) { c.textContent = home ? '\u2713' : '\u00b7' });
  });
})();
