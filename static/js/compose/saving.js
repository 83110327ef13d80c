// Saves by itself a moment after typing stops, one request at a time; what the server answers takes the place of the
// parts with the same ids. Until the server has it, what is typed is in this browser as well (backup.js).
import { backUp, backedUp, typedEarly } from "./backup.js";
import { write } from "./editor.js";
import { show } from "./parts.js";
import { post, problem } from "./post.js";

const PAUSE = 800;
const AGAIN = 5000;
const form = document.querySelector("#compose");
let timer;
let running = null;
let dirty = false;
let closed = false;

function fields() {
  write();
  const data = new FormData(form);
  data.delete("uploads"); // these have their own way
  return data;
}

async function keep() {
  const data = fields();
  try {
    show(await (await post(new URLSearchParams(data))).text());
    history.replaceState(history.state, "", form.querySelector("#compose-ids").dataset.address);
  } catch (name) {
    problem(name);
    timer = setTimeout(save, AGAIN);
    return false;
  }
  if (dirty) return true;
  delete form.dataset.unsaved;
  backedUp(data.get("key"));
  return true;
}

// Resolves to whether all that was typed until now is with the server.
export async function save() {
  clearTimeout(timer);
  while (running) await running;
  if (!dirty || closed) return true;
  dirty = false;
  running = keep();
  const saved = await running;
  running = null;
  dirty ||= !saved;
  return saved;
}

function changed(pause = PAUSE) {
  if (closed) return;
  dirty = true;
  form.dataset.unsaved = "";
  backUp(fields);
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

export const close = () => ((closed = true), clearTimeout(timer));

form.addEventListener("input", ({ target }) => target.matches("[name]:not([type=file])") && changed());
form.addEventListener("keep", () => changed(0));
addEventListener("focus", () => dirty && save());
if (typedEarly) changed();
addEventListener("pagehide", () => {
  if (!dirty || closed) return;
  backUp(fields, 0);
  save();
});
