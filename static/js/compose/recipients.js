// Fields that find people: what htmx puts into the list below is chosen by click, or by arrows and Enter. A field for
// several completes what stands behind its last comma.
const form = document.querySelector("#compose");
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const options = (input) => [...listOf(input).querySelectorAll("[role=option]")];
const chosen = (input) => options(input).find((option) => option.ariaSelected === "true");

function show(input, visible) {
  listOf(input).hidden = !visible;
  input.setAttribute("aria-expanded", visible);
  if (!visible) input.removeAttribute("aria-activedescendant");
}

function mark(input, option) {
  for (const each of options(input)) each.ariaSelected = each === option;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function take(input, option) {
  const several = input.parentElement.dataset.recipients === "several" || /[,;]/.test(input.value);
  const before = several ? input.value.replace(/[^,;]*$/, "") : "";
  input.value = before ? `${before.trimEnd()} ${option.dataset.recipient}, ` : option.dataset.recipient;
  if (!before && input.parentElement.dataset.recipients === "several") input.value += ", ";
  show(input, false);
  listOf(input).replaceChildren();
  form.dispatchEvent(new CustomEvent("keep"));
  if (input.id === "c-to" && !several) form.querySelector("#c-subject").focus();
}

const step = (input, by) => {
  const all = options(input);
  if (!all.length) return;
  show(input, true);
  mark(input, all[(all.indexOf(chosen(input)) + by + all.length) % all.length] ?? all[0]);
};

form.addEventListener("keydown", (event) => {
  const input = event.target;
  if (input.role !== "combobox") return;
  const open = !listOf(input).hidden;
  if (event.key === "ArrowDown") step(input, 1);
  else if (event.key === "ArrowUp") step(input, chosen(input) ? -1 : 0);
  else if (event.key === "Enter" && open && chosen(input)) take(input, chosen(input));
  else if (event.key === "Escape" && open) show(input, false);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

form.addEventListener("mousedown", (event) => event.target.closest("[role=option]") && event.preventDefault());
form.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) take(form.querySelector(`[aria-controls="${option.parentElement.id}"]`), option);
});
form.addEventListener("focusout", ({ target }) => target.role === "combobox" && show(target, false));
// Where the session is over, saving says so; the page stays.
document.addEventListener("htmx:before:response", (event) => {
  if (event.detail.ctx.response.headers.has("HX-Redirect")) event.preventDefault();
});
document.addEventListener("htmx:after:swap", () => {
  const input = document.activeElement;
  if (input?.role === "combobox") show(input, options(input).length > 0 && input.value.trim() !== "");
});
