/* The Settings: try the scanner with the test code. While they are open a typed scan is judged as a test, not as a card. */

import { judge } from "./calibration.js";
import { paragraphs } from "./say.js";
import { learn } from "./wedge.js";

const $ = (id) => document.getElementById(id);

export function open() {
  $("test-says").replaceChildren();
  $("settings").showModal();
}

export function isOpen() {
  return $("settings").open;
}

/** A scan by a scanner that types. */
export function tried(scan) {
  const { says, learned } = judge($("test-text").textContent, scan);
  learn(learned);
  $("test-says").replaceChildren(...paragraphs(says));
}

/** A scan by a scanner at a serial port, which no keyboard can spoil. */
export function triedText(text) {
  const right = text.endsWith($("test-text").textContent);
  $("test-says").replaceChildren(...paragraphs([[right ? "test_right" : "test_count"]]));
}
