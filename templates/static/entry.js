// Comfort for the entry form; it works without. What is typed is kept by itself, a chosen photo is shown, and a passport
// reader that types its two lines is understood at once.
"use strict";

const KEPT_AFTER_MS = 5000;
const LINES = 88;
const form = document.querySelector("form[data-entry]");
const kept = document.getElementById("kept");
const lines = document.getElementById("passport_lines");
let waiting = 0;

async function keep() {
  const texts = new FormData(form);
  texts.delete("photo_file");
  texts.delete("evidence_file");
  texts.set("then", "keep-quietly");
  const answer = await fetch(form.action, { method: "POST", body: texts });
  kept.textContent = answer.status === 204 ? kept.dataset.kept : "";
}

form.addEventListener("input", () => {
  kept.textContent = "";
  clearTimeout(waiting);
  waiting = setTimeout(() => keep().catch(() => {}), KEPT_AFTER_MS);
});
form.addEventListener("submit", () => clearTimeout(waiting));

lines.addEventListener("input", () => {
  if (lines.value.replace(/\s/g, "").length === LINES) form.requestSubmit(form.querySelector("[data-fill]"));
});

document.getElementById("photo_file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const picture = document.getElementById("portrait");
    picture.src = reader.result;
    picture.hidden = false;
    document.getElementById("no-portrait").hidden = true;
  });
  reader.readAsDataURL(file);
});
