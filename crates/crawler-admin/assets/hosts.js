// The table of hosts: search, sort, pages, and what is done about a host.

import { call, now } from "./api.js";
import { by, el, perform, setText } from "./dom.js";
import { compact, duration, words } from "./format.js";
import * as detail from "./host.js";

const ROWS = 15;
const REFRESH_MS = 5000;
/** A list takes the crawler a scan of its hosts; at most this part of the time goes into scans. */
const COST_MAX = 0.005;
const TYPING_MS = 300;
const TONES = { ready: "good", backing_off: "warn", dead: "bad", blocked: "bad" };

let cursor = null;
let next = null;
let due_at = 0;
let isInView = false;
let asked = 0;

/** Brings the table up to date, if it is in view and its time has come; called once a second. */
export function refresh() {
  if (isInView && performance.now() >= due_at && !by("hosts").contains(document.activeElement)) load();
}

async function load() {
  const turn = ++asked;
  due_at = Infinity;
  const query = new URLSearchParams({ sort: by("host-sort").value, limit: ROWS });
  if (by("host-state").value) query.set("state", by("host-state").value);
  if (by("host-search").value.trim()) query.set("q", by("host-search").value.trim());
  if (cursor) query.set("cursor", cursor);
  const began_at = performance.now();
  try {
    const page = await call("GET", `/v1/hosts?${query}`, { background: true });
    if (turn === asked) show(page);
  } catch (error) {
    if (turn === asked) setText(by("hosts-note"), error.message);
  }
  if (turn !== asked) return;
  const took = performance.now() - began_at;
  due_at = performance.now() + Math.max(REFRESH_MS, took / COST_MAX);
}

function show({ hosts, next_cursor }) {
  next = next_cursor;
  by("hosts-next").disabled = !next;
  by("hosts-first").disabled = !cursor;
  by("hosts").replaceChildren(...hosts.map(row));
  setText(by("hosts-note"), hosts.length ? "" : "No host is like that.");
}

function row(host) {
  const number = (text) => el("td", { className: "number" }, text);
  const open = el("button", { type: "button", className: "plain" }, host.host);
  open.addEventListener("click", () => detail.open(host.host, again));
  const isBlocked = host.state === "blocked";
  const block = el("button", { type: "button", className: "small" }, isBlocked ? "Unblock" : "Block");
  block.setAttribute("aria-label", `${block.textContent} ${host.host}`);
  block.addEventListener("click", () => perform(block, async () => {
    await detail.setBlocked(host.host, !isBlocked);
    await load();
  }));
  const tone = TONES[host.state] ?? "";
  return el("tr", {},
    el("td", {}, open),
    el("td", {}, el("span", { className: "tag", "data-tone": tone }, words(host.state))),
    number(compact(host.queued)),
    number(compact(host.fetched)),
    number(compact(host.errors)),
    number(duration(host.delay_ms)),
    number(waits(host)),
    number(host.response_ms === null ? "" : duration(host.response_ms)),
    el("td", {}, block));
}

function waits(host) {
  const ms = host.next_fetch_at_ms - now();
  return host.queued && ms > 0 && host.state !== "blocked" ? duration(ms) : "";
}

/** Shows the list from its beginning. */
function again() {
  cursor = null;
  load();
}

export function start() {
  const visible = ([entry]) => { isInView = entry.isIntersecting; };
  new IntersectionObserver(visible).observe(by("hosts-section"));
  let typing = 0;
  by("host-search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(again, TYPING_MS);
  });
  by("host-query").addEventListener("submit", (event) => {
    event.preventDefault();
    again();
  });
  for (const id of ["host-state", "host-sort"]) by(id).addEventListener("change", again);
  by("hosts-first").addEventListener("click", again);
  by("hosts-next").addEventListener("click", () => {
    cursor = next;
    load();
  });
  detail.start();
}
