// Asks in a dialog of our own: <form data-ask="Send again? It may have arrived."> or hx-confirm="…".
const dialog = () => document.querySelector("#ask");

export function ask(question) {
  const box = dialog();
  box.querySelector("#ask-question").textContent = question;
  box.returnValue = "no";
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("htmx:confirm", async (event) => {
  const question = event.detail.ctx.confirm;
  if (!question || !dialog()) return;
  event.preventDefault();
  if (await ask(question)) event.detail.issueRequest();
  else event.detail.dropRequest();
});

document.addEventListener("submit", async (event) => {
  const question = event.submitter?.dataset.ask ?? event.target.dataset.ask;
  if (!question || !dialog() || event.target.dataset.asked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(question))) return;
  event.target.dataset.asked = "yes";
  event.target.requestSubmit(event.submitter);
  delete event.target.dataset.asked;
}, true);
