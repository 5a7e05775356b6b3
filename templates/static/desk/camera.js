/* The webcam: frames go to the desk's own server on this computer, one at a time, and are forgotten there.
 *
 * A frame that comes while another is on its way is dropped, never queued: the newest picture is the useful one.
 * What a frame means is answered by the server; this file decides only when to send, and says why a camera is silent.
 */

const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const JPEG_QUALITY = 0.8;
const REST_MS = 30; // between two frames, so that the page stays quick on two slow cores
const RETRY_MS = 2000; // after the camera was unplugged or the desk program did not answer
const REMEMBERED = "desk-camera";

/** Why there is no picture, as a key of the page's words. */
function trouble(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "camera_denied";
    case "NotReadableError":
    case "AbortError":
      return "camera_busy";
    default:
      return "camera_none";
  }
}

function rest(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Run the camera of this page.
 *
 * send(blob): hands one JPEG to the server; resolves when it was answered.
 * ready(): whether frames are wanted at this moment.
 * onState(word, devices, {torch}): "camera_on", or why not; with the cameras to choose from; `torch` is whether its light
 * is on, null where it has none.
 */
export function camera({ video, send, ready, onState }) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { alpha: false, desynchronized: true });
  let stream = null;
  let run = 0; // each start gets a number; loops of older starts end

  /** The camera chosen last; where it is gone, any. */
  async function open() {
    const chosen = localStorage.getItem(REMEMBERED);
    const any = { ...WANTED, facingMode: { ideal: "environment" } };
    const ask = (video) => navigator.mediaDevices.getUserMedia({ video, audio: false });
    if (!chosen) return ask(any);
    return ask({ ...WANTED, deviceId: { exact: chosen } }).catch((error) => {
      if (trouble(error) === "camera_none") return ask(any);
      throw error;
    });
  }

  async function start() {
    const mine = ++run;
    release();
    if (!navigator.mediaDevices?.getUserMedia) return onState("camera_none", []);
    try {
      const opened = await open();
      if (mine !== run) return opened.getTracks().forEach((track) => track.stop());
      stream = opened;
      const [track] = stream.getVideoTracks();
      track.addEventListener("ended", () => mine === run && lost("camera_unplugged"));
      video.srcObject = stream;
      await video.play();
      keepInFocus(track);
      onState("camera_on", await devices(), { torch: torchOf(track) });
      await watch(mine);
    } catch (error) {
      if (mine === run) lost(trouble(error));
    }
  }

  async function lost(word) {
    const mine = run;
    release();
    onState(word, await devices().catch(() => []));
    if (word === "camera_denied" || word === "camera_none") return; // a click or a plug tells us when to try again
    await rest(RETRY_MS);
    if (mine === run) start();
  }

  async function watch(mine) {
    while (mine === run && stream) {
      if (!ready() || document.hidden || !video.videoWidth) {
        await rest(REST_MS * 2);
        continue;
      }
      const sent = await send(await picture()).catch(() => false);
      await rest(sent === false ? RETRY_MS : REST_MS);
    }
  }

  function picture() {
    if (canvas.width !== video.videoWidth || canvas.height !== video.videoHeight) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
    }
    pen.drawImage(video, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  }

  async function devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const inUse = stream?.getVideoTracks()[0]?.getSettings().deviceId;
    return all
      .filter(({ kind }) => kind === "videoinput")
      .map(({ deviceId, label }) => ({ id: deviceId, label, inUse: deviceId === inUse }));
  }

  /** Some webcams focus once when they start, on the wall; a card comes closer later. */
  function keepInFocus(track) {
    const { focusMode } = track.getCapabilities?.() ?? {};
    if (focusMode?.includes("continuous")) track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
  }

  function torchOf(track) {
    return track.getCapabilities?.().torch ? (track.getSettings().torch ?? false) : null;
  }

  /** Switch the light of the camera on or off, where it has one. */
  async function torch() {
    const [track] = stream?.getVideoTracks() ?? [];
    if (!track || torchOf(track) === null) return;
    await track.applyConstraints({ advanced: [{ torch: !torchOf(track) }] }).catch(() => {});
    onState("camera_on", await devices(), { torch: torchOf(track) });
  }

  function release() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
  }

  function stop() {
    run += 1;
    release();
    onState("camera_off", []);
  }

  function choose(deviceId) {
    localStorage.setItem(REMEMBERED, deviceId);
    start();
  }

  navigator.mediaDevices?.addEventListener?.("devicechange", () => {
    if (!stream && run) start();
  });
  return { start, stop, choose, torch, on: () => stream !== null };
}
