// The page as a whole: what is chosen goes in, every part is drawn again from it.
import { drawAbout } from "./about.ts";
import { drawCard } from "./card/card.ts";
import { TIER_COLUMNS } from "./card/tiers.ts";
import { TIE_COLUMNS, arcsOf, tiesOf } from "./card/ties.ts";
import { Context } from "./context.ts";
import type { Dataset } from "./data/dataset.ts";
import { drawIndustry } from "./industry/page.ts";
import { Layout } from "./layout.ts";
import type { Geometry } from "./map/geometry.ts";
import { MapView, type Painting } from "./map/map.ts";
import { type Scale, classScale, scaleOf } from "./map/scales.ts";
import { type Hit, Search } from "./search.ts";
import { type Names, type State, fromHash, toHash } from "./state.ts";
import { cellsOf, filtered, sorted } from "./table/rows.ts";
import { type Shown, TableView, columnsOf, columnsSaved, saveRows } from "./table/table.ts";

const FIRST = ["cell region", "cell class", "cell establishments"];
const NARROW = 800;

export class App {
  private readonly context: Context;
  private readonly layout: Layout;
  private readonly map: MapView;
  private readonly table: TableView;
  private readonly search: Search;
  private readonly names: Names;
  private readonly start: State;
  private state: State;
  private shown: Shown = { rows: [], all: 0 };
  private scale: Scale;
  private place = new Int16Array(0);
  /** Industries of each region that are of its most advanced class. */
  private best = new Uint16Array(0);
  private turn = 0;

  constructor(
    readonly data: Dataset,
    readonly geometry: Geometry,
    root: HTMLElement,
  ) {
    const { facts } = data;
    this.names = {
      industries: facts.industries.map((industry) => industry[0]),
      regions: data.lines("region id"),
      years: facts.years,
      shows: facts.measures.filter((m) => m.on_map).map((m) => m.column),
    };
    this.start = {
      language: facts.language as State["language"],
      view: "map",
      year: facts.years[facts.years.length - 1],
      industry: firstIndustry(data),
      show: "class",
      region: -1,
      sort: "class",
      down: true,
      words: "",
      hidden: [],
    };
    this.state = fromHash(location.hash, this.start, this.names);
    this.context = new Context(data, this.state, (change) => void this.set(change));
    this.scale = classScale(data);
    this.layout = new Layout(root, this.context, () => void this.save());
    this.table = new TableView(this.layout.table, (region, industry) => {
      void this.set({ region, industry }).then(() => this.map.show(region));
    });
    this.search = new Search(
      this.layout.search,
      (hit) => this.found(hit),
      () => this.data.need(["firm name", "firm region", "firm industry"]),
    );
    this.map = new MapView(this.layout.canvas, geometry, {
      hover: (region, x, y) => this.layout.hover(region < 0 ? "" : this.tip(region), x, y),
      choose: (region) => void this.chosen(region),
    });
    this.layout.zoom(this.map);
    addEventListener("hashchange", () => this.follow());
  }

