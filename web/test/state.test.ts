import assert from "node:assert/strict";
import { test } from "node:test";
import { type State, fromHash, toHash } from "../src/state.ts";

const NAMES = { industries: ["C36", "C39"], regions: ["R1", "R2"], years: [2022, 2023], shows: ["class", "confidence"] };
const START: State = {
  language: "en", view: "map", year: 2023, industry: 0, show: "class",
  region: -1, sort: "class", down: true, words: "", hidden: [],
};

test("an address gives back the state it was made of", () => {
  const state: State = {
    language: "zh-Hant", view: "industry", year: 2022, industry: 1, show: "confidence",
    region: 1, sort: "region", down: false, words: "蘇 & co", hidden: ["dispersed", "3"],
  };
  assert.deepEqual(fromHash(`#${toHash(state, START, NAMES)}`, START, NAMES), state);
});

test("all industries are an industry of the address", () => {
  const state = { ...START, industry: -1 };
  assert.equal(fromHash(toHash(state, START, NAMES), START, NAMES).industry, -1);
});

test("the start needs no more than the language", () => {
  assert.equal(toHash(START, START, NAMES), "l=en");
});

test("what an address says wrongly is as at the start", () => {
  assert.deepEqual(fromHash("#l=xx&v=no&y=1900&i=Z&m=secret&r=R9", START, NAMES), START);
});
