// How a cell has grown over the years, and what of it is the country's, its industry's, its own.
import type { Context } from "../context.ts";
import { h } from "../dom.ts";
import { signed } from "../format.ts";

/** Sizes in the first and the last year: of the cell, of its industry, of everything. */
export interface Sizes {
  cell: [number, number];
  industry: [number, number];
  all: [number, number];
}

export interface Growth {
  country: number;
  industry: number;
  place: number;
}

/** Shift-share (Dunn 1960): the three parts add up to the change of the cell. */
export function growthParts({ cell, industry, all }: Sizes): Growth {
  const rate = ([before, after]: [number, number]): number => (before > 0 ? after / before - 1 : 0);
  const [before, after] = cell;
  return {
    country: before * rate(all),
    industry: before * (rate(industry) - rate(all)),
    place: after - before * (1 + rate(industry)),
  };
}

/** One sentence; nothing where there is one year only, or the sizes of the ends are not known. */
export function growthOf(context: Context, region: number, industry: number): HTMLElement | null {
  const { data, t } = context;
  const { years } = data.facts;
  const ends = [years[0], years[years.length - 1]];
  if (ends[0] === ends[1] || !data.isRead("cell establishments")) return null;
  const plants = data.get("cell establishments");
  // Cells that are not known in both years count in no rate.
  const sizes: Sizes = { cell: [0, 0], industry: [0, 0], all: [0, 0] };
  for (let k = 0; k < data.facts.industries.length; k++) {
    const [first, last] = ends.map((year) => data.stretch(year, k));
    let one = first.first;
    let other = last.first;
    while (one < first.last || other < last.last) {
      const there = one < first.last ? data.region(one) : Infinity;
      const later = other < last.last ? data.region(other) : Infinity;
      const where = Math.min(there, later);
      const before = there === where ? plants.at(one++) : 0;
      const after = later === where ? plants.at(other++) : 0;
      const isThis = k === industry && where === region;
      if (isThis) sizes.cell = [before, after];
      if (Number.isNaN(before) || Number.isNaN(after)) continue;
      sizes.all = [sizes.all[0] + before, sizes.all[1] + after];
      if (k === industry) sizes.industry = [sizes.industry[0] + before, sizes.industry[1] + after];
    }
  }
  const [before, after] = sizes.cell;
  if (Number.isNaN(before) || Number.isNaN(after) || before + after === 0) return null;
  const parts = growthParts(sizes);
  const words = t("growth_parts", {
    first: ends[0],
    last: ends[1],
    before: context.count(before),
    after: context.count(after),
    country: signed(parts.country),
    industry: signed(parts.industry),
    place: signed(parts.place),
  });
  return h("section", { class: "growth" }, h("h4", null, t("growth")), h("p", null, words));
}
