// What the server does not have yet stands in this browser, under its user's name: through a lost connection, a
// crash, and a session that ends while somebody writes. On the next compose page it is sent after all.
import { post } from "./post.js";

const form = document.querySelector("#compose");
const mine = `compose:${form.dataset.user}:`;
const ELSEWHERE = 5000; // so fresh, it belongs to a window that is still being typed in
let waiting;
let typing = false;
form.addEventListener("input", () => (typing = true), { once: true });

export function backUp(fields, pause = 300) {
  clearTimeout(waiting);
  waiting = setTimeout(keep, pause, fields);
  if (!pause) keep(fields);
}

function keep(fields) {
  clearTimeout(waiting);
  const data = fields();
  data.delete("csrfmiddlewaretoken");
  try {
    localStorage.setItem(mine + data.get("key"), JSON.stringify({ at: Date.now(), text: String(new URLSearchParams(data)) }));
  } catch {
    // Full or forbidden: the server's copy has to do.
  }
}

export function backedUp(key) {
  clearTimeout(waiting);
  localStorage.removeItem(mine + key);
}

async function sendAfterAll(name) {
  const { at, text } = JSON.parse(localStorage.getItem(name));
  if (Date.now() - at < ELSEWHERE && name !== mine + form.elements.key.value) return false;
  await post(new URLSearchParams(text));
  localStorage.removeItem(name);
  return true;
}

const left = Object.keys(localStorage).filter((name) => name.startsWith(mine));
const sent = await Promise.all(left.map((name) => sendAfterAll(name).catch(() => false)));
// A reload shows what was brought back. Where it belongs to other windows it must not cost what is typed here already.
const own = sent[left.indexOf(mine + form.elements.key.value)];
if (own || (sent.some(Boolean) && !typing)) location.reload();

// Whether somebody typed before saving.js could hear it.
export const typedEarly = typing;
