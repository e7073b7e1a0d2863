// The legend of what is shown: steps or words in their colours, which come with the data.
import { scaleThreshold } from "d3-scale";
import type { Dataset } from "../data/dataset.ts";
import type { Measure, Text } from "../data/facts.ts";
import { shown } from "../format.ts";

export interface Entry {
  key: string;
  label: Text;
  colour: string;
}

/** From a row of the cells to an entry of the legend. */
export interface Scale {
  entries: Entry[];
  /** Place in the entries of a row's value. */
  of(row: number): number;
  floor: string | null;
}

/** The paper, where there is nothing. */
export const ABSENT = "#ffffff";
const UNKNOWN_TEXT: Text = ["not known", "未知", "未知"];
const QUIET: Text = ["not significant", "不顯著", "不显著"];

const same = (text: string): Text => [text, text, text];

/** Scale of a measure for the rows that are shown. */
export function scaleOf(data: Dataset, measure: Measure, rows: number[]): Scale {
  if (measure.column === "class") return classScale(data);
  if (measure.form === "words") return wordScale(data, measure);
  const name = `cell ${measure.column}`;
  const column = data.get(name);
  const breaks = breaksOf(measure, rows.map((row) => column.at(row)));
  const { palette } = data.facts;
  const steps = measure.form === "quotient" ? palette.around : palette.rising;
  const colours = steps.slice(0, breaks.length + 1);
  const place = scaleThreshold<number, number>()
    .domain(breaks)
    .range(colours.map((_, k) => k));
  const entries = colours.map((colour, k) => ({
    key: String(k),
    label: same(rangeLabel(breaks[k - 1], breaks[k], measure)),
    colour,
  }));
  const unknown = entries.length;
  entries.push({ key: "unknown", label: UNKNOWN_TEXT, colour: palette.unknown });
  return {
    entries,
    of: (row) => {
      const value = column.at(row);
      return Number.isNaN(value) ? unknown : place(value);
    },
    floor: measure.floor === null ? null : shown(measure.floor, measure.form),
  };
}

/** The classes, the most advanced first. */
export function classScale(data: Dataset): Scale {
  const classes = [...data.facts.classes].reverse();
  const entries = classes.map(({ key, label, colour }) => ({ key, label, colour }));
  const column = data.get("cell class");
  const last = classes.length - 1;
  return { entries, of: (row) => last - column.at(row), floor: null };
}

function wordScale(data: Dataset, measure: Measure): Scale {
  const name = `cell ${measure.column}`;
  const words = data.facts.values[measure.column] ?? {};
  const { palette } = data.facts;
  const colours = palette.words[measure.column] ?? {};
  const used = new Set(data.get(name).spec.words);
  const entries: Entry[] = Object.entries(words)
    .filter(([key]) => used.has(key))
    .map(([key, label], k) => ({ key, label, colour: colours[key] ?? palette.rising[k % palette.rising.length] }));
  const place = new Map(entries.map((entry, k) => [entry.key, k]));
  const rest = entries.length;
  const isTest = measure.column === "local_moran_quadrant";
  entries.push(
    isTest
      ? { key: "rest", label: QUIET, colour: palette.quiet }
      : { key: "rest", label: UNKNOWN_TEXT, colour: palette.unknown },
  );
  return { entries, of: (row) => place.get(data.word(name, row) ?? "") ?? rest, floor: null };
}

/** Where the colours part: as the run says, or where that depends on what is shown, by its size. */
export function breaksOf(measure: Measure, values: number[]): number[] {
  return measure.breaks ?? decades(Math.max(...values.filter(Number.isFinite), 1));
}

/** Breaks of counts: 5, 20, 100, 500, ..., at most five up to the largest. */
export function decades(largest: number): number[] {
  const breaks: number[] = [];
  for (let k = 0, at = 5; at <= largest; k++) {
    breaks.push(at);
    at = k % 2 === 0 ? at * 4 : at * 5;
  }
  return breaks.length > 5 ? breaks.slice(-5) : breaks.length ? breaks : [2];
}

function rangeLabel(from: number | undefined, to: number | undefined, measure: Measure): string {
  const text = (value: number): string =>
    measure.form === "quotient" ? String(value) : shown(value, measure.form);
  if (from === undefined) return `< ${text(to as number)}`;
  if (to === undefined) return `≥ ${text(from)}`;
  return `${text(from)} – ${text(to)}`;
}
