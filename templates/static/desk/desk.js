/* The page of the desk: one screen at a time, from whichever input comes first.
 *
 * Decides when a screen may be replaced, and which passport belongs to which card. CLEARED ends by itself or gives way to
 * the next scan; CHECK and STOP stay until a key says that somebody has seen them. What a screen says comes ready-made
 * from the desk's server, in both languages.
 */

import { acts as officersActs, forgetSlip, printSlip } from "./acts.js";
import { camera } from "./camera.js";
import { cameraSays, hint, note, sentence } from "./say.js";
import { serial } from "./serial.js";
import { post, postJson, state } from "./server.js";
import * as settings from "./settings.js";
import * as sound from "./sound.js";
import { listen } from "./wedge.js";

const CLEARED_S = 60; // a face and a passport are compared in less
const DONE_S = 4;
const STATE_EVERY_MS = 5000;
const MAX_UPLOAD = 10_100_001; // one byte more than the server takes, so that it says so
const TOLD_AGAIN_MS = 8 * 3600 * 1000; // once a shift
const LONG_SCAN = 100; // a card's text is longer; a short code that cannot be read is a foreign one

const $ = (id) => document.getElementById(id);
const body = document.body;
const screen = $("screen");
const readyScreen = screen.innerHTML;

let answer = null; // what is on the screen; null: ready
let passport = null; // {heard, number}: of the person whose card has not been judged yet
let seconds = { left: 0, of: 1 };
let unsent = 0; // scans that the office does not know yet
let queue = Promise.resolve(); // scans are judged one after the other

// ---- around the screen

async function refresh() {
  const said = await state();
  if (said) around(said);
}

function around(state) {
  unsent = state.unsent ?? 0;
  replace($("chips"), state.chips);
  replace($("tally"), state.tally);
  replace($("kept"), state.kept_line);
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
  if (said?.kind === "passport" || said?.kind === "passport_fault") return takePassport(said);
  if (!said?.screen) return null;
  answer = { ...said, shownAt: performance.now() };
  if (said.look !== "not_read") passport = null; // a card that was not read is tried again
  note("");
  screen.innerHTML = said.screen;
  body.dataset.look = said.look;
  window.scrollTo(0, 0);
  if (said.state) around(said.state);
  if (said.kind !== "act") sound.play(said.look);
  startTimer(said.look === "cleared" ? (said.kind === "act" ? DONE_S : CLEARED_S) : passport ? CLEARED_S : 0);
  return null;
}

function next() {
  answer = null;
  passport = null;
  startTimer(0);
  note("");
  forgetSlip();
  screen.innerHTML = readyScreen;
  body.dataset.look = "ready";
}

function startTimer(of) {
  seconds = { left: of, of: of || 1 };
  drawTimer();
}

function drawTimer() {
  $("timer").style.transform = `scaleX(${seconds.left / seconds.of})`;
}

function tick() {
  if (!seconds.left || dialogOpen()) return;
  seconds.left -= 1;
  if (seconds.left) drawTimer();
  else next();
}

/** Take one scan. `judge` asks the server; nothing is asked while a CHECK or STOP waits to be seen. */
function take(judge, afterwards = () => {}) {
  queue = queue.then(async () => {
    closeDialogs();
    if (mustBeSeen()) {
      sound.play("check");
      return note("press_space");
    }
    note("checking");
    const said = await judge();
    show(said);
    afterwards(said);
  });
  return queue;
}

function judgeTexts(candidates, source, inHand = passport?.heard) {
  return postJson("/scan", { candidates, source, passport: inHand });
}

function takeFile(file) {
  if (!file) return;
  const form = new FormData();
  form.append("file", file.slice(0, MAX_UPLOAD));
  if (passport) form.append("passport", passport.heard);
  take(() => post("/file", form));
}

/** Frames stand in the same queue as other scans, so that no verdict is given that could not be shown. */
function sendFrame(blob) {
  const sent = queue.then(async () => {
    if (mustBeSeen() || dialogOpen()) return true;
    const inHand = passport ? { "X-Passport": passport.heard } : {};
    const said = await post("/frame", blob, { "Content-Type": "image/jpeg", ...inHand });
    if (said) hint(said.hint);
    show(said);
    return said !== null;
  });
  queue = sent;
  return sent;
}

/** A scan by a scanner that types: tried as a test while the Settings are open, else judged. */
function takeTyped(candidates, scan) {
  if (settings.isOpen()) return settings.tried(scan);
  return take(
    () => judgeTexts(candidates, "keyboard"),
    (said) => tellOfLayout(said, candidates, scan),
  );
}

