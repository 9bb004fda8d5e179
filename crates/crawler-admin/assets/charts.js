// Curves of the last 15 minutes, drawn from samples of running totals.

import { bytes, clock, compact, duration, rate } from "./format.js";
import { by, el, setText } from "./dom.js";

const SAMPLES_MAX = 900;
/** Speeds over less time are noise: of two numbers, one would be of a moment before its time. */
const SAMPLE_MIN_MS = 700;
const POINTS_MAX = 180;
const WIDTH = POINTS_MAX;
const HEIGHT = 100;
const SVG = "http://www.w3.org/2000/svg";

/** `of` a counter is a speed, of a level its last value; `zero`: the axis begins there. */
const CHARTS = [
  { title: "Pages per second", of: ["fetched", "failed"], names: ["pages/s", "failed/s"], isRate: true, zero: true, show: rate },
  { title: "Bandwidth", of: ["wire_bytes"], names: ["received"], isRate: true, zero: true, show: (n) => `${bytes(n)}/s` },
  { title: "Queue", of: ["queued"], names: ["URLs queued"], show: compact },
  { title: "Seen", of: ["seen"], names: ["URLs seen"], show: compact },
];

const samples = [];
let drawn = [];

/** Takes in what was before the page was opened. */
export function begin(history) {
  samples.splice(0, samples.length, ...history);
}

/** Takes in one more second. */
export function add(at_ms, totals) {
  if (samples.length && at_ms < samples.at(-1).at_ms + SAMPLE_MIN_MS) return;
  samples.push({ at_ms, ...totals });
  if (samples.length > SAMPLES_MAX) samples.splice(0, samples.length - SAMPLES_MAX);
}

export function draw() {
  if (!drawn.length) drawn = CHARTS.map((chart) => figure(chart));
  const points = reduced();
  for (const chart of drawn) chart.draw(points);
}

/** The last sample of each whole interval; intervals lie at the same moments whenever they are drawn. */
function reduced() {
  if (samples.length < 2) return [];
  const span = samples.at(-1).at_ms - samples[0].at_ms;
  const width = Math.max(1000, Math.ceil(span / POINTS_MAX / 1000) * 1000);
  const points = [];
  for (const sample of samples) {
    const slot = Math.floor(sample.at_ms / width);
    if (points.length && points.at(-1).slot === slot) points.pop();
    points.push({ slot, sample });
  }
  if (width > 1000) points.pop();
  return points.map((point) => point.sample);
}

function series(points, key, isRate) {
  if (!isRate) return points.map((point) => point[key]);
  return points.slice(1).map((point, idx) => {
    const before = points[idx];
    const secs = (point.at_ms - before.at_ms) / 1000;
    // The counters begin anew with another crawl.
    return Math.max(0, point[key] - before[key]) / secs;
  });
}

function shape(tag, className) {
  const node = document.createElementNS(SVG, tag);
  node.setAttribute("class", className);
  return node;
}

function figure(chart) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const grid = shape("path", "grid");
  grid.setAttribute("d", `M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}`);
  const area = shape("path", "area");
  const lines = chart.of.map((_, idx) => shape("path", idx ? "line second" : "line"));
  const cursor = shape("path", "cursor");
  svg.append(grid, area, ...lines.toReversed(), cursor);
  const [now, top, bottom, begin] = ["", "top", "bottom", ""].map((className) => el("span", { className }));
  const plot = el("div", { className: "plot" }, svg, top, bottom);
  const axis = el("div", { className: "axis", "aria-hidden": "true" }, begin, el("span", {}, "now"));
  by("charts").append(el("figure", {}, el("figcaption", {}, chart.title, now), plot, axis));
  const view = { chart, svg, area, lines, cursor, now, top, bottom, begin, values: [], times: [], hover: null };
  view.draw = (points) => drawChart(view, points);
  svg.addEventListener("pointermove", (event) => point(view, event.offsetX / svg.clientWidth));
  svg.addEventListener("pointerleave", () => point(view, null));
  return view;
}

function drawChart(view, points) {
  const { chart } = view;
  view.values = chart.of.map((key) => series(points, key, chart.isRate));
  view.times = points.slice(chart.isRate ? 1 : 0).map((sample) => sample.at_ms);
  const main = view.values[0];
  if (main.length < 2) {
    setText(view.now, "no numbers yet");
    return;
  }
  const all = view.values.flat();
  const low = chart.zero ? 0 : Math.min(...all);
  const high = Math.max(...all, low + (chart.zero ? 0.1 : 1));
  const y = (value) => HEIGHT - ((value - low) / (high - low)) * HEIGHT;
  const [from, to] = [view.times[0], view.times.at(-1)];
  const x = (at) => ((at - from) / (to - from)) * WIDTH;
  const path = (values) =>
    values.map((value, idx) => `${idx ? "L" : "M"}${x(view.times[idx]).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  view.lines.forEach((line, idx) => line.setAttribute("d", path(view.values[idx])));
  view.area.setAttribute("d", chart.zero ? `${path(main)}V${HEIGHT}H0Z` : "");
  setText(view.top, chart.show(high));
  setText(view.bottom, chart.show(low));
  setText(view.begin, `${duration(Math.round((to - from) / 1000) * 1000)} ago`);
  const told = `${chart.show(main.at(-1))} now, between ${chart.show(Math.min(...main))} and ${chart.show(Math.max(...main))}`;
  view.svg.setAttribute("aria-label", `${chart.title}: ${told} in the last ${duration(to - from)}`);
  caption(view);
}

/** Shows the values at a place, given as a share of the width. */
function point(view, share) {
  view.hover = share;
  caption(view);
}

function caption(view) {
  const { chart, times, hover } = view;
  if (!times.length) return;
  const at = times[0] + (hover ?? 1) * (times.at(-1) - times[0]);
  const later = times.findIndex((time) => time >= at);
  const idx = later < 0 ? times.length - 1 : later;
  const shown = chart.of.map((_, n) => `${chart.show(view.values[n][idx])}${n ? ` ${chart.names[n]}` : ""}`);
  setText(view.now, (hover === null ? "" : `${clock(times[idx])}  `) + shown.join(", "));
  view.cursor.setAttribute("d", hover === null ? "" : `M${(hover * WIDTH).toFixed(1)} 0V${HEIGHT}`);
}
