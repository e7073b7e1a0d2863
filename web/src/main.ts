// Starts the page.
import { App } from "./app.ts";
import { blob } from "./data/blobs.ts";
import { Dataset } from "./data/dataset.ts";
import type { Sheet } from "./data/facts.ts";
import { Geometry } from "./map/geometry.ts";

async function start(): Promise<void> {
  const [data, bytes] = await Promise.all([Dataset.opened(), blob("map")]);
  await data.need([
    "region id",
    "region name",
    "region parent",
    "cell region",
    "cell class",
    "cell establishments",
  ]);
  const sheet = JSON.parse(new TextDecoder().decode(bytes as Uint8Array)) as Sheet;
  const app = new App(data, new Geometry(sheet), document.getElementById("app") as HTMLElement);
  await app.open();
}

void start();
