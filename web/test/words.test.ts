import assert from "node:assert/strict";
import { test } from "node:test";
import { regionLabels } from "../src/context.ts";
import { parted } from "../src/card/story.ts";
import { shortfall } from "../src/card/inputs.ts";
import { filled, written } from "../src/data/reasons.ts";
import { against, anything, interval, shown } from "../src/format.ts";
import { csv } from "../src/table/csv.ts";
import { above } from "../src/industry/charts.ts";
import { breaksOf, decades } from "../src/map/scales.ts";
import { thinned } from "../src/map/geometry.ts";
import { matches } from "../src/search.ts";
import { ALL_WORDS, word } from "../src/words.ts";

test("every word of the page has the same blanks in all languages", () => {
  for (const [key, text] of Object.entries(ALL_WORDS)) {
    const blanks = text.map((words) => [...words.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join());
    assert.equal(new Set(blanks).size, 1, key);
    assert.ok(text.every((words) => words.trim()), key);
  }
});

test("a word has its blanks filled", () => {
  assert.equal(word("en", "search_found", { n: 3 }), "3 found");
  assert.equal(word("zh-Hans", "search_found", { n: 3 }), "找到 3 项");
});

test("numbers are written as sentences write them", () => {
  assert.equal(written(1234.567, "2"), "1,234.57");
  assert.equal(written(0.305, "%"), "31");
  assert.equal(written(1234567, "0"), "1,234,567");
});

test("a sentence is put together from columns and written numbers", () => {
  const numbers = { number: () => 0.5, written: (line: number) => `line ${line}` };
  const text = filled("{0} of {1}, {2}", [["share", "%"], 4, null], numbers);
  assert.equal(text, "50 of line 4, {2}");
});

test("what is not known is a dash", () => {
  assert.equal(shown(NaN, "count"), "–");
  assert.equal(anything(null, false), "–");
  assert.equal(interval(NaN, NaN, "share"), "");
});

test("numbers are shown in their form", () => {
  assert.equal(shown(12345.6, "amount"), "12,346");
  assert.equal(shown(-0.031, "share"), "−3 %");
  assert.equal(shown(-0.001, "share"), "0 %");
  assert.equal(shown(0.0004, "chance"), "< 0.001");
  assert.equal(shown(213.4, "quotient"), "213");
});

test("a number below its floor does not read as if it reached it", () => {
  assert.equal(against(0.297, 0.3, "share"), "29.7 %");
  assert.equal(against(1.2476, 1.25, "quotient"), "1.248");
  assert.equal(against(0.3, 0.3, "share"), "30 %");
  assert.equal(against(0.2, 0.3, "share"), "20 %");
});

test("regions of one name are told apart by their parent, then by their id", () => {
  const labels = regionLabels(["A", "B", "B", "C", "C"], ["x", "x", "y", "z", "z"], ["1", "2", "3", "4", "5"]);
  assert.deepEqual(labels, ["A", "B, x", "B, y", "C, z, 4", "C, z, 5"]);
});

test("what is missing stands apart from why", () => {
  const story = parted("Agglomeration. Not collaborating: 3 of 4 ties. Missing to move up, nearest first: x. It would move down by losing: y.", 0);
  assert.deepEqual(story.why, ["Agglomeration.", "Not collaborating: 3 of 4 ties."]);
  assert.equal(story.flips.length, 2);
  const chinese = parted("集聚。上升尚缺（由近及遠）：甲。若減少 17 家企業，判定即下降。", 1);
  assert.equal(chinese.flips.length, 2);
  assert.deepEqual(chinese.why, ["集聚。"]);
});

test("an input that is not here falls short by all of it", () => {
  assert.equal(shortfall(0.2, 0, 0), 0.2);
  assert.equal(shortfall(0.2, 3, 0.5), 0.1);
  assert.equal(shortfall(0.2, 3, 2), 0);
  assert.equal(shortfall(0.2, 3, NaN), 0);
});

test("a field of a file cannot be taken for a formula or break its row", () => {
  const text = csv(["a"], [["=1+1"], ['say "x", y'], [null], [1.5]]);
  assert.equal(text, '\ufeffa\r\n\'=1+1\r\n"say ""x"", y"\r\n\r\n1.5\r\n');
});

test("stretches above the band are told", () => {
  const points: [number, number][] = [[0, 5], [1, 5], [2, 1], [3, 5]];
  const band = points.map(([x]) => [x, 0, 2] as [number, number, number]);
  assert.equal(above(points, band), "0–1, 3–3");
  assert.equal(above([[0, 1]], [[0, 0, 2]]), "");
});

test("colours part where the run says, or else by how large the values are", () => {
  assert.deepEqual(breaksOf({ breaks: [0.1, 0.3] } as never, [5]), [0.1, 0.3]);
  assert.deepEqual(breaksOf({ breaks: null } as never, [30, NaN]), [5, 20]);
  assert.deepEqual(decades(30), [5, 20]);
  assert.equal(decades(1e6).length, 5);
});

test("a coarse border begins and ends where the fine one does", () => {
  const arc: [number, number][] = [[5, 5], [1, 0], [1, 0], [1, 0]];
  const kept = thinned(arc, 10);
  const end = kept.reduce(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
  assert.deepEqual(end, [8, 5]);
  assert.deepEqual(kept[0], [5, 5]);
});

test("names that begin with what was typed come first", () => {
  assert.deepEqual(matches("wash", ["Port Washington", "Washington", "Kings"], 5), [1, 0]);
  assert.deepEqual(matches("", ["Kings"], 5), []);
  assert.deepEqual(matches("島", ["青島"], 5), [0]);
});
