// Keys with <kbd data-command> are ⌘ on a Mac and Ctrl elsewhere (compose-foot.css).
if (!/Mac|iPhone|iPad/.test(navigator.platform)) document.documentElement.dataset.control = "";
