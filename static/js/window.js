// Dialogs. What an answer puts into #window-content opens the window; data-window="wide" on its root sets the size.
// data-open="#id" opens a dialog, data-close closes the one around it. A dialog that holds unsaved work prevents its
// own "cancel" event; the server closes the window by HX-Trigger: close-window. Notices move into the open dialog, as everything outside it is out of reach.
const notice = () => document.querySelector("#notice");

function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  if (notice()) dialog.append(notice());
}

function leave(dialog) {
  if (dialog.dispatchEvent(new Event("cancel", { cancelable: true }))) dialog.close();
}

document.addEventListener("htmx:after:swap", (event) => {
  const content = document.querySelector("#window-content");
  const target = event.detail?.ctx?.target;
  if (!content || (target !== content && target !== "#window-content")) return;
  const dialog = content.closest("dialog");
  if (!content.firstElementChild) return dialog.close();
  dialog.dataset.size = content.firstElementChild.dataset.window ?? "";
  open(dialog);
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-open]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    open(document.querySelector(opener.dataset.open));
  }
  if (event.target.closest?.("[data-close]")) leave(event.target.closest("dialog"));
});

document.addEventListener("close-window", () => document.querySelector("#window")?.close());

// Close events do not bubble: they are caught on their way down.
document.addEventListener("close", (event) => {
  const dialog = event.target;
  if (dialog.contains(notice())) document.body.append(notice());
  if (dialog.id === "window") dialog.querySelector("#window-content").replaceChildren();
}, true);
