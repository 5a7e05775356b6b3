/* The page of the desk: one screen at a time, from whichever input comes first.
 *
 * Decides when a screen may be replaced. CLEARED ends by itself or gives way to the next scan; CHECK and STOP stay until
 * a key says that somebody has seen them. What a screen says comes ready-made from the desk's server, in both languages.
 */

import { camera } from "./camera.js";
import * as sound from "./sound.js";
import { listen } from "./wedge.js";

const PAGE = crypto.randomUUID(); // tells this page's camera from another page's
const CLEARED_S = 15;
const STATE_EVERY_MS = 5000;
const NOTE_MS = 7000;
const HINT_MS = 2000;
const MAX_UPLOAD = 10_100_001; // one byte more than the server takes, so that it says so

const $ = (id) => document.getElementById(id);
const body = document.body;
const screen = $("screen");
const readyScreen = screen.innerHTML;
const words = $("words").content;

let answer = null; // what is on the screen; null: ready
let passport = null; // typed before the scan it belongs to
let secondsLeft = 0;
let noteEnds = 0;
let hintUntil = 0;
let queue = Promise.resolve(); // scans are judged one after the other

// ---- what is said besides the verdict

function sentence(word, fill) {
  const said = words.querySelector(`[data-word="${word}"]`).cloneNode(true);
  const gap = said.querySelector("[data-fill]");
  if (gap) gap.textContent = fill;
  return [...said.childNodes];
}

function note(word, { fill = "", stays = false } = {}) {
  clearTimeout(noteEnds);
  $("note").dataset.word = word;
  $("note").replaceChildren(...(word ? sentence(word, fill) : []));
  if (word && !stays) noteEnds = setTimeout(() => note(""), NOTE_MS);
}

/** A hint comes and goes from frame to frame; a sentence has to stand long enough to be read. */
function hint(word) {
  if (body.dataset.camera !== "on") return; // the answer to the last frame before the camera went off
  if (word) hintUntil = performance.now() + HINT_MS;
  if (word || performance.now() > hintUntil) cameraSays(word ?? "camera_on");
}

function cameraSays(word) {
  if ($("camera-says").dataset.word === word) return;
  $("camera-says").dataset.word = word;
  $("camera-says").replaceChildren(...sentence(word));
}

// ---- talking to the desk's server

/** The server's answer, or null where there is none. */
async function post(path, content, headers = {}) {
  try {
    const response = await fetch(path, { method: "POST", body: content, headers: { "X-Desk": PAGE, ...headers } });
    const said = await response.json();
    if ($("note").dataset.word === "gone") note("");
    return said;
  } catch {
    note("gone", { stays: true });
    return null;
  }
}

async function refresh() {
  try {
    const response = await fetch("/state");
    around(await response.json());
    if ($("note").dataset.word === "gone") note("");
  } catch {
    note("gone", { stays: true });
  }
}

function around(state) {
  replace($("chips"), state.chips);
  replace($("tally"), state.tally);
}

/** A button that has the focus keeps it although it is drawn anew. */
function replace(element, html) {
  const focused = element.contains(document.activeElement);
  element.innerHTML = html;
  if (focused) element.querySelector("button")?.focus();
}

// ---- the screen

function mustBeSeen() {
  return ["check", "stop"].includes(body.dataset.look);
}

function dialogOpen() {
  return document.querySelector("dialog[open]") !== null;
}

function show(said) {
  if (!said?.screen) return;
  answer = said;
  passport = null;
  note("");
  screen.innerHTML = said.screen;
  body.dataset.look = said.look;
  window.scrollTo(0, 0);
  if (said.state) around(said.state);
  sound.play(said.look);
  secondsLeft = said.look === "cleared" ? CLEARED_S : 0;
  drawTimer();
}

function next() {
  answer = null;
  passport = null;
  secondsLeft = 0;
  drawTimer();
  note("");
  screen.innerHTML = readyScreen;
  body.dataset.look = "ready";
}

function drawTimer() {
  $("timer").style.transform = `scaleX(${secondsLeft / CLEARED_S})`;
}

function tick() {
  if (!secondsLeft || dialogOpen()) return;
  secondsLeft -= 1;
  if (secondsLeft) drawTimer();
  else next();
}

/** Take one scan. `judge` asks the server; nothing is asked while a CHECK or STOP waits to be seen. */
function take(judge) {
  queue = queue.then(async () => {
    closeDialogs();
    if (mustBeSeen()) {
      sound.play("check");
      return note("press_space");
    }
    note("checking");
    show(await judge());
  });
  return queue;
}

function judgeTexts(candidates, source, inHand) {
  const content = JSON.stringify({ candidates, source, passport: inHand });
  return post("/scan", content, { "Content-Type": "application/json" });
}

