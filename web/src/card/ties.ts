// Ties of a cell with other regions: as arcs for the map, and as a table.
import type { Context } from "../context.ts";
import { h, scrolled, simpleTable } from "../dom.ts";
import type { Arc } from "../map/map.ts";
import type { Word } from "../words.ts";

const MOST = 12;
const MOST_ARCS = 60;

export interface Tie {
  partner: number;
  isOut: boolean;
  family: number;
  ties: number;
}

export const TIE_COLUMNS = ["tie cell", "tie out_family", "tie partner", "tie ties"];

/** Ties of a row; null where the page keeps none of it. */
export function tiesOf(context: Context, row: number): Tie[] | null {
  const { data } = context;
  if (!TIE_COLUMNS.every((name) => data.isRead(name))) return null;
  const cell = data.get("tie cell");
  let low = 0;
  let high = cell.spec.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cell.at(middle) < row) low = middle + 1;
    else high = middle;
  }
  const found: Tie[] = [];
  for (let k = low; k < cell.spec.count && cell.at(k) === row; k++) {
    const code = data.get("tie out_family").at(k);
    found.push({
      partner: data.get("tie partner").at(k),
      isOut: code % 2 === 1,
      family: Math.floor(code / 2),
      ties: data.get("tie ties").at(k),
    });
  }
  return found;
}

/** The most frequent ties with other regions, the strongest drawn last. */
export function arcsOf(ties: Tie[], region: number): Arc[] {
  const summed = new Map<string, Arc>();
  for (const { partner, isOut, ties: count } of ties) {
    if (partner === region) continue;
    const key = `${partner} ${isOut}`;
    const arc = summed.get(key);
    if (arc) arc.ties += count;
    else summed.set(key, { from: region, to: partner, isOut, ties: count });
  }
  return [...summed.values()].sort((a, b) => b.ties - a.ties).slice(0, MOST_ARCS).reverse();
}

export function tiesSection(context: Context, row: number, region: number): HTMLElement | null {
  const { t, data } = context;
  const ties = tiesOf(context, row);
  if (ties === null) return null;
  if (!ties.length) {
    if (data.facts.isWhole || data.isSpoken(row)) return null;
    return h("section", null, h("h4", null, t("ties")), h("p", { class: "quiet" }, t("ties_left_out")));
  }
  const partners = new Map<number, { in: number; out: number; families: Set<number> }>();
  for (const { partner, isOut, family, ties: count } of ties) {
    const entry = partners.get(partner) ?? { in: 0, out: 0, families: new Set() };
    entry[isOut ? "out" : "in"] += count;
    entry.families.add(family);
    partners.set(partner, entry);
  }
  const order = [...partners].sort(([a, x], [b, y]) =>
    a === region ? -1 : b === region ? 1 : y.in + y.out - x.in - x.out,
  );
  const family = (k: number): string => t(`family_${data.facts.families[k]}` as Word);
  const rows = order.slice(0, MOST).map(([partner, entry]) => [
    partner === region ? t("ties_here") : context.region(partner),
    context.count(entry.out),
    context.count(entry.in),
    [...entry.families].map(family).join(context.language ? "、" : ", "),
  ]);
  const more = order.length - rows.length;
  return h(
    "section",
    null,
    h("h4", null, t("ties")),
    h("p", { class: "quiet" }, t("ties_text")),
    scrolled(t("ties"), simpleTable([t("region"), t("ties_out"), t("ties_in"), ""], rows)),
    more > 0 ? h("p", { class: "quiet" }, t("ties_more", { n: more })) : null,
  );
}
