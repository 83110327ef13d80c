// <body data-live="/live/" data-seen="7 3">: asks whether anything changed for this user, once a second while the page
// is used, every five when it lies idle, never while it is hidden; and calls "changed" each minute whatever comes.
// Where something is that fills itself, <div data-live-soon>, it asks each second as long as it is visible, and calls
// "changed-elsewhere" for what colleagues have changed: at once, but not within ten seconds of the last time it called.
// What shows such data reloads itself: <section data-live-part hx-get="" hx-trigger="changed from:body" hx-swap="outerMorph">.
const SECOND = 1000;
const IDLE_AFTER = 60 * SECOND;
const REFRESH_AFTER = 60 * SECOND;
const ELSEWHERE_AFTER = 10 * SECOND;
const SLOWEST = 60 * SECOND;

let used = Date.now();
let refreshed = Date.now();
let filled = 0;
let failures = 0;

for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"]) {
  addEventListener(kind, () => (used = Date.now()), { passive: true, capture: true });
}

const fillsItself = () => document.querySelector("[data-live-soon]");

function changed(elsewhere) {
  filled = Date.now();
  if (!elsewhere) refreshed = filled;
  document.body.dispatchEvent(new CustomEvent(elsewhere ? "changed-elsewhere" : "changed"));
}

async function ask() {
  const page = document.body.dataset;
  const elsewhere = fillsItself() && Date.now() - filled > ELSEWHERE_AFTER ? "&elsewhere" : "";
  const answer = await fetch(`${page.live}?seen=${encodeURIComponent(page.seen)}${elsewhere}`, {
    headers: { Accept: "application/json" },
    redirect: "manual",
  });
  if (answer.status === 200) {
    const told = await answer.json();
    page.seen = told.seen;
    changed(told.is_elsewhere);
  } else if (answer.status === 401 || answer.type === "opaqueredirect") {
    delete page.live;
    document.dispatchEvent(new CustomEvent("notice", { detail: "signed-out" }));
  } else if (answer.status !== 204) {
    throw new Error(`live: ${answer.status}`);
  }
}

async function turn() {
  if (!document.hidden && document.body.dataset.live) {
    try {
      await ask();
      failures = 0;
    } catch {
      failures += 1;
    }
    if (Date.now() - refreshed > REFRESH_AFTER) changed();
  }
  const idle = Date.now() - used > IDLE_AFTER && !fillsItself();
  const pace = idle ? 5 * SECOND : SECOND;
  setTimeout(turn, Math.min(pace * 2 ** failures, SLOWEST));
}

document.addEventListener("visibilitychange", () => (used = document.hidden ? used : Date.now()));
setTimeout(turn, SECOND);
