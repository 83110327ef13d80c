// The editor of a template: saved by its button or ⌘⏎. Until the server has it, what is typed is in this browser.
import "../control.js";
import { write } from "./editor.js";
import "./fields.js";
import "./highlight.js";
import "./look.js";
import "./panels.js";
import "./recipients.js";
import { problem, token } from "./post.js";
import { backUp, handOver } from "./template-backup.js";

const form = document.querySelector("#compose");
const first = form.querySelector("[aria-invalid], [data-refused] [data-editor]") ?? (form.dataset.kept ? form.elements.subject : form.elements.name);

form.addEventListener("input", backUp);
if (!form.querySelector("[data-attach]")) form.addEventListener("attach", () => problem("picture"));
addEventListener("pagehide", () => backUp.now());

// A session that is over must not swallow what is sent to it: the page stays and says so.
form.addEventListener("submit", async (event) => {
  if (form.dataset.ready || event.submitter?.formTarget === "look") return;
  event.preventDefault();
  const button = event.submitter;
  write();
  backUp.now();
  const answer = await fetch(form.dataset.check, { redirect: "manual" }).catch(() => null);
  if (!answer) return problem("unreachable");
  if (answer.type === "opaqueredirect" || answer.status === 403) return problem("signed-out");
  token();
  handOver();
  form.dataset.ready = "yes";
  form.requestSubmit(button);
});

// Whom to look at it as is found by Enter; nothing is saved by that.
form.addEventListener("keydown", (event) => event.key === "Enter" && event.target.role === "combobox" && event.preventDefault());
// Before the editor sees it.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.querySelector("[data-main]").click();
}, true);

first.focus();
