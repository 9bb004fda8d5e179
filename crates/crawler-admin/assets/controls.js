// What the operator does to the whole crawl: pause, seeds, log level, reload, stop.

import { call } from "./api.js";
import { by, confirmed, el, perform, setText } from "./dom.js";
import { clock, count } from "./format.js";

const OPERATIONS_MAX = 50;

/** Shows what was done before the page was opened. */
export async function begin() {
  const { entries } = await call("GET", `/v1/audit?limit=${OPERATIONS_MAX}`, { background: true });
  by("operations").replaceChildren();
  for (const { at_ms, actor, action, target, detail, reason } of entries.reverse()) {
    const parts = [action, target, detail, reason && `(${reason})`, `by ${actor}`];
    operation({ at_ms, text: parts.filter(Boolean).join(" ") });
  }
}

/** Shows what somebody has done, here or elsewhere. */
export function operation({ at_ms, text }) {
  const list = by("operations");
  list.prepend(el("li", {}, el("span", { className: "muted" }, `${clock(at_ms)}  `), text));
  while (list.childElementCount > OPERATIONS_MAX) list.lastElementChild.remove();
}

export function start() {
  by("pause").addEventListener("click", (event) => perform(event.target, pauseOrResume));
  by("seeds-form").addEventListener("submit", (event) => {
    event.preventDefault();
    perform(event.submitter, addSeeds);
  });
  by("level-form").addEventListener("submit", (event) => {
    event.preventDefault();
    perform(event.submitter, setLevel);
  });
  by("level").addEventListener("focus", showLevel, { once: true });
  by("reload").addEventListener("click", (event) => perform(event.target, reload));
  by("drain").addEventListener("click", (event) => perform(event.target, drain));
}

async function pauseOrResume() {
  const isPaused = by("state").dataset.state === "paused";
  await call("POST", isPaused ? "/v1/resume" : "/v1/pause");
  setText(by("pause"), isPaused ? "Pause" : "Resume");
}

async function addSeeds() {
  const result = by("seeds-result");
  result.replaceChildren();
  const isDry = by("seeds-dry").checked;
  const body = by("seeds-text").value;
  const added = await call("POST", `/v1/seeds${isDry ? "?dry_run=true" : ""}`, { body, type: "text/plain" });
  const verb = isDry ? "would be new" : "added";
  result.append(el("p", {},
    `${count(added.accepted)} ${verb}, ${count(added.duplicate)} known already, ${count(added.refused)} refused`));
  const problem = ({ line, text, reason }) => el("li", { className: "problem" }, `line ${line}: ${text}: ${reason}`);
  result.append(el("ul", {}, ...added.problems.map(problem)));
  if (!isDry && !added.refused) by("seeds-text").value = "";
}

async function showLevel() {
  const { level } = await call("GET", "/v1/log-level", { background: true }).catch(() => ({ level: "" }));
  if (!by("level").value) by("level").value = level;
}

async function setLevel() {
  const { level } = await call("PUT", "/v1/log-level", { body: JSON.stringify({ level: by("level").value.trim() }) });
  by("level").value = level;
  setText(by("operator-said"), `the log level is ${level}`);
}

async function reload() {
  const { changed, needs_restart } = await call("POST", "/v1/reload");
  const list = (names) => names.join(", ") || "nothing";
  const restart = needs_restart.length ? `; needs a restart: ${list(needs_restart)}` : "";
  setText(by("operator-said"), `configuration read again: changed ${list(changed)}${restart}`);
}

async function drain() {
  const text = "The fetches in flight are finished and the crawler ends. It has to be started again by hand or by its service manager.";
  if (await confirmed("Finish and stop the crawl?", text, "Finish and stop")) await call("POST", "/v1/drain");
}
