// Regions as paths on the sheet, and which of them lies under a point.
import { feature, mesh } from "topojson-client";
import type { Sheet } from "../data/facts.ts";

type Ring = [number, number][];
export type Box = [number, number, number, number];

/** Regions and their borders as paths, at one fineness. */
export interface Paths {
  regions: Path2D[];
  borders: Path2D;
}

/** Vertices nearer than this many cells of the grid are one at a whole view. */
const COARSE = 10;

export class Geometry {
  /** For the whole map, where finer lines would fall on the same pixels. */
  readonly coarse: Paths;
  readonly boxes: Box[] = [];
  readonly centres: [number, number][] = [];
  private made: Paths | null = null;

  constructor(readonly sheet: Sheet) {
    const shapes = shapesOf({ ...sheet, arcs: sheet.arcs.map((arc) => thinned(arc, COARSE)) });
    this.coarse = pathsOf(shapes);
    for (const polygons of shapes.regions) {
      this.boxes.push(boxOf(polygons));
      this.centres.push(centreOf(polygons));
    }
  }

  /** All vertices; made when the map is first moved in on. */
  get fine(): Paths {
    this.made ??= pathsOf(shapesOf(this.sheet));
    return this.made;
  }

  get count(): number {
    return this.boxes.length;
  }

  /** Region under a point of the sheet; -1 where there is none. */
  at(context: CanvasRenderingContext2D, paths: Paths, x: number, y: number): number {
    for (let k = 0; k < this.boxes.length; k++) {
      const [left, top, right, bottom] = this.boxes[k];
      if (x < left - 1 || x > right + 1 || y < top - 1 || y > bottom + 1) continue;
      if (context.isPointInPath(paths.regions[k], x, y, "evenodd")) return k;
    }
    return -1;
  }
}

interface Shapes {
  regions: Ring[][][];
  borders: Ring[];
}

function shapesOf(sheet: Sheet): Shapes {
  const topology = sheet as never;
  const object = (sheet as never as { objects: { regions: never } }).objects.regions;
  const collection = feature(topology, object) as never as {
    features: { geometry: { coordinates: Ring[][] } }[];
  };
  const lines = mesh(topology, object) as never as { coordinates: Ring[] };
  return {
    regions: collection.features.map(({ geometry }) => geometry.coordinates),
    borders: lines.coordinates,
  };
}

function pathsOf({ regions, borders }: Shapes): Paths {
  const lines = new Path2D();
  for (const line of borders) trace(lines, line);
  return { regions: regions.map(pathOf), borders: lines };
}

/** An arc, written as differences, without the vertices that are near the one before. */
export function thinned(arc: [number, number][], least: number): [number, number][] {
  const kept: [number, number][] = [];
  let [x, y] = [0, 0];
  arc.forEach(([dx, dy], k) => {
    x += dx;
    y += dy;
    const isEnd = k === 0 || k === arc.length - 1;
    // Closed arcs keep some vertices more, or islets would vanish.
    const isCorner = arc.length > 4 && k % Math.ceil(arc.length / 4) === 0;
    if (!isEnd && !isCorner && Math.hypot(x, y) < least) return;
    kept.push([x, y]);
    [x, y] = [0, 0];
  });
  return kept;
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
