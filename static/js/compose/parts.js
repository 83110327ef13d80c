// An answer of parts: each takes the place of the element with its id, if it says anything new.
export function show(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const part of [...template.content.children]) {
    const old = document.getElementById(part.id);
    if (old && !old.isEqualNode(part)) old.replaceWith(part);
  }
}
