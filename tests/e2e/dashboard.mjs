// Crawls the built-in web and does with its dashboard what an operator does: watches, logs in, pauses,
// adds a seed, blocks a host; with a keyboard, on a phone, in the dark. What the browser complains of
// and what axe finds fails it.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";

const [binary, work] = process.argv.slice(2);
const require = createRequire(`${work}/`);
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core/axe.min.js");
const PATIENCE_MS = 20_000;
const WRONG = "not-the-token-of-this-crawl";
/** For screenshots the charts need something to show. */
const CHARTS_MS = 60_000;

const children = [];
const complaints = [];

function start(args, stdout) {
  const child = spawn(binary, args, { stdio: ["ignore", stdout, "ignore"] });
  children.push(child);
  return child;
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

function passed(what) {
  console.log(`e2e: ok: dashboard ${what}`);
}

async function until(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    expect(Date.now() < end, `waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The built-in web; its seeds. */
async function web() {
  const child = start(["testweb", "--hosts", "12", "--pages", "2000"], "pipe");
  let text = "";
  child.stdout.on("data", (data) => { text += data; });
  return until("the built-in web", () => text.split("\n").filter(Boolean).length >= 12 && text.trim().split("\n"));
}

/** A crawl of some of it; where it answers, and its token. */
async function crawl(seeds) {
  const data = `${work}/data`;
  rmSync(data, { recursive: true, force: true });
  start([...seeds, "--allow-private", "--delay", "100ms", "--workers", "2", "--contact",
    "mailto:e2e@example.org", "--admin", "127.0.0.1:0", "--output", data, "-qq"], "ignore");
  await until("the admin interface", () => existsSync(`${data}/operator/address`) && read("address"));
  function read(name) { return readFileSync(`${data}/operator/${name}`, "utf8").trim(); }
  return { url: `http://${read("address")}/`, token: read("token") };
}

/** A page whose complaints are kept. */
async function open(browser, options, url) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("console", (line) => { if (["error", "warning"].includes(line.type())) complaints.push(line.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith(url)) complaints.push(`asks for ${request.url()}`); });
  const response = await page.goto(url);
  return { page, context, policy: response.headers()["content-security-policy"] ?? "" };
}

const text = (page, selector) => page.locator(selector).textContent();
const tile = (page, name) => text(page, `#tiles div:has(dt:text-is("${name}")) dd >> nth=0`);
const state = (page, word) => page.waitForFunction((word) => document.querySelector("#state").textContent === word, word);

async function watches(page, policy) {
  for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'"]) {
    expect(policy.includes(rule), `no ${rule} in the policy: ${policy}`);
  }
  await state(page, "running");
  const pages = async () => Number((await tile(page, "fetched")).replaceAll(/[^0-9.]/g, ""));
  const before = await until("pages", pages);
  await until("more pages", async () => (await pages()) > before);
  await page.waitForSelector("#fetches tr");
  await page.waitForFunction(() => document.querySelector("#charts .line")?.getAttribute("d"));
  expect((await page.title()).includes("pages/s"), `title: ${await page.title()}`);
  passed("shows live numbers under a strict Content-Security-Policy");
}

async function logsIn(page, token) {
  await page.click("#pause");
  await page.fill("#login-token", WRONG);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#login-problem").textContent.includes("not the token"));
  const refusals = complaints.filter((complaint) => complaint.includes("401"));
  expect(refusals.length === 1, `one refusal is logged by the browser, not ${refusals.length}`);
  complaints.splice(complaints.indexOf(refusals[0]), 1);
  await page.fill("#login-token", token);
  await page.keyboard.press("Enter");
  await state(page, "paused");
  passed("asks for the token, says when it is wrong, then pauses");
  await page.click("#pause");
  await state(page, "running");
  passed("resumes");
}

/** The seed is one that no page links to: a host's root may be found by a link as soon as it is in scope. */
async function addsSeeds(page, seed) {
  await page.fill("#seeds-text", `${seed}?of=dashboard\n# a comment\nhttp://\n`);
  await page.click("#seeds-form button[type=submit]");
  await page.waitForSelector("#seeds-result p");
  const result = await text(page, "#seeds-result");
  expect(result.includes("1 added") && result.includes("1 refused") && result.includes("line 3"), result);
  passed("adds a seed and tells what it refused");
}

