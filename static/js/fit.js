// <iframe data-fit>: as high as what it shows, measured from out here, since nothing runs in there; and keys pressed in
// it are shortcuts as everywhere else on the page.
const LOWEST = 44;

function fit(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page) return;
  frame.style.blockSize = "0px"; // a page is never lower than its frame
  frame.style.blockSize = `${Math.max(LOWEST, frame.contentDocument.body?.scrollHeight ?? 0, page.offsetHeight) + 2}px`;
}

const widths = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    if (target.dataset.fitted === String(contentRect.width)) continue;
    target.dataset.fitted = contentRect.width;
    fit(target);
  }
});

const pressed = (event) => document.body.dispatchEvent(new KeyboardEvent("keydown", event));

function settle(frame) {
  if (frame.contentDocument?.readyState === "complete") fit(frame);
  frame.contentDocument?.addEventListener("keydown", pressed);
  widths.observe(frame);
}

// Load events do not bubble: they are caught on their way down.
document.addEventListener("load", (event) => {
  if (!event.target.matches?.("iframe[data-fit]")) return;
  settle(event.target);
}, true);

for (const frame of document.querySelectorAll("iframe[data-fit]")) {
  settle(frame);
}
