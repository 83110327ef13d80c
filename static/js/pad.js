// <form data-pad="task-7">: the pad of a call. Calling (data-dial) or the button starts a timer, which writes minutes and
// seconds into the form; it goes on through a reload, until it is stopped or the call is saved. ⌘⏎ (Ctrl ⏎) saves.
// A link with data-dial="/people/7/call/" opens the pad over the page while it calls.
const SECOND = 1000;
const name = (form) => `pad:${form.dataset.pad}`;
const pads = () => document.querySelectorAll("form[data-pad]");
const length = (form) => form.querySelector("[name=length]");

function begun(form) {
  return Number(sessionStorage.getItem(name(form))) || 0;
}

function show(form) {
  const button = form.querySelector("[data-timer]");
  const runs = begun(form) > 0;
  button.hidden = false;
  button.querySelector("span").textContent = runs ? button.dataset.stop : button.dataset.start;
  if (!runs) return;
  const seconds = Math.max(0, Math.round((Date.now() - begun(form)) / SECOND));
  length(form).value = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function start(form) {
  if (begun(form)) return;
  const [minutes, seconds] = length(form).value.split(":").map(Number);
  const before = ((minutes || 0) * 60 + (seconds || 0)) * SECOND;
  sessionStorage.setItem(name(form), String(Date.now() - before));
  show(form);
}

function stop(form) {
  show(form);
  sessionStorage.removeItem(name(form));
  show(form);
}

document.addEventListener("click", ({ target }) => {
  const timer = target.closest?.("[data-timer]");
  if (timer) return begun(timer.form) ? stop(timer.form) : start(timer.form);
  const link = target.closest?.("[data-dial]");
  if (link?.dataset.dial) return htmx.ajax("GET", link.dataset.dial, { target: "#window-content", swap: "innerHTML" });
  const form = link?.closest(".card, .call-window")?.querySelector("form[data-pad]");
  if (!form) return;
  start(form);
  (form.querySelector("[name=outcome]") ?? length(form)).focus();
});

// Whoever writes a length themselves has stopped the timer.
document.addEventListener("input", ({ target }) => {
  const form = target.name === "length" && target.closest("form[data-pad]");
  if (form) sessionStorage.removeItem(name(form)), show(form);
});

document.addEventListener("submit", ({ target }) => target.matches("form[data-pad]") && begun(target) && stop(target), true);

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-pad]");
  if (form && event.key === "Escape") return event.target.blur(); // then single keys work again
  if (!form || event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  event.preventDefault();
  form.querySelector("[data-pad-save]").click();
});

const showAll = () => pads().forEach(show);
document.addEventListener("htmx:after:swap", showAll);
setInterval(() => pads().forEach((form) => begun(form) && show(form)), SECOND);
showAll();