function takeSerial(text) {
  if (settings.isOpen()) return settings.triedText(text);
  return take(() => judgeTexts([text], "serial"));
}

/** Say that a keyboard's layout was in the way: once a shift where the scan was put right, each time where it was not. */
function tellOfLayout(said, [byKeys, byLetters], { keys }) {
  if (said?.reason === "unreadable" && keys?.length >= LONG_SCAN) note("letters_wrong", { stays: true });
  if (!said?.genuine || !byLetters || byLetters.toUpperCase() === byKeys.toUpperCase()) return;
  if (!byKeys.includes(said.text)) return; // another reading was the right one
  if (Date.now() - Number(localStorage.getItem("desk-layout-told")) < TOLD_AGAIN_MS) return;
  localStorage.setItem("desk-layout-told", String(Date.now()));
  note(/[\u0980-\u09FF]/.test(byLetters) ? "layout_bangla" : "layout_other");
}

// ---- the passport in hand

/** A passport was read or typed: compare it with the card on the screen, or with the one that comes next. */
function takePassport(said) {
  if (said.kind === "passport_fault") {
    sound.play("check");
    return note(said.code);
  }
  if (answer?.genuine) {
    const { text, source } = answer;
    queue = queue.then(async () => show(await judgeTexts([text], source, said.heard)));
  } else if (mustBeSeen()) {
    note("no_passport");
  } else {
    next();
    passport = said;
    startTimer(CLEARED_S); // whoever has left by then took the passport along
    note("will_compare", { fill: said.read_by === "last_four" ? `… ${said.number}` : said.number, stays: true });
  }
  return null;
}

function askPassport() {
  $("passport-no").value = "";
  $("passport-fault").replaceChildren();
  $("passport").showModal();
}

/** No card at hand: look for it under the passport that was read before, or else under the number that is typed. */
function findCard() {
  const heard = $("passport").open ? $("passport-no").value.slice(0, 100) : passport?.heard;
  if (!heard) return askPassport();
  return take(() => postJson("/find", { heard }));
}

async function comparePassport(event) {
  event.preventDefault();
  const said = await postJson("/passport", { heard: $("passport-no").value.slice(0, 100) });
  if (said?.kind === "passport") {
    $("passport").close();
    takePassport(said);
  } else if (said) {
    $("passport-fault").replaceChildren(...sentence("passport_odd"));
    $("passport-no").focus();
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

const officer = officersActs({ shown: () => answer, onDone: show });

function letPassOrNext() {
  if (answer?.kind === "verdict" && answer.look === "cleared") officer.letPass();
  else if (answer) next(); // a passport that waits for its card is not forgotten by a reader's late Enter
}

function printTest() {
  body.dataset.print = "test";
  window.print();
}

const acts = {
  next,
  enter: letPassOrNext,
  pass: officer.letPass,
  refer: officer.askGround,
  print: printSlip,
  "print-test": printTest,
  settings: settings.open,
  torch: () => eyes.torch(),
  sync,
  passport: askPassport,
  find: findCard,
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

// No key here that acts at once may begin a text: N, H, S, P and ] stay free. R only asks.
const keys = {
  Space: "next", Enter: "enter", NumpadEnter: "enter", KeyR: "refer", KeyM: "passport", KeyO: "file", KeyL: "language",
  KeyC: "camera", KeyT: "torch", KeyQ: "sound", F1: "help", F2: "find", F4: "print", F8: "settings", F9: "sync",
};

// ---- the inputs

function showCameras(word, cameras, { torch = null } = {}) {
  $("torch").hidden = torch === null;
  $("torch").setAttribute("aria-pressed", String(torch === true));
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
  onScan: takeTyped,
  onScanning: (on) => (on ? note("scanning", { stays: true }) : note("")),
  onKey: (code) => acts[keys[code]]?.(),
  swallow: new Set(["Space", "F1", "F2", "F4", "F8", "F9"]),
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
$("passport").addEventListener("keydown", (event) => {
  if (event.code !== "F2") return;
  event.preventDefault();
  findCard();
});

for (const gesture of ["keydown", "pointerdown"]) document.addEventListener(gesture, sound.wake, { capture: true, once: true });

/** They are safe on this computer; whoever takes it away or wipes it should know of them. */
window.addEventListener("beforeunload", (event) => {
  if (unsent) event.preventDefault();
});

showSound();
serial({ onText: takeSerial });
refresh();
setInterval(refresh, STATE_EVERY_MS);
setInterval(tick, 1000);
sound.wake().then((heard) => heard || sound.muted() || note("sound_waits"));
if (localStorage.getItem("desk-camera-off") === "yes") showCameras("camera_off", []);
else eyes.start();
