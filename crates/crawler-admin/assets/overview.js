// The numbers of one status: state, tiles, shards, statuses, reasons, why it is not faster.

import { bars, by, el, say, setText, track } from "./dom.js";
import { bytes, bytesParts, compact, count, duration, percent, rate, words } from "./format.js";

/** What each state means, where the word alone does not tell. */
const STATES = { held: "short of room", waiting: "waiting for seeds" };
/** Reasons shown of a longer list. */
const REASONS_MAX = 12;
/** Smaller shares of the capacity say nothing. */
const SHARE_MIN = 0.0005;
const CLASSES = [
  ["1xx", "informational", "calm"],
  ["2xx", "success", "good"],
  ["3xx", "redirect or unchanged", "calm"],
  ["4xx", "client error", "warn"],
  ["5xx", "server error", "bad"],
];

let lastState = "";

/** Shows a status. */
export function show(status) {
  showState(status);
  showTiles(status);
  showWhy(status.why_not_faster);
  showShards(status.shards);
  showClasses(status.status);
  showReasons(by("failed"), status.failed, "Nothing has failed.");
  showReasons(by("skipped"), status.skipped, "Nothing was skipped.");
}

function showState(status) {
  const text = STATES[status.state] ?? status.state;
  const pill = by("state");
  pill.dataset.state = status.state;
  setText(pill, text);
  setText(by("held"), status.held ?? "");
  by("held").hidden = !status.held;
  if (lastState !== status.state) {
    say(`the crawl is ${text}${status.held ? `: ${status.held}` : ""}`);
    lastState = status.state;
  }
  const pause = by("pause");
  setText(pause, status.state === "paused" ? "Resume" : "Pause");
  setText(by("facts"), `${duration(status.elapsed_secs * 1000)} crawled, generation ${status.generation}`);
  setText(by("process"), `crawler ${status.version}, process ${status.pid}, ${status.data_dir}`);
  document.title = `${rate(status.rates.pages_per_second)} pages/s, ${text} - crawler`;
}

function showTiles(status) {
  const { totals, rates, hosts } = status;
  const [bandwidth, unit] = bytesParts(rates.bytes_per_second);
  const memory = status.memory_limit_bytes ? `of ${bytes(status.memory_limit_bytes)}` : "";
  const tiles = [
    ["pages per second", rate(rates.pages_per_second), "", ""],
    ["received per second", bandwidth, unit, ""],
    ["in flight", count(totals.in_flight), "", ""],
    ["hosts", compact(hosts.known), "", `${compact(hosts.in_flight)} asked now, ${compact(hosts.ready)} ready`],
    ["memory", ...bytesParts(status.memory_bytes), memory],
    ["disk free", ...(status.disk_free_bytes === null ? ["unknown", ""] : bytesParts(status.disk_free_bytes)), ""],
    ["fetched", compact(totals.fetched), "", `${bytes(totals.wire_bytes)} received`],
    ["queued", compact(totals.queued), "", ""],
    ["seen", compact(totals.seen), "", ""],
    ["failed", compact(totals.failed), "", `${rate(rates.failed_per_second)} per second`],
    ["skipped", compact(totals.skipped), "", ""],
    ["tried again", compact(totals.retried), "", ""],
  ];
  // What should never be is shown only when it is.
  if (status.restarts) tiles.push(["shard restarts", count(status.restarts), "", "", "bad"]);
  if (status.stalls) tiles.push(["stalls", count(status.stalls), "", "", "bad"]);
  if (status.accounting_error) tiles.push(["accounting error", count(status.accounting_error), "", "", "bad"]);
  const list = by("tiles");
  if (list.childElementCount !== tiles.length) list.replaceChildren(...tiles.map(tile));
  tiles.forEach(([, value, unit, note], idx) => {
    const [number, below] = list.children[idx].querySelectorAll("dd");
    setText(number.firstElementChild, value);
    setText(number.lastElementChild, unit);
    setText(below, note);
  });
}

function tile([name, , , , tone]) {
  const number = el("dd", {}, el("span"), el("small"));
  const below = el("dd", { className: "below" });
  return el("div", tone ? { "data-tone": tone } : {}, el("dt", {}, name), number, below);
}

function showWhy(why) {
  setText(by("why-sentence"), why.sentence || "No numbers yet.");
  const parts = why.parts.filter(({ share }) => share >= SHARE_MIN);
  const rows = parts.map(({ reason, share }) => ({ name: words(reason), value: percent(share), share }));
  bars(by("why-parts"), rows, "All capacity is in use, or nothing was measured yet.");
}

function showShards(shards) {
  by("shards").replaceChildren(...shards.map((shard) => {
    const busy = shard.busy_permille / 1000;
    const flight = shard.in_flight_max ? shard.in_flight / shard.in_flight_max : 0;
    const load = (share, text) => el("td", {}, el("div", { className: "load" }, track(share), el("span", {}, text)));
    return el("tr", {},
      el("th", { scope: "row" }, String(shard.shard)),
      load(busy, percent(busy)),
      load(flight, count(shard.in_flight)),
      el("td", { className: "number" }, compact(shard.queued)),
      el("td", { className: "number" }, compact(shard.fetched)));
  }));
}

function showClasses(statuses) {
  const codes = Object.entries(statuses);
  const total = codes.reduce((sum, [, n]) => sum + n, 0);
  const sums = CLASSES.map(([name, meaning, tone]) => {
    const n = codes.reduce((sum, [code, n]) => sum + (code[0] === name[0] ? n : 0), 0);
    return { name: `${name} ${meaning}`, value: compact(n), share: n / total, tone, n };
  });
  bars(by("classes"), sums.filter((row) => row.n > 0), "No response yet.");
  const often = codes.sort((a, b) => b[1] - a[1]).slice(0, REASONS_MAX);
  setText(by("codes"), often.map(([code, n]) => `${code}: ${count(n)}`).join(" · "));
}

function showReasons(list, reasons, none) {
  const sorted = Object.entries(reasons).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
  const largest = sorted[0]?.[1] ?? 1;
  const rows = sorted.slice(0, REASONS_MAX)
    .map(([reason, n]) => ({ name: words(reason), value: compact(n), share: n / largest }));
  if (sorted.length > REASONS_MAX) {
    const n = sorted.slice(REASONS_MAX).reduce((sum, [, n]) => sum + n, 0);
    rows.push({ name: `${sorted.length - REASONS_MAX} other reasons`, value: compact(n), share: n / largest });
  }
  bars(list, rows, none);
}
