/* Scanners at a serial port: the desk's server reads them, this page asks it for what came and shows which are there. */

import { note, sentence } from "./say.js";
import { postJson } from "./server.js";

const RETRY_MS = 2000; // after the desk program did not answer, while this page lies in the background or another one asks

const ports = document.getElementById("ports");
const says = document.getElementById("ports-say");

/** Ask for ever. onText(text): one scan. */
export async function serial({ onText }) {
  ports.addEventListener("change", () => postJson("/port", { chosen: ports.value }));
  let heard = null;
  for (;;) {
    const said = document.hidden ? null : await postJson("/hear", { since: heard?.turn ?? -1 });
    if (said?.kind !== "heard" || said.elsewhere) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    show(said);
    if (heard) told(heard.open, said.open);
    heard = said;
    said.texts.forEach(onText);
  }
}

function told(before, now) {
  if (before.some((device) => !now.includes(device))) note("scanner_unplugged");
  else if (now.some((device) => !before.includes(device))) note("scanner_on");
}

function show({ ports: found, open, chosen }) {
  const known = [...found];
  const byName = chosen !== "usb" && chosen !== "none";
  if (byName && !found.some(({ device }) => device === chosen)) known.push({ device: chosen, name: chosen });
  [...ports.options].slice(2).forEach((option) => option.remove());
  ports.append(...known.map(({ device, name }) => new Option(name === device ? device : `${name} (${device})`, device)));
  ports.value = chosen;
  says.replaceChildren(...(open.length ? sentence("ports_open", open.join(", ")) : sentence("ports_none_open")));
}
