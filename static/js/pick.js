// <input data-pick role="combobox" aria-controls="list">: what htmx puts into the list is chosen by click, or by arrows
// and Enter; each option says in data-recipient what it writes into the field. (Compose has recipients.js of its own.)
// <form data-then="#other">: Enter in it, once its answer is there, leads to the main button of the other form.
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const options = (input) => [...listOf(input).querySelectorAll("[role=option]")];
const chosen = (input) => options(input).find((option) => option.ariaSelected === "true");
const picking = (target) => target.matches?.("[data-pick]") && target;

function show(input, visible) {
  listOf(input).hidden = !visible;
  input.setAttribute("aria-expanded", visible);
  if (!visible) input.removeAttribute("aria-activedescendant");
}

function mark(input, by) {
  const all = options(input);
  if (!all.length) return;
  const next = all[(all.indexOf(chosen(input)) + by + all.length) % all.length] ?? all[0];
  show(input, true);
  for (const each of all) each.ariaSelected = each === next;
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function take(input, option) {
  input.value = option.dataset.recipient;
  show(input, false);
  listOf(input).replaceChildren();
}

document.addEventListener("keydown", (event) => {
  const input = picking(event.target);
  if (!input) return;
  const open = !listOf(input).hidden;
  if (event.key === "ArrowDown") mark(input, 1);
  else if (event.key === "ArrowUp") mark(input, chosen(input) ? -1 : 0);
  else if (event.key === "Enter" && open && chosen(input)) take(input, chosen(input));
  else if (event.key === "Escape" && open) show(input, false);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// A list that belongs to another field may be emptied by now, by whoever is at work there.
const field = (option) => option.parentElement && document.querySelector(`[data-pick][aria-controls="${option.parentElement.id}"]`);
const optionAt = (target) => target.closest?.("[role=option]");

document.addEventListener("mousedown", (event) => optionAt(event.target) && event.preventDefault());
document.addEventListener("click", (event) => {
  const option = optionAt(event.target);
  if (option && field(option)) take(field(option), option);
});
document.addEventListener("focusout", (event) => picking(event.target) && show(event.target, false));

let entered;
document.addEventListener("submit", (event) => (entered = event.target.dataset.then), true);
document.addEventListener("htmx:after:swap", () => {
  const input = picking(document.activeElement);
  if (input) show(input, options(input).length > 0 && input.value.trim() !== "");
  if (entered) document.querySelector(`${entered} [data-kind="main"]`)?.focus();
  entered = "";
});
