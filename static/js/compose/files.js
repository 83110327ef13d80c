// Attachments go up as soon as they are chosen, so that sending never waits for them; the server answers with the
// list as it is then. What cannot fit is said before anything is sent.
import { show } from "./parts.js";
import { post, problem } from "./post.js";

const form = document.querySelector("#compose");
const panel = form.querySelector("[data-attach]");
const upload = panel.querySelector("[name=uploads]");
const says = panel.querySelector("[data-too-large]");
const busy = panel.querySelector("[data-uploading]");
const megabytes = new Intl.NumberFormat(document.documentElement.lang, {
  style: "unit", unit: "megabyte", maximumFractionDigits: 1,
});
const size = (bytes) => megabytes.format(bytes / 1024 / 1024);

async function attach(files) {
  const limit = Number(form.dataset.filesLimit);
  const large = [...files].reduce((sum, file) => sum + file.size, 0) > limit;
  says.hidden = !large;
  if (large) {
    const names = [...files].map((file) => file.name).join(", ");
    says.textContent = says.dataset.tooLarge.replace("#", names).replace("%", size(limit));
    panel.open = true;
    return;
  }
  const data = new FormData();
  for (const box of form.querySelectorAll("[name=files]:checked")) data.append("files", box.value);
  for (const file of files) data.append("uploads", file);
  busy.hidden = false;
  try {
    const answer = await post(data, form.dataset.files);
    show(await answer.text());
    if (answer.status === 200) close();
    offer();
  } catch (name) {
    problem(name);
  } finally {
    busy.hidden = true;
    upload.value = "";
  }
}

function close() {
  // What was pressed is hidden with the panel, and ⌘⏎ must find the keyboard still in the form.
  const within = panel.contains(document.activeElement);
  panel.open = false;
  if (within) panel.querySelector("summary").focus();
}

function offer() {
  const attached = [...form.querySelectorAll("#compose-files [name=files]")].map((box) => box.value);
  for (const box of panel.querySelectorAll("[data-stored]")) {
    box.checked = false;
    box.closest("label").hidden = attached.includes(box.value);
  }
  form.dispatchEvent(new CustomEvent("keep"));
}

upload.addEventListener("change", () => upload.files.length && attach(upload.files));
form.addEventListener("attach", ({ detail }) => attach(detail));
form.addEventListener("change", ({ target }) => {
  if (target.matches("[data-stored]")) attach([]);
  if (target.matches("#compose-files [name=files]")) {
    target.closest("label").remove();
    offer();
  }
});