  async open(): Promise<void> {
    await this.update();
    if (this.state.region >= 0) this.map.show(this.state.region);
    document.documentElement.dataset.ready = "true";
    // What the first click will ask for is read while nobody waits.
    const idle = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 200));
    for (const name of [...this.data.evidence(), ...TIE_COLUMNS, ...TIER_COLUMNS]) {
      await new Promise<void>((resolve) => idle(() => resolve()));
      await this.data.need([name]);
    }
    document.documentElement.dataset.complete = "true";
  }

  /** Another choice: kept in the address, then drawn. */
  private async set(change: Partial<State>): Promise<void> {
    const before = this.state;
    const next = { ...before, ...change };
    if (next.show !== before.show) next.hidden = [];
    if (next.industry < 0 && before.industry >= 0) next.hidden = ["dispersed"];
    if (next.industry >= 0 && before.industry < 0) next.hidden = [];
    if (next.industry >= 0 && next.sort === "industry") next.sort = "class";
    this.state = next;
    const hash = `#${toHash(next, this.start, this.names)}`;
    // What one would want to come back from is a step of the browser's history.
    const isStep = ["view", "industry", "region"].some(
      (key) => next[key as keyof State] !== before[key as keyof State],
    );
    history[isStep ? "pushState" : "replaceState"](null, "", hash);
    await this.update();
  }

  private async save(): Promise<void> {
    await this.data.need(columnsSaved(this.context));
    saveRows(this.context, this.shown);
  }

  private follow(): void {
    this.state = fromHash(location.hash, this.start, this.names);
    void this.update();
  }

  private async update(): Promise<void> {
    const turn = ++this.turn;
    const { context, data, state } = this;
    const began = performance.now();
    context.state = state;
    await data.need(FIRST);
    const measure = data.measure(state.industry < 0 ? "class" : state.show) ?? data.facts.measures[0];
    await data.need([`cell ${measure.column}`]);
    // A later choice overtakes an earlier one that still waits for its data.
    if (turn !== this.turn) return;
    const cells = cellsOf(data, state);
    this.scale = measure.column === "class" ? classScale(data) : scaleOf(data, measure, cells);
    this.paint(cells);
    this.layout.draw({ scale: this.scale, cells, hasAbsent: this.place.includes(-1), measure });
    this.search.draw(context);
    // The map stands; what else is shown may need more columns.
    await data.need(this.columnsBeside());
    if (turn !== this.turn) return;
    if (state.view === "map") {
      this.shown = this.rowsOf(cells);
      this.table.draw(context, this.shown);
      drawCard(context, this.layout.card);
      this.map.draws(this.arcs());
    } else if (state.view === "industry") drawIndustry(context, this.layout.industry);
    else drawAbout(context, this.layout.about);
    document.documentElement.dataset.took = (performance.now() - began).toFixed(1);
  }

  /** Columns of what stands beside the map. */
  private columnsBeside(): string[] {
    const { context, data, state } = this;
    if (state.view === "about") {
      return Object.values(data.facts.questions).map((q) => `cell ${q.answer}`);
    }
    if (state.view === "industry") return ["cell location_quotient"];
    const shown = columnsOf(context).map((m) => m.column);
    const table = [...shown, state.sort].map((column) => `cell ${column}`);
    const card = [...data.evidence(), ...TIE_COLUMNS, ...TIER_COLUMNS];
    return state.region < 0 ? table : [...table, ...card];
  }

  private rowsOf(cells: number[]): Shown {
    const { context, data, scale, state } = this;
    const rows = filtered(data, state, cells, scale, context);
    const isColumn = data.isRead(`cell ${state.sort}`) || ["region", "industry"].includes(state.sort);
    const by = isColumn ? state.sort : "class";
    return { rows: sorted(data, rows, by, state.down, context), all: cells.length };
  }

  private paint(cells: number[]): void {
    const { data, scale, state } = this;
    const region = data.get("cell region");
    this.place = new Int16Array(data.regions).fill(-1);
    this.best = new Uint16Array(data.regions);
    for (const row of cells) {
      const where = region.at(row);
      const place = scale.of(row);
      // Over all industries the most advanced class, which stands first in the legend.
      if (this.place[where] < 0 || place < this.place[where]) {
        this.place[where] = place;
        this.best[where] = 0;
      }
      if (place === this.place[where]) this.best[where]++;
    }
    const painting: Painting = {
      entries: scale.entries,
      place: this.place,
      hidden: new Set(state.hidden),
      selected: state.region,
      arcs: [],
    };
    this.map.paint(painting);
  }

  private arcs(): Painting["arcs"] {
    const { state, data } = this;
    if (state.region < 0 || state.industry < 0) return [];
    const row = data.row(state.year, state.industry, state.region);
    const ties = row < 0 ? null : tiesOf(this.context, row);
    return ties ? arcsOf(ties, state.region) : [];
  }

  private tip(region: number): string {
    const { context, state, data } = this;
    const place = this.place[region];
    const name = context.region(region);
    if (place < 0) return `${name}: ${context.text(data.facts.noVerdict)}`;
    const measure = data.measure(state.show);
    const row = state.industry < 0 ? -1 : data.row(state.year, state.industry, region);
    if (state.industry < 0) {
      const label = context.text(this.scale.entries[place].label);
      return context.t("region_best", { region: name, label, n: this.best[region] });
    }
    if (row < 0 || !measure) return `${name}: ${context.text(this.scale.entries[place].label)}`;
    const told = measure.column === "class" ? "" : ` · ${context.value(measure, row)}`;
    return `${name}: ${context.classLabel(row)}${told}`;
  }

  private async chosen(region: number): Promise<void> {
    await this.set({ region });
    if (region >= 0 && innerWidth < NARROW) {
      this.layout.card.scrollIntoView({ block: "start", behavior: "smooth" });
    }
  }

  private async found(hit: Hit): Promise<void> {
    const change: Partial<State> = { view: "map" };
    if (hit.region >= 0) change.region = hit.region;
    if (hit.industry >= 0) change.industry = hit.industry;
    await this.set(change);
    if (hit.region < 0) return;
    this.map.show(hit.region);
    document.getElementById("card-title")?.focus({ preventScroll: innerWidth >= NARROW });
  }
}

/** The industry that the page opens with: of interest, or with most of what there is to see. */
function firstIndustry(data: Dataset): number {
  const { facts } = data;
  if (facts.interest.length) return facts.interest[0];
  const column = data.get("cell class");
  const year = facts.years[facts.years.length - 1];
  const scores = facts.industries.map((_, industry) => {
    const { first, last } = data.stretch(year, industry);
    const counts = facts.classes.map(() => 0);
    for (let row = first; row < last; row++) counts[column.at(row)]++;
    return counts;
  });
  for (let k = facts.classes.length - 1; k >= 0; k--) {
    const most = Math.max(...scores.map((counts) => counts[k]));
    if (most > 0) return scores.findIndex((counts) => counts[k] === most);
  }
  return 0;
}
