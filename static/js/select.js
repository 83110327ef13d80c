// Ticked rows. CSS shows the bar (work.css); this says how many there are, ticks all or a stretch (Shift), and clears
// by Esc. In the bar: <input data-tick-all> and <span data-ticked data-one="1 selected" data-many="# selected">; with
// <input data-tick-every> all of the list are meant, those of other pages too (data-all="All 1,284 selected").
let last;

const boxes = (list) => [...list.querySelectorAll(".row__tick")];

function tell(list) {
  const all = boxes(list);
  const ticked = all.filter((box) => box.checked).length;
  for (const head of list.querySelectorAll("[data-tick-all]")) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
  const every = list.querySelector("[data-tick-every]");
  if (every && ticked < all.length) every.checked = false;
  for (const words of list.querySelectorAll("[data-ticked]")) {
    if (every?.checked) words.textContent = words.dataset.all;
    else words.textContent = ticked === 1 ? words.dataset.one : words.dataset.many.replace("#", ticked);
  }
}

function tick(list, wanted) {
  for (const box of boxes(list)) box.checked = wanted(box);
  tell(list);
}

document.addEventListener("click", (event) => {
  const box = event.target;
  const list = box.closest?.(".list");
  if (!list) return;
  if (box.matches("[data-tick-all]")) return tick(list, () => box.checked);
  if (box.matches("[data-tick-every]")) return box.checked ? tick(list, () => true) : tell(list);
  if (!box.matches(".row__tick")) return;
  const all = boxes(list);
  const from = all.indexOf(last);
  if (event.shiftKey && from >= 0) {
    const stretch = [from, all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(stretch[0], stretch[1] + 1)) each.checked = box.checked;
  }
  last = box;
  tell(list);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog:modal, :popover-open")) return;
  for (const list of document.querySelectorAll(".list:has(.row__tick:checked)")) tick(list, () => false);
});

for (const kind of ["htmx:after:swap", "pageshow"]) {
  addEventListener(kind, () => document.querySelectorAll(".list").forEach(tell));
}
