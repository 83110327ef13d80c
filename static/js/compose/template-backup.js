// What is typed in a template, or in a step of a campaign, stands in this browser, under its user's name, until the server has it: it is there again
// after a lost connection, a crash or a session that ended. `sent` says that it was handed to the server; it has arrived
// if the template has a later version than what it was typed on.
import { read, write } from "./editor.js";
import { problem } from "./post.js";

const form = document.querySelector("#compose");
const mine = `${form.dataset.kept ?? "template"}:${form.dataset.user}:`;
const KEPT = ["key", "version", "name", "category", "new_category", "day", "timing", "clock", "minutes", "follows", "template", "subject", "html"];
const FIELDS = KEPT.filter((field) => form.elements[field]);
const ELSEWHERE = 5000; // so fresh, it belongs to a page that is still being typed in
const name = () => mine + form.elements.key.value;
const version = Number(form.elements.version.value);
let waiting;
let typed = "refused" in form.dataset;

function keep(sent) {
  clearTimeout(waiting);
  if (!typed) return;
  write();
  const fields = Object.fromEntries(FIELDS.map((field) => [field, form.elements[field].value]));
  try {
    localStorage.setItem(name(), JSON.stringify({ at: Date.now(), sent, fields }));
  } catch {
    // Full or forbidden: then only the server has it.
  }
}

export function backUp() {
  typed = true;
  clearTimeout(waiting);
  waiting = setTimeout(keep, 300);
}

backUp.now = () => waiting !== "sent" && keep();

export function handOver() {
  keep(true);
  waiting = "sent";
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function bringBack({ fields }) {
  for (const field of FIELDS) form.elements[field].value = fields[field] ?? "";
  read(fields.html);
  typed = true;
  problem("restored");
}

function leftBehind() {
  const names = Object.keys(localStorage).filter((key) => key.startsWith(mine));
  return names.map(stored).find((kept) => kept && !kept.fields.version && Date.now() - kept.at > ELSEWHERE);
}

const own = stored(name());
const arrived = own?.sent && version > Number(own.fields.version);
if (arrived) localStorage.removeItem(name());
const kept = arrived ? null : own ?? (version ? null : leftBehind());
if (typed) keep();
else if (kept) bringBack(kept);

form.querySelector("[data-forget]").addEventListener("click", () => {
  localStorage.removeItem(name());
  typed = false;
  location.reload();
});
