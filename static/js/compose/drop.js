// Files that are dropped on the window are attached; text that is dragged stays the editor's business.
const form = document.querySelector("#compose");

form.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
form.addEventListener("drop", (event) => {
  const { files } = event.dataTransfer;
  if (!files.length) return;
  event.preventDefault();
  event.stopPropagation();
  form.dispatchEvent(new CustomEvent("attach", { detail: files }));
}, true);
