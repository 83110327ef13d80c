// The list shows by itself what has come in.
const list = document.querySelector("[data-newest]");

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch("/newest");
    if (answer.ok && (await answer.text()) !== list.dataset.newest) location.reload();
  } catch {
    // The sink is being restarted; the next look finds it again.
  }
}

if (list) setInterval(look, 2000);

// Times as they are on the clock of whoever looks.
for (const time of document.querySelectorAll("time")) {
  const at = new Date(time.dateTime);
  const today = at.toDateString() === new Date().toDateString();
  const told = today ? {} : { dateStyle: "medium" };
  time.textContent = at.toLocaleString(undefined, { timeStyle: "medium", ...told });
}
