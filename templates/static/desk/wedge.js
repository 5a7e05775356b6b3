/* The USB scanner that types: hear a scan whatever has the focus, whatever the keyboard layout, Caps Lock or not.
 *
 * Scanners send the key positions of a US keyboard; what the system makes of them depends on its layout. So several
 * readings are kept: from the physical keys (KeyboardEvent.code and Shift) as on a US keyboard, from the physical keys as
 * the test code of the Settings taught them, and from the characters. The desk tries them all.
 * Nothing here decides what a text means. A person's typing passes through untouched.
 */

const HUMAN_MS = 60; // keys of one person follow more slowly than this, a scanner's faster
const TORN_MS = 400; // the longest pause seen inside a scan on a busy computer was 354 ms
const SILENCE_MS = 1000; // a scan without Enter ends here
const LONE_MS = 100; // a key of its own has no other within this time; a hand is slower
const BURST_KEYS = 12;
const BURST_MS = 540; // twelve keys in this time: no hand does that
const HEAD = "NCF"; // how the text of every card begins
const HEAD_MS = 150;
const SHORT_SCAN = { keys: 4, meanMs: 35 }; // "HELLO" and Enter from a scanner is a scan too
const PASSPORT_LINE = /^P[A-Z<][A-Z<]{3}[A-Z<]{39}$/i; // the first of the two lines that a passport reader types
const LEARNED = "desk-scanner"; // which position gave which character of the test code
const MAX_CHARS = 4096; // more than a card may have; the rest is counted and forgotten

const US = {
  Space: "  ", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Semicolon: ";:", Quote: "'\"",
  Backquote: "`~", Backslash: "\\|", Comma: ",<", Period: ".>", Slash: "/?",
  IntlBackslash: "<>", // no US keyboard has it; a passport reader set to a European one sends the filler with it
  NumpadMultiply: "**", NumpadAdd: "++", NumpadSubtract: "--", NumpadDecimal: "..", NumpadDivide: "//",
};
[...")!@#$%^&*("].forEach((shifted, digit) => {
  US[`Digit${digit}`] = digit + shifted;
  US[`Numpad${digit}`] = `${digit}${digit}`;
});
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].forEach((letter) => (US[`Key${letter}`] = letter.toLowerCase() + letter));

const MODIFIERS = new Set(["Shift", "CapsLock", "NumLock", "Alt", "AltGraph", "Control", "Meta", "ScrollLock"]);
const ENDS = new Set(["Enter", "NumpadEnter", "Tab"]);

function learned() {
  try {
    return JSON.parse(localStorage.getItem(LEARNED) ?? "null");
  } catch {
    return null;
  }
}

/** Remember what the test code taught: an object from position ("KeyZ", "KeyZ+") to character; null forgets. */
export function learn(positions) {
  if (positions) localStorage.setItem(LEARNED, JSON.stringify(positions));
  else localStorage.removeItem(LEARNED);
}

/** A field whose content typing would change. */
export function textField(element) {
  if (!(element instanceof HTMLElement)) return null;
  const typed = element instanceof HTMLInputElement && !/^(button|submit|reset|checkbox|radio|range|file|color)$/.test(element.type);
  return typed || element instanceof HTMLTextAreaElement ? element : null;
}

/** Listen on the whole window.
 *
 * onScan(candidates, {typed, keys, ended, controls}): one scan; the reading from physical keys first; `typed` counts all
 * its characters; `keys` are the strokes {code, position, char, at}; `ended` is the key that ended it, or "silence";
 * `controls` counts the Control combinations in it.
 * onScanning(bool): a scan is arriving, or has ended.
 * onKey(code): a key pressed on its own outside fields and buttons; `swallow` names those the browser must not act on.
 * Returns a function that stops listening.
 */
