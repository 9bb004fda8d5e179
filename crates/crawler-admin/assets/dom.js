// Elements, made without markup: text from the network is only ever text.

/** The element with this id. */
export const by = (id) => document.getElementById(id);

/** An element: properties, `data-*` and `aria-*` attributes, and what is in it. */
export function el(tag, properties = {}, ...content) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...content);
  return node;
}

/** Sets a text, and only if it is another: the rest of the page is left alone. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A bar that is filled by a share between 0 and 1. */
export function track(share, tone) {
  const fill = el("span", tone ? { "data-tone": tone } : {});
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  fill.hidden = !(share > 0);
  return el("span", { className: "track", "aria-hidden": "true" }, fill);
}

/** Rows of name, bar and value; `rows` are `{name, value, share, tone}`. */
export function bars(list, rows, none) {
  const items = rows.map(({ name, value, share, tone }) =>
    el("li", {},
      el("span", { className: "name" }, name),
      track(share, tone),
      el("span", { className: "value" }, value)));
  list.replaceChildren(...(items.length ? items : [el("li", { className: "none" }, none)]));
}

/** A list of terms: `[name, text]`. */
export function terms(list, rows) {
  const entry = ([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text));
  list.replaceChildren(...rows.map(entry));
}

/** Tells those who do not see the page what has changed. */
export function say(text) {
  by("said").textContent = text;
}

const ALERTS_MAX = 3;

/** Shows what went wrong until it is put away. */
export function alarm(error) {
  const text = error.hint ? `${error.message}: ${error.hint}` : error.message;
  const box = el("div", { className: "alert" }, el("p", {}, text));
  const close = el("button", { type: "button", className: "small" }, "Close");
  close.addEventListener("click", () => box.remove());
  box.append(close);
  by("alerts").append(box);
  while (by("alerts").childElementCount > ALERTS_MAX) by("alerts").firstElementChild.remove();
}

/** Does something on behalf of a button, which waits so long; what goes wrong is shown. */
export async function perform(button, action) {
  button.disabled = true;
  try {
    return await action();
  } catch (error) {
    if (error.name !== "AbortError") alarm(error);
    return undefined;
  } finally {
    button.disabled = false;
  }
}

/** Asks before something that cannot be taken back. */
export function confirmed(title, text, yes) {
  const dialog = by("confirm");
  by("confirm-title").textContent = title;
  by("confirm-text").textContent = text;
  by("confirm-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  by("confirm-no").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
by("confirm-no").addEventListener("click", () => by("confirm").close("no"));
by("confirm-yes").addEventListener("click", () => by("confirm").close("yes"));
