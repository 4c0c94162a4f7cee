// A question: what stands behind it stays closed until the reader has guessed right, or three times.
document.documentElement.classList.add('js');
function lessonAsk(ask) {
  var answer = ask.querySelector('.answer');
  var field = ask.querySelector('input');
  var hint = ask.querySelector('details');
  var said = ask.querySelector('.said');
  var left = 3;
  function close(on) {
    for (var e = ask.nextElementSibling; e && e.tagName != 'H2' && !e.matches('.try, .also, footer, .ask');
         e = e.nextElementSibling)
      e.classList.toggle('closed', on);
  }
  function open() {
    answer.open = true;
    close(false);
  }
  function tell(detail) { ask.dispatchEvent(new CustomEvent('guess', {bubbles: true, detail: detail})); }
  // Returns whether it is right; nothing, if it is no number.
  ask.guess = function(text) {
    field.value = text;
    var typed = field.value.trim().replace('\u2212', '-');
    if (/^-?[1-9]\d{0,2}(,\d{3})+$/.test(typed)) typed = typed.replace(/,/g, '');
    var guess = parseFloat(typed.replace(',', '.'));
    var off = Math.abs(guess - ask.dataset.answer);
    if (isNaN(guess)) {
      field.focus();
      return;
    }
    var right = off <= ask.dataset.within;
    var mistake = [].find.call(ask.querySelectorAll('[data-guess]'),
      function(m) { return Math.abs(guess - m.dataset.guess) <= ask.dataset.within; });
    left = right ? 0 : left - 1;
    said.textContent = 'You said ' + field.value + ': ' +
      (right         ? 'right.'
          : mistake  ? ''
          : left > 0 ? 'not yet'
                     : Number(off.toPrecision(3)) + ' off.');
    if (!right && mistake) said.append(mistake.querySelector('span').cloneNode(true));
    if (left > 0) said.append(left > 1 ? ' (two tries left)' : ' (one try left)');
    if (left > 0 && !mistake) hint.open = hint != answer;
    if (left <= 0) open();
    return right;
  };
  ask.show = function() {
    said.textContent = '';
    open();
  };
  ask.addEventListener('submit', function(event) {
    event.preventDefault();
    var right = ask.guess(field.value);
    if (right != null) tell({guess: field.value.trim(), right: right});
  });
  ask.querySelector('.show').addEventListener('click', function() {
    ask.show();
    tell({});
  });
  return close;
}
document.querySelectorAll('.ask').forEach(function(ask) { lessonAsk(ask)(true); });
// All digits of a claim's number are its title; a click exchanges them.
addEventListener('click', function(event) {
  var c = event.target.closest('td[title]'), text = c && c.textContent;
  if (c && c.title) {
    c.textContent = c.title;
    c.title = text;
  }
});
