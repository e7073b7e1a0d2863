// What every part of the page is handed: the data, what is chosen, and words in its language.
import type { Dataset } from "./data/dataset.ts";
import type { Measure, Text } from "./data/facts.ts";
import { against, interval, shown } from "./format.ts";
import type { State } from "./state.ts";
import { type Word, place, word } from "./words.ts";

export class Context {
  readonly regionLabels: string[];

  constructor(
    readonly data: Dataset,
    public state: State,
    /** Chooses something else; the page follows. */
    readonly set: (change: Partial<State>) => void,
  ) {
    this.regionLabels = regionLabels(
      data.lines("region name"),
      data.lines("region parent"),
      data.lines("region id"),
    );
  }

  readonly t = (key: Word, blanks: Record<string, string | number> = {}): string =>
    word(this.state.language, key, blanks);

  get language(): number {
    return place(this.state.language);
  }

  text(text: Text): string {
    return text[this.language];
  }

  region(position: number): string {
    return this.regionLabels[position];
  }

  industry(position: number): string {
    return this.data.facts.industries[position][1 + this.language] as string;
  }

  count(value: number): string {
    return shown(value, "count");
  }

  classLabel(row: number): string {
    const { classes } = this.data.facts;
    return this.text(classes[this.data.get("cell class").at(row)].label);
  }

  classColour(row: number): string {
    return this.data.facts.classes[this.data.get("cell class").at(row)].colour;
  }

  /** A measure of a row in words; says so where it is not known or not kept. */
  value(measure: Measure, row: number): string {
    const name = `cell ${measure.column}`;
    if (!this.data.keeps(name, row)) {
      return this.t(measure.column.startsWith("local_moran") ? "not_significant" : "not_kept");
    }
    if (measure.form === "words") return this.wordOf(measure.column, row) ?? this.t("not_known");
    const value = this.data.get(name).at(row);
    return Number.isNaN(value) ? this.t("not_known") : against(value, measure.floor, measure.form);
  }

  wordOf(column: string, row: number): string | null {
    if (column === "class") return this.classLabel(row);
    const found = this.data.word(`cell ${column}`, row);
    if (found === null) return null;
    const known = this.data.facts.values[column]?.[found];
    return known ? this.text(known) : found.replaceAll("_", " ");
  }

  /** Plants of a cell, or its jobs where plants are not told; 0 where neither is known. */
  size(row: number): number {
    return this.number("establishments", row) || this.number("employment", row) || 0;
  }

  /** Number of a row; NaN where there is no such column. */
  number(column: string | null, row: number): number {
    if (column === null || !this.data.isRead(`cell ${column}`)) return NaN;
    return this.data.get(`cell ${column}`).at(row);
  }

  interval(measure: Measure, row: number): string {
    return interval(this.number(measure.low, row), this.number(measure.high, row), measure.form);
  }
}

/** Names of regions; with their parent where a name is found twice, then with their id. */
export function regionLabels(names: string[], parents: string[], ids: string[]): string[] {
  const apart = (labels: string[], add: (k: number) => string): string[] => {
    const seen = new Map<string, number>();
    for (const label of labels) seen.set(label, (seen.get(label) ?? 0) + 1);
    return labels.map((label, k) =>
      (seen.get(label) as number) > 1 && add(k) ? `${label}, ${add(k)}` : label,
    );
  };
  const withParent = apart(names, (k) => parents[k] ?? "");
  return apart(withParent, (k) => ids[k]);
}
