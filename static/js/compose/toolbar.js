// The text's tools: <button data-does="bold">. What holds at the cursor is pressed.
import { pictures } from "./pictures.js";

const HELD_BY = { bold: ["B", "STRONG"], italic: ["I", "EM"], list: ["UL"], link: ["A"] };

export function toolbar(form, editor) {
  const bar = form.querySelector("[data-format]");
  const address = bar.querySelector("[data-link-to]");
  const holds = (name) => HELD_BY[name].some((tag) => editor.hasFormat(tag));
  const does = {
    bold: () => (holds("bold") ? editor.removeBold() : editor.bold()),
    italic: () => (holds("italic") ? editor.removeItalic() : editor.italic()),
    list: () => (/>?UL\b/.test(editor.getPath()) ? editor.removeList() : editor.makeUnorderedList()),
    link: () => address.value.trim() && editor.makeLink(whole(address.value.trim())),
    unlink: () => editor.removeLink(),
  };
  bar.hidden = false;
  // Pressing a button must not take the selection away from the text.
  bar.addEventListener("mousedown", (event) => event.target.closest("[data-does]") && event.preventDefault());
  bar.addEventListener("click", (event) => {
    const name = event.target.closest("[data-does]")?.dataset.does;
    if (!name) return;
    editor.focus();
    does[name]();
    event.target.closest("details")?.removeAttribute("open");
    show();
  });
  address.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    bar.querySelector('[data-does="link"]').click();
  });
  bar.querySelector("[data-link]").parentElement.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    const link = editor.getSelection().startContainer.parentElement?.closest("a");
    address.value = link?.getAttribute("href") ?? "";
    address.focus();
  });
  const picture = bar.querySelector("[data-picture]");
  if (picture) pictures(form, editor, picture);

  function show() {
    for (const button of bar.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", holds(button.dataset.does));
    }
  }
  for (const kind of ["pathChange", "select", "cursor"]) editor.addEventListener(kind, show);
}

const whole = (url) => (/^[a-z][a-z0-9+.-]*:|^[#{]/i.test(url) ? url : url.includes("@") ? `mailto:${url}` : `https://${url}`);
