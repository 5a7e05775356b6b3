// Comfort for batches; every page works without it. A page about work under way comes anew by itself; on the list of
// cases to decide, physical keys walk, choose and send.
"use strict";

const REFRESH_MS = 3000;

// Only the parts that are alive are exchanged, so that nothing that is being typed or chosen elsewhere is lost.
async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelectorAll("[data-live]");
  const shown = document.querySelectorAll("[data-live]");
  if (now.length !== shown.length) return location.reload();
  shown.forEach((part, place) => part.replaceWith(now[place]));
  wait();
}

function wait() {
  if (document.querySelector("[data-live]")) setTimeout(() => refresh().catch(wait), REFRESH_MS);
}

wait();

const form = document.querySelector("form[data-batch]");
const boxes = form ? Array.from(form.querySelectorAll("input[data-case]")) : [];

function here() {
  const row = document.activeElement.closest("tr");
  return row ? boxes.findIndex((box) => box.closest("tr") === row) : -1;
}

function go(step) {
  const now = here();
  const next = now < 0 ? (step > 0 ? 0 : boxes.length - 1) : Math.min(Math.max(now + step, 0), boxes.length - 1);
  boxes[next].focus();
  boxes[next].closest("tr").scrollIntoView({ block: "nearest" });
}

function toggle(selector) {
  const box = here() < 0 ? null : boxes[here()].closest("tr").querySelector(selector);
  if (box) box.checked = !box.checked;
}

const KEYS = {
  KeyJ: () => go(1),
  KeyK: () => go(-1),
  KeyX: () => toggle("input[data-case]"),
  KeyP: () => toggle("input[data-accepted]"),
  KeyO: () => { if (here() >= 0) location.href = boxes[here()].closest("tr").querySelector("a").href; },
  KeyA: () => boxes.forEach((box) => { if ("calm" in box.dataset) box.checked = true; }),
};

if (form) {
  document.addEventListener("keydown", (event) => {
    if (event.code === "Enter" && event.ctrlKey) {
      event.preventDefault();
      return form.requestSubmit(form.querySelector("button"));
    }
    if (!(event.code in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    KEYS[event.code]();
  });
}
