// What a run says of itself: as `geo/maps/explorer/page.py` writes it.
import type { Spec } from "./columns.ts";

/** One text in English, traditional and simplified Chinese. */
export type Text = readonly [string, string, string];

export type Form = "words" | "count" | "amount" | "quotient" | "share" | "number" | "chance";

export interface Measure {
  column: string;
  form: Form;
  label: Text;
  question: "size" | "A" | "B" | "C" | "potential" | "verdict";
  low: string | null;
  high: string | null;
  floor: number | null;
  /** Where its colours part; null where that depends on what is shown. */
  breaks: number[] | null;
  whole: string | null;
  usual: string | null;
  chance: string | null;
  on_map: boolean;
  in_table: boolean;
}

export interface Slot extends Array<unknown> {}

export interface Template {
  text: Text;
  /** Column and form, the line of written numbers, or null: it stands in the text. */
  slots: ([string, string] | number | null)[];
}

export interface FactTable {
  title: Text;
  columns: { label: Text; share: boolean; language: number | null }[];
  rows: (string | number | boolean | null)[][];
}

export interface Curve {
  industry: number;
  measure: string;
  year: number;
  km: number[];
  value: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
}

export interface Survival {
  industry: number;
  local: boolean;
  age: number[];
  at_risk: number[];
  survival: number[];
}

export interface Facts {
  name: string;
  language: string;
  years: number[];
  industries: [string, string, string, string][];
  interest: number[];
  starts: number[];
  classes: { key: string; label: Text; colour: string; meaning: Text }[];
  noVerdict: Text;
  palette: {
    rising: string[];
    around: string[];
    unknown: string;
    quiet: string;
    words: Record<string, Record<string, string>>;
  };
  values: Record<string, Record<string, Text>>;
  measures: Measure[];
  questions: Record<"A" | "B" | "C", { answer: string; title: Text; meaning: Text }>;
  significance: number;
  testedFrom: number;
  isWhole: boolean;
  families: string[];
  rules: Record<string, Text>;
  results: FactTable[];
  curves: Curve[];
  survival: Survival[];
  pairs: [number, number, number | null, number | null, number | null][];
  /** Year, industry, region of its middle, establishments, jobs, square kilometres. */
  footprints: [number, number, number, number, number | null, number | null][];
  inputs: [number, number, number][];
  changes: [number, number, number, Text][];
  chains: [number, string, string[], string, number | null][];
  functional: [number, number[], string[], number | null][];
  firms: number;
  notes: {
    notices: Text[];
    open: [Text, number][];
    read: [Text, string, number, number, number][];
    rejected: [Text, Text, number][];
    repaired: [Text, Text, number][];
  };
  about: Record<string, string>;
  templates: Template[];
  columns: Record<string, Spec>;
}

export interface Sheet {
  type: "Topology";
  width: number;
  height: number;
  insets: [number, number, number, number][];
  arcs: [number, number][][];
}
