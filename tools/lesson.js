// A question: what stands behind it stays closed until the reader has guessed right, or three times.
document.documentElement.classList.add('js');
document.querySelectorAll('.ask').forEach(function (ask) {
  var behind = [], e = ask.nextElementSibling, answer = ask.querySelector('.answer'), field = ask.querySelector('input'),
    hint = ask.querySelector('details'), said = ask.querySelector('.said'), left = 3;
  for (; e && e.tagName != 'H2' && !e.matches('.try, footer, .ask'); e = e.nextElementSibling) behind.push(e);
  behind.forEach(function (b) { b.classList.add('closed') });
  function open() {
    answer.open = true;
    behind.forEach(function (b) { b.classList.remove('closed') });
  }
  ask.addEventListener('submit', function (event) {
    event.preventDefault();
    var guess = parseFloat(field.value.replace(',', '.').replace('\u2212', '-')), off = Math.abs(guess - ask.dataset.answer);
    if (isNaN(guess)) return field.focus();
    var right = off <= ask.dataset.within, mistake = [].find.call(ask.querySelectorAll('[data-guess]'), function (m) {
      return Math.abs(guess - m.dataset.guess) <= ask.dataset.within;
    });
    left = right ? 0 : left - 1;
    said.textContent = 'You said ' + field.value + ': ' + (right ? 'right.' : mistake ? '' :
      left > 0 ? 'not yet' : Number(off.toPrecision(3)) + ' off.');
    if (!right && mistake) said.append(mistake.querySelector('span').cloneNode(true));
    if (left > 0) said.append(left > 1 ? ' (two tries left)' : ' (one try left)');
    if (left > 0 && !mistake) hint.open = hint != answer;
    if (left <= 0) open();
  });
  ask.querySelector('.show').addEventListener('click', function () { said.textContent = ''; open() });
});
// All digits of a claim's number are its title; a click exchanges them.
document.querySelectorAll('td[title]').forEach(function (c) {
  c.addEventListener('click', function () {
    var text = c.textContent;
    if (c.title) c.textContent = c.title, c.title = text;
  });
});
// On paper all stands open.
(function () {
  var opened = [];
  addEventListener('beforeprint', function () {
    opened = [].slice.call(document.querySelectorAll('details:not([open])'));
    opened.forEach(function (d) { d.open = true });
  });
  addEventListener('afterprint', function () { opened.forEach(function (d) { d.open = false }) });
})();
