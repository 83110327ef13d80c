// Templates are found in a panel of the foot: ⌘E opens it, arrows choose, Enter takes.
import { problem } from "./post.js";
import { put } from "./putting.js";

const form = document.querySelector("#compose");
const picker = form.querySelector("[data-templates]");
const panel = picker.querySelector("#picker");
const gone = form.querySelector("[data-template-gone]");
const first = () => panel.querySelector("[data-picker]");
const rows = () => [...panel.querySelectorAll("[data-template]")];

async function text(url) {
  const answer = await fetch(url, { redirect: "manual" }).catch(() => { throw "unreachable"; });
  if (answer.type === "opaqueredirect") throw "signed-out";
  if (answer.status === 404) return null;
  if (!answer.ok) throw "unreachable";
  return answer.json();
}

async function take(button) {
  try {
    const url = button.dataset.beside ?? button.closest("[data-template]").dataset.template;
    const template = await text(url);
    gone.hidden = template !== null;
    picker.open = template !== null && !(await put(template, button.dataset.put));
  } catch (name) {
    picker.open = false;
    problem(name);
  }
}

function step(by, from) {
  const all = rows();
  const to = all[all.indexOf(from.closest("[data-template]")) + by];
  if (to) to.querySelector(`[data-put=${from.dataset.put ?? "replace"}]`).focus();
  else if (by < 0) first()?.focus();
}

picker.addEventListener("toggle", () => {
  panel.replaceChildren(); // what was found before may be gone
  if (picker.open) panel.dispatchEvent(new CustomEvent("look"));
});
panel.addEventListener("htmx:after:swap", ({ target }) => target === panel && first()?.focus());
panel.addEventListener("input", (event) => event.stopPropagation()); // looking for one is not writing
form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-template] [data-put], [data-beside]");
  if (button) take(button);
  if (target.closest("[data-open-templates]")) picker.open = true;
});
panel.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (target.matches("select")) return;
  if (key === "ArrowDown") step(1, target);
  else if (key === "ArrowUp") step(-1, target);
  else if (key === "Enter" && target.matches("input")) rows()[0]?.querySelector("[data-put=replace]").click();
  else return;
  event.preventDefault();
});
// Before the editor sees it.
form.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "e" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  picker.open = !picker.open;
}, true);
