// The three tests of a cell: what was measured, its interval, its floor, what chance would give.
import type { Context } from "../context.ts";
import type { Measure } from "../data/facts.ts";
import { h, s, scrolled, swatch } from "../dom.ts";
import { shown } from "../format.ts";

const LETTERS = ["A", "B", "C"] as const;
const WIDE = 110;
const TALL = 16;

/** One table a question, with its answer; and the potential where that is what decided. */
export function testsOf(context: Context, row: number): HTMLElement {
  const { t } = context;
  const parts: HTMLElement[] = [];
  for (const letter of LETTERS) {
    const { answer, title, meaning } = context.data.facts.questions[letter];
    if (!context.data.isRead(`cell ${answer}`)) {
      parts.push(heading(context, letter, context.text(title), t("not_known")));
      continue;
    }
    const said = context.wordOf(answer, row) ?? t("not_known");
    parts.push(heading(context, letter, context.text(title), said));
    parts.push(h("p", { class: "quiet" }, context.text(meaning)));
    const table = tableOf(context, row, letter);
    if (table) parts.push(scrolled(context.text(title), table));
  }
  const potential = tableOf(context, row, "potential");
  if (potential) {
    parts.push(h("h5", null, t("potential")), scrolled(t("potential"), potential));
  }
  return h("section", null, h("h4", null, t("tests")), ...parts);
}

function heading(context: Context, letter: string, title: string, said: string): HTMLElement {
  const names = { A: ["A", "甲", "甲"], B: ["B", "乙", "乙"], C: ["C", "丙", "丙"] };
  const mark = names[letter as "A"][context.language];
  return h("h5", null, `${mark} · ${title} `, h("strong", { class: "answer" }, said));
}

function tableOf(context: Context, row: number, question: string): HTMLElement | null {
  const answers = new Set(Object.values(context.data.facts.questions).map((q) => q.answer));
  const measures = context.data.facts.measures.filter(
    (m) => m.question === question && !answers.has(m.column) && isTold(context, m, row),
  );
  if (!measures.length) return null;
  const { t } = context;
  const heads = [t("fact"), t("measured"), t("floor"), t("by_chance")];
  return h(
    "table",
    { class: "tests" },
    h("thead", null, h("tr", null, ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", null, ...measures.map((measure) => line(context, measure, row))),
  );
}

function isTold(context: Context, measure: Measure, row: number): boolean {
  const name = `cell ${measure.column}`;
  if (!context.data.isRead(name)) return false;
  // Words that say nothing are left out; numbers that are not known are an answer.
  return measure.form !== "words" || context.data.get(name).at(row) >= 0;
}

function line(context: Context, measure: Measure, row: number): HTMLElement {
  const { t } = context;
  const value = context.value(measure, row);
  const whole = context.number(measure.whole, row);
  const measured = Number.isFinite(whole)
    ? t("of_whole", { part: value, whole: context.count(whole) })
    : value;
  const bounds = context.interval(measure, row);
  const floor = measure.floor === null ? "" : t("at_least", { floor: shown(measure.floor, measure.form) });
  const usual = context.number(measure.usual, row);
  const q = context.number(measure.chance, row);
  const chance = [
    Number.isFinite(usual) ? shown(usual, measure.form === "count" ? "number" : measure.form) : "",
    Number.isFinite(q) ? t("chance_words", { chance: shown(q, "chance") }) : "",
  ];
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, context.text(measure.label)),
    h(
      "td",
      null,
      h("strong", null, measured),
      bounds ? h("span", { class: "bounds" }, ` ${t("interval_words", { interval: bounds })}`) : null,
      bar(context, measure, row),
    ),
    h("td", { class: "floor" }, floor),
    h("td", null, chance.filter(Boolean).join("; ")),
  );
}

/** The interval with its floor as a small picture; the words beside it tell the same. */
function bar(context: Context, measure: Measure, row: number): Node | null {
  const value = context.number(measure.column, row);
  const low = context.number(measure.low, row);
  const high = context.number(measure.high, row);
  const hasScale = measure.form === "quotient" || measure.form === "share";
  if (!hasScale || !Number.isFinite(value) || !Number.isFinite(low + high)) return null;
  const isQuotient = measure.form === "quotient";
  const most = isQuotient ? Math.max(10, high) : 1;
  const at = (number: number): number => {
    const share = isQuotient
      ? Math.log(Math.max(number, 0.1) / 0.1) / Math.log(most / 0.1)
      : Math.max(number, 0) / most;
    return 4 + Math.min(1, share) * (WIDE - 8);
  };
  return s(
    "svg",
    { class: "bar", width: WIDE, height: TALL, viewBox: `0 0 ${WIDE} ${TALL}`, "aria-hidden": "true" },
    s("line", { class: "axis", x1: 4, x2: WIDE - 4, y1: 8, y2: 8 }),
    s("line", { class: "range", x1: at(low), x2: at(high), y1: 8, y2: 8 }),
    measure.floor === null
      ? null
      : s("line", { class: "floor", x1: at(measure.floor), x2: at(measure.floor), y1: 1, y2: 15 }),
    s("circle", { class: "value", cx: at(value), cy: 8, r: 4 }),
  );
}

/** The class of a cell, as a chip of its colour. */
export function chip(context: Context, row: number): HTMLElement {
  return h("span", { class: "chip" }, swatch(context.classColour(row)), context.classLabel(row));
}
