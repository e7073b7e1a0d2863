// The frame of the page: header, controls, legend, and the places where its parts are drawn.
import type { Context } from "./context.ts";
import type { Measure } from "./data/facts.ts";
import { button, fill, h, swatch } from "./dom.ts";
import type { MapView } from "./map/map.ts";
import { ABSENT, type Scale } from "./map/scales.ts";
import { LANGUAGES, VIEWS, type View } from "./state.ts";
import type { Word } from "./words.ts";

const NAMES = { en: "English", "zh-Hant": "繁體", "zh-Hans": "简体" };

export interface Drawn {
  scale: Scale;
  /** Rows of the chosen year and industry. */
  cells: number[];
  hasAbsent: boolean;
  measure: Measure;
}

export class Layout {
  readonly search = h("div", { class: "search" });
  readonly canvas = h("canvas", { tabindex: 0, role: "img", id: "map" });
  readonly card = h("aside", { class: "card", id: "card" });
  readonly table = h("div", { id: "table", tabindex: -1 });
  readonly industry = h("div", { class: "page" });
  readonly about = h("div", { class: "page" });
  private readonly head = h("div", { class: "head" });
  private readonly tabs = h("nav", null);
  private readonly year = h("select", { id: "year" });
  private readonly industries = h("select", { id: "industry" });
  private readonly show = h("select", { id: "show" });
  private readonly labels: Record<string, HTMLLabelElement> = {};
  private readonly summary = h("p", { class: "summary", role: "status" });
  private readonly legend = h("div", { class: "legend", role: "group" });
  private readonly note = h("p", { class: "quiet note" });
  private readonly tip = h("div", { class: "tip", "aria-hidden": "true" });
  private readonly buttons = h("div", { class: "zoom" });
  private readonly filter = h("input", { type: "search", id: "filter", autocomplete: "off" });
  private readonly save: HTMLButtonElement;
  private readonly tableTitle = h("h2", null);
  private readonly skip: HTMLButtonElement;
  private readonly views: Record<View, HTMLElement>;
  private readonly showField: HTMLElement;
  private filled = "";

