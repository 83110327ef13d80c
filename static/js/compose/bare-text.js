// Lines that stand in the document itself belong into blocks: Squire splits and quotes blocks.
const BLOCKS = "address, article, blockquote, center, dl, div, figure, h1, h2, h3, h4, h5, h6, header, footer, hr, main, ol, p, pre, section, table, ul";

export function wrapBareText(root) {
  let block = null;
  for (const node of [...root.childNodes]) {
    if (node.nodeType === Node.ELEMENT_NODE && node.matches(BLOCKS)) {
      block = null;
    } else if (block || node.nodeType === Node.ELEMENT_NODE || node.textContent.trim()) {
      if (!block) node.before((block = document.createElement("div")));
      block.append(node);
      if (node.nodeName === "BR") block = null;
    }
  }
}
