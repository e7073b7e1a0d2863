// Numbers as the page writes them.
import type { Form } from "./data/facts.ts";

const DASH = "–";

/** A number in its form; a dash where it is not known. */
export function shown(value: number | null | undefined, form: Form): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  switch (form) {
    case "count":
    case "amount":
      return grouped(value, 0);
    case "quotient":
      return value >= 100 ? grouped(value, 0) : minus(value.toFixed(2));
    case "share":
      return `${minus((100 * value).toFixed(0))} %`;
    case "chance":
      return value < 0.001 ? "< 0.001" : value.toFixed(3);
    default:
      return Math.abs(value) >= 100 ? grouped(value, 0) : minus(value.toFixed(2));
  }
}

/** A number with as many digits as it takes to see that it is below its floor. */
export function against(value: number, floor: number | null, form: Form): string {
  const text = shown(value, form);
  if (floor === null || !(value < floor) || text !== shown(floor, form)) return text;
  const places = form === "share" ? 1 : 3;
  return form === "share" ? `${minus((100 * value).toFixed(places))} %` : minus(value.toFixed(places));
}

/** An interval in brackets; empty where neither bound is known. */
export function interval(low: number, high: number, form: Form): string {
  if (!Number.isFinite(low) && !Number.isFinite(high)) return "";
  return `${bound(low, form)} – ${bound(high, form)}`;
}

/** Bounds come with three digits, and are shown with no more. */
function bound(value: number, form: Form): string {
  return form === "quotient" && value >= 10 && value < 100 ? value.toFixed(1) : shown(value, form);
}

function grouped(value: number, places: number): string {
  return minus(value.toFixed(places).replace(/\B(?=(\d{3})+(?!\d))/g, ","));
}

/** A change with its sign, and one decimal where it is not whole. */
export function signed(change: number): string {
  const rounded = Math.round(10 * change) / 10;
  const text = grouped(Math.abs(rounded), Number.isInteger(rounded) ? 0 : 1);
  return `${rounded < 0 ? "−" : "+"}${text}`;
}

function minus(text: string): string {
  return text.replace(/^-(?=0*\.?0*$)/, "").replace(/^-/, "−");
}

/** Any value of a fact. */
export function anything(value: unknown, isShare: boolean): string {
  if (value === null || value === undefined) return DASH;
  if (typeof value === "number") {
    if (isShare) return value > 0 && value < 0.001 ? "< 0.001" : String(Number(value.toFixed(3)));
    return Number.isInteger(value) ? grouped(value, 0) : minus(String(Number(value.toPrecision(4))));
  }
  return String(value).replaceAll("_", " ");
}
