// Uses a page as a reader would, in a real browser with the network off:
//   node check.mjs PAGE CHROMIUM REGION INDUSTRY REASON CSV
// Saves all cells of the last year to CSV, and prints one line of JSON a check: its name, and what went wrong or null.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [, , file, executablePath, region, industry, reason, csv, growth] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LANGUAGES = ["en", "zh-Hant", "zh-Hans"];
const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

/** A page of its own, which fails the check if it complains or asks for anything. */
async function opened(hash = "", width = 1280) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, offline: true });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(`file://${file}${hash ? `#${hash}` : ""}`);
  await page.waitForSelector("html[data-complete]", { state: "attached" });
  return { page, complaints, end: () => context.close() };
}

const pixels = (page) => page.evaluate(() => document.getElementById("map").toDataURL());
const rows = (page) => page.$$eval("table.cells tbody tr", (all) => all.map((row) => row.textContent));
const settled = (page) => page.waitForTimeout(250);

const checks = {
  async "opens without a complaint or a request"({ page, complaints }) {
    assert.ok((await rows(page)).length > 0);
    assert.deepEqual(complaints, []);
  },
  async "another industry is drawn at once"({ page }) {
    const before = await pixels(page);
    const values = await page.$$eval("#industry option", (all) => all.map((option) => option.value));
    const now = await page.$eval("#industry", (select) => select.value);
    await page.selectOption("#industry", values.find((value) => value !== now && value !== "-1"));
    await settled(page);
    assert.notEqual(await pixels(page), before);
    const took = Number(await page.getAttribute("html", "data-took"));
    assert.ok(took < 500, `took ${took} ms`);
  },
  async "every measure of the map can be shown"({ page, complaints }) {
    for (const value of await page.$$eval("#show option", (all) => all.map((one) => one.value))) {
      await page.selectOption("#show", value);
      await settled(page);
      assert.equal(await page.getAttribute("#map", "data-measure"), value);
      assert.ok((await page.$$(".legend button")).length > 0, value);
    }
    assert.deepEqual(complaints, []);
  },
  async "a click on the map opens the card of the region"({ page }) {
    const box = await page.locator("#map").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const tip = await page.textContent(".tip");
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForSelector("#card-title");
    const title = await page.textContent("#card-title");
    assert.ok(tip.startsWith(title), `${tip} / ${title}`);
  },
  async "the card tells the reason of the results to the letter"({ page }) {
    const card = await page.textContent("#card");
    const told = reason.split(/(?<=\.)\s+(?=[A-Z])/);
    for (const sentence of told) assert.ok(card.includes(sentence), sentence);
  },
  async "the card tells how the cell has grown"({ page }) {
    assert.ok((await page.textContent("#card .growth")).includes(growth), growth);
  },
  async "a row of the table opens the card and is marked"({ page }) {
    await page.click("table.cells tbody tr:nth-child(2) button");
    await page.waitForSelector("tr.chosen");
    const name = await page.textContent("tr.chosen button");
    assert.equal(await page.textContent("#card-title"), name);
  },
  async "search finds a region by its id and takes the focus there"({ page }) {
    await page.fill("#search", region);
    await page.waitForSelector("#found li");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#card-title");
    assert.equal(await page.evaluate(() => document.activeElement.id), "card-title");
    assert.ok((await page.evaluate(() => location.hash)).includes(`r=${region}`));
  },
  async "columns sort both ways"({ page }) {
    const numbers = async () =>
      (await page.$$eval("table.cells tbody td:nth-child(3)", (all) => all.map((cell) => cell.textContent)))
        .map((text) => Number(text.replaceAll(",", "")));
    for (const [sort, order] of [["descending", -1], ["ascending", 1]]) {
      await page.click('[data-key="sort-establishments"]');
      await page.waitForSelector(`th[aria-sort="${sort}"]`);
      const found = await numbers();
      assert.deepEqual(found, [...found].sort((a, b) => order * (a - b)));
    }
  },
  async "the legend hides cells in the table too"({ page }) {
    const before = await page.textContent(".table-part");
    await page.click('[data-key="legend-dispersed"]');
    await settled(page);
    assert.notEqual(await page.textContent(".table-part"), before);
    assert.ok(!(await rows(page)).some((row) => row.includes("dispersed")));
  },
  async "the filter leaves rows with its words"({ page }) {
    const first = (await page.textContent("table.cells tbody th")).trim();
    await page.fill("#filter", first);
    await settled(page);
    assert.ok((await rows(page)).every((row) => row.includes(first)));
  },
  async "what is shown can be saved"({ page }) {
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    const text = readFileSync(await saved.path(), "utf8");
    const shown = await page.textContent(".table-part p.quiet");
    const count = Number(shown.match(/^[\d,]+/)[0].replaceAll(",", ""));
    assert.equal(text.trim().split("\r\n").length, count + 1);
    assert.match(saved.suggestedFilename(), /^jiqun-.+\.csv$/);
  },
  async "all cells can be saved"({ page }) {
    await page.selectOption("#industry", "-1");
    await page.click('[data-key="legend-dispersed"]');
    await settled(page);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    await saved.saveAs(csv);
  },
  async "languages can be switched, and the address keeps all"({ page }) {
    const seen = new Set();
    for (const language of LANGUAGES) {
      await page.click(`[data-key="language-${language}"]`);
      await settled(page);
      assert.equal(await page.getAttribute("html", "lang"), language);
      seen.add(await page.textContent("main"));
    }
    assert.equal(seen.size, 3);
    const state = await page.evaluate(() => [location.hash, document.querySelector("main").innerText]);
    const again = await opened(state[0].slice(1));
    assert.equal(await again.page.evaluate(() => document.querySelector("main").innerText), state[1]);
    await again.end();
  },
  async "going back returns to what was shown before"({ page }) {
    const before = await page.inputValue("#industry");
    await page.selectOption("#industry", "-1");
    await settled(page);
    await page.goBack();
    await settled(page);
    assert.equal(await page.inputValue("#industry"), before);
  },
  async "the keyboard alone reaches the map, the table and the card"({ page }) {
    const reached = new Set();
    for (let k = 0; k < 80; k++) {
      await page.keyboard.press("Tab");
      const [id, key] = await page.evaluate(() => [document.activeElement.id, document.activeElement.dataset.key]);
      if (id === "map" && !reached.has("map")) {
        reached.add("map");
        const before = await pixels(page);
        await page.keyboard.press("+");
        await settled(page);
        assert.notEqual(await pixels(page), before, "plus zooms in");
      }
      if (key?.startsWith("row-")) {
        await page.keyboard.press("Enter");
        await settled(page);
        assert.equal(await page.evaluate(() => document.activeElement.dataset.key), key, "focus stays");
        reached.add("table");
        break;
      }
    }
    assert.deepEqual([...reached], ["map", "table"]);
    assert.ok(await page.$("#card-title"));
  },
  async "print leaves out what only a screen can use"({ page }) {
    await page.emulateMedia({ media: "print" });
    for (const name of ["nav", ".search", ".controls", ".zoom"]) assert.ok(!(await page.isVisible(name)), name);
    for (const name of ["#map", "table.cells", ".legend", ".summary"]) assert.ok(await page.isVisible(name), name);
    assert.ok((await page.pdf()).length > 10_000);
  },
};