export function listen({ onScan, onScanning = () => {}, onKey = () => {}, swallow = new Set() }) {
  let keys = []; // since the last pause: {code, position, char, at, field, value, selection}; after arming only the first MAX_CHARS
  let typed = 0;
  let armed = false;
  let last = -Infinity;
  let altDigits = null;
  let controls = 0;
  let endedAt = -Infinity;
  let silence = 0;
  let lone = 0;

  function forget() {
    clearTimeout(silence);
    if (armed) onScanning(false);
    keys = [];
    typed = 0;
    controls = 0;
    armed = false;
  }

  function reading(of) {
    return keys.map(of).join("");
  }

  function readings() {
    const taught = learned();
    const byLesson = taught ? reading(({ position, code }) => taught[position] ?? code) : "";
    return [...new Set([reading(({ code }) => code), reading(({ char }) => char), byLesson])].filter(Boolean);
  }

  function finish(at, ended) {
    const candidates = readings();
    const said = { typed, keys, ended, controls };
    forget();
    endedAt = at;
    // The head alone, typed by hand and by chance, is no scan.
    if (said.typed >= SHORT_SCAN.keys) onScan(candidates, said);
  }

  /** A passport reader ends each of its two lines; the first one is not the end of the scan. */
  function halfAPassport() {
    return armed && readings().some((text) => PASSPORT_LINE.test(text));
  }

  function took(count) {
    return keys.length < count ? Infinity : keys.at(-1).at - keys.at(-count).at;
  }

  function headStart() {
    for (const of of ["code", "char"]) {
      const text = reading((key) => key[of] || "\0").toUpperCase();
      if (text.endsWith(HEAD) && text.length === keys.length) return keys.length - HEAD.length;
    }
    return -1;
  }

  function arm() {
    const head = took(HEAD.length) <= HEAD_MS ? headStart() : -1;
    if (head < 0 && took(BURST_KEYS) > BURST_MS) return;
    let start = head < 0 ? keys.length - BURST_KEYS : head;
    while (start > 0 && keys[start].at - keys[start - 1].at <= HUMAN_MS) start -= 1; // what stands before was typed by hand
    keys = keys.slice(start);
    typed = keys.length;
    armed = true;
    clearTimeout(lone);
    giveBack(keys[0]);
    onScanning(true);
  }

  /** Take back what the first keys of the scan typed into a field, before the scan was known to be one. */
  function giveBack({ field, value, selection }) {
    if (!field || field.value === value) return;
    field.value = value;
    if (selection) field.setSelectionRange(...selection);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function add(code, char, at, position = "") {
    if (at - last > (armed ? SILENCE_MS : TORN_MS)) forget();
    last = at;
    typed += 1;
    if (!armed || keys.length < MAX_CHARS) {
      const field = armed ? null : textField(document.activeElement);
      const selection = field?.selectionStart == null ? null : [field.selectionStart, field.selectionEnd];
      keys.push({ code, position, char, at, field, value: field?.value, selection });
    }
    if (!armed) {
      arm();
      if (!armed && keys.length > 64) keys.shift();
    }
    awaitSilence(at);
  }

  function awaitSilence(at) {
    clearTimeout(silence);
    silence = setTimeout(() => (armed ? finish(at, "silence") : forget()), SILENCE_MS);
  }

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function shortScan() {
    return keys.length >= SHORT_SCAN.keys && took(keys.length) / (keys.length - 1) <= SHORT_SCAN.meanMs;
  }

  function onEnd(event, at, fast) {
    const inField = textField(event.target);
    const scanned = armed || (shortScan() && !inField);
    const ofScan = at - endedAt <= TORN_MS; // the line feed after the carriage return
    if (scanned || ofScan || (fast && !inField)) stop(event);
    if (halfAPassport()) return awaitSilence((last = at));
    if (scanned) return finish(at, event.code);
    forget();
    if (!ofScan) offerLone(event, at, fast);
  }

  function offerLone(event, at, fast) {
    clearTimeout(lone);
    last = at;
    // A dialog just closed keeps the focus for a moment, unseen.
    const seen = event.target instanceof HTMLElement && event.target.checkVisibility();
    const busy = seen && event.target.closest("button, a[href], select, summary, dialog");
    if (fast || textField(event.target) || busy || event.altKey || event.repeat) return;
    if (swallow.has(event.code)) event.preventDefault();
    lone = setTimeout(() => onKey(event.code), LONE_MS);
  }

  function onDown(event) {
    const at = event.timeStamp;
    const fast = at - Math.max(last, endedAt) <= HUMAN_MS;
    const combination = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
    if (combination) {
      if (armed || fast) {
        stop(event); // a barcode can hold Ctrl+R or Ctrl+P; inside a scan they do nothing
        if (event.key !== "Control" && event.key !== "Meta") controls += 1;
      }
      return;
    }
    if (MODIFIERS.has(event.key)) return;
    const altDigit = event.altKey ? altCode(event.code) : "";
    if (altDigit) {
      altDigits = (altDigits ?? "") + altDigit;
      stop(event);
      return;
    }
    if (event.repeat) {
      if (armed) stop(event);
      return; // a key held down is a hand
    }
    if (ENDS.has(event.code) || event.key === "Enter") return onEnd(event, at, fast);
    const positions = US[event.code];
    const position = event.code + (event.shiftKey ? "+" : "");
    const char = [...event.key].length === 1 ? event.key : "";
    if (!positions && !char) {
      if (armed || fast) stop(event);
      else if (swallow.has(event.code)) offerLone(event, at, fast);
      return;
    }
    add(positions ? positions[event.shiftKey ? 1 : 0] : char, char, at, position);
    if (armed || (fast && !textField(event.target))) stop(event);
    if (!armed) offerLone(event, at, fast);
  }

  /** A scanner in "ALT mode" types Alt+0078 for N on the numeric keypad; in Unicode mode Alt++4E, in hexadecimal. */
  function altCode(code) {
    if (/^Numpad\d$/.test(code)) return code.at(-1);
    if (code === "NumpadAdd") return "+";
    return altDigits?.startsWith("+") && /^(Digit\d|Key[A-F])$/.test(code) ? code.at(-1) : "";
  }

  function onUp(event) {
    if (event.key === "Alt" && altDigits !== null) {
      const hexadecimal = altDigits.startsWith("+");
      const number = Number.parseInt(hexadecimal ? altDigits.slice(1) : altDigits, hexadecimal ? 16 : 10);
      const char = String.fromCharCode(number || 0);
      altDigits = null;
      add(char, char, event.timeStamp, "Alt");
      stop(event);
    } else if ((armed || event.timeStamp - endedAt <= TORN_MS) && (event.code === "Space" || ENDS.has(event.code))) {
      stop(event); // a focused button is pressed when Space comes up
    }
  }

  function onPaste(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (textField(event.target) && !text.toUpperCase().startsWith(HEAD)) return;
    if (!text.trim()) return;
    stop(event);
    onScan([text.slice(0, MAX_CHARS)], { typed: text.length });
  }

  window.addEventListener("keydown", onDown, true);
  window.addEventListener("keyup", onUp, true);
  window.addEventListener("paste", onPaste, true);
  return () => {
    forget();
    window.removeEventListener("keydown", onDown, true);
    window.removeEventListener("keyup", onUp, true);
    window.removeEventListener("paste", onPaste, true);
  };
}
