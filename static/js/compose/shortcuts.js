// ⌘⏎ (Ctrl ⏎) presses the main button, also from within the text; Escape closes a window that stands over a list. Enter
// in a field does nothing, so that nobody sends by mistake.
import "../control.js";
import { leave, outside } from "./leaving.js";

const form = document.querySelector("#compose");

// Before the editor sees it.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.querySelector("[data-main]").click();
}, true);

document.addEventListener("keydown", (event) => {
  const field = event.target.matches?.("input:not([type=checkbox], [type=file])");
  if (event.key === "Enter" && field) event.preventDefault();
  const asked = document.querySelector("dialog:modal"); // Escape answers that
  if (event.key === "Escape" && !event.defaultPrevented && !asked && outside) leave();
});
