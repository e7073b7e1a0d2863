// The table of the cells that the map shows, sorted by any column, a page at a time.
import type { Context } from "../context.ts";
import type { Measure } from "../data/facts.ts";
import { button, fill, h, scrolled, swatch } from "../dom.ts";
import { csv, download } from "./csv.ts";

const PAGE = 25;

export interface Shown {
  /** Rows in their order. */
  rows: number[];
  /** How many there are without the filter. */
  all: number;
}

/** Columns that the table has: those of the table, and what the map shows. */
export function columnsOf(context: Context): Measure[] {
  const { measures } = context.data.facts;
  return measures.filter((m) => m.in_table || m.column === context.state.show);
}

export class TableView {
  private first = 0;
  private before: number[] = [];
  private readonly body = h("div", null);

  constructor(
    readonly place: HTMLElement,
    private readonly choose: (region: number, industry: number) => void,
  ) {
    place.append(this.body);
  }

  draw(context: Context, shown: Shown): void {
    const isSame = this.before.length === shown.rows.length && this.before.every((row, k) => row === shown.rows[k]);
    if (!isSame) this.first = 0;
    this.before = shown.rows;
    this.showSelected(context, shown, isSame);
    const { t } = context;
    const from = this.first;
    const rows = shown.rows.slice(from, from + PAGE);
    const move = (to: number): void => {
      this.first = to;
      this.draw(context, shown);
    };
    const words = { first: from + 1, last: from + rows.length, all: context.count(shown.rows.length) };
    const pages = h(
      "div",
      { class: "pages" },
      button({ "data-key": "before", disabled: from === 0 }, () => move(Math.max(0, from - PAGE)), t("page_before")),
      h("span", null, t("page", words)),
      button(
        { "data-key": "next", disabled: from + PAGE >= shown.rows.length },
        () => move(from + PAGE),
        t("page_next"),
      ),
    );
    fill(
      this.body,
      h(
        "p",
        { class: "quiet" },
        t("table_of", { n: context.count(shown.rows.length), all: context.count(shown.all) }),
        context.state.hidden.includes("dispersed") ? ` · ${t("dispersed_hidden")}` : "",
      ),
      rows.length ? scrolled(`${t("table")}: ${t("scroll")}`, this.table(context, rows)) : h("p", null, t("no_rows")),
      rows.length ? pages : null,
    );
  }

  /** Turns to the page of the region that was chosen elsewhere. */
  private showSelected(context: Context, shown: Shown, isSame: boolean): void {
    const { region } = context.state;
    if (region < 0 || (isSame && region === this.selected)) {
      this.selected = region;
      return;
    }
    this.selected = region;
    const at = shown.rows.findIndex((row) => context.data.region(row) === region);
    if (at >= 0) this.first = Math.floor(at / PAGE) * PAGE;
  }
  private selected = -1;

  private table(context: Context, rows: number[]): HTMLElement {
    const { state, t, data } = context;
    const measures = columnsOf(context);
    const withIndustry = state.industry < 0;
    const heads = [
      this.head(context, "region", t("region"), false),
      ...(withIndustry ? [this.head(context, "industry", t("industry"), false)] : []),
      ...measures.map((m) => this.head(context, m.column, context.text(m.label), true)),
    ];
    const line = (row: number): HTMLElement => {
      const region = data.region(row);
      const industry = withIndustry ? data.industry(row) : state.industry;
      const isChosen = region === state.region;
      return h(
        "tr",
        { "aria-selected": isChosen ? "true" : null, class: isChosen ? "chosen" : null },
        h(
          "th",
          { scope: "row" },
          button(
            { class: "link", "data-key": `row-${row}` },
            () => this.choose(region, industry),
            context.region(region),
          ),
        ),
        withIndustry ? h("td", null, context.industry(industry)) : null,
        ...measures.map((m) =>
          m.column === "class"
            ? h("td", { class: "class" }, swatch(context.classColour(row)), context.classLabel(row))
            : h("td", { class: m.form === "words" ? null : "n" }, this.cell(context, m, row)),
        ),
      );
    };
    return h(
      "table",
      { class: "cells" },
      h("thead", null, h("tr", null, ...heads)),
      h("tbody", null, ...rows.map(line)),
    );
  }

  private cell(context: Context, measure: Measure, row: number): string {
    const value = context.number(measure.column, row);
    const isTold = !Number.isNaN(value) || measure.column === "local_moran_quadrant";
    return isTold ? context.value(measure, row) : "–";
  }

  private head(context: Context, column: string, label: string, isDownFirst: boolean): HTMLElement {
    const { state, t } = context;
    const isMine = state.sort === column;
    const down = isMine ? !state.down : isDownFirst;
    const mark = isMine ? (state.down ? " ▼" : " ▲") : "";
    return h(
      "th",
      { scope: "col", "aria-sort": isMine ? (state.down ? "descending" : "ascending") : null },
      button(
        { class: "sort", "data-key": `sort-${column}`, title: t(down ? "sorted_down" : "sorted_up") },
        () => context.set({ sort: column, down }),
        label + mark,
      ),
    );
  }
}

/** Columns of what a file of the rows holds beside those of the table. */
export function columnsSaved(context: Context): string[] {
  const bounds = columnsOf(context).flatMap((m) => [m.low, m.high]).filter((name) => name !== null);
  return [...bounds.map((name) => `cell ${name}`), ...context.data.evidence()];
}

/** Saves the rows as they are shown, with the reason of each verdict. */
export function saveRows(context: Context, shown: Shown): void {
  const { data, state, t } = context;
  const measures = columnsOf(context);
  const ids = data.lines("region id");
  const heads = [
    t("region"),
    `${t("region")} ID`,
    t("industry"),
    t("year"),
    ...measures.flatMap((m) => [
      context.text(m.label),
      ...(m.low ? [`${context.text(m.label)}: ${t("low_bound")}`] : []),
      ...(m.high ? [`${context.text(m.label)}: ${t("high_bound")}`] : []),
    ]),
    t("reason"),
  ];
  const number = (column: string | null, row: number): number | null => {
    const value = context.number(column, row);
    return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
  };
  const rows = shown.rows.map((row) => [
    context.region(data.region(row)),
    ids[data.region(row)],
    context.industry(state.industry < 0 ? data.industry(row) : state.industry),
    state.year,
    ...measures.flatMap((m) => [
      m.form === "words"
        ? Number.isNaN(context.number(m.column, row))
          ? ""
          : context.value(m, row)
        : m.form === "count" || m.form === "amount"
          ? context.number(m.column, row)
          : number(m.column, row),
      ...(m.low ? [number(m.low, row)] : []),
      ...(m.high ? [number(m.high, row)] : []),
    ]),
    data.reason(row, context.language) ?? "",
  ]);
  const code = state.industry < 0 ? "all" : data.facts.industries[state.industry][0];
  download(`jiqun-${code}-${state.year}.csv`, csv(heads, rows));
}
