import assert from "node:assert/strict";
import { test } from "node:test";
import { growthParts } from "../src/card/growth.ts";
import { signed } from "../src/format.ts";

test("growth by hand: 1,000 become 1,100, the industry's 200 become 260, here 50 become 70", () => {
  const parts = growthParts({ cell: [50, 70], industry: [200, 260], all: [1000, 1100] });
  assert.deepEqual(
    Object.values(parts).map((part) => Math.round(1e6 * part) / 1e6),
    [5, 10, 5],
  );
});

test("what was not there before is the place's", () => {
  const parts = growthParts({ cell: [0, 4], industry: [0, 4], all: [10, 14] });
  assert.ok(parts.country === 0 && parts.industry === 0 && parts.place === 4);
});

test("changes have a sign and at most one decimal", () => {
  assert.deepEqual([signed(2.04), signed(-3), signed(0), signed(1234.5)], ["+2", "−3", "+0", "+1,234.5"]);
});
