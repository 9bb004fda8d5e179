// The token is asked for when an answer is 401, or when the user wants to log in.

import { askTokenBy, setToken, token } from "./api.js";
import { by, say } from "./dom.js";

let asking = null;

/** Shows the dialog; tells whether there is a new token. One dialog serves all that wait for it. */
function ask(problem = "") {
  asking ??= new Promise((resolve) => {
    const dialog = by("login");
    by("login-problem").textContent = problem;
    by("login-token").value = "";
    dialog.returnValue = "";
    dialog.showModal();
    by("login-token").focus();
    dialog.addEventListener("close", () => {
      asking = null;
      resolve(dialog.returnValue === "given");
    }, { once: true });
  });
  return asking;
}

function show() {
  by("login-open").textContent = token() ? "Log out" : "Log in";
}

/** Whether the crawler takes the token: asked with the one request that tells and changes nothing. */
async function isRight(text) {
  const headers = { authorization: `Bearer ${text}` };
  const probe = await fetch("/v1/seeds?dry_run=true", { method: "POST", headers, body: "" });
  return probe.status !== 401;
}

export function start() {
  askTokenBy(ask);
  show();
  by("login-cancel").addEventListener("click", () => by("login").close("no"));
  by("login-open").addEventListener("click", () => {
    if (!token()) return ask();
    setToken(null);
    show();
    return say("logged out");
  });
  by("login-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = by("login-token").value.trim();
    if (!(await isRight(text))) {
      by("login-problem").textContent = "This is not the token of the crawler that runs now.";
      by("login-token").select();
      return;
    }
    setToken(text);
    show();
    say("logged in");
    by("login").close("given");
  });
}
