// The first email of a campaign in words for one person alone: the compose window's behaviours that are about the text.
import "./editor.js";
import "./panels.js";
import "./fields.js";
import "./highlight.js";
import "./saving.js";
import "./leaving.js";
import "./shortcuts.js";

const form = document.querySelector("#compose");
(form.querySelector("[aria-invalid]") ?? form.querySelector("[data-editor]")).focus();
