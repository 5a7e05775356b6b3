/* Talking to the desk's own server on this computer. Decides how a server that does not answer is told. */

import { note, noted } from "./say.js";

const PAGE = crypto.randomUUID(); // tells this page's camera from another page's

/** The server's answer, or null where there is none. */
export async function post(path, content, headers = {}) {
  try {
    const response = await fetch(path, { method: "POST", body: content, headers: { "X-Desk": PAGE, ...headers } });
    const said = await response.json();
    if (noted() === "gone") note("");
    return said;
  } catch {
    note("gone", { stays: true });
    return null;
  }
}

export function postJson(path, content) {
  return post(path, JSON.stringify(content), { "Content-Type": "application/json" });
}

/** What stands around the verdict, or null. */
export async function state() {
  try {
    const response = await fetch("/state");
    const said = await response.json();
    if (noted() === "gone") note("");
    return said;
  } catch {
    note("gone", { stays: true });
    return null;
  }
}
