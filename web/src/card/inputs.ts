// What an industry buys by the input-output table, and whether that is in the region.
import type { Context } from "../context.ts";
import { h, scrolled, simpleTable } from "../dom.ts";
import { shown } from "../format.ts";

const MOST = 10;

export interface Input {
  industry: number;
  share: number;
  plants: number;
  quotient: number;
  shortfall: number;
}

/** Share of all inputs that is not here: the share, as far as the quotient falls short of one. */
export function shortfall(share: number, plants: number, quotient: number): number {
  if (plants === 0) return share;
  return Number.isFinite(quotient) ? share * (1 - Math.min(1, quotient)) : 0;
}

export function inputsOf(context: Context, industry: number, region: number): Input[] {
  const { data, state } = context;
  return data.facts.inputs
    .filter(([user]) => user === industry)
    .map(([, supplier, share]) => {
      const row = data.row(state.year, supplier, region);
      const plants = row < 0 ? 0 : context.number("establishments", row);
      const quotient = row < 0 ? 0 : context.number("location_quotient", row);
      return { industry: supplier, share, plants, quotient, shortfall: shortfall(share, plants, quotient) };
    })
    .sort((a, b) => b.shortfall - a.shortfall || b.share - a.share);
}

export function inputsSection(context: Context, industry: number, region: number): HTMLElement | null {
  const { t } = context;
  const inputs = inputsOf(context, industry, region).slice(0, MOST);
  if (!inputs.length) return null;
  const rows = inputs.map((input) => [
    context.industry(input.industry),
    shown(input.share, "share"),
    shown(input.plants, "count"),
    shown(input.quotient, "quotient"),
    input.plants === 0 ? h("strong", null, t("gap_none")) : t(input.shortfall > 0 ? "gap_few" : "gap_here"),
  ]);
  const heads = [t("input"), t("input_share"), t("plants_here"), t("quotient_here"), t("gap")];
  return h(
    "section",
    null,
    h("h4", null, t("inputs")),
    h("p", { class: "quiet" }, t("inputs_text")),
    scrolled(t("inputs"), simpleTable(heads, rows)),
  );
}
