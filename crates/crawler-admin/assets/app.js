// The dashboard: follows the crawl while the tab is seen, and draws once a second.

import { call, follow, now } from "./api.js";
import * as charts from "./charts.js";
import * as controls from "./controls.js";
import { by, say, setText } from "./dom.js";
import * as fetches from "./fetches.js";
import * as hosts from "./hosts.js";
import * as login from "./login.js";
import * as overview from "./overview.js";

const EVENTS = "/v1/events?types=status,fetch,operator";
/** The status comes every second; a stream that is silent for so long is taken for dead. */
const SILENCE_MAX_MS = 10_000;
const RETRY_MS = 1000;
const RETRY_MAX_MS = 10_000;

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  }).then(seen);
}

function onEvent(type, data) {
  if (type === "fetch") fetches.add(data);
  else if (type === "dropped") fetches.addDropped(data.events);
  else if (type === "operator") controls.operation(data);
  else if (type === "status") onStatus(data);
}

function onStatus(status) {
  by("pause").disabled = !["running", "paused", "waiting", "held"].includes(status.state);
  charts.add(now(), status.totals);
  overview.show(status);
  charts.draw();
  fetches.draw();
  hosts.refresh();
}

function linked(isUp, text) {
  if (by("link").textContent === text) return;
  by("link").dataset.link = isUp ? "up" : "down";
  setText(by("link"), text);
  say(text);
}

/** One connection, from its beginning to its end. */
async function connection() {
  const { samples } = await call("GET", "/v1/history", { background: true });
  charts.begin(samples);
  await controls.begin();
  const stop = new AbortController();
  let silence = 0;
  const alive = () => {
    clearTimeout(silence);
    silence = setTimeout(() => stop.abort(), SILENCE_MAX_MS);
  };
  const hidden = () => { if (document.hidden) stop.abort(); };
  document.addEventListener("visibilitychange", hidden);
  try {
    alive();
    await follow(EVENTS, (type, data) => {
      alive();
      linked(true, "live");
      onEvent(type, data);
    }, stop.signal);
  } finally {
    clearTimeout(silence);
    document.removeEventListener("visibilitychange", hidden);
  }
}

async function live() {
  let wait = RETRY_MS;
  for (;;) {
    await seen();
    const began_at = Date.now();
    try {
      await connection();
      linked(false, "connection lost");
    } catch (error) {
      if (document.hidden) continue;
      linked(false, error.status === 401 ? "log in to see the crawl" : "not connected: trying again");
    }
    by("pause").disabled = true;
    if (Date.now() - began_at > RETRY_MAX_MS) wait = RETRY_MS;
    await sleep(wait);
    wait = Math.min(wait * 2, RETRY_MAX_MS);
  }
}

login.start();
controls.start();
fetches.start();
hosts.start();
live();
