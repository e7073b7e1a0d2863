// Regions as paths on the sheet, and which of them lies under a point.
import { feature, mesh } from "topojson-client";
import type { Sheet } from "../data/facts.ts";

type Ring = [number, number][];
export type Box = [number, number, number, number];

export class Geometry {
  readonly paths: Path2D[] = [];
  readonly boxes: Box[] = [];
  readonly centres: [number, number][] = [];
  readonly borders: Path2D;

  constructor(readonly sheet: Sheet) {
    const topology = sheet as never;
    const object = (sheet as never as { objects: { regions: never } }).objects.regions;
    const collection = feature(topology, object) as never as {
      features: { geometry: { coordinates: Ring[][] } }[];
    };
    for (const { geometry } of collection.features) {
      this.paths.push(pathOf(geometry.coordinates));
      this.boxes.push(boxOf(geometry.coordinates));
      this.centres.push(centreOf(geometry.coordinates));
    }
    const lines = mesh(topology, object) as never as { coordinates: Ring[] };
    this.borders = new Path2D();
    for (const line of lines.coordinates) trace(this.borders, line);
  }

  /** Region under a point of the sheet; -1 where there is none. */
  at(context: CanvasRenderingContext2D, x: number, y: number): number {
    for (let k = 0; k < this.paths.length; k++) {
      const [left, top, right, bottom] = this.boxes[k];
      if (x < left || x > right || y < top || y > bottom) continue;
      if (context.isPointInPath(this.paths[k], x, y, "evenodd")) return k;
    }
    return -1;
  }
}

function trace(path: Path2D, line: Ring): void {
  line.forEach(([x, y], k) => (k ? path.lineTo(x, y) : path.moveTo(x, y)));
}

function pathOf(polygons: Ring[][]): Path2D {
  const path = new Path2D();
  for (const rings of polygons) {
    for (const ring of rings) {
      trace(path, ring);
      path.closePath();
    }
  }
  return path;
}

export function boxOf(polygons: Ring[][]): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [ring] of polygons) {
    for (const [x, y] of ring) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
}

/** Centre of gravity of the largest part. */
export function centreOf(polygons: Ring[][]): [number, number] {
  let best = { size: -1, x: 0, y: 0 };
  for (const [ring] of polygons) {
    let twice = 0;
    let x = 0;
    let y = 0;
    for (let k = 0, before = ring.length - 1; k < ring.length; before = k++) {
      const [ax, ay] = ring[before];
      const [bx, by] = ring[k];
      const cross = ax * by - bx * ay;
      twice += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    const size = Math.abs(twice);
    if (size > best.size) {
      best = size
        ? { size, x: x / (3 * twice), y: y / (3 * twice) }
        : { size, x: ring[0][0], y: ring[0][1] };
    }
  }
  return [best.x, best.y];
}
