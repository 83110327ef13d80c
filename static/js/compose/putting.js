// Puts a template into the email: at the cursor, or in the place of what stands there; text that somebody has written
// asks first. Undo brings back what stood there, exactly, through as many templates as were put in.
import { ask } from "../ask.js";
import { editor, read, write } from "./editor.js";

const form = document.querySelector("#compose");
const notice = form.querySelector("[data-put-in]");
const { subject, html, template: ticket } = form.elements;
const stood = []; // what stood here before and after each template
let at = 0;
let left = { subject: "", html: "" }; // nobody has written that: nothing, or a template as it came

function now() {
  write();
  return { subject: subject.value, html: html.value, ticket: ticket.value };
}

const same = (one, other) => one.subject === other.subject && one.html === other.html;

function show(state) {
  subject.value = state.subject;
  read(state.html);
  ticket.value = state.ticket;
}

function tell(undone = false) {
  for (const words of notice.querySelectorAll("[data-put-words]")) words.hidden = (words.dataset.putWords === "out") !== undone;
  notice.querySelector("[data-put-step='-1']").hidden = at === 0;
  notice.querySelector("[data-put-step='1']").hidden = at === stood.length - 1;
  notice.hidden = false;
  editor.focus();
  form.dispatchEvent(new CustomEvent("keep"));
}

function step(by) {
  stood[at] = now();
  at += by;
  show(stood[at]);
  tell(by < 0);
}

export async function put(template, how) {
  const mine = now();
  const blank = same(mine, { subject: "", html: "" });
  if (how === "replace" && !blank && !same(mine, left) && !(await ask(notice.dataset.question))) return false;
  stood.splice(at, Infinity, mine);
  if (how === "insert" && mine.html) {
    editor.focus().insertHTML(template.html);
    subject.value ||= template.subject;
    ticket.value = template.ticket;
  } else {
    show({ subject: template.subject || mine.subject, html: template.html || mine.html, ticket: template.ticket });
    left = now();
  }
  stood[++at] = now();
  const words = notice.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("#", () => template.name);
  tell();
  return true;
}

notice.addEventListener("click", ({ target }) => {
  const by = target.closest("[data-put-step]")?.dataset.putStep;
  if (by) step(Number(by));
});
// Before the editor sees it, whose own undo begins anew with each text. What was typed since, there or in another
// field, is undone where it was typed.
form.addEventListener("keydown", (event) => {
  if (!at || event.key.toLowerCase() !== "z" || !(event.metaKey || event.ctrlKey) || event.shiftKey) return;
  if (event.target.matches("input, textarea, select") && event.target !== subject) return;
  if (!same(now(), stood[at])) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  step(-1);
}, true);
