// <button data-copy="#text" data-copied="Copied" hidden> copies the text of a field; a link with data-copy-too="#text" does
// so as it opens. Without scripts the text is there to be selected.
async function copy(from) {
  const field = document.querySelector(from);
  if (!field) return false;
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus(); // forbidden, or no secure page: it is selected at least
    field.select();
    return false;
  }
}

document.addEventListener("click", async ({ target }) => {
  const opener = target.closest?.("[data-copy-too]");
  if (opener) copy(opener.dataset.copyToo);
  const button = target.closest?.("[data-copy]");
  if (!button || !(await copy(button.dataset.copy))) return;
  button.querySelector("span").textContent = button.dataset.copied;
});

const offer = () => document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
document.addEventListener("htmx:after:swap", offer);
offer();
