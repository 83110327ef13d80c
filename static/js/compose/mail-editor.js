// Squire, taught to leave alone what nobody has edited. As it comes it rewrites a whole document when it loads it
// (fonts become spans, cells get line breaks), which mail with layout tables does not survive.
import DOMPurify from "../../vendor/dompurify/purify.es.mjs";
import { wrapBareText } from "./bare-text.js";
import Squire from "../../vendor/squire/squire.mjs";

const PASTED = {
  ALLOW_UNKNOWN_PROTOCOLS: true,
  FORBID_ATTR: ["id", "name"],
  FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea", "svg", "math", "video", "audio", "dialog"],
  RETURN_DOM_FRAGMENT: true,
};

export class MailEditor extends Squire {
  constructor(root) {
    super(root, { sanitizeToDOMFragment: (html) => document.importNode(DOMPurify.sanitize(html, PASTED), true) });
  }

  // Squire calls this once itself, with nothing, while it is built; what the server has cleaned comes in as it is.
  setHTML(html) {
    super.setHTML("");
    if (!html) return this;
    this._setRawHTML(html);
    this.original = html;
    this.loaded = this._getRawHTML();
    this._undoIndex = -1;
    this._undoStack.length = this._undoStackLength = 0;
    this._isInUndoState = false;
    this.moveCursorToStart();
    this.saveUndoState(this.getSelection());
    return this;
  }

  _setRawHTML(html) {
    const root = this.getRoot();
    root.innerHTML = html;
    wrapBareText(root);
    // A place to write on, where the document is empty or ends in a table.
    if (!root.lastElementChild || root.lastElementChild.nodeName === "TABLE") root.append(this.createDefaultBlock());
    this._ignoreChange = true;
    return this;
  }

  // Undoing everything brings back the very text that was loaded.
  getHTML(withBookmark) {
    const html = super.getHTML(withBookmark);
    return html === this.loaded ? this.original : html;
  }

  get isEmpty() {
    const root = this.getRoot();
    return !root.textContent.trim() && !root.querySelector("img, table, hr");
  }
}
