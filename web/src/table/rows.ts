// Which cells are shown, and in which order.
import type { Dataset } from "../data/dataset.ts";
import type { State } from "../state.ts";
import type { Scale } from "../map/scales.ts";

export interface Labels {
  region(position: number): string;
  industry(position: number): string;
}

/** Cells of the chosen year and industry. */
export function cellsOf(data: Dataset, state: State): number[] {
  const { first, last } =
    state.industry < 0 ? data.ofYear(state.year) : data.stretch(state.year, state.industry);
  return Array.from({ length: last - first }, (_, k) => first + k);
}

/** Cells that neither the legend nor the words of the filter leave out. */
export function filtered(
  data: Dataset,
  state: State,
  cells: number[],
  scale: Scale,
  labels: Labels,
): number[] {
  const hidden = new Set(state.hidden);
  const isShown = scale.entries.map((entry) => !hidden.has(entry.key));
  const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const byIndustry = new Map<number, string>();
  return cells.filter((row) => {
    if (!isShown[scale.of(row)]) return false;
    if (!words.length) return true;
    const industry = state.industry < 0 ? data.industry(row) : state.industry;
    if (!byIndustry.has(industry)) byIndustry.set(industry, labels.industry(industry));
    return fits(`${labels.region(data.region(row))} ${byIndustry.get(industry)}`);
  });
}

/** The same cells sorted by a column; what is not known comes last either way. */
export function sorted(
  data: Dataset,
  cells: number[],
  by: string,
  down: boolean,
  labels: Labels,
): number[] {
  const order = down ? -1 : 1;
  if (by === "region" || by === "industry") {
    const text = (row: number): string =>
      by === "region" ? labels.region(data.region(row)) : labels.industry(data.industry(row));
    const keyed = cells.map((row) => ({ row, key: text(row) }));
    const collator = new Intl.Collator(undefined, { numeric: true });
    keyed.sort((a, b) => order * collator.compare(a.key, b.key) || a.row - b.row);
    return keyed.map(({ row }) => row);
  }
  const column = data.get(`cell ${by}`);
  const size = ["cell establishments", "cell employment"]
    .filter((name) => data.isRead(name))
    .map((name) => data.get(name))[0];
  const keys = new Float64Array(cells.length);
  const sizes = new Float64Array(cells.length);
  cells.forEach((row, k) => {
    const value = column.at(row);
    keys[k] = Number.isNaN(value) ? Infinity : order * value;
    sizes[k] = size ? size.at(row) || 0 : 0;
  });
  const places = Uint32Array.from(cells, (_, k) => k);
  places.sort((a, b) => keys[a] - keys[b] || sizes[b] - sizes[a] || a - b);
  return Array.from(places, (k) => cells[k]);
}
