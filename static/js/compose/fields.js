// The picker of fields: what is chosen stands at the cursor, in the subject or in the text, from whose button it was
// opened. A few letters narrow it down, and are the words of a prompt; arrows walk, Enter takes, Escape goes back.
import { editor } from "./editor.js";

const picker = document.querySelector("[data-fields]");
const find = picker.querySelector("[data-find-field]");
const subject = document.querySelector("#c-subject");
const all = () => [...picker.querySelectorAll("[data-insert]")];
const shown = () => all().filter((one) => !one.hidden);
let into = "text";

find.hidden = false;
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-fields-for]");
  if (button) into = button.dataset.fieldsFor;
}, true);

function narrow() {
  const words = find.value.trim().toLowerCase();
  for (const one of all()) one.hidden = !one.hasAttribute("data-prompt") && !one.dataset.words.toLowerCase().includes(words);
  for (const group of picker.querySelectorAll("section")) group.hidden = !group.querySelector("[data-insert]:not([hidden])");
}

function insert(text) {
  picker.hidePopover();
  if (into === "text") return editor.focus() && editor.insertPlainText(text, false);
  subject.focus();
  subject.setRangeText(text, subject.selectionStart, subject.selectionEnd, "end");
  subject.dispatchEvent(new Event("input", { bubbles: true }));
}

const take = (one) => one && insert(one.hasAttribute("data-prompt") ? `{{! ${find.value.trim() || "…"} }}` : one.dataset.insert);

picker.addEventListener("toggle", ({ newState }) => {
  if (newState !== "open") return;
  find.value = "";
  narrow();
  find.focus();
});
picker.addEventListener("htmx:after:swap", narrow);
find.addEventListener("input", narrow);
picker.addEventListener("click", ({ target }) => take(target.closest("[data-insert]")));
picker.addEventListener("keydown", (event) => {
  const here = shown();
  const at = here.indexOf(document.activeElement);
  if (event.key === "ArrowDown") here[Math.min(at + 1, here.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? here[at - 1] : find).focus();
  else if (event.key === "Enter" && event.target === find) take(here[0]);
  else if (event.key === "Escape") (picker.hidePopover(), into === "text" ? editor.focus() : subject.focus());
  else return;
  event.preventDefault();
  event.stopPropagation();
});
