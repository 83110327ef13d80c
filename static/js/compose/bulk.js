// The window of a bulk email: the compose window's behaviours, without those that are about one recipient.
import "./editor.js";
import "./recipients.js";
import "./files.js";
import "./drop.js";
import "./panels.js";
import "./when.js";
import "./templates.js";
import "./fields.js";
import "./highlight.js";
import "./saving.js";
import "./leaving.js";
import "./shortcuts.js";

const form = document.querySelector("#compose");
const first = ["[aria-invalid]", form.querySelector("[data-recipient-row]") ? "#c-subject" : "#b-add"];
const empty = first.map((each) => form.querySelector(each)).find((field, place) => field && (place === 0 || !field.value));
(empty ?? form.querySelector("[data-editor]")).focus();
