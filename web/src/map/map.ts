// The map: drawn on a canvas, moved by mouse, finger and keyboard.
import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { ABSENT, type Entry } from "./scales.ts";
import type { Geometry, Paths } from "./geometry.ts";

export interface Painting {
  entries: Entry[];
  /** By region the place of its colour in the entries; -1 = no establishments. */
  place: Int16Array;
  hidden: Set<string>;
  selected: number;
  arcs: Arc[];
}

export interface Arc {
  from: number;
  to: number;
  isOut: boolean;
  ties: number;
}

const OUT = "#1f6fb4";
const IN = "#c8641b";
const INK = "#1c1c1c";
const MAX_SCALE = 40;

export class MapView {
  private readonly context: CanvasRenderingContext2D;
  private readonly probe: CanvasRenderingContext2D;
  private readonly behaviour;
  private transform: ZoomTransform = zoomIdentity;
  private painting: Painting | null = null;
  private groups: { colour: string; regions: number[]; isHidden: boolean }[] = [];
  private hatch: CanvasPattern | null = null;
  private readonly ground = layerOf();
  private readonly areas = layerOf();
  private readonly borders = layerOf();
  private areasOf: Painting | null = null;
  private seen = { areas: "", borders: "" };
  private hovered = -1;
  private asked = 0;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly geometry: Geometry,
    private readonly events: {
      hover(region: number, x: number, y: number): void;
      choose(region: number): void;
    },
  ) {
    this.context = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.probe = layerOf();
    this.hatch = hatching(this.context);
    this.behaviour = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([1, MAX_SCALE])
      .filter((event: Event) => this.wants(event))
      .on("zoom", (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        this.transform = event.transform;
        // At its whole the map lets a finger scroll the page; moved in, it is the map that moves.
        canvas.style.touchAction = event.transform.k > 1 ? "none" : "pan-y";
        this.ask();
      });
    select(canvas).call(this.behaviour).on("dblclick.zoom", null);
    canvas.style.touchAction = "pan-y";
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerleave", () => this.hover(-1, 0, 0));
    canvas.addEventListener("click", (event) => events.choose(this.regionAt(event)));
    canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement as Element);
  }

  /** The wheel moves the map once it has the focus; before, it scrolls the page. */
  private wants(event: Event): boolean {
    if (event.type === "wheel") {
      return (event as WheelEvent).ctrlKey || document.activeElement === this.canvas;
    }
    if (event.type === "touchstart" && this.transform.k === 1) {
      return (event as TouchEvent).touches.length > 1;
    }
    return !(event as MouseEvent).button;
  }

  paint(painting: Painting): void {
    this.painting = painting;
    const { entries, place, hidden } = painting;
    const members: number[][] = entries.map(() => []);
    for (let region = 0; region < place.length; region++) {
      if (place[region] >= 0) members[place[region]].push(region);
    }
    this.groups = entries.map(({ colour, key }, k) => ({
      colour,
      regions: members[k],
      isHidden: hidden.has(key),
    }));
    this.draw();
  }

  /** Ties over the map, from the selected region. */
  draws(arcs: Arc[]): void {
    if (!this.painting || (!arcs.length && !this.painting.arcs.length)) return;
    this.painting.arcs = arcs;
    this.ask();
  }

  private ask(): void {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.draw();
    });
  }

  private resize(): void {
    const { width, height } = this.geometry.sheet;
    const wide = (this.canvas.parentElement as HTMLElement).clientWidth;
    const tall = Math.round(
      Math.min((wide * height) / width, Math.max(280, window.innerHeight * 0.72)),
    );
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(wide * ratio);
    this.canvas.height = Math.round(tall * ratio);
    this.canvas.style.height = `${tall}px`;
    this.behaviour
      .extent([
        [0, 0],
        [wide, tall],
      ])
      .translateExtent([
        [0, 0],
        [wide, tall],
      ]);
    this.draw();
  }

  /** Scale and place of the sheet at its whole. */
  private fit(): { scale: number; left: number; top: number } {
    const { width, height } = this.geometry.sheet;
    const wide = this.canvas.clientWidth;
    const tall = this.canvas.clientHeight;
    const scale = Math.min(wide / width, tall / height);
    return { scale, left: (wide - width * scale) / 2, top: (tall - height * scale) / 2 };
  }

  /** Puts the layers together; what did not change is not drawn again. */
  private draw(): void {
    const { context, canvas, painting } = this;
    if (!painting || !canvas.width) return;
    const { k, x, y } = this.transform;
    const seen = [k, x, y, canvas.width, canvas.height].join(" ");
    if (this.seen.borders !== seen) {
      this.seen.borders = seen;
      this.drawGround();
      this.drawBorders();
    }
    if (this.seen.areas !== seen || this.areasOf !== painting) {
      this.seen.areas = seen;
      this.areasOf = painting;
      this.drawAreas();
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.areas.canvas, 0, 0);
    context.drawImage(this.borders.canvas, 0, 0);
    const pixel = this.onSheet(context);
    for (const arc of painting.arcs) this.arc(arc, pixel);
    if (this.hovered >= 0) this.outline(this.hovered, 1.5 * pixel, pixel);
    if (painting.selected >= 0) this.outline(painting.selected, 2.5 * pixel, pixel);
  }

  /** Sets a context to draw in units of the sheet; the width of a pixel in them. */
  private onSheet(context: CanvasRenderingContext2D): number {
    const ratio = window.devicePixelRatio || 1;
    const { scale, left, top } = this.fit();
    const { k, x, y } = this.transform;
    const size = ratio * k * scale;
    context.setTransform(size, 0, 0, size, ratio * (x + k * left), ratio * (y + k * top));
    return 1 / (k * scale);
  }

  /** Lines as fine as the pixels: two to a unit of the sheet are too few for the coarse ones. */
  private paths(): Paths {
    const { fine, coarse } = this.geometry;
    return this.transform.k * this.fit().scale > 2 ? fine : coarse;
  }

  private clean(layer: CanvasRenderingContext2D): number {
    layer.canvas.width = this.canvas.width;
    layer.canvas.height = this.canvas.height;
    return this.onSheet(layer);
  }

  private drawBorders(): void {
    const layer = this.borders;
    const pixel = this.clean(layer);
    const isCrowded = this.geometry.count > 800 && this.transform.k < 3;
    layer.lineWidth = (isCrowded ? 0.3 : 0.7) * pixel;
    layer.strokeStyle = "#5c5850";
    layer.stroke(this.paths().borders);
    layer.strokeStyle = "#9a958a";
    layer.lineWidth = pixel;
    for (const [left, top, wide, tall] of this.geometry.sheet.insets) {
      layer.strokeRect(left, top, wide, tall);
    }
  }

  /** All regions as if they had no establishments: what is there is painted over it. */
  private drawGround(): void {
    const layer = this.ground;
    const pixel = this.clean(layer);
    const { regions } = this.paths();
    layer.fillStyle = ABSENT;
    for (const path of regions) layer.fill(path, "evenodd");
    if (!this.hatch) return;
    this.hatch.setTransform(new DOMMatrix().scale(pixel / (window.devicePixelRatio || 1)));
    layer.fillStyle = this.hatch;
    for (const path of regions) layer.fill(path, "evenodd");
  }

  private drawAreas(): void {
    const layer = this.areas;
    this.clean(layer);
    layer.setTransform(1, 0, 0, 1, 0, 0);
    layer.drawImage(this.ground.canvas, 0, 0);
    this.onSheet(layer);
    const { regions } = this.paths();
    const fill = (colour: string, members: number[]): void => {
      layer.fillStyle = colour;
      for (const region of members) layer.fill(regions[region], "evenodd");
    };
    for (const { colour, regions: members, isHidden } of this.groups) {
      if (isHidden) fill(ABSENT, members);
      layer.globalAlpha = isHidden ? 0.15 : 1;
      fill(colour, members);
      layer.globalAlpha = 1;
    }
  }

  private outline(region: number, width: number, pixel: number): void {
    const path = this.paths().regions[region];
    this.context.lineJoin = "round";
    this.context.strokeStyle = "#ffffff";
    this.context.lineWidth = width + 2 * pixel;
    this.context.stroke(path);
    this.context.strokeStyle = INK;
    this.context.lineWidth = width;
    this.context.stroke(path);
  }

  private arc({ from, to, isOut, ties }: Arc, pixel: number): void {
    const [ax, ay] = this.geometry.centres[from];
    const [bx, by] = this.geometry.centres[to];
    // Out and in bend to different sides, so that both are seen.
    const bend = isOut ? 0.18 : -0.18;
    const path = new Path2D();
    path.moveTo(ax, ay);
    path.quadraticCurveTo((ax + bx) / 2 - (by - ay) * bend, (ay + by) / 2 + (bx - ax) * bend, bx, by);
    this.context.strokeStyle = isOut ? OUT : IN;
    this.context.globalAlpha = 0.75;
    this.context.lineWidth = Math.min(7, 0.8 + Math.sqrt(ties) * 0.6) * pixel;
    this.context.stroke(path);
    this.context.globalAlpha = 1;
  }

  private regionAt(event: MouseEvent): number {
    const { scale, left, top } = this.fit();
    const [x, y] = this.transform.invert([event.offsetX, event.offsetY]);
    return this.geometry.at(this.probe, this.paths(), (x - left) / scale, (y - top) / scale);
  }

  private move(event: PointerEvent): void {
    if (event.pointerType === "touch" || event.buttons) return;
    this.hover(this.regionAt(event), event.offsetX, event.offsetY);
  }

  private hover(region: number, x: number, y: number): void {
    this.events.hover(region, x, y);
    if (region === this.hovered) return;
    this.hovered = region;
    this.ask();
  }

  private key(event: KeyboardEvent): void {
    const step = 60;
    const moves: Record<string, () => void> = {
      "+": () => this.zoomBy(1.6),
      "=": () => this.zoomBy(1.6),
      "-": () => this.zoomBy(1 / 1.6),
      "0": () => this.whole(),
      ArrowLeft: () => this.pan(step, 0),
      ArrowRight: () => this.pan(-step, 0),
      ArrowUp: () => this.pan(0, step),
      ArrowDown: () => this.pan(0, -step),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    // At its whole the map has nowhere to go: the arrows scroll the page.
    if (event.key.startsWith("Arrow") && this.transform.k === 1) return;
    event.preventDefault();
    move();
  }

  zoomBy(factor: number): void {
    this.behaviour.scaleBy(select(this.canvas), factor);
  }

  private pan(x: number, y: number): void {
    this.behaviour.translateBy(select(this.canvas), x / this.transform.k, y / this.transform.k);
  }

  whole(): void {
    this.behaviour.transform(select(this.canvas), zoomIdentity);
  }

  /** Moves in on a region, where it is too small or too far off to be seen. */
  show(region: number): void {
    const { scale, left, top } = this.fit();
    const [boxLeft, boxTop, right, bottom] = this.geometry.boxes[region];
    const size = Math.max(right - boxLeft, bottom - boxTop, 1) * scale;
    const [cx, cy] = this.geometry.centres[region];
    const x = cx * scale + left;
    const y = cy * scale + top;
    const wide = this.canvas.clientWidth;
    const tall = this.canvas.clientHeight;
    const wanted = Math.min(MAX_SCALE, Math.max(1, 44 / size));
    if (this.transform.k >= wanted) {
      const [onX, onY] = this.transform.apply([x, y]);
      if (onX > 0 && onX < wide && onY > 0 && onY < tall) return;
    }
    const k = Math.max(wanted, this.transform.k);
    const target = zoomIdentity.translate(wide / 2 - k * x, tall / 2 - k * y).scale(k);
    this.behaviour.transform(select(this.canvas), target);
  }
}

function layerOf(): CanvasRenderingContext2D {
  return document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
}

function hatching(context: CanvasRenderingContext2D): CanvasPattern | null {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const brush = tile.getContext("2d") as CanvasRenderingContext2D;
  brush.strokeStyle = "#d8d4ca";
  brush.lineWidth = 1;
  brush.beginPath();
  for (const shift of [-8, 0, 8]) {
    brush.moveTo(shift, 8);
    brush.lineTo(shift + 8, 0);
  }
  brush.stroke();
  return context.createPattern(tile, "repeat");
}
