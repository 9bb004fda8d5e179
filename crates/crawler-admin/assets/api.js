// What is asked of the crawler, with the token where there is one.

const KEY = "crawler-token";
let login = async () => false;
let isDismissed = false;
let skew_ms = 0;

/** An answer that is an error, with what to do about it. */
export class ApiError extends Error {
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** How the user is asked for the token: `ask(problem)` tells whether there is a new one. */
export function askTokenBy(ask) {
  login = ask;
}

/** The time by the crawler's clock, which need not be that of this machine. */
export const now = () => Date.now() + skew_ms;

export const token = () => sessionStorage.getItem(KEY);

/** Keeps the token until the tab is closed, or forgets it. */
export function setToken(text) {
  isDismissed = false;
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
}

/** Asks and reads the JSON of the answer. What the user has not started asks for no token twice. */
export async function call(method, path, { body, type = "application/json", background = false } = {}) {
  const headers = body === undefined ? {} : { "content-type": type };
  const response = await send(path, { method, body, headers }, background);
  return response.json();
}

/** Follows a stream of events until it ends. */
export async function follow(path, onEvent, signal) {
  const response = await send(path, { signal, headers: { accept: "text/event-stream" } }, true);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parsed(block);
      if (event) onEvent(event.type, event.data);
    }
  }
}

/** One event as of the HTML standard, section 9.2.6; a comment is none. */
function parsed(block) {
  let type = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) type = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5));
  }
  return data.length ? { type, data: JSON.parse(data.join("\n")) } : null;
}

/** The header has whole seconds, so that smaller differences mean nothing. */
function heed(date) {
  const skew = Date.parse(date ?? "") - Date.now();
  if (Math.abs(skew - skew_ms) > 2000) skew_ms = skew;
}

async function send(path, options, background) {
  // What changes something always needs the token; asking first spares a refusal.
  if (options.method && options.method !== "GET" && !token() && !(await login(""))) {
    throw new ApiError(401, "not done: it needs the token");
  }
  for (;;) {
    const used = token();
    const headers = { ...options.headers };
    if (used) headers.authorization = `Bearer ${used}`;
    const response = await fetch(path, { ...options, headers, cache: "no-store" }).catch((error) => {
      throw error.name === "AbortError" ? error : new ApiError(0, "the crawler does not answer");
    });
    heed(response.headers.get("date"));
    if (response.ok) return response;
    const said = await response.json().catch(() => ({}));
    const error = new ApiError(response.status, said.message ?? `error ${response.status}`, said.hint);
    if (response.status !== 401) throw error;
    // Somebody may have logged in since this was sent.
    if (used !== token()) continue;
    if (background && isDismissed) throw error;
    const problem = used ? "This is not the token of the crawler that runs now." : "";
    if (!(await login(problem))) {
      isDismissed = true;
      throw error;
    }
  }
}
