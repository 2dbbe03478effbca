// The map on which zones are chosen, and its list: one choice. Without this file the list does it all.
// The server draws <svg data-map> and tells its colours (HX-Trigger: shades); here a shape becomes an option that keys reach.
export {};
type Cell = { el: SVGPathElement; id: string; x: number; y: number };
const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const all = <E extends Element>(what: string, within: ParentNode = document): E[] => [...within.querySelectorAll<E>(what)];
const one = <E extends Element>(what: string, within: ParentNode = document): E | null => within.querySelector<E>(what);
const box = (id: string): HTMLInputElement | undefined => all<HTMLInputElement>("#choices input[name=zone]").find(({ value }) => value === id);
type Part = readonly [x: number, y: number, width: number, height: number];
const view: { part?: Part } = {}; // the part of the map in sight survives when the map is drawn anew

function mount(svg: SVGSVGElement): void {
  const group = one<SVGGElement>(".zones", svg)!, says = one("#map-says")!, halos = all<SVGPathElement>(".halo,.halo2", svg);
  const cells: Cell[] = all<SVGPathElement>("[data-zone]", group).map(el => {
    const [x = 0, y = 0] = el.dataset["c"]!.split(",").map(Number);
    el.setAttribute("role", "option");
    el.tabIndex = -1;
    return { el, id: el.dataset["zone"]!, x, y };
  });
  if (!cells.length) return;
  const byId = [...cells].sort((a, b) => (a.id < b.id ? -1 : 1));
  let current = cells[0]!;
  svg.removeAttribute("role");
  group.setAttribute("role", "listbox");
  group.setAttribute("aria-multiselectable", "true");
  group.setAttribute("aria-labelledby", "map-title");
  current.el.tabIndex = 0;

  const show = ({ el }: Cell): void => {
    halos.forEach(halo => halo.setAttribute("d", el.getAttribute("d")!));
    says.textContent = el.getAttribute("aria-label");
  };
  const focus = (cell: Cell): void => {
    current.el.tabIndex = -1;
    current = cell;
    cell.el.tabIndex = 0;
    cell.el.focus({ preventScroll: true });
  };
  const step = (dx: number, dy: number): void => {
    let best: Cell | undefined, score = Infinity;
    for (const cell of cells) {
      const vx = cell.x - current.x, vy = cell.y - current.y, along = vx * dx + vy * dy, across = Math.abs(vx * dy - vy * dx);
      if (along > 1 && across <= along * 1.2 && along + 2 * across < score) [best, score] = [cell, along + 2 * across];
    }
    if (best) focus(best);
  };
  const toggle = ({ id }: Cell): void => box(id)?.click();
  const of = (target: EventTarget | null): Cell | undefined => cells.find(({ el }) => el === target);

  group.addEventListener("keydown", event => {
    const arrow = ARROWS[event.key];
    if (arrow) step(...arrow);
    else if (event.key === " " || event.key === "Enter") toggle(current);
    else if (event.key === "Home" || event.key === "End") focus(cells.at(event.key === "Home" ? 0 : -1)!);
    else return;
    event.preventDefault();
  });
  for (const kind of ["focusin", "pointerover"]) group.addEventListener(kind, event => {
    const cell = of(event.target);
    if (!cell) return;
    if (kind === "focusin") current = cell;
    show(cell);
  });
  group.addEventListener("focusout", () => halos.forEach(halo => halo.removeAttribute("d")));
  group.addEventListener("click", event => {
    const cell = of(event.target);
    if (cell && !dragged) focus(cell), toggle(cell);
  });

  const sees = svg.viewBox.baseVal, whole: Part = [sees.x, sees.y, sees.width, sees.height];
  const look = (...part: Part): void => {
    [sees.x, sees.y, sees.width, sees.height] = view.part = part;
  };
  if (view.part && view.part[2] < whole[2]) look(...view.part);
  const zoom = (by: number): void => {
    const width = Math.min(whole[2], Math.max(whole[2] / 8, sees.width * by)), part = width / sees.width;
    if (!by || width === whole[2]) return look(...whole);
    const near = document.activeElement === current.el, cx = near ? current.x : sees.x + sees.width / 2, cy = near ? current.y : sees.y + sees.height / 2;
    look(cx - (cx - sees.x) * part, cy - (cy - sees.y) * part, width, sees.height * part);
  };
  svg.parentElement!.addEventListener("click", event => {
    const by = (event.target as Element).closest<HTMLElement>("[data-zoom]")?.dataset["zoom"];
    if (by) zoom(Number(by));
  });
  let from: [number, number] | undefined, dragged = false;
  svg.addEventListener("pointerdown", event => { from = [event.clientX, event.clientY]; dragged = false; });
  svg.addEventListener("pointermove", event => {
    if (!from || !event.buttons || sees.width === whole[2]) return;
    const unit = sees.width / svg.clientWidth, dx = event.clientX - from[0], dy = event.clientY - from[1];
    if (!dragged && Math.hypot(dx, dy) < 4) return;
    dragged = true;
    look(sees.x - dx * unit, sees.y - dy * unit, sees.width, sees.height);
    from = [event.clientX, event.clientY];
  });

  const goTo = one<HTMLInputElement>("#go-to")!;
  const find = (): void => {
    const wanted = goTo.value.trim().toLowerCase();
    const line = wanted && all<HTMLElement>("#choices [data-zone]").find(each => one("strong", each)!.textContent!.toLowerCase().startsWith(wanted));
    const cell = line && cells.find(({ id }) => id === line.dataset["zone"]);
    if (cell) focus(cell), goTo.value = "";
  };
  goTo.addEventListener("change", find);
  goTo.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(), find(); });

  svg.addEventListener("recolour", event => byId.forEach(({ el }, at) =>
    el.classList.replace([...el.classList].find(name => /^k.$/.test(name))!, `k${(event as CustomEvent<string>).detail[at]}`)));
  all(".with-script", one("#target")!).forEach(tool => tool.removeAttribute("hidden"));
  all(".without-script", one("#target")!).forEach(tool => tool.setAttribute("hidden", ""));
  svg.dataset["map"] = "on";
}

