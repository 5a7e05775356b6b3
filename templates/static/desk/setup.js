/* The first run: the administrator's code comes by scanner, camera, paste or file, and the desk opens at this address. */

import { camera } from "./camera.js";
import { cameraSays, note } from "./say.js";
import { post, postJson } from "./server.js";
import { listen } from "./wedge.js";

const OPENS = ["enrolled", "opened"];
const LOOK_EVERY_MS = 300;

const $ = (id) => document.getElementById(id);
const form = $("setup");
let asking = false; // one code at a time

function chosen() {
  return { airport: form.elements.airport.value ?? "", counter: $("counter").value };
}

async function step(path, content) {
  if (asking) return;
  asking = true;
  note("asking", { stays: true });
  const said = await postJson(path, { ...chosen(), ...content });
  asking = false;
  if (!said) return;
  note(said.step ?? "not_a_code", { stays: true });
  if (said.step === "relay") $("code").value = "";
  if (said.step === "which_counter") (form.elements.airport.value ? $("counter") : form.elements.airport[0]).focus();
  if (!OPENS.includes(said.step)) return;
  asking = true; // nothing more is asked of a program that gives way to the desk
  eyes.stop();
  await desk();
  location.replace("/");
}

/** Wait until the desk answers in the place of the set-up, which knows no state. */
async function desk() {
  for (;;) {
    const answer = await fetch("/state").catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** A code stays in its field, so that it goes again when the counter was chosen. */
function take(codes) {
  if (asking) return;
  $("code").value = codes[0];
  step("/code", { codes: codes.slice(0, 8) });
}

async function lookAt(blob) {
  const said = await post("/frame", blob, { "Content-Type": "image/jpeg" });
  if (said?.codes?.length && said.codes[0] !== $("code").value) take(said.codes);
  return said !== null;
}

const eyes = camera({
  video: $("video"),
  send: lookAt,
  ready: () => !asking,
  onState: (word) => {
    document.body.dataset.camera = word === "camera_on" ? "on" : "off";
    cameraSays(word);
  },
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  step("/code", { codes: [$("code").value] });
});
$("code").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return; // a code is one line
  event.preventDefault();
  form.requestSubmit();
});
$("unenrolled").addEventListener("click", () => step("/unenrolled", {}));
$("open-file").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  if (file) take([await file.slice(0, 1000).text()]);
  $("file").value = "";
});
$("language").addEventListener("click", () => {
  const root = document.documentElement;
  root.lang = root.lang === "bn" ? "en" : "bn";
  document.cookie = `language=${root.lang}; path=/; max-age=31536000; samesite=strict`;
});

listen({ onScan: take, onScanning: (on) => (on ? note("scanning", { stays: true }) : note("")) });
eyes.start();
