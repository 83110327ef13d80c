// <span data-left="7.4" data-words="# s">: counts down from when it came; by this machine's own clock, which may be
// wrong about the time of day but not about how long a second is.
const ends = new WeakMap();

function end(element) {
  let known = ends.get(element);
  if (known?.left !== element.dataset.left) {
    known = { left: element.dataset.left, at: performance.now() + element.dataset.left * 1000 };
    ends.set(element, known);
  }
  return known.at;
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-left]")) {
    const seconds = Math.max(0, Math.ceil((end(element) - performance.now()) / 1000));
    element.textContent = element.dataset.words.replace("#", seconds);
  }
}, 250);
