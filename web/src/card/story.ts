// Why a cell has its class, what is missing, and how it came there.
import type { Context } from "../context.ts";
import { h, swatch } from "../dom.ts";

/** How sentences on what would move a verdict begin or end, by language. */
const FLIPS = [
  [/^Missing to move up/, /^It would move down/],
  [/^上升尚缺/, /判定即下降。$/],
  [/^上升尚缺/, /判定即下降。$/],
];

export interface Story {
  why: string[];
  flips: string[];
}

/** Sentences of a reason: those that say why, and those that say what would move it. */
export function parted(reason: string, language: number): Story {
  const sentences =
    language === 0
      ? reason.split(/(?<=\.)\s+(?=[A-Z])/)
      : (reason.match(/[^。]+。?/g) ?? [reason]);
  const story: Story = { why: [], flips: [] };
  for (const sentence of sentences) {
    const isFlip = FLIPS[language].some((pattern) => pattern.test(sentence));
    story[isFlip ? "flips" : "why"].push(sentence);
  }
  return story;
}

export function storyOf(context: Context, row: number): HTMLElement[] {
  const { t } = context;
  const reason = context.data.reason(row, context.language);
  if (reason === null) return [h("p", { class: "quiet" }, t("reason_left_out"))];
  const { why, flips } = parted(reason, context.language);
  const joint = context.language === 0 ? " " : "";
  return [
    h("section", null, h("h4", null, t("why")), h("p", { class: "reason" }, why.join(joint))),
    ...(flips.length
      ? [
          h(
            "section",
            { class: "flips" },
            h("h4", null, t("missing")),
            ...flips.map((flip) => h("p", null, flip)),
          ),
        ]
      : []),
  ];
}

/** Class and stage of every year of a cell; nothing where there is one year only. */
export function yearsOf(context: Context, region: number, industry: number): HTMLElement | null {
  const { data, t } = context;
  const { years } = data.facts;
  if (years.length < 2) return null;
  const hasStage = data.isRead("cell stage");
  const items = years.map((year) => {
    const row = data.row(year, industry, region);
    if (row < 0) {
      return h("li", null, h("span", { class: "when" }, String(year)), swatch("#ffffff", true), t("none_here"));
    }
    const stage = hasStage ? context.wordOf("stage", row) : null;
    const plants = context.count(context.size(row));
    return h(
      "li",
      { "aria-current": year === context.state.year ? "true" : null },
      h("span", { class: "when" }, String(year)),
      swatch(context.classColour(row)),
      h("span", null, [context.classLabel(row), stage].filter(Boolean).join(" · ")),
      h("span", { class: "quiet" }, ` (${plants})`),
    );
  });
  const changes = data.facts.changes
    .filter(([, where, what]) => where === region && what === industry)
    .map(([, , , text]) => h("p", { class: "quiet" }, context.text(text)));
  return h("section", null, h("h4", null, t("years")), h("ol", { class: "years" }, ...items), ...changes);
}
