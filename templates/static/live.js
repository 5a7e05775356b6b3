// Keeps a page of figures fresh while somebody looks at it. Nothing moves under a reader who has opened, marked or
// focused something on it; without this file the browser's own reload does the same.
"use strict";

const live = document.querySelector("[data-live]");

function isInUse() {
  const marked = !document.getSelection().isCollapsed;
  return document.hidden || marked || live.contains(document.activeElement) || live.querySelector("details[open]");
}

async function refresh() {
  if (isInUse()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (fresh && !isInUse()) live.replaceChildren(...fresh.childNodes);
}

setInterval(() => refresh().catch(() => {}), Number(live.dataset.live) * 1000);
