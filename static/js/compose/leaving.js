// Ways out of the window: sending, closing, a larger page, and other links. What is typed is saved first; if the
// session is over, the window stays and says so.
import { token } from "./post.js";
import { close, save } from "./saving.js";

const form = document.querySelector("#compose");
export const outside = window.parent === window ? null : window.parent;
const commits = (button) => button && !button.hasAttribute("data-enter");

form.addEventListener("submit", async (event) => {
  let button = event.submitter;
  if (button?.formTarget) return; // it only looks
  if (form.dataset.going || !commits(button)) return event.preventDefault();
  if (form.dataset.ready === "yes") return;
  event.preventDefault();
  form.dataset.going = "yes";
  const saved = button.name === "as" || button.name === "other" || (await save());
  delete form.dataset.going;
  await new Promise(setTimeout); // the browser takes no submission while it still tells of this one
  // Saving may have put a new one in its place; if that says something else, it wants another press.
  if (!button.isConnected) button = form.querySelector(`[formaction="${button.getAttribute("formaction")}"]`);
  if (!saved || !button) return;
  close();
  token();
  form.dataset.ready = "yes";
  form.requestSubmit(button);
});

export async function leave() {
  if (!(await save())) return;
  close();
  outside.document.body.dispatchEvent(new CustomEvent("changed"));
  outside.document.dispatchEvent(new CustomEvent("close-window"));
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-leave], [data-larger], [data-away]");
  if (!link || link.dataset.saved) return;
  event.preventDefault();
  if (link.matches("[data-leave]") && outside) return leave();
  if (!(await save())) return;
  close();
  link.dataset.saved = "yes";
  link.click();
});
