// What was handed to the server from the editor of a step has arrived where the list of steps is shown.
for (const name of Object.keys(localStorage)) {
  if (name.startsWith("step:") && JSON.parse(localStorage.getItem(name))?.sent) localStorage.removeItem(name);
}
