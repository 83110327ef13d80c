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
