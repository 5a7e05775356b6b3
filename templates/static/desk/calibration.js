/* What a scanner made of the test code: whether cards will be read, what stands in the way, and what to set.
 *
 * The test code holds every character a card's code can have, so the strokes that came show which key position the
 * scanner uses for each. Where these are not a US keyboard's, but differ from one another, they can be learned.
 */

const CARD_CHARS = 525;
const PREFIX_CHARS = 3; // an AIM identifier, ]Q1
const PATIENCE_S = 4; // a card that takes longer to type is slow

/** Judge one scan of `expected`. `scan` is what `listen` gave.
 *
 * Returns {says, learned}: `says` are [word, fill] pairs, what to do first; `learned` maps positions to characters where
 * the desk should remember them, and is null where it should forget.
 */
export function judge(expected, { keys, ended, controls }) {
  const prefixed = keys.length === expected.length + PREFIX_CHARS;
  const strokes = prefixed ? keys.slice(PREFIX_CHARS) : keys;
  const { says, learned } = letters(expected, strokes, controls);
  if (prefixed) says.push(["test_prefix"]);
  if (ended === "silence") says.push(["test_no_end"]);
  const seconds = (CARD_CHARS * (strokes.at(-1).at - strokes[0].at)) / (strokes.length - 1) / 1000;
  if (seconds > PATIENCE_S) says.push(["test_slow", String(Math.round(seconds))]);
  return { says, learned };
}

function letters(expected, strokes, controls) {
  if (controls) return { says: [["test_control"]], learned: null };
  if (strokes.length !== expected.length) return { says: [["test_count"]], learned: null };
  const byKeys = strokes.map(({ code }) => code).join("");
  const byLetters = strokes.map(({ char }) => char).join("");
  if (strokes.every(({ position }) => position === "Alt") && byKeys === expected) {
    return { says: [["test_alt"]], learned: null };
  }
  if (sameLetters(byKeys, expected)) return { says: [["test_right"], ...why(byKeys, byLetters, expected)], learned: null };
  if (sameLetters(byLetters, expected)) return { says: [["test_characters"]], learned: null };
  return taught(expected, strokes);
}

/** A card's text may come with capitals and small letters changed about. */
function sameLetters(text, expected) {
  return text.toUpperCase() === expected;
}

function why(byKeys, byLetters, expected) {
  if (byLetters === expected) return [];
  return [[sameLetters(byLetters, expected) ? "test_caps" : "test_layout"]];
}

function taught(expected, strokes) {
  const learned = {};
  const alike = new Set();
  strokes.forEach(({ position }, place) => {
    const char = expected[place];
    if (learned[position] && learned[position] !== char) [learned[position], char].forEach((each) => alike.add(each));
    learned[position] = char;
  });
  if (!alike.size) return { says: [["test_learned"]], learned };
  return { says: [["test_alike", [...alike].map((char) => (char === " " ? "Space" : char)).join("  ")]], learned: null };
}
