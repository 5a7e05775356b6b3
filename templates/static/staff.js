// Comfort for officers; every page works without it. J and K walk the rows of a list (Enter opens the focused one, as
// any link does), "/" goes to the search field, and a form that must be sent once is sent once.
"use strict";

const rows = Array.from(document.querySelectorAll("a[data-row]"));

function walk(step) {
  const now = rows.indexOf(document.activeElement);
  const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(now + step, 0), rows.length - 1);
  rows[next].focus();
  rows[next].closest("tr").scrollIntoView({ block: "nearest" });
}

function isTyping(element) {
  return element.matches("input:not([type=radio], [type=checkbox]), textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (!rows.length || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  // Physical keys: officers type with Bengali layouts too.
  if (event.code === "KeyJ") walk(1);
  else if (event.code === "KeyK") walk(-1);
  else if (event.code === "Slash") document.querySelector("input[type=search]").focus();
  else return;
  event.preventDefault();
});

// On a case: one key leads to each act. It opens and focuses, and never sends: Enter does, on purpose.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const hot = document.querySelector(`[data-hot="${event.code}"]`);
  if (!hot) return;
  const details = hot.closest("details");
  if (details) details.open = true;
  (details ? details.querySelector("textarea") : hot).focus();
  event.preventDefault();
});

document.querySelectorAll("form[data-once]").forEach((form) => {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
});

document.querySelectorAll("[data-keys]").forEach((hint) => { hint.hidden = false; });
document.querySelector("[data-focus]")?.focus();
