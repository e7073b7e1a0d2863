// The evidence card: a region's industries by class, and all that is known of one of them.
import type { Context } from "../context.ts";
import { button, fill, h, simpleTable, swatch } from "../dom.ts";
import { shown } from "../format.ts";
import { factsOf } from "../results.ts";
import { inputsSection } from "./inputs.ts";
import { growthOf } from "./growth.ts";
import { storyOf, yearsOf } from "./story.ts";
import { chip, testsOf } from "./tests.ts";
import { tiersSection } from "./tiers.ts";
import { tiesSection } from "./ties.ts";

const LEADING = 8;
const FIRST = 5;
const LEAST_LEADING = 1; // undetermined and dispersed are the first two classes

export function drawCard(context: Context, place: HTMLElement): void {
  const { state, t } = context;
  if (state.region < 0) {
    fill(place, h("p", { class: "quiet" }, t("card_empty")), leadingOf(context));
    return;
  }
  const head = h(
    "div",
    { class: "card-head" },
    h("h2", { tabindex: -1, id: "card-title" }, context.region(state.region)),
    button({ class: "quiet-button", "data-key": "close" }, () => context.set({ region: -1 }), t("close")),
  );
  const body = state.industry < 0 ? [] : evidenceOf(context);
  const about = state.industry < 0 ? factsOf(context, { region: state.region, industry: null }) : [];
  fill(place, head, industriesOf(context), ...body, state.industry < 0 ? chainsOf(context) : null, ...about);
}

function sizeOf(context: Context, row: number): string {
  return shown(context.size(row) || NaN, "count");
}

/** Where to begin: the regions in which the chosen industry is most advanced. */
function leadingOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const { first, last } =
    state.industry < 0 ? data.ofYear(state.year) : data.stretch(state.year, state.industry);
  const column = data.get("cell class");
  const rows: number[] = [];
  // Undetermined cells lead nowhere: they come last among the classes, as dispersed ones do.
  for (let row = first; row < last; row++) if (column.at(row) > LEAST_LEADING) rows.push(row);
  rows.sort((a, b) => column.at(b) - column.at(a) || context.size(b) - context.size(a));
  if (!rows.length) return null;
  const items = rows.slice(0, LEADING).map((row) => {
    const region = data.region(row);
    const industry = data.industry(row);
    const beside = state.industry < 0 ? context.industry(industry) : context.classLabel(row);
    return h(
      "li",
      null,
      button(
        { class: "industry", "data-key": `leading-${row}` },
        () => context.set({ region, industry }),
        swatch(context.classColour(row)),
        h("span", { class: "name" }, context.region(region)),
        h("span", { class: "quiet" }, `${beside} · ${sizeOf(context, row)}`),
      ),
    );
  });
  return h("section", null, h("h3", null, t("card_leading")), h("ul", { class: "industries" }, ...items));
}

function evidenceOf(context: Context): (HTMLElement | null)[] {
  const { data, state, t } = context;
  const row = data.row(state.year, state.industry, state.region);
  const title = h("h3", { class: "cell-title" }, `${context.industry(state.industry)} · ${state.year}`);
  if (row < 0) {
    const words = t("card_absent", { industry: context.industry(state.industry), year: state.year });
    return [
      h("p", null, words),
      yearsOf(context, state.region, state.industry),
      inputsSection(context, state.industry, state.region),
    ];
  }
  return [
    title,
    h("p", { class: "verdict" }, chip(context, row), verdictWords(context, row)),
    h("p", { class: "quiet" }, context.text(data.facts.classes[data.get("cell class").at(row)].meaning)),
    ...storyOf(context, row),
    inputsSection(context, state.industry, state.region),
    testsOf(context, row),
    yearsOf(context, state.region, state.industry),
    growthOf(context, state.region, state.industry),
    tiersSection(context, row),
    tiesSection(context, row, state.region),
    besideOf(context, row),
    rulesOf(context, row),
    functionalOf(context),
    ...factsOf(context, { region: state.region, industry: state.industry }),
  ];
}

function verdictWords(context: Context, row: number): string {
  const told = ["stage", "confidence"]
    .map((column) => context.data.measure(column))
    .filter((measure) => measure && context.data.get(`cell ${measure.column}`).at(row) >= 0)
    .map((measure) => `${context.text(measure!.label)} ${context.value(measure!, row)}`);
  return told.length ? ` ${told.join(" · ")}` : "";
}

