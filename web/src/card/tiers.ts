// Core firms, supporting firms and supporting institutions, as a pyramid and by name.
import type { Context } from "../context.ts";
import type { Text } from "../data/facts.ts";
import { h, s } from "../dom.ts";

const COLUMNS = ["core_firms", "supporting_firms", "supporting_institutions"] as const;
const TIERS = ["core", "supporting", "institution"] as const;
const FILLS = ["#dfae38", "#97d68c", "#6fd0fa"];
const WIDE = 320;
const TALL = 34;

export const TIER_COLUMNS = ["tier cell", "tier tier", "tier partners", "tier name"];

export function tiersSection(context: Context, row: number): HTMLElement | null {
  const { t } = context;
  const counts = COLUMNS.map((column) => context.number(column, row));
  if (!counts.some((count) => count > 0)) return null;
  const numbers = counts.map((count) => (Number.isFinite(count) ? count : 0));
  const [core, supporting, institutions] = numbers.map((n) => context.count(n));
  const words = t("tiers_text", { core, supporting, institutions });
  const named = namesOf(context, row);
  return h(
    "section",
    null,
    h("h4", null, t("tiers")),
    pyramid(context, numbers, words),
    named.length
      ? h(
          "details",
          null,
          h("summary", null, t("names")),
          ...named.map(([tier, names]) =>
            h(
              "div",
              null,
              h("h5", null, context.text(context.data.facts.values.tier[tier] as Text)),
              h("ul", { class: "plain" }, ...names.map((name) => h("li", null, name))),
            ),
          ),
        )
      : null,
  );
}

function pyramid(context: Context, counts: number[], words: string): SVGElement {
  const most = Math.max(...counts, 1);
  const bars = counts.flatMap((count, k) => {
    // By the root, so that one core firm is still seen beside fifty suppliers.
    const wide = count ? Math.max(8, Math.sqrt(count / most) * (WIDE - 10)) : 0;
    const y = k * TALL;
    const label = context.text(context.data.facts.values.tier[TIERS[k]] as Text);
    return [
      s("rect", { x: (WIDE - wide) / 2, y: y + 2, width: wide, height: TALL - 6, rx: 3, fill: FILLS[k] }),
      s(
        "text",
        { x: WIDE / 2, y: y + TALL / 2 + 4, "text-anchor": "middle" },
        `${label}: ${context.count(count)}`,
      ),
    ];
  });
  return s(
    "svg",
    { class: "pyramid", viewBox: `0 0 ${WIDE} ${3 * TALL}`, role: "img", "aria-label": words },
    ...bars,
  );
}

function namesOf(context: Context, row: number): [string, string[]][] {
  const { data, t } = context;
  if (!TIER_COLUMNS.every((name) => data.isRead(name))) return [];
  const cell = data.get("tier cell");
  const found = new Map<string, string[]>();
  for (let k = 0; k < cell.spec.count; k++) {
    if (cell.at(k) !== row) continue;
    const tier = data.word("tier tier", k) as string;
    const partners = data.get("tier partners").at(k);
    const name = data.lines("tier name")[k];
    const told = Number.isFinite(partners) ? `${name} (${t("partners")}: ${partners})` : name;
    found.set(tier, [...(found.get(tier) ?? []), told]);
  }
  return TIERS.filter((tier) => found.has(tier)).map((tier) => [tier, found.get(tier) as string[]]);
}
