// A page about a person leaves nothing behind for whoever sits here next. Without this script the answer closes itself
// all the same (a header says so); with it, going back leads to the empty form instead of sending the numbers again.
(function () {
  var closing = document.querySelector('.closing');
  if (!closing) return;
  var words = closing.querySelector('[data-left]');
  var tongue = document.documentElement.lang === 'bn' ? 'bn-BD' : 'en';
  var minutes = new Intl.NumberFormat(tongue);
  var seconds = new Intl.NumberFormat(tongue, { minimumIntegerDigits: 2 });
  var end = Date.now() + closing.dataset.seconds * 1000;

  function leave() {
    location.replace(closing.dataset.next);
  }

  function forget() {
    history.replaceState(null, '', '/');
  }

  function tick() {
    var left = Math.max(0, Math.round((end - Date.now()) / 1000));
    if (left === 0) return leave();
    var time = minutes.format(Math.floor(left / 60)) + ':' + seconds.format(left % 60);
    words.textContent = words.dataset.left.replace('%(time)s', time);
    closing.classList.toggle('soon', left <= 30);
  }

  document.addEventListener('submit', forget);
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) leave();
  });
  setInterval(tick, 1000);
  tick();
})();
