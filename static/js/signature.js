// The signature of an identity: the same editor as in the compose window, in a form of its own.
import { MailEditor } from "./compose/mail-editor.js";
import { toolbar } from "./compose/toolbar.js";

const widget = document.querySelector("[data-signature]");
const form = widget.closest("form");
const field = widget.querySelector("[data-html]");
const plain = widget.querySelector("[data-plain]");
const root = widget.querySelector("[data-editor]");
const editor = new MailEditor(root);

editor.setHTML(field.value);
root.hidden = false;
plain.hidden = plain.disabled = true;
root.setAttribute("aria-describedby", plain.getAttribute("aria-describedby") ?? "");
document.querySelector(`label[for="${plain.id}"]`)?.addEventListener("click", () => editor.focus());
form.addEventListener("submit", () => (field.value = editor.isEmpty ? "" : editor.getHTML()));
editor.setKeyHandler("PageUp", null);
editor.setKeyHandler("PageDown", null);
toolbar(form, editor);
