// Asks the server to keep something; raises the name of the problem if it cannot: the <div data-problem> of that name
// says so.
const form = document.querySelector("#compose");
const KEPT_ALIVE = 60 * 1024; // what browsers let outlive their page

export function problem(name) {
  for (const each of form.querySelectorAll("[data-problem]")) each.hidden = each.dataset.problem !== name;
}

// Signing in anew, in whichever tab, brings a new one.
export function token() {
  const cookie = document.cookie.match(/(?:^|; )cc_csrf=([^;]+)/);
  if (cookie) form.elements.csrfmiddlewaretoken.value = cookie[1];
  return form.elements.csrfmiddlewaretoken.value;
}

export async function post(body, url = form.dataset.save) {
  body.set("csrfmiddlewaretoken", token());
  const size = body instanceof URLSearchParams ? String(body).length : Infinity;
  if (size !== Infinity && size > 3 * form.dataset.bodyLimit) throw "large";
  const asked = { method: "POST", body, redirect: "manual", keepalive: size < KEPT_ALIVE };
  const answer = await fetch(url, asked).catch(() => { throw "unreachable"; });
  if (answer.type === "opaqueredirect" || answer.status === 403) throw "signed-out";
  if (!answer.ok && answer.status !== 422) throw "unreachable";
  problem("");
  return answer;
}
