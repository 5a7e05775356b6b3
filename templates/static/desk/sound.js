/* Three tones, made on the spot: high and short, two in the middle, low and long. One can be told from another unseen. */

const TONES = {
  cleared: [{ hz: 1320, ms: 140 }],
  check: [{ hz: 620, ms: 170 }, { hz: 620, ms: 170 }],
  stop: [{ hz: 185, ms: 900, wave: "square" }],
};
const SAME_AS = { not_read: "check" }; // both ask the officer to do something and accuse nobody
const GAP_MS = 90;
const LOUDNESS = 0.35;
const MUTED = "desk-muted";

let context = null;

export function muted() {
  return localStorage.getItem(MUTED) === "yes";
}

export function setMuted(quiet) {
  localStorage.setItem(MUTED, quiet ? "yes" : "no");
}

/** Browsers keep a page silent until somebody has pressed something on it. Returns whether sound can be heard now. */
export async function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 50))]);
  return context.state === "running";
}

export async function play(look) {
  const tones = TONES[SAME_AS[look] ?? look];
  if (!tones || muted() || !(await wake())) return;
  let at = context.currentTime;
  for (const { hz, ms, wave = "sine" } of tones) {
    const end = at + ms / 1000;
    const oscillator = new OscillatorNode(context, { type: wave, frequency: hz });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setTargetAtTime(wave === "square" ? LOUDNESS / 2 : LOUDNESS, at, 0.005); // no click at either end
    gain.gain.setTargetAtTime(0, end - 0.03, 0.008);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(end);
    at = end + GAP_MS / 1000;
  }
}
