// The recipient as a chip: pressing it leads back into the field, its cross empties it.
const form = document.querySelector("#compose");

form.addEventListener("click", ({ target }) => {
  const chip = target.closest("#compose-chip .person-chip");
  if (!chip) return;
  const input = form.querySelector("#c-to");
  if (target.closest("[data-remove-recipient]")) {
    input.value = "";
    chip.remove();
    form.dispatchEvent(new CustomEvent("keep"));
  }
  input.focus();
});
