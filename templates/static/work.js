// Solves the sum of the page that asks for work (ALTCHA, deterministic PBKDF2 challenge) and sends its form.
// Where WebCrypto is missing nothing happens, and the page's way of waiting stays as it is.
(function () {
  "use strict";
  var form = document.getElementById("work");
  var crypto = window.crypto && window.crypto.subtle;
  if (!form || !crypto || !window.TextEncoder) return;
  var challenge = JSON.parse(form.dataset.challenge);
  var wanted = challenge.parameters;

  function bytes(hex) {
    var out = new Uint8Array(hex.length / 2);
    for (var i = 0; i < out.length; i++) out[i] = parseInt(hex.substr(2 * i, 2), 16);
    return out;
  }
  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
  }
  var nonce = bytes(wanted.nonce), salt = bytes(wanted.salt);

  function derive(counter) {
    var password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    return crypto.importKey("raw", password, "PBKDF2", false, ["deriveBits"]).then(function (key) {
      return crypto.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: salt, iterations: wanted.cost }, key, 8 * wanted.keyLength);
    });
  }
  function search(counter) {
    return derive(counter).then(function (derived) {
      var key = hex(derived);
      return key.indexOf(wanted.keyPrefix) === 0 ? { counter: counter, derivedKey: key } : search(counter + 1);
    });
  }

  var sum = document.getElementById("sum"), wait = document.getElementById("wait");
  sum.hidden = false;
  wait.hidden = true;
  search(0).then(function (solution) {
    form.elements.work.value = btoa(JSON.stringify({ challenge: challenge, solution: solution }));
    form.submit();
  }).catch(function () {
    sum.hidden = true;
    wait.hidden = false;
  });
})();
