// The small panels of the foot: one open at a time, closed by Escape or a press elsewhere.
const form = document.querySelector("#compose");
const panels = () => form.querySelectorAll("details.compose__tool[open]");

document.addEventListener("pointerdown", ({ target }) => {
  for (const panel of panels()) if (!panel.contains(target)) panel.open = false;
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !panels().length) return;
  event.preventDefault();
  event.stopPropagation();
  for (const panel of panels()) {
    panel.open = false;
    panel.querySelector("summary").focus();
  }
});
// An error is gone as soon as what it was about is changed.
form.addEventListener("input", ({ target }) => {
  if (!target.hasAttribute?.("aria-invalid")) return;
  target.removeAttribute("aria-invalid");
  document.getElementById(`${target.id}-error`)?.remove();
});