/** What the verdict does not rest on, or not alone. */
function besideOf(context: Context, row: number): HTMLElement | null {
  const { data, t } = context;
  const told = data.facts.measures.filter(
    (m) =>
      (m.question === "size" || m.question === "verdict") &&
      !["class", "stage", "confidence", "core_firms", "supporting_firms", "supporting_institutions"].includes(m.column) &&
      data.get(`cell ${m.column}`).at(row) >= 0,
  );
  if (!told.length) return null;
  const rows = told.map((m) => [context.text(m.label), context.value(m, row)]);
  return h("section", null, h("h4", null, t("further")), simpleTable([t("fact"), t("value")], rows));
}

function rulesOf(context: Context, row: number): HTMLElement | null {
  const { data, t } = context;
  const names = Object.keys(data.facts.rules).filter(
    (name) => data.isRead(`cell rule ${name}`) && data.keeps(`cell rule ${name}`, row),
  );
  const known = names.filter((name) => data.word(`cell rule ${name}`, row) !== null);
  if (!known.length) return null;
  const rows = known.map((name) => [
    context.text(data.facts.rules[name]),
    t(data.word(`cell rule ${name}`, row) === "yes" ? "yes" : "no"),
  ]);
  return h("section", null, h("h4", null, t("rules")), simpleTable([t("rules"), t("answer")], rows));
}

function functionalOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const code = data.facts.industries[state.industry][0];
  const mine = data.facts.functional.filter(
    ([year, regions, codes]) =>
      year === state.year && regions.includes(state.region) && codes.includes(code),
  );
  if (!mine.length) return null;
  const joint = context.language ? "、" : ", ";
  const codes = data.facts.industries.map((industry) => industry[0]);
  const items = mine.map(([, regions, members, firms]) =>
    h(
      "li",
      null,
      t("functional_row", {
        industries: members.map((c) => context.industry(codes.indexOf(c))).join(joint),
        firms: context.count(firms ?? NaN),
        regions: regions.map((k) => context.region(k)).join(joint),
      }),
    ),
  );
  return h("section", null, h("h4", null, t("functional")), h("ul", { class: "plain" }, ...items));
}

/** Value chains of the region that are more than dispersed; those of the last year. */
function chainsOf(context: Context): HTMLElement | null {
  const { data, state, t } = context;
  const { facts } = data;
  const mine = facts.chains.filter(([region]) => region === state.region);
  if (!mine.length) return null;
  const rows = mine.map(([, chain, , key, plants]) => {
    const found = facts.classes.find((one) => one.key === key);
    const label = found ? h("span", null, swatch(found.colour), context.text(found.label)) : key;
    return [chain, label, shown(plants, "count")];
  });
  const title = t("chains", { year: facts.years[facts.years.length - 1] });
  return h("section", null, h("h4", null, title), simpleTable([t("chain"), t("class"), t("plants_here")], rows));
}

/** The industries of the region by class; the dispersed ones folded away. */
function industriesOf(context: Context): HTMLElement {
  const { data, state, t } = context;
  const rows = data.rowsOf(state.year, state.region);
  if (!rows.length) return h("p", null, t("card_nothing", { year: state.year }));
  const column = data.get("cell class");
  rows.sort((a, b) => column.at(b) - column.at(a) || context.size(b) - context.size(a));
  const spoken = rows.filter((row) => data.isSpoken(row));
  // The chosen one is always in sight.
  const chosen = spoken.findIndex((row) => data.industry(row) === state.industry);
  if (chosen >= FIRST) spoken.splice(FIRST - 1, 0, ...spoken.splice(chosen, 1));
  const dispersed = rows.filter((row) => !data.isSpoken(row));
  const item = (row: number): HTMLElement => {
    const industry = data.industry(row);
    return h(
      "li",
      null,
      button(
        {
          class: "industry",
          "data-key": `industry-${industry}`,
          "aria-current": industry === state.industry ? "true" : null,
        },
        () => context.set({ industry }),
        swatch(context.classColour(row)),
        h("span", { class: "name" }, context.industry(industry)),
        h("span", { class: "quiet" }, `${context.classLabel(row)} · ${sizeOf(context, row)}`),
      ),
    );
  };
  const first = spoken.slice(0, FIRST);
  const more = spoken.slice(FIRST);
  const folded = (words: string, some: number[]): HTMLElement | null =>
    some.length
      ? h("details", null, h("summary", null, words), h("ul", { class: "industries" }, ...some.map(item)))
      : null;
  return h(
    "section",
    null,
    h("h3", null, t("card_industries", { year: state.year })),
    first.length ? h("ul", { class: "industries" }, ...first.map(item)) : null,
    folded(t("card_further", { n: more.length }), more),
    folded(t("card_more", { n: dispersed.length }), dispersed),
  );
}
