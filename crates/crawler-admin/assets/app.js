// Shows the state of the crawl every two seconds.
const line = document.getElementById("state");

async function show() {
  const answer = await fetch("/v1/status");
  const status = await answer.json();
  line.textContent = answer.ok
    ? `${status.state}: ${status.totals.fetched} fetched, ${status.totals.queued} queued`
    : `${status.message}: ${status.hint ?? ""}`;
}

setInterval(() => document.hidden || show().catch((error) => (line.textContent = error.message)), 2000);