/** What must be looked at with the card of one cell open. */
const WITH_CARD = new Set([
  "the card tells the reason of the results to the letter",
  "the card tells how the cell has grown",
]);

async function told(name, act) {
  let wrong = null;
  try {
    await act();
  } catch (error) {
    wrong = String(error.message).slice(0, 2000);
  }
  console.log(JSON.stringify([name, wrong]));
}

for (const [name, check] of Object.entries(checks)) {
  await told(name, async () => {
    const one = await opened(WITH_CARD.has(name) ? `l=en&r=${region}&i=${industry}` : "l=en");
    await check(one).finally(one.end);
  });
}

for (const width of [1280, 360]) {
  const { page, end } = await opened(`l=en&r=${region}&i=${industry}`, width);
  await page.evaluate(axe);
  for (const language of LANGUAGES) {
    for (const view of ["map", "industry", "about"]) {
      await told(`everybody can read the ${view} at ${width} in ${language}`, async () => {
        await page.evaluate((hash) => (location.hash = hash), `l=${language}&v=${view}&r=${region}&i=${industry}`);
        await settled(page);
        assert.equal(await page.getAttribute("html", "lang"), language);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `the page is ${wide} wide`);
        for (const fold of await page.$$("details")) await fold.evaluate((one) => (one.open = true));
        const { violations } = await page.evaluate(() => window.axe.run());
        const found = violations
          .filter(({ impact }) => impact !== "minor")
          .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
        assert.deepEqual(found, []);
      });
    }
  }
  await end();
}
await browser.close();
