import assert from "node:assert/strict";
import { test } from "node:test";
import {
  codesOf,
  keptColumn,
  places,
  plainColumn,
  powerOfTen,
  productColumn,
  ratioColumn,
} from "../src/data/columns.ts";

const whole = (numbers: (number | null)[]) =>
  plainColumn(Uint8Array.from(numbers, (n) => (n === null ? 0 : n + 1)), {
    codec: "whole",
    count: numbers.length,
    width: 1,
  });

test("planes of bytes become whole numbers", () => {
  // 3 and 300, one more each: 4 and 301 = 45 + 256.
  const codes = codesOf(new Uint8Array([4, 45, 0, 1]), { codec: "whole", count: 2, width: 2 });
  assert.deepEqual([...codes], [4, 301]);
});

test("differences are summed and wrap around", () => {
  const spec = { codec: "whole", count: 3, width: 1, delta: true } as const;
  assert.deepEqual([...codesOf(new Uint8Array([5, 2, 254]), spec)], [5, 7, 5]);
});

test("nought is not known", () => {
  assert.ok(Number.isNaN(whole([null]).at(0)));
  assert.equal(whole([0]).at(0), 0);
});

test("steps begin at the least", () => {
  const column = plainColumn(new Uint8Array([1, 3]), {
    codec: "steps", count: 2, width: 1, least: -2, step: 0.01,
  });
  assert.deepEqual([column.at(0), column.at(1)], [-0.02, 0]);
});

test("three digits are read with their size", () => {
  // 1.23: code 1 + 23 = 24, one more 25; nought: 1.
  const column = plainColumn(new Uint8Array([25, 1]), { codec: "digits", count: 2, width: 1, least: 0 });
  assert.equal(column.at(0).toFixed(2), "1.23");
  assert.equal(column.at(1), 0);
});

test("powers of ten are exact", () => {
  for (let k = -12; k < 12; k++) assert.equal(powerOfTen(k), Number(`1e${k}`));
});

test("details are read where they are kept", () => {
  const place = places(4, (row) => row % 2 === 1);
  assert.deepEqual([...place], [-1, 0, -1, 1]);
  const column = keptColumn(whole([7, 9]), place);
  assert.ok(Number.isNaN(column.at(0)));
  assert.equal(column.at(3), 9);
});

test("a quotient is its size times two factors", () => {
  const factors = new Uint8Array(new Float32Array([0.5, 2, 4]).buffer);
  const spec = { codec: "product", count: 2, rows: 1, columns: 2 } as const;
  const column = productColumn(factors, spec, whole([3, 6]), () => 0, (row) => row);
  assert.deepEqual([column.at(0), column.at(1)], [3, 12]);
});

test("a bound is its middle times the usual ratio", () => {
  const spec = {
    codec: "ratio", count: 1, width: 1, least: 0, step: 0.005, by: [5], usual: [-100],
  } as const;
  const column = ratioColumn(new Uint8Array([1]), spec as never, whole([10]), whole([5]));
  assert.equal(column.at(0).toFixed(4), (10 * Math.exp(-0.5)).toFixed(4));
});
