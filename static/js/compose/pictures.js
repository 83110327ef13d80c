// Pictures in the text, chosen or pasted: a small one stands in the text itself, a large one is attached.
const LARGEST = 500 * 1024;

export function pictures(form, editor, chooser) {
  function insert(file) {
    if (file.size > LARGEST) return form.dispatchEvent(new CustomEvent("attach", { detail: [file] }));
    const reader = new FileReader();
    reader.onload = () => editor.focus() && editor.insertImage(reader.result, { alt: file.name });
    reader.readAsDataURL(file);
  }
  chooser.addEventListener("change", () => {
    for (const file of chooser.files) insert(file);
    chooser.value = "";
  });
  editor.addEventListener("pasteImage", ({ detail }) => {
    for (const file of detail.clipboardData.files) insert(file);
  });
}
