// Small pieces of the document; text is only ever set as text.

type Child = Node | string | null | undefined | false;
type Handlers = { [event: `on${string}`]: (event: Event) => void };
type Attributes = Record<string, string | number | boolean | null | undefined> | null;

function build(
  element: Element,
  attributes: Attributes,
  handlers: Handlers | null,
  children: Child[],
): void {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, handler] of Object.entries(handlers ?? {})) {
    element.addEventListener(name.slice(2), handler);
  }
  for (const child of children) if (child || child === "") element.append(child);
}

/** An element of HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  build(element, attributes, null, children);
  return element;
}

/** A button that does something. */
export function button(
  attributes: Attributes,
  act: () => void,
  ...children: Child[]
): HTMLButtonElement {
  const element = document.createElement("button");
  build(element, { type: "button", ...attributes }, { onclick: act }, children);
  return element;
}

/** An element of SVG. */
export function s(tag: string, attributes: Attributes = null, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  build(element, attributes, null, children);
  return element;
}

/** Puts new content into a place; who had the focus in it has it again. */
export function fill(place: Element, ...children: Child[]): void {
  const active = document.activeElement as HTMLElement | null;
  const key = active && place.contains(active) ? active.dataset.key : undefined;
  place.replaceChildren(...(children.filter(Boolean) as (Node | string)[]));
  if (key) place.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** A swatch of a colour; colours are set by script, which the policy allows. */
export function swatch(colour: string, hatched = false): HTMLElement {
  const element = h("span", { class: hatched ? "swatch hatched" : "swatch", "aria-hidden": "true" });
  element.style.backgroundColor = colour;
  return element;
}

/** A table in a frame that scrolls sideways where the screen is narrow. */
export function scrolled(label: string, table: HTMLElement): HTMLElement {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}

/** A table of text: the first column heads the rows. */
export function simpleTable(heads: string[], rows: (string | Node)[][], caption = ""): HTMLElement {
  const isNumber = (cell: string | Node): boolean => typeof cell === "string" && /^[−–<≥\d]/.test(cell);
  const areNumbers = heads.map((_, k) => k > 0 && rows.length > 0 && rows.every((row) => isNumber(row[k])));
  return h(
    "table",
    null,
    caption ? h("caption", null, caption) : null,
    h("thead", null, h("tr", null, ...heads.map((head, k) => h("th", { scope: "col", class: areNumbers[k] ? "n" : null }, head)))),
    h(
      "tbody",
      null,
      ...rows.map((row) =>
        h(
          "tr",
          null,
          ...row.map((cell, k) =>
            k === 0
              ? h("th", { scope: "row" }, cell)
              : h("td", { class: isNumber(cell) ? "n" : null }, cell),
          ),
        ),
      ),
    ),
  );
}
