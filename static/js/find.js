// <input data-find role="combobox" aria-controls="list">, the header's search: htmx puts what is found into the list,
// one option saying in data-found-for for which words. Arrows choose, Enter follows the chosen or the first one, Escape
// closes. What was found for other words than those in the field is not shown, whenever it comes.
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const options = (input) => [...listOf(input).querySelectorAll("[role=option]")];
const chosen = (input) => options(input).find((option) => option.ariaSelected === "true");
const finding = (target) => target.matches?.("[data-find]") && target;
const answer = (input) => listOf(input).querySelector("[data-found-for]");
const isFresh = (input) => answer(input)?.dataset.foundFor === input.value.trim().replace(/\s+/g, " ");

function show(input, visible) {
  listOf(input).hidden = !visible;
  input.setAttribute("aria-expanded", visible);
  if (visible) return;
  input.removeAttribute("aria-activedescendant");
  for (const option of options(input)) option.ariaSelected = "false";
}

function mark(input, by) {
  const all = options(input);
  const at = all.indexOf(chosen(input));
  const next = all[(at < 0 && by < 0 ? all.length - 1 : at + by + all.length) % all.length];
  for (const each of all) each.ariaSelected = each === next;
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const input = finding(event.target);
  if (!input || event.isComposing) return;
  const open = !listOf(input).hidden;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && isFresh(input)) {
    show(input, true);
    mark(input, step);
  } else if (event.key === "Enter" && open && isFresh(input)) (chosen(input) ?? options(input)[0]).click();
  else if (event.key === "Escape" && open) show(input, false);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("input", (event) => finding(event.target) && !isFresh(event.target) && show(event.target, false));
document.addEventListener("focusin", (event) => finding(event.target) && isFresh(event.target) && show(event.target, true));
document.addEventListener("focusout", (event) => finding(event.target) && show(event.target, false));
document.addEventListener("htmx:after:swap", () => {
  const input = finding(document.activeElement);
  if (!input || !isFresh(input)) return;
  show(input, true);
  document.querySelector("#find-told").textContent = answer(input).dataset.told;
});
