// Fields and prompts stand out in the text, without a change to it: the browser paints them (compose-fields.css).
const root = document.querySelector("[data-editor]");
const CODE = /\{\{[^{}]*\}\}|\{%[^{}]*%\}/g;

function ranges() {
  const found = { field: [], prompt: [] };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const match of walker.currentNode.data.matchAll(CODE)) {
      const range = new StaticRange({
        startContainer: walker.currentNode, startOffset: match.index,
        endContainer: walker.currentNode, endOffset: match.index + match[0].length,
      });
      found[match[0].startsWith("{{!") ? "prompt" : "field"].push(range);
    }
  }
  return found;
}

function paint() {
  for (const [name, all] of Object.entries(ranges())) CSS.highlights.set(`email-${name}`, new Highlight(...all));
}

if (CSS.highlights) {
  new MutationObserver(paint).observe(root, { childList: true, characterData: true, subtree: true });
  paint();
}
