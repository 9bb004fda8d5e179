// URLs as they end, the newest first; bounded, drawn once a second, and held on request.

import { by, el, setText } from "./dom.js";
import { bytes, clock, compact, count, duration, words } from "./format.js";

const ROWS_MAX = 100;

let waiting = [];
let dropped = 0;
let isHeld = false;

/** Takes in an event. */
export function add(event) {
  waiting.push(event);
  if (waiting.length > ROWS_MAX) {
    waiting.shift();
    dropped += 1;
  }
}

/** Takes in that there were more events than could be sent. */
export function addDropped(events) {
  dropped += events;
}

/** Shows what has come since. */
export function draw() {
  if (isHeld) {
    setText(by("fetches-note"), `held; ${count(waiting.length + dropped)} more since`);
    return;
  }
  if (waiting.length) {
    by("fetches").prepend(...waiting.reverse().map(row));
    while (by("fetches").childElementCount > ROWS_MAX) by("fetches").lastElementChild.remove();
  }
  setText(by("fetches-note"), dropped ? `and ${compact(dropped)} that are not shown` : "");
  waiting = [];
  dropped = 0;
}

function row(event) {
  const tone = event.status === null || event.status >= 500 ? "bad" : event.status >= 400 ? "warn" : "good";
  const number = (text) => el("td", { className: "number" }, text);
  return el("tr", {},
    el("td", {}, clock(event.at_ms)),
    el("td", { className: tone }, event.status === null ? words(event.reason ?? "failed") : String(event.status)),
    el("td", { title: event.mime ? `${event.url} (${event.mime})` : event.url }, event.url),
    number(event.bytes ? bytes(event.bytes) : ""),
    number(duration(event.elapsed_ms)),
    number(String(event.depth)),
    number(String(event.shard)));
}

export function start() {
  by("fetches-hold").addEventListener("click", () => {
    isHeld = !isHeld;
    by("fetches-hold").setAttribute("aria-pressed", String(isHeld));
    setText(by("fetches-hold"), isHeld ? "Go on" : "Hold");
    draw();
  });
}
