// Further results as lists of facts: of an industry, of a region, or of a cell.
import type { Context } from "./context.ts";
import type { FactTable } from "./data/facts.ts";
import { h, simpleTable } from "./dom.ts";
import { anything } from "./format.ts";

export interface Of {
  region: number | null;
  industry: number | null;
}

/** Tables of facts that speak of exactly this region and industry, for the chosen year. */
export function factsOf(context: Context, of: Of): HTMLElement[] {
  const { data } = context;
  const region = of.region === null ? null : data.lines("region id")[of.region];
  const industry = of.industry === null ? null : data.facts.industries[of.industry][0];
  return data.facts.results
    .map((table) => ({ table, row: rowFor(table, region, industry, context.state.year) }))
    .filter(({ row }) => row !== null)
    .map(({ table, row }) => section(context, table, row as unknown[]));
}

export function rowFor(
  table: FactTable,
  region: string | null,
  industry: string | null,
  year: number,
): unknown[] | null {
  const found = table.rows.find(
    (row) => row[0] === region && row[1] === industry && (row[2] === null || row[2] === year),
  );
  return found ? found.slice(3) : null;
}

function section(context: Context, table: FactTable, values: unknown[]): HTMLElement {
  const { t } = context;
  const rows: (string | Node)[][] = [];
  table.columns.forEach(({ label, share, language }, k) => {
    const isMine = language === null || language === context.language;
    if (!isMine || values[k] === null) return;
    const value = values[k];
    const told = typeof value === "boolean" ? t(value ? "yes" : "no") : anything(value, share);
    rows.push([context.text(label), told]);
  });
  return h(
    "section",
    null,
    h("h4", null, context.text(table.title)),
    simpleTable([t("fact"), t("value")], rows),
  );
}
