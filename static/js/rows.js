// The open row is marked at once, before its answer comes; a long press ticks a row on a touch screen.
const HOLD = 450;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(":is(.row__link, [data-row-link])[hx-get]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const open of document.querySelectorAll(":is(.row__link, [data-row-link])[aria-current]")) open.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  const work = document.querySelector(".work");
  if (work) work.dataset.view = "pane";
});

// A list that was asked for before another row was chosen would put the old one back into the reading pane. It is asked
// for anew once the chosen one is there; what came with it (notices, counts) stands.
const places = new WeakMap(); // by request: the address that the page had
let opening; // the request for the row that was chosen last, while it is under way
let outdated = false;

function askAgain() {
  outdated = false;
  document.body.dispatchEvent(new CustomEvent("changed"));
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => places.set(ctx, location.href));

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches?.(".row__link, [data-row-link]")) opening = ctx;
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (!ctx.sourceElement.matches?.(".work") || (!opening && places.get(ctx) === location.href)) return;
  const main = tasks.findIndex((task) => task.type === "main");
  if (main < 0) return;
  tasks.splice(main, 1);
  ctx.title = null;
  outdated = true;
  if (!opening) askAgain();
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx !== opening) return;
  opening = undefined;
  if (outdated) askAgain();
});

let timer;
let held = false;

document.addEventListener("pointerdown", (event) => {
  const box = event.target.closest?.(".row, tr")?.querySelector(".row__tick");
  held = false;
  clearTimeout(timer);
  if (event.pointerType !== "touch" || !box || event.target === box) return;
  timer = setTimeout(() => {
    held = true;
    box.click();
    navigator.vibrate?.(10);
  }, HOLD);
});

for (const kind of ["pointerup", "pointercancel", "pointermove", "scroll"]) {
  document.addEventListener(kind, (event) => {
    if (kind !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 6) clearTimeout(timer);
  }, { capture: true, passive: true });
}

// The press that ticked a row must not open it as well.
document.addEventListener("click", (event) => {
  if (!held || event.target.matches(".row__tick")) return;
  held = false;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("contextmenu", (event) => {
  if (held && event.target.closest?.(".row, tr")) event.preventDefault();
});
