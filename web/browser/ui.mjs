// Takes the README's picture of the Dagster UI, after a run:
//   node ui.mjs URL CHROMIUM FOLDER
import { chromium } from "playwright-core";

const [, , url, executablePath, folder] = process.argv;
const SHOTS = { "ui-classes": "/assets/region_classification" };
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
await page.goto(url);
await page.getByRole("button", { name: "Skip" }).click();
for (const [name, path] of Object.entries(SHOTS)) {
  await page.goto(`${url}${path}`);
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(2500);
  await page.screenshot({ path: `${folder}/${name}.png` });
}
await browser.close();
