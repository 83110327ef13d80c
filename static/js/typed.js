// <form data-typed>: once somebody has typed in it, a page that refreshes itself leaves it as it stands (hx-morph-skip).
// <form data-enter>: Enter in an input of a menu presses that menu's own (main) button, not the first one of the form.
document.addEventListener("input", (event) => event.target.closest?.("[data-typed]")?.setAttribute("hx-morph-skip", ""));

document.addEventListener("keydown", (event) => {
  const menu = event.target.matches?.("[data-enter] input") && event.target.closest("[popover]");
  if (event.key !== "Enter" || !menu) return;
  event.preventDefault();
  (menu.querySelector('button[formaction][data-kind="main"]') ?? menu.querySelector("button[formaction]"))?.click();
});

// What was asked for in a menu is done: it closes.
document.addEventListener("htmx:after:request", (event) => event.target.closest?.("[data-enter] [popover]")?.hidePopover());
