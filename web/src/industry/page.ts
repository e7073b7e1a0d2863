// The page of an industry: where it is, how it moves, how near its firms are, who it sits with.
import type { Context } from "../context.ts";
import { button, fill, h, scrolled, simpleTable, swatch } from "../dom.ts";
import { anything, shown } from "../format.ts";
import { factsOf } from "../results.ts";
import { above, lineChart, stackChart } from "./charts.ts";

const MOST = 15;
const RED = "#b3372f";
const BLUE = "#1f6fb4";

export function drawIndustry(context: Context, place: HTMLElement): void {
  const { state, t } = context;
  if (state.industry < 0) {
    fill(place, h("p", null, t("industry_choose")));
    return;
  }
  fill(
    place,
    h("h2", null, context.industry(state.industry)),
    h(
      "div",
      { class: "columns" },
      whereOf(context),
      movesOf(context),
      changesOf(context),
      ...curvesOf(context),
      footprintsOf(context),
      pairsOf(context),
      buysOf(context),
      survivalOf(context),
      ...factsOf(context, { region: null, industry: state.industry }),
    ),
  );
}

function whereOf(context: Context): HTMLElement {
  const { data, state, t } = context;
  const { first, last } = data.stretch(state.year, state.industry);
  const rows = Array.from({ length: last - first }, (_, k) => first + k).filter((row) => data.isSpoken(row));
  const column = data.get("cell class");
  const quotient = (row: number): number => context.number("location_quotient", row) || 0;
  rows.sort((a, b) => column.at(b) - column.at(a) || quotient(b) - quotient(a));
  const text = t(rows.length ? "industry_where_text" : "industry_nowhere", { year: state.year });
  const table = simpleTable(
    [t("region"), t("class"), ...measureHeads(context)],
    rows.slice(0, MOST).map((row) => [
      button(
        { class: "link" },
        () => context.set({ view: "map", region: data.region(row) }),
        context.region(data.region(row)),
      ),
      h("span", { class: "class" }, swatch(context.classColour(row)), context.classLabel(row)),
      ...measuresShown(context).map((m) => context.value(m, row)),
    ]),
  );
  return h(
    "section",
    null,
    h("h3", null, t("industry_where")),
    h("p", { class: "quiet" }, text),
    rows.length ? scrolled(t("industry_where"), table) : null,
    rows.length > MOST ? h("p", { class: "quiet" }, t("page", { first: 1, last: MOST, all: rows.length })) : null,
  );
}

function measuresShown(context: Context) {
  return ["establishments", "location_quotient"]
    .map((column) => context.data.measure(column))
    .filter((measure) => measure !== undefined);
}

function measureHeads(context: Context): string[] {
  return measuresShown(context).map((m) => context.text(m.label));
}

function movesOf(context: Context): HTMLElement {
  const { data, state, t } = context;
  const { years, classes } = data.facts;
  const column = data.get("cell class");
  const counts = years.map((year) => {
    const { first, last } = data.stretch(year, state.industry);
    const mine = classes.map(() => 0);
    for (let row = first; row < last; row++) mine[column.at(row)]++;
    return mine;
  });
  const order = classes.map((_, k) => k).reverse().filter((k) => counts.some((mine) => mine[k] > 0));
  const drawn = order.filter((k) => classes[k].key !== "dispersed");
  const stacks = years.map((year, y) => ({
    label: String(year),
    parts: drawn.map((k) => ({
      label: context.text(classes[k].label),
      colour: classes[k].colour,
      count: counts[y][k],
    })),
  }));
  const heads = [t("year"), ...order.map((k) => context.text(classes[k].label))];
  const rows = years.map((year, y) => [String(year), ...order.map((k) => context.count(counts[y][k]))]);
  return h(
    "section",
    null,
    h("h3", null, t("industry_moves")),
    h("p", { class: "quiet" }, t("industry_moves_text")),
    drawn.length ? stackChart(stacks, t("industry_moves_text")) : null,
    scrolled(t("industry_moves"), simpleTable(heads, rows)),
  );
}

function changesOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const mine = data.facts.changes.filter(([, , industry]) => industry === state.industry);
  if (!mine.length) return null;
  const items = mine.slice(0, MOST).map(([, , , text]) => h("li", null, context.text(text)));
  return h("section", null, h("h3", null, t("changes")), h("ul", null, ...items));
}

