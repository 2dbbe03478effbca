// Writes into the page: texts come from it, in one language; pieces of it are cloned. Nothing is ever written as HTML.

const words = document.getElementById("words")!.dataset;
export const say = (key: string, values: Record<string, string | number> = {}): string =>
  (words[key] ?? "").replace(/%\((\w+)\)s/g, (_, name: string) => String(values[name] ?? ""));
const plurals = new Intl.PluralRules(document.documentElement.lang);
export const count = (key: string, num: number): string => say(`${key}_${plurals.select(num) === "one" ? "one" : "other"}`, { num });

export const one = <T extends Element>(selector: string, root: ParentNode = document): T => root.querySelector<T>(selector)!;
export type Shown = Record<string, unknown>;

/** Writes values into the places of a piece of the page that name them. Never as HTML. */
export function fill(root: ParentNode, shown: Shown): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-text]")) place.textContent = String(shown[place.dataset["text"]!] ?? "");
  for (const place of root.querySelectorAll<HTMLElement>("[data-if]")) place.hidden = !shown[place.dataset["if"]!];
  for (const place of root.querySelectorAll<HTMLProgressElement>("[data-value]")) place.value = Number(shown[place.dataset["value"]!]);
  for (const place of root.querySelectorAll<HTMLElement>("[data-text-list]")) {
    place.replaceChildren(...(shown[place.dataset["textList"]!] as string[]).map(text => Object.assign(document.createElement("li"), { textContent: text })));
  }
}

export function piece(template: string, id: string, shown: Shown): DocumentFragment {
  const made = one<HTMLTemplateElement>(`#t-${template}`).content.cloneNode(true) as DocumentFragment;
  (made.firstElementChild as HTMLElement).dataset["id"] = id;
  fill(made, shown);
  return made;
}

const waiting = new Map<string, DocumentFragment[]>(); // what is drawn when the finger is up again

export function list(name: string, pieces: DocumentFragment[]): void {
  const place = one<HTMLElement>(`[data-list=${name}]`);
  if (isShown(place, pieces)) return void waiting.delete(name);
  if (place.querySelector(":active")) return void waiting.set(name, pieces); // drawn anew under a finger, it would lose the tap
  waiting.delete(name);
  const held = place.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const id = held?.closest<HTMLElement>("[data-id]")?.dataset["id"];
  place.replaceChildren(...pieces);
  const block = document.querySelector<HTMLElement>(`[data-block=${name}]`);
  if (block) block.hidden = pieces.length === 0;
  if (!id) return;
  // Redrawing must not lose one's place: the same button, else one that can be seen.
  const there = [...place.querySelectorAll<HTMLElement>(`[data-id="${id}"] button`)].filter(button => button.getClientRects().length);
  (there.find(button => button.textContent === held?.textContent) ?? there[0])?.focus();
}

const isShown = (place: HTMLElement, pieces: DocumentFragment[]): boolean =>
  pieces.length > 0 && pieces.length === place.children.length &&
  pieces.every((made, n) => made.childElementCount === 1 && made.firstElementChild!.isEqualNode(place.children[n]!));
for (const end of ["pointerup", "pointercancel", "keyup"]) {
  addEventListener(end, () => setTimeout(() => waiting.forEach((pieces, name) => list(name, pieces)))); // the click comes first
}

// --- forms

export const field = (form: HTMLFormElement, name: string): HTMLInputElement => one(`[name=${name}]`, form);
export const set = (form: HTMLFormElement, values: Record<string, string>): void => {
  for (const [name, value] of Object.entries(values)) field(form, name).value = value;
};
export const tick = (form: HTMLFormElement, name: string, values: string[]): void => {
  for (const box of form.querySelectorAll<HTMLInputElement>(`[name=${name}]`)) box.checked = values.includes(box.value);
};
