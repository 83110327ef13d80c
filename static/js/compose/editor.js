// The editor takes the place of the plain text area and writes the HTML into the form's hidden field.
import { MailEditor } from "./mail-editor.js";
import { toolbar } from "./toolbar.js";

const form = document.querySelector("#compose");
const root = form.querySelector("[data-editor]");
const plain = form.querySelector("[data-plain]");
const field = form.querySelector("[data-html]");

export const editor = new MailEditor(root);

export function read(html) {
  editor.setHTML(html);
  // A text that brings its own colours is shown on white, as most of its readers will see it.
  root.toggleAttribute("data-paper", /\bbgcolor|\bcolor\b|background/i.test(html));
}

read(field.value);
root.hidden = false;
plain.hidden = plain.disabled = true;
if (plain.hasAttribute("aria-invalid")) root.setAttribute("aria-describedby", plain.getAttribute("aria-describedby"));

export function write() {
  field.value = editor.isEmpty ? "" : editor.getHTML();
}

editor.addEventListener("input", () => {
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// Squire's own: Home and End of the page are for lists and pages, not for one text.
editor.setKeyHandler("PageUp", null);
editor.setKeyHandler("PageDown", null);

toolbar(form, editor);
