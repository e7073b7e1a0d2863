// The cells of a run and what stands beside them, read column by column when needed.
import { blob } from "./blobs.ts";
import {
  type Column,
  keptColumn,
  places,
  plainColumn,
  productColumn,
  ratioColumn,
} from "./columns.ts";
import type { Facts, Measure } from "./facts.ts";
import { filled } from "./reasons.ts";

const decoder = new TextDecoder();

/** Rows of one year and industry. */
export interface Stretch {
  first: number;
  last: number;
}

export class Dataset {
  readonly count: number;
  private readonly columns = new Map<string, Column>();
  private readonly texts = new Map<string, string[]>();
  private readonly kept = new Map<string, Int32Array>();
  private readonly templatePlaces = new Map<number, Map<number, number>>();
  private readonly writtenNumbers = new Map<number, string[]>();

  constructor(readonly facts: Facts) {
    this.count = facts.columns["cell region"].count;
  }

  static async opened(): Promise<Dataset> {
    const bytes = await blob("facts");
    if (!bytes) throw new Error("the page holds no facts");
    return new Dataset(JSON.parse(decoder.decode(bytes)) as Facts);
  }

  has(name: string): boolean {
    return name in this.facts.columns;
  }

  /** Reads columns that are not read yet, with those that they follow from. */
  async need(names: Iterable<string>): Promise<void> {
    for (const name of names) await this.read(name);
  }

  private async read(name: string): Promise<void> {
    const spec = this.facts.columns[name];
    if (!spec || this.columns.has(name) || this.texts.has(name)) return;
    const of = spec.of ? `cell ${spec.of}` : null;
    const before = [
      ...(of ? [of] : []),
      ...(spec.codec === "ratio" ? ["cell establishments"] : []),
      ...(spec.codec === "product" ? ["cell region"] : []),
      ...(spec.kept ? this.behind(spec.kept) : []),
    ];
    await this.need(before);
    const bytes = await blob(name);
    if (!bytes) return;
    if (spec.codec === "text") {
      this.texts.set(name, decoder.decode(bytes).split("\n"));
      return;
    }
    let column: Column;
    if (spec.codec === "product") {
      const regions = this.regions;
      const industries = this.facts.industries.length;
      column = productColumn(
        bytes,
        spec,
        this.get(of as string),
        (row) => this.yearPlace(row) * regions + this.region(row),
        (row) => this.yearPlace(row) * industries + this.industry(row),
      );
    } else if (spec.codec === "ratio") {
      column = ratioColumn(bytes, spec, this.get(of as string), this.get("cell establishments"));
    } else {
      column = plainColumn(bytes, spec);
    }
    this.columns.set(name, spec.kept ? keptColumn(column, this.placesOf(spec.kept)) : column);
  }

  private behind(kept: string): string[] {
    return kept === "significant" ? ["cell significant"] : ["cell class", "cell establishments"];
  }

  private placesOf(kept: string): Int32Array {
    const known = this.kept.get(kept);
    if (known) return known;
    let made: Int32Array;
    if (kept === "significant") {
      made = new Int32Array(this.count).fill(-1);
      const rows = this.get("cell significant");
      for (let k = 0; k < rows.spec.count; k++) made[rows.at(k)] = k;
    } else {
      made = places(this.count, (row) => this.isSpoken(row) || (kept === "tested" && this.isTested(row)));
    }
    this.kept.set(kept, made);
    return made;
  }

  /** Whether the page keeps a column of this row. */
  keeps(name: string, row: number): boolean {
    const kept = this.facts.columns[name]?.kept;
    return !kept || this.placesOf(kept)[row] >= 0;
  }

  /** Whether a cell is anything but dispersed. */
  isSpoken(row: number): boolean {
    return this.word("cell class", row) !== "dispersed";
  }

  private isTested(row: number): boolean {
    const plants = this.columns.get("cell establishments");
    return plants !== undefined && plants.at(row) >= this.facts.testedFrom;
  }

  get(name: string): Column {
    const column = this.columns.get(name);
    if (!column) throw new Error(`the column ${name} was not read`);
    return column;
  }

  isRead(name: string): boolean {
    return this.columns.has(name) || this.texts.has(name);
  }

  lines(name: string): string[] {
    return this.texts.get(name) ?? [];
  }

  word(name: string, row: number): string | null {
    const column = this.get(name);
    const place = column.at(row);
    return Number.isNaN(place) ? null : (column.spec.words as string[])[place];
  }

  get regions(): number {
    return this.facts.columns["region id"].count;
  }

  region(row: number): number {
    return this.get("cell region").at(row);
  }

  /** Place of a row's year and industry among all. */
  private group(row: number): number {
    const { starts } = this.facts;
    let low = 0;
    let high = starts.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= row) low = middle;
      else high = middle;
    }
    return low;
  }

  industry(row: number): number {
    return this.group(row) % this.facts.industries.length;
  }

  yearPlace(row: number): number {
    return Math.floor(this.group(row) / this.facts.industries.length);
  }

  stretch(year: number, industry: number): Stretch {
    const k = this.facts.years.indexOf(year) * this.facts.industries.length + industry;
    return { first: this.facts.starts[k], last: this.facts.starts[k + 1] };
  }

  ofYear(year: number): Stretch {
    const { industries, starts, years } = this.facts;
    const k = years.indexOf(year) * industries.length;
    return { first: starts[k], last: starts[k + industries.length] };
  }

  /** Row of a cell; -1 where the region has no such industry in the year. */
  row(year: number, industry: number, region: number): number {
    const { first, last } = this.stretch(year, industry);
    let low = first;
    let high = last - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.region(middle);
      if (found === region) return middle;
      if (found < region) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Rows of a region in a year, by industry. */
  rowsOf(year: number, region: number): number[] {
    return this.facts.industries.map((_, k) => this.row(year, k, region)).filter((row) => row >= 0);
  }

  /** Reason of a row's verdict; null where this page leaves it out. */
  reason(row: number, language: number): string | null {
    const template = this.get("reason template");
    const which = template.at(row);
    if (Number.isNaN(which)) return null;
    const { text, slots } = this.facts.templates[which];
    return filled(text[language], slots, {
      number: (name) => this.number(name, row),
      written: (line) => this.numbersOf(line)[this.placeOfReason(which, row)],
    });
  }

  private number(name: string, row: number): number {
    if (name === "plants_lacking") {
      return this.facts.testedFrom - this.get("cell establishments").at(row);
    }
    return this.get(`cell ${name}`).at(row);
  }

  /** Written numbers of one slot, one a cell. */
  private numbersOf(line: number): string[] {
    let numbers = this.writtenNumbers.get(line);
    if (!numbers) {
      numbers = this.lines("reason written")[line].split(" ");
      this.writtenNumbers.set(line, numbers);
    }
    return numbers;
  }

  /** Place of a row among those with the same sentence. */
  private placeOfReason(which: number, row: number): number {
    let mine = this.templatePlaces.get(which);
    if (!mine) {
      mine = new Map();
      const template = this.get("reason template");
      for (let k = 0; k < this.count; k++) if (template.at(k) === which) mine.set(k, mine.size);
      this.templatePlaces.set(which, mine);
    }
    return mine.get(row) as number;
  }

  /** Columns that the evidence of a cell is told from. */
  evidence(): string[] {
    return Object.keys(this.facts.columns).filter((name) => /^(cell|reason|rule) /.test(name));
  }

  measure(column: string): Measure | undefined {
    return this.facts.measures.find((measure) => measure.column === column);
  }
}