async function blocksHost(page) {
  await page.locator("#hosts-section").scrollIntoViewIfNeeded();
  await page.waitForSelector("#hosts tr");
  const name = await text(page, "#hosts tr:first-child .plain");
  await page.fill("#host-search", name);
  await page.waitForFunction(() => document.querySelectorAll("#hosts tr").length === 1);
  await page.click("#hosts .small");
  await page.waitForFunction(() => document.querySelector("#hosts .tag")?.textContent === "blocked");
  await page.click("#hosts .plain");
  await page.waitForSelector("#host[open]");
  expect((await text(page, "#host-facts")).includes("blocked for good"), await text(page, "#host-facts"));
  await page.click("#host-block");
  await page.waitForFunction(() => document.querySelector("#host-said").textContent === "unblocked");
  await page.fill("#host-delay", "1.5");
  await page.click("#host-form button[type=submit]");
  await page.waitForFunction(() => document.querySelector("#host-said").textContent === "changed");
  expect((await text(page, "#host-facts")).includes("1.5 s"), await text(page, "#host-facts"));
  await page.click("#urls-show");
  await page.waitForSelector("#urls li");
  await page.click("#host-close");
  await page.fill("#host-search", "");
  passed("blocks and unblocks a host, changes its delay, lists its URLs");
}

async function servesKeyboards(page) {
  await page.reload();
  await state(page, "running");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => location.hash === "#main"), "the first Tab is no way to the numbers");
  await page.focus("#login-open");
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  expect(outline !== "none", "what has the focus cannot be seen");
  passed("can be used by keyboard");
}

async function fitsPhones(browser, url) {
  const { page, context } = await open(browser, { viewport: { width: 360, height: 740 } }, url);
  await state(page, "running");
  await page.waitForSelector("#fetches tr");
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(over <= 0, `on a phone it is ${over} pixels too wide`);
  await context.close();
  passed("fits a screen of 360 pixels");
}

/** axe puts itself into the page, which the policy forbids: it is off here, and only here. */
async function isAccessible(browser, url, token) {
  for (const colorScheme of ["light", "dark"]) {
    const { page, context } = await open(browser, { colorScheme, bypassCSP: true }, url);
    await page.evaluate((token) => sessionStorage.setItem("crawler-token", token), token);
    await state(page, "running");
    await page.locator("#hosts-section").scrollIntoViewIfNeeded();
    await page.waitForSelector("#hosts tr");
    await page.addScriptTag({ path: AXE });
    const check = async (what) => {
      const { violations } = await page.evaluate(() => window.axe.run());
      const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      const list = grave.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
      expect(!list.length, `${what}, ${colorScheme}: ${list.join("\n")}`);
    };
    await check("page");
    await page.click("#hosts tr:first-child .plain");
    await page.waitForSelector("#host[open]");
    await check("host");
    await page.click("#host-close");
    await page.click("#login-open");
    await page.click("#login-open");
    await check("login");
    await context.close();
  }
  passed("has no serious violation of accessibility, light or dark");
}

async function screenshots(browser, url) {
  for (const [colorScheme, file] of [["light", "dashboard.png"], ["dark", "dashboard-dark.png"]]) {
    const { page, context } = await open(browser, { colorScheme, viewport: { width: 1280, height: 1040 } }, url);
    await state(page, "running");
    if (colorScheme === "light") await page.waitForTimeout(CHARTS_MS);
    await page.waitForTimeout(3000);
    await page.screenshot({ path: `docs/${file}` });
    await context.close();
  }
  passed("was photographed");
}

async function main() {
  const seeds = await web();
  const { url, token } = await crawl(seeds.slice(0, 10));
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const { page, context, policy } = await open(browser, {}, url);
    await watches(page, policy);
    await logsIn(page, token);
    await addsSeeds(page, seeds[11]);
    await blocksHost(page);
    await servesKeyboards(page);
    await context.close();
    await fitsPhones(browser, url);
    await isAccessible(browser, url, token);
    if (process.env.SCREENSHOTS) await screenshots(browser, url);
    expect(!complaints.length, `the browser complains:\n${complaints.join("\n")}`);
    passed("makes the browser complain of nothing, and asks nobody else");
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(`e2e: FAILED: dashboard: ${error.message}`);
  if (complaints.length) console.error(complaints.join("\n"));
  process.exitCode = 1;
}).finally(() => children.forEach((child) => child.kill()));
