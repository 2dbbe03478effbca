// The half-day grid: a task is taken and laid on somebody else's row, with the mouse or with keys alike.
// Each task is a link to a page that does the same without script. The server judges every move.

const all = (query: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(query)];
const grid = (): HTMLElement => document.getElementById("grid")!;
let held: HTMLElement | null = null;

const chipOf = (event: Event): HTMLElement | null => (event.target as Element).closest?.<HTMLElement>("[data-seat]") ?? null;
const rowOf = (event: Event): HTMLElement | null => (event.target as Element).closest?.<HTMLElement>("#grid [data-row]") ?? null;

function prepare(): void {
  for (const chip of all("#grid [data-seat]")) {
    chip.draggable = true;
    chip.setAttribute("role", "button");
    chip.setAttribute("aria-pressed", "false");
  }
  if (document.getElementById("move")) grid().dataset["moves"] = "";
  const looked = document.querySelector<HTMLElement>("#grid [data-focus]");
  looked?.focus({ preventScroll: true });
  looked?.scrollIntoView({ block: "center" });
}

function over(row: HTMLElement | null): void {
  for (const other of all("#grid [data-over]")) delete other.dataset["over"];
  const says = document.getElementById("carried");
  if (!says || !held) return;
  says.textContent = `${held.dataset["says"]}. `;
  if (row) {
    row.dataset["over"] = "";
    const { can, cannot, keys } = says.dataset;
    const blocked = row.dataset["cannot"];
    says.textContent += `→ ${row.dataset["name"]} (${blocked ? `${cannot}). ${blocked}` : `${can}). ${keys}`}`;
    row.scrollIntoView({ block: "nearest" });
  } else says.textContent += says.dataset["keys"];
}

async function take(chip: HTMLElement): Promise<void> {
  held = chip;
  grid().classList.add("carries");
  chip.setAttribute("aria-pressed", "true");
  over(null);
  const path = new URL((chip as HTMLAnchorElement).href);
  path.pathname += "/able";
  const answer = await fetch(path).catch(() => null); // without an answer every row may be tried: the server judges
  const blocked = answer?.ok ? await answer.json() as Record<string, string> : {};
  if (held !== chip) return;
  for (const row of all("#grid [data-row]")) if (blocked[row.dataset["row"]!]) row.dataset["cannot"] = blocked[row.dataset["row"]!];
  over(document.querySelector("#grid [data-over]"));
}

function leave(): void {
  held?.setAttribute("aria-pressed", "false");
  held = null;
  grid().classList.remove("carries");
  for (const row of all("#grid [data-row]")) { delete row.dataset["cannot"]; delete row.dataset["over"]; }
  document.getElementById("carried")!.textContent = "";
}

function lay(row: HTMLElement): void {
  const { seat, task } = held!.dataset;
  const form = document.getElementById("move") as HTMLFormElement;
  leave();
  if (row.dataset["row"] === seat) return;
  for (const [name, value] of [["task_id", task], ["take_from", seat], ["give_to", row.dataset["row"]]]) (form.elements.namedItem(name!) as HTMLInputElement).value = value!;
  form.requestSubmit();
}

document.addEventListener("dragstart", event => {
  const chip = chipOf(event);
  if (!chip) return;
  event.dataTransfer!.setData("text/plain", chip.dataset["says"]!);
  void take(chip);
});
document.addEventListener("dragover", event => {
  const row = held && rowOf(event);
  if (!row) return;
  event.preventDefault();
  if (row.dataset["over"] === undefined) over(row);
});
document.addEventListener("drop", event => {
  const row = held && rowOf(event);
  if (!row) return;
  event.preventDefault();
  lay(row);
});
document.addEventListener("dragend", () => held && leave());

document.addEventListener("keydown", event => {
  const chip = chipOf(event);
  if (!held) {
    if (!chip || event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    void take(chip);
    return;
  }
  const rows = all("#grid [data-row]");
  const at = rows.findIndex(row => row.dataset["over"] !== undefined);
  const own = rows.findIndex(row => row.contains(held));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Tab") return leave();
  event.preventDefault();
  if (event.key === "Escape") leave();
  else if (step) over(rows[((at < 0 ? own : at) + step + rows.length) % rows.length]!);
  else if ((event.key === " " || event.key === "Enter") && at >= 0) lay(rows[at]!);
});

document.addEventListener("htmx:after:swap", () => { if (document.getElementById("grid")) prepare(); });
if (document.getElementById("grid")) prepare();
