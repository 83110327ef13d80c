// The compose window. Each module is one behaviour of its form; the editor comes first, as saving asks it for the text.
import "./editor.js";
import "./recipients.js";
import "./chip.js";
import "./files.js";
import "./drop.js";
import "./panels.js";
import "./when.js";
import "./fields.js";
import "./highlight.js";
import "./look.js";
import "./saving.js";
import "./leaving.js";
import "./shortcuts.js";

const form = document.querySelector("#compose");
const first = ["[aria-invalid]", "#c-to", "#c-subject"].map((each) => form.querySelector(each));
const empty = first.find((field, place) => field && (place === 0 || !field.value));
(empty ?? form.querySelector("[data-editor]")).focus();
