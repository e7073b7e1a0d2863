// What the page says of the run: the questions, the classes, the limits, and what was read.
import type { Context } from "./context.ts";
import { fill, h, scrolled, simpleTable, swatch } from "./dom.ts";
import { limitOf } from "./search.ts";

export function drawAbout(context: Context, place: HTMLElement): void {
  const { data, t } = context;
  const { notes, about, name } = data.facts;
  fill(
    place,
    h("h2", null, t("view_about")),
    h("p", null, `${t("dataset")}: ${name}`),
    limitOf(context) ? h("p", null, limitOf(context)) : null,
    notices(context),
    howOf(context),
    answersOf(context),
    notes.open.length
      ? section(
          t("open", { year: data.facts.years[data.facts.years.length - 1] }),
          t("open_text"),
          [t("reason"), t("cells")],
          notes.open.map(([text, count]) => [context.text(text), context.count(count)]),
        )
      : null,
    section(
      t("read"),
      t("read_text"),
      [t("data"), t("file"), t("rows_read"), t("rows_used"), t("rows_rejected")],
      notes.read.map(([table, file, ...counts]) => [context.text(table), file, ...counts.map((n) => context.count(n))]),
    ),
    ...(["rejected", "repaired"] as const).map((kind) =>
      notes[kind].length
        ? section(
            t(kind),
            "",
            [t("data"), t("reason"), t("rows")],
            notes[kind].map(([table, why, count]) => [
              context.text(table),
              context.text(why),
              context.count(count),
            ]),
          )
        : null,
    ),
    h(
      "p",
      { class: "quiet" },
      Object.entries(about)
        .map(([key, value]) => `${key === "seed" ? t("seed") : key} ${value}`)
        .join(" · "),
    ),
  );
}

function notices(context: Context): HTMLElement | null {
  const told = context.data.facts.notes.notices;
  if (!told.length) return null;
  return h(
    "section",
    null,
    h("h3", null, context.t("notices")),
    h("ul", null, ...told.map((text) => h("li", null, context.text(text)))),
  );
}

function howOf(context: Context): HTMLElement {
  const { data, t } = context;
  const questions = Object.values(data.facts.questions).map(({ title, meaning }) =>
    h("li", null, h("strong", null, context.text(title)), " ", context.text(meaning)),
  );
  const classes = [...data.facts.classes].reverse().map(({ label, colour, meaning }) => [
    h("span", { class: "class" }, swatch(colour), context.text(label)),
    context.text(meaning),
  ]);
  return h(
    "section",
    null,
    h("h3", null, t("how")),
    h("p", null, t("how_questions")),
    h("ol", null, ...questions),
    h("p", null, t("how_classes")),
    scrolled(t("how_classes"), simpleTable([t("class"), t("meaning")], classes)),
    h("p", null, t("how_limits")),
  );
}

function answersOf(context: Context): HTMLElement {
  const { data, state, t } = context;
  const { first, last } = data.ofYear(state.year);
  const rows = Object.values(data.facts.questions).map(({ answer, title }) => {
    const counts = { yes: 0, no: 0, open: 0 };
    const name = `cell ${answer}`;
    for (let row = first; row < last; row++) {
      const said = data.isRead(name) ? data.word(name, row) : null;
      counts[(said as "yes" | "no") ?? "open"]++;
    }
    return [context.text(title), ...[counts.yes, counts.no, counts.open].map((n) => context.count(n))];
  });
  const title = t("answers", { year: state.year });
  return section(title, "", [t("question"), t("yes"), t("no"), t("not_known")], rows);
}

function section(title: string, text: string, heads: string[], rows: (string | Node)[][]): HTMLElement {
  return h(
    "section",
    null,
    h("h3", null, title),
    text ? h("p", { class: "quiet" }, text) : null,
    scrolled(title, simpleTable(heads, rows)),
  );
}
