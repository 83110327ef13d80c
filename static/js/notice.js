// Notices close by their button; what only informs goes by itself, unless it is pointed at or brings Undo. Requests
// that fail without a sentence of the server's own get one from <template id="notice-…">, and swap nothing.
const STAYS = 8000;

function show(name) {
  const template = document.querySelector(`#notice-${name}`);
  if (template) document.querySelector("#notice")?.replaceChildren(template.content.cloneNode(true));
}

function fade() {
  for (const notice of document.querySelectorAll("[data-notice]:not([data-fading])")) {
    notice.dataset.fading = "";
    const important = notice.matches('[data-level="error"], [data-level="warning"]') || notice.querySelector("form, a");
    if (important) continue;
    const go = () => (notice.matches(":hover, :focus-within") ? setTimeout(go, STAYS) : notice.remove());
    setTimeout(go, STAYS);
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-dismiss]")) event.target.closest("[data-notice]").remove();
});

// Undo was pressed. Hidden, not removed: what the answer calls out must still travel up to the body.
document.addEventListener("htmx:before:request", (event) => {
  const notice = event.target.closest?.("[data-notice]");
  if (notice) notice.hidden = true;
});

document.addEventListener("htmx:before:swap", (event) => {
  const { response, hx } = event.detail.ctx;
  if (!response || response.status < 400 || response.status === 422 || hx?.retarget) return;
  event.preventDefault();
  show("failed");
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx && !event.detail.ctx.response) show("unreachable");
});

document.addEventListener("notice", (event) => show(event.detail));

new MutationObserver(fade).observe(document.body, { childList: true, subtree: true });
fade();
