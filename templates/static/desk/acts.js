/* What the officer does with the person at the counter: let pass, or refer with a reason and a slip.
 *
 * The server decides what may be done and writes it down before the screen says so. Here is only decided which key
 * press counts: one that comes before the verdict could be seen is no answer to it.
 */

import { note } from "./say.js";
import { postJson } from "./server.js";
import * as sound from "./sound.js";

const SEEN_MS = 700; // nobody has looked at a verdict and a face in less; a scanner's late Enter comes in less

const $ = (id) => document.getElementById(id);

/** shown(): what is on the screen; onDone(said): the server's answer to an act. */
export function acts({ shown, onDone }) {
  async function act(content) {
    const said = await postJson("/act", content);
    if (said?.kind === "objection") {
      sound.play("check");
      return note(said.code);
    }
    if (said?.kind === "act") $("slip").innerHTML = said.slip;
    onDone(said);
  }

  function letPass() {
    const answer = shown();
    if (answer?.kind !== "verdict" || performance.now() - answer.shownAt < SEEN_MS) return null;
    if (!answer.matches) return note(answer.look === "cleared" ? "passport_first" : "not_cleared");
    return act({ act: "let_pass", scan: answer.scan });
  }

  function askGround() {
    const answer = shown();
    if (answer?.kind !== "verdict") return note("nothing_to_refer");
    const likely = $("refer").querySelector(`input[value="${answer.ground}"]`);
    likely.checked = true;
    $("refer").showModal();
    likely.focus();
    return null;
  }

  function chooseByDigit(event) {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const choice = digit && $("refer").querySelectorAll("input")[digit - 1];
    if (!choice) return;
    choice.checked = true;
    choice.focus();
  }

  $("refer").addEventListener("keydown", chooseByDigit);
  $("refer").querySelector("form").addEventListener("submit", () => {
    const ground = $("refer").querySelector("input:checked")?.value;
    const answer = shown();
    if (ground && answer?.kind === "verdict") act({ act: "refer", scan: answer.scan, ground });
  });
  return { letPass, askGround };
}

/** Print the slip of the person referred just now. */
export function printSlip() {
  if (!$("slip").innerHTML) return;
  document.body.dataset.print = "slip";
  window.print();
}

export function forgetSlip() {
  $("slip").replaceChildren();
}
