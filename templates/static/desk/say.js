/* What is said besides the verdict. The sentences stand on the page in both languages; scripts hold their keys only. */

const NOTE_MS = 7000;
const HINT_MS = 2000;

const $ = (id) => document.getElementById(id);
const words = $("words").content;

let noteEnds = 0;
let hintUntil = 0;

/** One sentence as nodes; `fill` is put into its gap. */
export function sentence(word, fill = "") {
  const said = words.querySelector(`[data-word="${word}"]`).cloneNode(true);
  const gap = said.querySelector("[data-fill]");
  if (gap) gap.textContent = fill;
  return [...said.childNodes];
}

/** Several sentences, each a paragraph. */
export function paragraphs(said) {
  return said.map(([word, fill]) => {
    const paragraph = document.createElement("p");
    paragraph.dataset.word = word;
    paragraph.append(...sentence(word, fill));
    return paragraph;
  });
}

export function note(word, { fill = "", stays = false } = {}) {
  clearTimeout(noteEnds);
  $("note").dataset.word = word;
  $("note").replaceChildren(...(word ? sentence(word, fill) : []));
  if (word && !stays) noteEnds = setTimeout(() => note(""), NOTE_MS);
}

export function noted() {
  return $("note").dataset.word ?? "";
}

/** A hint comes and goes from frame to frame; a sentence has to stand long enough to be read. */
export function hint(word) {
  if (document.body.dataset.camera !== "on") return; // the answer to the last frame before the camera went off
  if (word) hintUntil = performance.now() + HINT_MS;
  if (word || performance.now() > hintUntil) cameraSays(word ?? "camera_on");
}

export function cameraSays(word) {
  if ($("camera-says").dataset.word === word) return;
  $("camera-says").dataset.word = word;
  $("camera-says").replaceChildren(...sentence(word));
}
