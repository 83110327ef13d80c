// The last page of a frame: its notice goes to the page around it, which then closes the window and looks for news.
const notice = document.querySelector("#notice");
const outside = window.parent;

if (outside === window) {
  location.replace(notice.dataset.handOver);
} else {
  const there = outside.document.querySelector("#notice");
  there.replaceChildren(...[...notice.children].map((each) => outside.document.importNode(each, true)));
  outside.htmx.process(there);
  outside.document.body.dispatchEvent(new CustomEvent("changed"));
  outside.document.dispatchEvent(new CustomEvent("close-window"));
}