/** The list knows what is chosen and what is said of each zone: the map repeats it. */
function agree(): void {
  const lines = new Map(all<HTMLElement>("#choices [data-zone]").map(line => [line.dataset["zone"], line]));
  for (const el of all("svg[data-map] [data-zone]")) {
    const line = lines.get(el.getAttribute("data-zone")!);
    const on = line !== undefined && one<HTMLInputElement>("input[name=zone]", line)!.checked;
    el.setAttribute("aria-selected", String(on));
    el.classList.toggle("is-chosen", on);
    if (line) el.setAttribute("aria-label", line.dataset["says"]!);
  }
  const title = one<HTMLElement>("#choices-title"), n = all("#choices input[name=zone]:checked").length;
  if (title) title.textContent = n > 1 ? title.dataset["many"]!.replace("#", String(n)) : title.dataset[n ? "one" : "none"]!;
}

function weigh(): void {
  const sliders = all<HTMLInputElement>("#sliders input"), total = sliders.reduce((sum, { value }) => sum + Number(value), 0) || 1;
  for (const slider of sliders) slider.previousElementSibling!.textContent = `${Math.round((100 * Number(slider.value)) / total)} %`;
  const own = sliders.some(({ value, dataset }) => value !== dataset["agreed"]), preset = one<HTMLInputElement>("#weighing input[name=preset]")!.value;
  one("#why-weights")!.setAttribute("data-own", String(own));
  for (const button of all(".presets button")) button.setAttribute("aria-pressed", String(!own && button.id === `preset-${preset}`));
}

function renew(): void {
  for (const svg of all<SVGSVGElement>("svg[data-map='']")) mount(svg);
  if (one("#choices")) agree();
}

document.addEventListener("input", event => {
  const weighing = (event.target as Element).closest("#weighing");
  if (!weighing) return;
  weigh();
  if ((event.target as Element).id !== "justification") one("#choices")?.classList.add("is-counting");
});
document.addEventListener("change", event => { if ((event.target as Element).matches("#choices input[name=zone]")) agree(); });
document.addEventListener("shades", event => {
  for (const svg of all("svg[data-map]")) svg.dispatchEvent(new CustomEvent("recolour", { detail: (event as CustomEvent<{ classes: string }>).detail.classes }));
});
document.addEventListener("htmx:after:swap", renew);
renew();
