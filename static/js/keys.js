// Single-key shortcuts, where <body data-keys> allows them. A link or button with data-key="e" is pressed by E: the
// first one that can be seen, so that the bar of ticked rows comes before the reading pane; data-key="d enter" by two
// keys. With data-key-ask="Sure?" the
// key asks before it presses: what a hand on the wrong key must not do.
import { ask } from "./ask.js";

const seen = (element) => element.checkVisibility() && !element.disabled;
const typing = (target) => target.isContentEditable || target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");
const links = () => [...document.querySelectorAll(".row__link, [data-row-link]")].filter(seen);

// Where the row stands that was used last: once it has left the list, the one that took its place comes next.
let place = 0;

const row = (link) => link.closest(".row, tr");

function move(step) {
  const all = links();
  const focused = all.findIndex((link) => row(link)?.contains(document.activeElement));
  const from = focused >= 0 ? focused : all.findIndex((link) => link.hasAttribute("aria-current"));
  const to = from >= 0 ? from + step : place - (step < 0);
  const next = all[Math.min(Math.max(to, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  // With a reading pane the row that has the focus is the one that is read.
  if (next?.hasAttribute("hx-get") && document.querySelector("#pane")?.checkVisibility()) next.click();
}

let inRow;

function remember(element) {
  const at = links().findIndex((link) => row(link)?.contains(element));
  inRow = at >= 0 ? element : null;
  if (at >= 0) place = at;
}

document.addEventListener("focusin", (event) => remember(event.target));

// The row went and took the focus with it: the one in its place has it, so that Tab goes on from there. One that stayed
// may have got its focus back while the list was half made, and stands elsewhere now.
document.addEventListener("htmx:after:swap", () => {
  if (inRow?.isConnected) return remember(inRow);
  if (!inRow || document.activeElement !== document.body) return;
  const all = links();
  all[Math.min(place, all.length - 1)]?.focus({ preventScroll: true });
});

function tick() {
  const chosen = document.activeElement.closest?.(".row, tr") ?? document.querySelector(".row:has([aria-current])");
  chosen?.querySelector(".row__tick")?.click();
}

const MOVES = {
  j: () => move(1),
  k: () => move(-1),
  x: tick,
  "/": () => document.querySelector("[data-find]")?.focus(),
  "?": () => document.querySelector("#keys")?.showModal(),
};

function press(key) {
  const button = [...document.querySelectorAll(`[data-key~="${CSS.escape(key)}"]`)].find(seen);
  return button ? async () => {
    if (!button.dataset.keyAsk || await ask(button.dataset.keyAsk)) button.click();
  } : MOVES[key];
}

// Enter presses what has the focus; only where nothing has, it is a key like others.
const pressed = (event) => event.key === "Enter" && event.target.closest?.("a, button, summary, input");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("[data-find]")) return event.target.blur();
  if (!document.body.hasAttribute("data-keys") || event.defaultPrevented) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || pressed(event)) return;
  if (document.querySelector("dialog:modal")) return;
  if (event.key === "Escape" && document.querySelector(":popover-open")) return; // it closes that
  const act = press(event.key.toLowerCase());
  if (!act) return;
  event.preventDefault();
  act();
});
