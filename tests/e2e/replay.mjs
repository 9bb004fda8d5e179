// A page that tries all it can to reach another server, replayed in a real browser: nobody else is asked,
// with scripts and without, while what belongs to the page is shown.

import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [binary, work] = process.argv.slice(2);
const require = createRequire(`${work}/`);
const { chromium } = require("playwright-core");
const PIXEL = Buffer.from("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==", "base64");

/** Nothing more is asked for by then. */
const SETTLED_MS = 3000;

const children = [];

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** A server that keeps what it was asked for. */
async function serve(address, answer) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const [type, body] = answer(request.url);
    response.writeHead(type ? 200 : 404, { "content-type": type ?? "text/plain" }).end(body);
  });
  await new Promise((resolve) => server.listen(0, address, resolve));
  server.unref();
  return { asked, origin: `http://${address}:${server.address().port}`, server };
}

/** Every way to name the other server that a page has. */
const evil = (outside) => `<!DOCTYPE html><html><head><title>evil</title>
<link rel="preconnect" href="${outside}"><link rel="dns-prefetch" href="${outside}">
<link rel="stylesheet" href="/own.css"><link rel="stylesheet" href="${outside}/a.css">
<style>@import "${outside}/b.css"; p { background: url(${outside}/c.png) }
@font-face { font-family: f; src: url(${outside}/d.woff) } body { font-family: f }</style></head>
<body background="${outside}/e.png"><p style="background: url('${outside}/f.png')">text</p>
<img id="own" src="/own.gif"><img src="${outside}/g.png" srcset="${outside}/h.png 2x">
<picture><source srcset="${outside}/i.png"><img src="${outside}/j.png"></picture>
<iframe src="${outside}/k.html"></iframe><iframe srcdoc="<img src='${outside}/l.png'>"></iframe>
<object data="${outside}/m.svg"></object><embed src="${outside}/n.svg"><video src="${outside}/o.mp4" poster="${outside}/p.png"></video>
<svg width="9" height="9"><image href="${outside}/q.png" /><use xlink:href="${outside}/r.svg#x" /></svg>
<a id="ping" href="/own.gif" ping="${outside}/s">own</a><script src="${outside}/t.js"></script>
<script>document.title = "scripted"; fetch("${outside}/u").catch(() => {}); navigator.sendBeacon("${outside}/v");
new Image().src = "${outside}/w.png"; try { new WebSocket("${outside.replace("http", "ws")}/x") } catch {}
try { new EventSource("${outside}/y") } catch {}
const frame = document.createElement("iframe"); frame.src = "${outside}/z"; document.body.append(frame);</script></body></html>`;

async function crawl(seed, data) {
  rmSync(data, { recursive: true, force: true });
  const args = [seed, "--allow-private", "--robots", "ignore", "--delay", "0", "--assets", "--scope", "host",
    "--sitemaps", "off", "--contact", "mailto:e2e@example.org", "--output", data, "-qq"];
  const code = await new Promise((resolve) => spawn(binary, args, { stdio: "ignore" }).on("close", resolve));
  expect(code === 0, `the crawl ended with ${code}`);
}

async function replay(data, flags) {
  const child = spawn(binary, ["replay", "-o", data, "--listen", "127.0.0.1:0", ...flags],
    { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  return (await new Promise((resolve) => child.stdout.once("data", resolve))).toString().trim();
}

async function shows(browser, data, seed, flags, title, outside) {
  const origin = await replay(data, flags);
  const context = await browser.newContext();
  const page = await context.newPage();
  const out = [];
  // What the policy refuses is told as a request that has failed; what was sent is known to `outside`.
  page.on("response", (response) => { if (!response.url().startsWith(origin)) out.push(response.url()); });
  await page.goto(`${origin}web/${seed}`, { waitUntil: "domcontentloaded" });
  await page.waitForTimeout(SETTLED_MS);
  expect((await page.title()) === title, `the title is ${await page.title()}, not ${title}`);
  const width = await page.evaluate(() => document.querySelector("#own").naturalWidth);
  expect(width === 1, "the page's own image is not shown");
  const banner = await page.locator("#crawler-replay-banner").textContent();
  expect(banner.includes("Captured 20") && banner.includes(seed), banner);
  await page.click("#ping");
  await page.waitForTimeout(SETTLED_MS);
  expect(page.url().startsWith(origin), `the link leads to ${page.url()}`);
  const data_urls = out.filter((url) => url.startsWith("http"));
  expect(!data_urls.length && !outside.asked.length, `asked elsewhere: ${[...data_urls, ...outside.asked].join(" ")}`);
  await context.close();
}

async function main() {
  const outside = await serve("127.0.0.2", () => ["text/plain", "outside"]);
  const own = { "/own.css": ["text/css", "p { color: green }"], "/own.gif": ["image/gif", PIXEL] };
  const site = await serve("127.0.0.1", (path) => (path === "/" ? ["text/html", evil(outside.origin)] : own[path] ?? []));
  const seed = `${site.origin}/`;
  const data = `${work}/replay`;
  await crawl(seed, data);
  outside.asked.length = 0;
  const live = site.asked.length;
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    await shows(browser, data, seed, [], "evil", outside);
    console.log("e2e: ok: replay without scripts shows a page and asks nobody else");
    await shows(browser, data, seed, ["--scripts"], "scripted", outside);
    console.log("e2e: ok: replay with scripts shows a page and asks nobody else");
    expect(site.asked.length === live, "the replayed site itself was asked");
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(`e2e: FAILED: replay: ${error.message}`);
  process.exitCode = 1;
}).finally(() => children.forEach((child) => child.kill()));