function curvesOf(context: Context): HTMLElement[] {
  const { data, state, t } = context;
  return data.facts.curves
    .filter((curve) => curve.industry === state.industry)
    .map((curve) => {
      const points: [number, number][] = [];
      const band: [number, number, number][] = [];
      curve.km.forEach((km, k) => {
        const [value, low, high] = [curve.value[k], curve.low[k], curve.high[k]];
        if (value === null) return;
        points.push([km, value]);
        if (low !== null && high !== null) band.push([km, low, high]);
      });
      const ranges = band.length === points.length ? above(points, band) : "";
      const said = ranges ? t("curve_above", { ranges }) : t("curve_within");
      const title = t("curve", { measure: curve.measure });
      const text = t("curve_text", { year: curve.year });
      const rows = curve.km.map((km, k) => [
        String(Number(km.toFixed(1))),
        ...[curve.value, curve.low, curve.high].map((values) => anything(values[k], false)),
      ]);
      return h(
        "section",
        null,
        h("h3", null, title),
        h("p", { class: "quiet" }, text),
        lineChart({
          lines: [{ label: curve.measure, colour: RED, points }],
          band,
          xLabel: t("km"),
          words: `${title}. ${said}`,
        }),
        h("p", null, said),
        numbers(context, title, [t("km"), t("value"), t("low"), t("high")], rows),
      );
    });
}

function footprintsOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const mine = data.facts.footprints.filter(([, industry]) => industry === state.industry);
  if (!mine.length) return null;
  const rows = mine.map(([, , region, plants, jobs, area]) => [
    region < 0
      ? t("off_map")
      : button({ class: "link" }, () => context.set({ view: "map", region }), context.region(region)),
    context.count(plants),
    jobs === null ? "–" : context.count(jobs),
    area === null ? "–" : context.count(area),
  ]);
  return h(
    "section",
    null,
    h("h3", null, t("footprints")),
    h("p", { class: "quiet" }, t("footprints_text", { year: mine[0][0] })),
    scrolled(t("footprints"), simpleTable([t("region"), t("plants"), t("jobs"), t("area")], rows)),
  );
}

function numbers(context: Context, of: string, heads: string[], rows: string[][]): HTMLElement {
  const title = context.t("numbers");
  return h(
    "details",
    null,
    h("summary", null, title),
    scrolled(`${title}: ${of}`, simpleTable(heads, rows)),
  );
}

function pairsOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const mine = data.facts.pairs.filter(([industry]) => industry === state.industry);
  if (!mine.length) return null;
  const rows = mine.map(([, other, together, chance, trade]) => [
    button({ class: "link" }, () => context.set({ industry: other }), context.industry(other)),
    anything(together, false),
    chance === null ? "–" : shown(chance, "chance"),
    anything(trade, false),
  ]);
  const heads = [t("industry"), t("coagglomeration"), t("chance"), t("trade")];
  return h(
    "section",
    null,
    h("h3", null, t("pairs")),
    h("p", { class: "quiet" }, t("pairs_text")),
    scrolled(t("pairs"), simpleTable(heads, rows)),
  );
}

function buysOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const mine = data.facts.inputs.filter(([user]) => user === state.industry);
  if (!mine.length) return null;
  const rows = mine.map(([, supplier, share]) => [
    button({ class: "link" }, () => context.set({ industry: supplier }), context.industry(supplier)),
    shown(share, "share"),
  ]);
  return h(
    "section",
    null,
    h("h3", null, t("buys")),
    scrolled(t("buys"), simpleTable([t("input"), t("input_share")], rows)),
  );
}

function survivalOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const mine = data.facts.survival.filter(({ industry }) => industry === state.industry);
  if (!mine.length) return null;
  const lines = mine.map(({ local, age, survival }) => ({
    label: t(local ? "local" : "elsewhere"),
    colour: local ? RED : BLUE,
    dash: local ? undefined : "6 4",
    points: [[0, 1], ...age.map((a, k) => [a, survival[k]])] as [number, number][],
  }));
  const rows = mine.flatMap(({ local, age, survival, at_risk }) =>
    age.map((a, k) => [
      t(local ? "local" : "elsewhere"),
      String(a),
      shown(survival[k], "share"),
      context.count(at_risk[k]),
    ]),
  );
  return h(
    "section",
    null,
    h("h3", null, t("survival")),
    h("p", { class: "quiet" }, t("survival_text")),
    lineChart({ lines, xLabel: t("age"), words: t("survival_text"), isShare: true }),
    numbers(context, t("survival"), [t("fact"), t("age"), t("value"), t("ties")], rows),
  );
}
