// Colours of values and the legend that goes with them. All take dark text, and neighbours keep
// apart for colour-blind readers (by 14 at least, in CIELAB, for every kind of sight).
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

export const ABSENT = "#ffffff";
const UNKNOWN = "#b8bebe";
const UNKNOWN_TEXT: Text = ["not known", "未知", "未知"];
const QUIET: Text = ["not significant", "不顯著", "不显著"];

const RISING = ["#fdf6e3", "#fcdf8e", "#f5b55c", "#ea8a58", "#c466a6", "#8a82d2"];
const AROUND = ["#5c9bd1", "#b4d0ea", "#f6f1e6", "#fbd06a", "#ee9347", "#d0606e"];
const WORD_COLOURS: Record<string, Record<string, string>> = {
  stage: {
    forming: "#c99ce4",
    upgrading: "#97d68c",
    mature: "#1d9e72",
    steady: "#f4e8d8",
    at_risk: "#f0ba3e",
    declining: "#c074a1",
    not_known: UNKNOWN,
  },
  local_moran_quadrant: {
    "high-high": "#e58c4a",
    "high-low": "#fbdb8c",
    "low-high": "#b9d4ec",
    "low-low": "#6fa3d6",
  },
};

const same = (text: string): Text => [text, text, text];

/** Scale of a measure for the rows that are shown. */
export function scaleOf(data: Dataset, measure: Measure, rows: number[]): Scale {
  if (measure.column === "class") return classScale(data);
  if (measure.form === "words") return wordScale(data, measure);
  const name = `cell ${measure.column}`;
  const column = data.get(name);
  const breaks = breaksOf(measure, rows.map((row) => column.at(row)));
  const colours = coloursFor(measure, breaks);
  const place = scaleThreshold<number, number>()
    .domain(breaks)
    .range(colours.map((_, k) => k));
  const entries = colours.map((colour, k) => ({
    key: String(k),
    label: same(rangeLabel(breaks[k - 1], breaks[k], measure)),
    colour,
  }));
  const unknown = entries.length;
  entries.push({ key: "unknown", label: UNKNOWN_TEXT as never, colour: UNKNOWN });
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
  const colours = WORD_COLOURS[measure.column] ?? {};
  const used = new Set(data.get(name).spec.words);
  const entries: Entry[] = Object.entries(words)
    .filter(([key]) => used.has(key))
    .map(([key, label], k) => ({ key, label, colour: colours[key] ?? RISING[k % RISING.length] }));
  const place = new Map(entries.map((entry, k) => [entry.key, k]));
  const rest = entries.length;
  const isTest = measure.column === "local_moran_quadrant";
  entries.push({ key: "rest", label: isTest ? QUIET : UNKNOWN_TEXT, colour: isTest ? "#f6f3ec" : UNKNOWN });
  return { entries, of: (row) => place.get(data.word(name, row) ?? "") ?? rest, floor: null };
}

/** Where the colours part: at the floor of the verdict, where there is one, and about it. */
export function breaksOf(measure: Measure, values: number[]): number[] {
  const floor = measure.floor;
  if (measure.form === "quotient") return [0.5, 0.8, floor ?? 1.25, 2.5, 5];
  if (measure.column === "confidence") return [0.5, 0.7, 0.8, 0.9, 0.95];
  if (measure.form === "share") {
    return floor === null
      ? [0.1, 0.25, 0.5, 0.75]
      : [0, rounded(floor / 2), floor, ...[0.25, 0.5].map((part) => rounded(floor + part * (1 - floor)))];
  }
  return decades(Math.max(...values.filter(Number.isFinite), 1));
}

function rounded(share: number): number {
  return Number(share.toFixed(2));
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

function coloursFor(measure: Measure, breaks: number[]): string[] {
  const colours = measure.form === "quotient" ? AROUND : RISING;
  return colours.slice(0, breaks.length + 1);
}

function rangeLabel(from: number | undefined, to: number | undefined, measure: Measure): string {
  const text = (value: number): string =>
    measure.form === "quotient" ? String(value) : shown(value, measure.form);
  if (from === undefined) return `< ${text(to as number)}`;
  if (to === undefined) return `≥ ${text(from)}`;
  return `${text(from)} – ${text(to)}`;
}