  constructor(
    root: HTMLElement,
    private readonly context: Context,
    saves: () => void,
  ) {
    this.save = button({ class: "save", id: "save" }, saves);
    this.skip = button({ class: "skip" }, () => {
      context.set({ view: "map" });
      this.table.focus();
      this.table.scrollIntoView();
    });
    const field = (key: string, input: HTMLElement): HTMLElement => {
      this.labels[key] = h("label", { for: input.id });
      return h("div", { class: "field" }, this.labels[key], input);
    };
    this.showField = field("show", this.show);
    this.views = {
      map: h(
        "div",
        null,
        h(
          "div",
          { class: "stage" },
          h("div", { class: "map-side" },
            h("div", { class: "map-box" }, this.canvas, this.buttons, this.tip),
            this.legend, this.note),
          this.card,
        ),
        h(
          "section",
          { class: "table-part" },
          h("div", { class: "table-head" }, this.tableTitle, field("filter", this.filter), this.save),
          this.table,
        ),
      ),
      industry: this.industry,
      about: this.about,
    };
    root.replaceChildren(
      this.skip,
      h("header", null, this.head, this.search),
      this.tabs,
      h(
        "main",
        null,
        h("div", { class: "controls" }, field("industry", this.industries), field("year", this.year), this.showField),
        this.summary,
        ...VIEWS.map((view) => this.views[view]),
      ),
    );
    this.year.addEventListener("change", () => context.set({ year: Number(this.year.value) }));
    this.industries.addEventListener("change", () =>
      context.set({ industry: Number(this.industries.value) }),
    );
    this.show.addEventListener("change", () => context.set({ show: this.show.value }));
    let waiting = 0;
    this.filter.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => context.set({ words: this.filter.value }), 120);
    });
  }

  zoom(map: MapView): void {
    const acts: [string, Word, () => void][] = [
      ["+", "zoom_in", () => map.zoomBy(1.6)],
      ["−", "zoom_out", () => map.zoomBy(1 / 1.6)],
      ["⤢", "zoom_all", () => map.whole()],
    ];
    this.buttons.append(
      ...acts.map(([sign, word, act]) => button({ "data-word": word }, act, sign)),
    );
  }

  draw(drawn: Drawn): void {
    const { context } = this;
    const { state, t } = context;
    document.documentElement.lang = state.language;
    document.title = `${t("title")} · ${context.data.facts.name}`;
    this.header();
    this.choices();
    for (const [key, label] of Object.entries(this.labels)) {
      label.textContent = t(key === "filter" ? "table_filter" : (key as Word));
    }
    this.skip.textContent = t("skip");
    this.save.textContent = t("download");
    this.tableTitle.textContent = t("table");
    if (document.activeElement !== this.filter) this.filter.value = state.words;
    for (const view of VIEWS) this.views[view].hidden = view !== state.view;
    this.showField.hidden = state.view !== "map";
    for (const one of this.buttons.querySelectorAll("button")) {
      const label = t(one.dataset.word as Word);
      one.title = label;
      one.setAttribute("aria-label", label);
    }
    this.card.setAttribute("aria-label", t("card"));
    this.canvas.setAttribute(
      "aria-label",
      t("map_label", { what: `${this.industryName()}, ${context.text(drawn.measure.label)}`, year: state.year }),
    );
    this.say(drawn);
    this.key(drawn);
  }

  private industryName(): string {
    const { context } = this;
    return context.state.industry < 0 ? context.t("all_short") : context.industry(context.state.industry);
  }

  private header(): void {
    const { context } = this;
    const { state, t } = context;
    fill(
      this.head,
      h("h1", null, t("title"), h("span", { class: "dataset" }, ` · ${context.data.facts.name}`)),
      h(
        "div",
        { class: "languages", role: "group", "aria-label": t("language") },
        ...LANGUAGES.map((language) =>
          button(
            {
              lang: language,
              "data-key": `language-${language}`,
              "aria-pressed": String(language === state.language),
            },
            () => context.set({ language }),
            NAMES[language],
          ),
        ),
      ),
    );
    this.tabs.setAttribute("aria-label", t("views"));
    fill(
      this.tabs,
      ...VIEWS.map((view) =>
        button(
          { "data-key": `view-${view}`, "aria-current": view === state.view ? "page" : null },
          () => context.set({ view }),
          t(`view_${view}`),
        ),
      ),
    );
  }

  /** Lists of years, industries and measures; written anew only for another language. */
  private choices(): void {
    const { context } = this;
    const { data, state, t } = context;
    if (this.filled !== state.language) {
      this.filled = state.language;
      const option = (value: string | number, label: string): HTMLElement => h("option", { value }, label);
      this.year.replaceChildren(...[...data.facts.years].reverse().map((year) => option(year, String(year))));
      const order = data.facts.industries.map((_, k) => ({ k, label: context.industry(k) }));
      const collator = new Intl.Collator(state.language);
      order.sort((a, b) => collator.compare(a.label, b.label));
      this.industries.replaceChildren(
        option(-1, t("all_industries")),
        ...order.map(({ k, label }) => option(k, label)),
      );
      this.show.replaceChildren(
        ...data.facts.measures.filter((m) => m.on_map).map((m) => option(m.column, context.text(m.label))),
      );
    }
    this.year.value = String(state.year);
    this.industries.value = String(state.industry);
    this.show.value = state.industry < 0 ? "class" : state.show;
    this.show.disabled = state.industry < 0;
  }

  private say({ cells }: Drawn): void {
    const { context } = this;
    const { data, state, t } = context;
    const column = data.get("cell class");
    const counts = data.facts.classes.map(() => 0);
    for (const row of cells) counts[column.at(row)]++;
    const joint = context.language ? "、" : ", ";
    const told = data.facts.classes
      .map(({ label, key }, k) => ({ label: context.text(label), n: counts[k], key }))
      .reverse()
      .filter(({ n, key }) => n > 0 && key !== "dispersed")
      .map(({ label, n }) => t("count_of", { n: context.count(n), label }))
      .join(joint);
    const dispersed = data.facts.classes.find(({ key }) => key === "dispersed");
    const blanks = {
      industry: this.industryName(),
      year: state.year,
      counts: told || (dispersed ? context.text(dispersed.label) : ""),
      regions: context.count(cells.length),
      cells: context.count(cells.length),
      all: context.count(data.regions),
    };
    this.summary.textContent = t(state.industry < 0 ? "summary_all" : "summary_industry", blanks);
  }

  private key({ scale, cells, hasAbsent, measure }: Drawn): void {
    const { context } = this;
    const { state, t } = context;
    const counts = scale.entries.map(() => 0);
    for (const row of cells) counts[scale.of(row)]++;
    const hidden = new Set(state.hidden);
    const toggle = (key: string): void => {
      const next = hidden.has(key) ? state.hidden.filter((k) => k !== key) : [...state.hidden, key];
      context.set({ hidden: next });
    };
    this.legend.setAttribute("aria-label", t("legend"));
    fill(
      this.legend,
      ...scale.entries.map(({ key, label, colour }, k) =>
        counts[k] === 0
          ? null
          : button(
              { "data-key": `legend-${key}`, "aria-pressed": String(!hidden.has(key)) },
              () => toggle(key),
              swatch(colour),
              h("span", null, context.text(label)),
              state.industry < 0 ? null : h("span", { class: "quiet" }, context.count(counts[k])),
            ),
      ),
      hasAbsent ? h("span", { class: "entry" }, swatch(ABSENT, true), context.text(context.data.facts.noVerdict)) : null,
    );
    this.note.textContent =
      state.industry < 0 ? t("most_advanced") : scale.floor ? t("floor_legend", { floor: scale.floor }) : "";
    this.note.hidden = !this.note.textContent;
    this.canvas.dataset.measure = measure.column;
  }

  hover(words: string, x: number, y: number): void {
    this.tip.textContent = words;
    this.tip.hidden = !words;
    const wide = this.canvas.clientWidth;
    this.tip.style.left = `${Math.min(x + 14, Math.max(0, wide - 220))}px`;
    this.tip.style.top = `${y + 14}px`;
  }
}