function takeFile(file) {
  if (!file) return;
  const form = new FormData();
  form.append("file", file.slice(0, MAX_UPLOAD));
  if (passport) form.append("passport", passport);
  take(() => post("/file", form));
}

/** Frames stand in the same queue as other scans, so that no verdict is given that could not be shown. */
function sendFrame(blob) {
  const sent = queue.then(async () => {
    if (mustBeSeen() || dialogOpen()) return true;
    const inHand = passport ? { "X-Passport": passport } : {};
    const said = await post("/frame", blob, { "Content-Type": "image/jpeg", ...inHand });
    if (said) hint(said.hint);
    show(said);
    return said !== null;
  });
  queue = sent;
  return sent;
}

// ---- the passport in hand

/** As the server does it, so that a slip is told before the dialog closes. */
function normalised(typed) {
  const folded = typed.slice(0, 64).normalize("NFKC").toUpperCase();
  const latin = folded.replace(/[০-৯]/g, (digit) => digit.codePointAt(0) - 0x9e6);
  const number = latin.replace(/[\p{Z}\p{C}\p{Pd}<−]/gu, "");
  return /^[A-Z0-9]{6,9}$/.test(number) ? number : null;
}

function askPassport() {
  $("passport-no").value = "";
  $("passport-fault").replaceChildren();
  $("passport").showModal();
}

function comparePassport(event) {
  const number = normalised($("passport-no").value);
  if (!number) {
    event.preventDefault();
    $("passport-fault").replaceChildren(...sentence("passport_odd"));
    $("passport-no").focus();
    return;
  }
  if (answer?.genuine) {
    const { text, source } = answer;
    queue = queue.then(async () => show(await judgeTexts([text], source, number)));
  } else if (mustBeSeen()) {
    note("no_passport");
  } else {
    next();
    passport = number;
    note("will_compare", { fill: number, stays: true });
  }
}

// ---- acts: by key and by button

function closeDialogs() {
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
}

async function sync() {
  note("syncing", { stays: true });
  const said = await post("/sync", "");
  if (!said?.state) return;
  around(said.state);
  note(said.complete ? "synced" : "not_synced");
}

function changeLanguage() {
  const root = document.documentElement;
  root.lang = root.lang === "bn" ? "en" : "bn";
  document.cookie = `language=${root.lang}; path=/; max-age=31536000; samesite=strict`;
}

function showSound() {
  $("sound").setAttribute("aria-pressed", String(sound.muted()));
}

const acts = {
  next,
  sync,
  passport: askPassport,
  file: () => $("file").click(),
  language: changeLanguage,
  help: () => $("help").showModal(),
  close: closeDialogs,
  camera: () => setCamera(!eyes.on()),
  sound: () => {
    sound.setMuted(!sound.muted());
    showSound();
  },
};

// No key here may begin a QR text of any kind: N, H, S, R and ] stay free.
const keys = {
  Space: "next", Enter: "next", NumpadEnter: "next", KeyM: "passport", KeyO: "file", KeyL: "language",
  KeyC: "camera", KeyQ: "sound", F1: "help", F9: "sync",
};

// ---- the inputs

function showCameras(word, cameras) {
  body.dataset.camera = word === "camera_on" ? "on" : "off";
  cameraSays(word);
  $("picker").hidden = cameras.length < 2;
  $("cameras").replaceChildren(...cameras.map(({ id, label, inUse }) => new Option(label || id, id, false, inUse)));
}

const eyes = camera({
  video: $("video"),
  send: sendFrame,
  ready: () => !mustBeSeen() && !dialogOpen(),
  onState: showCameras,
});

function setCamera(on) {
  localStorage.setItem("desk-camera-off", on ? "no" : "yes");
  if (on) eyes.start();
  else eyes.stop();
}

listen({
  onScan: (candidates) => take(() => judgeTexts(candidates, "keyboard", passport)),
  onScanning: (on) => (on ? note("scanning", { stays: true }) : note("")),
  onKey: (code) => acts[keys[code]]?.(),
  swallow: new Set(["Space", "F1", "F9"]),
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (event.detail) button?.blur(); // after a mouse click Space means "next person" again
  acts[button?.dataset.act]?.();
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  takeFile(event.dataTransfer?.files[0]);
});
$("file").addEventListener("change", () => {
  takeFile($("file").files[0]);
  $("file").value = "";
});
$("cameras").addEventListener("change", () => eyes.choose($("cameras").value));
$("passport").querySelector("form").addEventListener("submit", comparePassport);

for (const gesture of ["keydown", "pointerdown"]) document.addEventListener(gesture, sound.wake, { capture: true, once: true });

showSound();
refresh();
setInterval(refresh, STATE_EVERY_MS);
setInterval(tick, 1000);
sound.wake().then((heard) => heard || sound.muted() || note("sound_waits"));
if (localStorage.getItem("desk-camera-off") === "yes") showCameras("camera_off", []);
else eyes.start();
