// Bundles the page's program and style into the Python package, with a seal of their sources.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = join(here, "..", "geo", "maps", "explorer", "built");

function sources(folder) {
  return readdirSync(join(here, folder), { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? sources(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .sort();
}

// The seal is checked by a test without Node: the same bytes in the same order.
function seal() {
  const hash = createHash("sha256");
  for (const name of [...sources("src"), "package-lock.json"].sort()) {
    hash.update(name).update("\0").update(readFileSync(join(here, name))).update("\0");
  }
  return hash.digest("hex");
}

const options = { bundle: true, minify: true, write: false, charset: "utf8", legalComments: "inline" };
const program = await build({
  ...options,
  entryPoints: [join(here, "src", "main.ts")],
  format: "iife",
  target: "es2022",
});
const style = await build({ ...options, entryPoints: [join(here, "src", "style.css")] });
mkdirSync(out, { recursive: true });
// What ends a script element must not stand in one.
const text = program.outputFiles[0].text.replaceAll("</script", "<\\/script");
writeFileSync(join(out, "explorer.js"), `/* built from web/, sources ${seal()} */\n${text}`);
writeFileSync(join(out, "explorer.css"), style.outputFiles[0].text);
