// Columns of bytes, read as `geo/maps/explorer/codecs.py` and `fitted.py` write them.

export interface Spec {
  codec: "whole" | "steps" | "digits" | "words" | "text" | "product" | "ratio";
  count: number;
  width?: number;
  delta?: boolean;
  step?: number;
  least?: number;
  words?: string[];
  kept?: string;
  of?: string;
  rows?: number;
  columns?: number;
  by?: number[];
  usual?: number[];
}

export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** A column of numbers, or of words by their place in a list. */
export interface Column {
  readonly spec: Spec;
  /** Number of a row; NaN where it is not known or not kept. */
  at(row: number): number;
}

const MAKERS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** Whole numbers from planes of bytes; 0 is not known, every other one more than itself. */
export function codesOf(bytes: Uint8Array, spec: Spec): Codes {
  const { count } = spec;
  const width = spec.width as 1 | 2 | 4;
  const codes: Codes = new MAKERS[width](count);
  for (let plane = 0; plane < width; plane++) {
    const start = plane * count;
    const factor = 256 ** plane;
    for (let k = 0; k < count; k++) codes[k] += bytes[start + k] * factor;
  }
  // Typed arrays wrap around, as the differences do.
  if (spec.delta) for (let k = 1; k < count; k++) codes[k] += codes[k - 1];
  return codes;
}

/** Power of ten to the last digit: the engine's own may miss it. */
export function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`);
}

/** Column of one of the codecs that stand by themselves. */
export function plainColumn(bytes: Uint8Array, spec: Spec): Column {
  const codes = codesOf(bytes, spec);
  const least = spec.least ?? 0;
  const step = spec.step ?? 1;
  const read = {
    whole: (code: number) => code - 1,
    words: (code: number) => code - 1,
    steps: (code: number) => (code - 1 + least) * step,
    digits: (code: number) => {
      const rest = code - 2;
      if (rest < 0) return 0;
      return (100 + (rest % 900)) * powerOfTen(least + Math.floor(rest / 900) - 2);
    },
  }[spec.codec as "whole"];
  return { spec, at: (row) => (codes[row] ? read(codes[row]) : NaN) };
}

/** Column of details that are kept of some rows only. */
export function keptColumn(column: Column, place: Int32Array): Column {
  return { spec: column.spec, at: (row) => (place[row] < 0 ? NaN : column.at(place[row])) };
}

/** Sizes times a factor of their row times a factor of their column. */
export function productColumn(
  bytes: Uint8Array,
  spec: Spec,
  size: Column,
  rowOf: (row: number) => number,
  columnOf: (row: number) => number,
): Column {
  const factors = new Float32Array(bytes.slice().buffer);
  const rows = spec.rows as number;
  return {
    spec,
    at: (row) => size.at(row) * factors[rowOf(row)] * factors[rows + columnOf(row)],
  };
}

/** Bounds by their usual ratio to a middle, for each number of plants. */
export function ratioColumn(bytes: Uint8Array, spec: Spec, middle: Column, by: Column): Column {
  const rest = plainColumn(bytes, { ...spec, codec: "steps", step: 1 });
  const usual = new Map((spec.by as number[]).map((n, k) => [n, (spec.usual as number[])[k]]));
  const step = spec.step as number;
  return {
    spec,
    at: (row) => {
      const steps = rest.at(row) + (usual.get(by.at(row)) ?? NaN);
      return middle.at(row) * Math.exp(steps * step);
    },
  };
}

/** Place of every row among those that are kept; -1 where it is not. */
export function places(count: number, isKept: (row: number) => boolean): Int32Array {
  const place = new Int32Array(count).fill(-1);
  let next = 0;
  for (let row = 0; row < count; row++) if (isKept(row)) place[row] = next++;
  return place;
}
