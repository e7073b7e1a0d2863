// Charts of an industry: lines over distance or age, and classes over the years.
import { area, line } from "d3-shape";
import { scaleLinear } from "d3-scale";
import { s } from "../dom.ts";

const WIDE = 520;
const TALL = 240;
const PAD = { left: 52, right: 12, top: 12, bottom: 36 };

export interface Line {
  label: string;
  colour: string;
  dash?: string;
  points: [number, number][];
}

export interface LineChart {
  lines: Line[];
  band?: [number, number, number][];
  xLabel: string;
  words: string;
  isShare?: boolean;
}

export function lineChart({ lines, band = [], xLabel, words, isShare }: LineChart): SVGElement {
  const xs = lines.flatMap(({ points }) => points.map(([x]) => x));
  const ys = [
    ...lines.flatMap(({ points }) => points.map(([, y]) => y)),
    ...band.map(([, , high]) => high),
  ];
  const x = scaleLinear().domain([0, Math.max(...xs, 1e-9)]).range([PAD.left, WIDE - PAD.right]);
  const y = scaleLinear()
    .domain([0, isShare ? 1 : Math.max(...ys, 1e-9)])
    .nice()
    .range([TALL - PAD.bottom, PAD.top]);
  const path = line<[number, number]>((p) => x(p[0]), (p) => y(p[1]));
  const strip = area<[number, number, number]>((p) => x(p[0]), (p) => y(p[1]), (p) => y(p[2]));
  const format = isShare ? (v: number) => `${Math.round(100 * v)} %` : y.tickFormat(4);
  return s(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": words },
    ...y.ticks(4).flatMap((tick) => [
      s("line", { class: "grid", x1: PAD.left, x2: WIDE - PAD.right, y1: y(tick), y2: y(tick) }),
      s("text", { x: PAD.left - 6, y: y(tick) + 4, "text-anchor": "end" }, format(tick)),
    ]),
    ...x.ticks(6).map((tick) =>
      s("text", { x: x(tick), y: TALL - PAD.bottom + 16, "text-anchor": "middle" }, String(tick)),
    ),
    s("text", { x: WIDE - PAD.right, y: TALL - 4, "text-anchor": "end" }, xLabel),
    band.length ? s("path", { class: "band", d: strip(band) }) : null,
    ...lines.map(({ points, colour, dash }) =>
      s("path", { class: "line", d: path(points), stroke: colour, "stroke-dasharray": dash ?? null }),
    ),
    ...(lines.length > 1 ? lines.map((l, k) => key(l, k)) : []),
  );
}

function key({ label, colour, dash }: Line, k: number): SVGElement {
  const y = PAD.top + 10 + 18 * k;
  return s(
    "g",
    null,
    s("line", {
      class: "line", x1: WIDE - 150, x2: WIDE - 122, y1: y, y2: y,
      stroke: colour, "stroke-dasharray": dash ?? null,
    }),
    s("text", { x: WIDE - 116, y: y + 4 }, label),
  );
}

export interface Stack {
  label: string;
  parts: { label: string; colour: string; count: number }[];
}

/** Bars of parts, one a year. */
export function stackChart(stacks: Stack[], words: string): SVGElement {
  const most = Math.max(...stacks.map(({ parts }) => total(parts)), 1);
  const tall = 26;
  const x = scaleLinear().domain([0, most]).range([0, WIDE - PAD.left - 60]);
  return s(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDE} ${stacks.length * tall + 4}`, role: "img", "aria-label": words },
    ...stacks.flatMap(({ label, parts }, k) => {
      let at = PAD.left;
      const y = k * tall + 3;
      const bars = parts.map(({ colour, count }) => {
        const bar = s("rect", { x: at, y, width: x(count), height: tall - 7, fill: colour, class: "part" });
        at += x(count);
        return bar;
      });
      return [
        s("text", { x: PAD.left - 8, y: y + 14, "text-anchor": "end" }, label),
        ...bars,
        s("text", { x: at + 6, y: y + 14 }, String(total(parts))),
      ];
    }),
  );
}

function total(parts: { count: number }[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}

/** Stretches of x in which the first line is above the band, in words. */
export function above(points: [number, number][], band: [number, number, number][]): string {
  const stretches: [number, number][] = [];
  points.forEach(([x, y], k) => {
    if (!band[k] || y <= band[k][2]) return;
    const last = stretches[stretches.length - 1];
    if (last && k > 0 && last[1] === points[k - 1][0]) last[1] = x;
    else stretches.push([x, x]);
  });
  return stretches.map(([from, to]) => `${Math.round(from)}–${Math.round(to)}`).join(", ");
}
