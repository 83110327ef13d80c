// The list of messages shows what has come in by itself.
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
