// The preview in a dialog: the form is posted into its frame, again whenever somebody else is chosen to look at it as.
import { write } from "./editor.js";

const form = document.querySelector("#compose");
const button = form.querySelector("[data-show-look]");
const dialog = form.querySelector("[data-look]");
const as = form.querySelector("#c-as");

button.formTarget = "look";
form.addEventListener("submit", (event) => {
  if (event.submitter !== button) return;
  write();
  if (!dialog.open) dialog.showModal();
}, true);
form.addEventListener("keep", () => dialog.open && form.requestSubmit(button));
as.addEventListener("input", (event) => event.stopPropagation()); // nothing of the email has changed
as.addEventListener("change", () => dialog.open && form.requestSubmit(button));
dialog.querySelector("[data-look-close]").addEventListener("click", () => dialog.close());
dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
dialog.addEventListener("close", () => ((as.value = ""), button.focus()));
