// One host: what is known of it, what the operator changes, its URLs.

import { call, now } from "./api.js";
import { by, confirmed, el, perform, setText, terms } from "./dom.js";
import { bytes, count, duration, moment, words } from "./format.js";

/** The largest time there is: blocked until somebody unblocks it. Too large for a number here. */
const FOREVER = "18446744073709551615";
const URLS = 50;

let shown = null;
let whenChanged = () => {};

const path = (host) => `/v1/hosts/${encodeURIComponent(host)}`;

/** Opens the dialog of a host; `changed` is called when it was changed. */
export async function open(host, changed) {
  await perform(by("host-close"), async () => {
    show(await call("GET", path(host)));
    whenChanged = changed;
    by("urls").replaceChildren();
    setText(by("host-said"), "");
    by("host-form").reset();
    fill(shown.override ?? {});
    by("host").showModal();
  });
}

/** Closes a host to the crawler, for some time or for good, or opens it. */
export function setBlocked(host, isBlocked, secs, reason) {
  const until = secs ? String(now() + secs * 1000) : FOREVER;
  const why = reason ? `,"reason":${JSON.stringify(reason)}` : "";
  return call("PATCH", path(host), { body: `{"blocked_until_ms":${isBlocked ? until : "null"}${why}}` });
}

function show(host) {
  shown = host;
  setText(by("host-title"), host.host);
  setText(by("host-block"), host.state === "blocked" ? "Unblock" : "Block");
  const wait = Math.max(0, host.next_fetch_at_ms - now());
  terms(by("host-facts"), [
    ["state", words(host.state)],
    ["queued", count(host.queued)],
    ["fetched", `${count(host.fetched)}, ${bytes(host.bytes)}`],
    ["failed", `${count(host.failed)}, ${count(host.errors)} errors`],
    ["skipped", count(host.skipped)],
    ["delay", duration(host.delay_ms)],
    ["next fetch", wait ? `in ${duration(wait)}` : "any time"],
    ["answers in", host.response_ms === null ? "unknown" : duration(host.response_ms)],
    ["back-off", host.backoff_level ? `level ${host.backoff_level}` : "none"],
    ["failures in a row", count(host.failures_in_a_row)],
    ["shard", String(host.shard)],
    ["changed by the operator", changes(host.override)],
  ]);
}

function changes(override) {
  const parts = Object.entries(override ?? {}).filter(([, value]) => value !== null).map(([key, value]) => {
    if (key === "blocked_until_ms") return `blocked ${moment(value)}`;
    if (key === "expires_at_ms") return `all of it ${moment(value)}`;
    return key === "delay_ms" ? `delay ${duration(value)}` : `${words(key)} ${value}`;
  });
  return parts.join(", ") || "nothing";
}

function fill(override) {
  by("host-delay").value = override.delay_ms == null ? "" : override.delay_ms / 1000;
  by("host-concurrency").value = override.concurrency ?? "";
  by("host-pages").value = override.max_pages ?? "";
  by("host-priority").value = override.priority ?? "";
  by("host-reason").value = override.reason ?? "";
}

/** What the form says: an empty field takes the change back. */
function change() {
  const number = (id, factor = 1) => (by(id).value === "" ? null : Math.round(by(id).valueAsNumber * factor));
  const body = {
    delay_ms: number("host-delay", 1000),
    concurrency: number("host-concurrency"),
    max_pages: number("host-pages"),
    priority: by("host-priority").value || null,
  };
  if (by("host-reason").value.trim()) body.reason = by("host-reason").value.trim();
  if (by("host-ttl").value) body.ttl_secs = Number(by("host-ttl").value);
  return body;
}

function done(text) {
  setText(by("host-said"), text);
  whenChanged();
}

async function apply() {
  show(await call("PATCH", path(shown.host), { body: JSON.stringify(change()) }));
  done("changed");
}

async function block() {
  const isBlocked = shown.state === "blocked";
  show(await setBlocked(shown.host, !isBlocked, Number(by("host-ttl").value), by("host-reason").value.trim()));
  done(isBlocked ? "unblocked" : "blocked; its URLs wait");
}

async function drop() {
  const text = `${count(shown.queued)} URLs of ${shown.host} end as skipped. They are not fetched, unless the crawl finds them anew in a recrawl.`;
  if (!(await confirmed("Drop the queue of this host?", text, "Drop the queue"))) return;
  const { urls } = await call("DELETE", `${path(shown.host)}/queue`);
  show(await call("GET", path(shown.host)));
  done(`${count(urls)} URLs dropped`);
}

async function requeue() {
  const { urls } = await call("POST", `${path(shown.host)}/requeue`);
  show(await call("GET", path(shown.host)));
  done(`${count(urls)} URLs are queued again`);
}

async function showUrls() {
  const query = new URLSearchParams({ host: shown.host, state: by("urls-state").value, limit: URLS });
  const { urls, next_cursor } = await call("GET", `/v1/urls?${query}`);
  const item = ({ url, detail }) => el("li", {}, detail ? `${url}  (${detail})` : url);
  by("urls").replaceChildren(...urls.map(item));
  if (!urls.length) by("urls").append(el("li", { className: "muted" }, "none"));
  if (next_cursor) by("urls").append(el("li", { className: "muted" }, `and more; the API's /v1/urls lists all`));
}

export function start() {
  by("host-close").addEventListener("click", () => by("host").close());
  by("host-form").addEventListener("submit", (event) => {
    event.preventDefault();
    perform(event.submitter, apply);
  });
  const actions = { "host-block": block, "host-drop": drop, "host-requeue": requeue, "urls-show": showUrls };
  for (const [id, action] of Object.entries(actions)) {
    by(id).addEventListener("click", (event) => perform(event.target, action));
  }
}
