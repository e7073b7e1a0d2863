// Reasons put together again, to the letter.
import type { Template } from "./facts.ts";

export interface Numbers {
  number(column: string): number;
  written(line: number): string;
}

/** A number as sentences write it: so many decimals, thousands set apart, or whole percent. */
export function written(value: number, form: string): string {
  const places = form === "%" ? 2 : Number(form);
  const scaled = Math.floor(value * 10 ** places + 0.5);
  if (form === "%") return String(scaled);
  const unit = 10 ** places;
  const whole = grouped(Math.floor(scaled / unit));
  return places ? `${whole}.${String(scaled % unit).padStart(places, "0")}` : whole;
}

function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A sentence with its numbers. */
export function filled(text: string, slots: Template["slots"], numbers: Numbers): string {
  return text.replace(/\{(\d+)\}/g, (_, place) => {
    const slot = slots[Number(place)];
    if (slot === null || slot === undefined) return `{${place}}`;
    if (typeof slot === "number") return numbers.written(slot);
    return written(numbers.number(slot[0]), slot[1]);
  });
}
