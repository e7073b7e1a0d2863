// Finds regions, industries and firms by name or id, by keyboard or mouse.
import type { Context } from "./context.ts";
import { h } from "./dom.ts";

const MOST = 12;

export interface Hit {
  kind: "region" | "industry" | "firm";
  label: string;
  beside: string;
  region: number;
  industry: number;
}

/** Names that hold all words of what was typed; those that begin with it come first. */
export function matches(typed: string, names: string[], most: number): number[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const first: number[] = [];
  const rest: number[] = [];
  for (let k = 0; k < names.length && first.length < most; k++) {
    const name = names[k].toLowerCase();
    if (!words.every((word) => name.includes(word))) continue;
    (name.startsWith(words[0]) ? first : rest).push(k);
  }
  return [...first, ...rest].slice(0, most);
}

export function hits(context: Context, typed: string): Hit[] {
  const { data } = context;
  const { industries } = data.facts;
  const ids = data.lines("region id");
  const regions = matches(typed, context.regionLabels.map((label, k) => `${label} ${ids[k]}`), MOST);
  const trades = matches(typed, industries.map((names) => `${names.slice(1).join(" ")} ${names[0]}`), MOST);
  const firms = data.isRead("firm name") ? matches(typed, data.lines("firm name"), MOST) : [];
  const found: Hit[] = [
    ...regions.slice(0, 5).map((region) => ({
      kind: "region" as const,
      label: context.region(region),
      beside: ids[region],
      region,
      industry: -1,
    })),
    ...trades.slice(0, 5).map((industry) => ({
      kind: "industry" as const,
      label: context.industry(industry),
      beside: industries[industry][0],
      region: -1,
      industry,
    })),
    ...firms.slice(0, 5).map((k) => {
      const region = data.get("firm region").at(k);
      const industry = data.get("firm industry").at(k);
      return {
        kind: "firm" as const,
        label: data.lines("firm name")[k],
        beside: `${context.region(region)} · ${context.industry(industry)}`,
        region,
        industry,
      };
    }),
  ];
  return found;
}

/** How many of all firms can be found, where it is not all of them. */
export function limitOf(context: Context): string {
  const { columns, firms, years } = context.data.facts;
  const held = columns["firm name"]?.count ?? 0;
  if (held >= firms) return "";
  const year = years[years.length - 1];
  return context.t("search_firms", { n: context.count(held), all: context.count(firms), year });
}

export class Search {
  private readonly input = h("input", {
    type: "search",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "found",
    "aria-autocomplete": "list",
    autocomplete: "off",
    id: "search",
  });
  private readonly list = h("ul", { id: "found", role: "listbox", hidden: true });
  private readonly status = h("p", { class: "unseen", role: "status" });
  private readonly label = h("label", { for: "search", class: "unseen" });
  private found: Hit[] = [];
  private active = -1;
  private context: Context | null = null;

  constructor(
    place: HTMLElement,
    private readonly choose: (hit: Hit) => void,
    private readonly ready: () => Promise<void>,
  ) {
    place.append(this.label, this.input, this.list, this.status);
    this.input.addEventListener("input", () => void this.look());
    this.input.addEventListener("focus", () => void this.ready());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  draw(context: Context): void {
    this.context = context;
    this.label.textContent = context.t("search");
    this.input.placeholder = context.t("search");
    this.list.setAttribute("aria-label", context.t("search"));
  }

  private async look(): Promise<void> {
    const context = this.context as Context;
    await this.ready();
    this.found = hits(context, this.input.value);
    this.active = this.found.length ? 0 : -1;
    this.show();
    if (!this.input.value.trim()) this.status.textContent = "";
    else {
      this.status.textContent = this.found.length
        ? context.t("search_found", { n: this.found.length })
        : [context.t("search_none"), limitOf(context)].filter(Boolean).join(" ");
    }
  }

  private show(): void {
    const context = this.context as Context;
    const isOpen = this.input.value.trim() !== "";
    this.list.hidden = !isOpen || !this.found.length;
    this.status.classList.toggle("unseen", !isOpen || this.found.length > 0);
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.list.replaceChildren(
      ...this.found.map((hit, k) => {
        const item = h(
          "li",
          { role: "option", id: `hit-${k}`, "aria-selected": String(k === this.active) },
          h("span", null, hit.label),
          h("span", { class: "quiet" }, ` ${context.t(`kind_${hit.kind}`)} · ${hit.beside}`),
        );
        // Before the focus leaves the input, which closes the list.
        item.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.take(hit);
        });
        return item;
      }),
    );
    if (this.active >= 0 && !this.list.hidden) {
      this.input.setAttribute("aria-activedescendant", `hit-${this.active}`);
    } else this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    const count = this.found.length;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.found[this.active]) this.take(this.found[this.active]);
    else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : count - 1;
      this.active = (this.active + step) % count;
      this.show();
    } else return;
    event.preventDefault();
  }

  private take(hit: Hit): void {
    this.input.value = "";
    this.close();
    this.choose(hit);
  }

  private close(): void {
    this.found = [];
    this.active = -1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
