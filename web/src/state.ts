// What the reader has chosen, kept in the address so that a link shows the same.

export const LANGUAGES = ["en", "zh-Hant", "zh-Hans"] as const;
export type Language = (typeof LANGUAGES)[number];
export const VIEWS = ["map", "industry", "about"] as const;
export type View = (typeof VIEWS)[number];

export interface State {
  language: Language;
  view: View;
  year: number;
  /** Place in the list of industries; -1 = all. */
  industry: number;
  /** Column that the map shows. */
  show: string;
  /** Position of the region; -1 = none. */
  region: number;
  /** Column that the table is sorted by, and whether the largest come first. */
  sort: string;
  down: boolean;
  /** Words that a row of the table must hold. */
  words: string;
  /** Keys of the legend that are hidden. */
  hidden: string[];
}

/** Names by which the address calls regions and industries, whatever their position. */
export interface Names {
  industries: string[];
  regions: string[];
  years: number[];
  shows: string[];
}

/** The part of the address behind the #; only what differs from the start. */
export function toHash(state: State, start: State, names: Names): string {
  const parts = new URLSearchParams();
  parts.set("l", state.language);
  if (state.view !== start.view) parts.set("v", state.view);
  if (state.year !== start.year) parts.set("y", String(state.year));
  if (state.industry !== start.industry) {
    parts.set("i", state.industry < 0 ? "*" : names.industries[state.industry]);
  }
  if (state.show !== start.show) parts.set("m", state.show);
  if (state.region >= 0) parts.set("r", names.regions[state.region]);
  if (state.sort !== start.sort || state.down !== start.down) {
    parts.set("s", (state.down ? "-" : "") + state.sort);
  }
  if (state.words) parts.set("q", state.words);
  if (state.hidden.length) parts.set("h", state.hidden.join("."));
  return parts.toString();
}

/** The state that an address speaks of; what it says wrongly is as at the start. */
export function fromHash(hash: string, start: State, names: Names): State {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const state = { ...start };
  const among = <T extends string>(value: string | null, allowed: readonly T[], other: T): T =>
    allowed.includes(value as T) ? (value as T) : other;
  state.language = among(parts.get("l"), LANGUAGES, start.language);
  state.view = among(parts.get("v"), VIEWS, start.view);
  state.show = among(parts.get("m"), names.shows, start.show);
  const year = Number(parts.get("y"));
  if (names.years.includes(year)) state.year = year;
  const code = parts.get("i");
  if (code === "*") state.industry = -1;
  else if (code !== null && names.industries.includes(code)) {
    state.industry = names.industries.indexOf(code);
  }
  const region = parts.get("r");
  state.region = region === null ? -1 : names.regions.indexOf(region);
  const sort = parts.get("s");
  if (sort) {
    state.down = sort.startsWith("-");
    state.sort = sort.replace(/^-/, "");
  }
  state.words = parts.get("q") ?? "";
  state.hidden = parts.get("h")?.split(".").filter(Boolean) ?? [];
  return state;
}
