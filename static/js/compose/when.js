// Presets fill in day and time; the server then words the main button. Without a day and a time it goes at once.
const form = document.querySelector("#compose");
const when = form.querySelector("[data-when]");
const { date, time, zone } = form.elements;

const offer = () => (when.querySelector("[data-at-once]").hidden = !date.value && !time.value);

function choose(day, clock, place) {
  date.value = day;
  time.value = clock;
  if (place) zone.value = place;
  offer();
  form.dispatchEvent(new CustomEvent("keep"));
}

when.addEventListener("click", ({ target }) => {
  const preset = target.closest("[data-preset]")?.dataset;
  if (preset) choose(preset.date, preset.time, preset.zone);
  if (target.closest("[data-at-once]")) choose("", "");
  if (preset || target.closest("[data-at-once]")) when.open = false;
});
when.addEventListener("input", offer);
when.querySelector("[data-presets]").hidden = false;
offer();
