// Acts of the person: written on this phone first, shown as done, sent a moment later so that they can be undone.
import { drop, enqueue, type Operation } from "./outbox";
import { laidOver, type Task } from "./day";
import { kept, mine, redraw, send } from "./known";
import { one, say } from "./page";

const UNDO_MS = 5_000;
let last: Operation | undefined; // what the toast undoes

/** Writes an act on this phone, shows it as done, and sends it when it can no longer be undone. */
export async function act(subject: string, title: string, body: Record<string, unknown>): Promise<void> {
  if (!kept) return;
  last = await enqueue({ person: kept.day.person_id, subject, body, title }, UNDO_MS);
  toast(navigator.onLine ? "kept_online" : "kept", true);
  await redraw();
  setTimeout(() => void send(), UNDO_MS + 100);
}

let toastEnds = 0;
export function toast(key: string, undo = false): void {
  const place = one<HTMLElement>("#toast > div");
  place.hidden = false;
  one("#toast span").textContent = say(key);
  one<HTMLElement>("#undo").hidden = !undo;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => (place.hidden = true), UNDO_MS);
}

export const taskOf = (id: string): Task | undefined => {
  const known = kept && [...kept.day.tasks, ...kept.day.to_record, ...kept.day.journal].find(task => task.task_id === id);
  return known && laidOver(known, mine());
};
export const idOf = (element: Element): string => element.closest<HTMLElement>("[data-id]")?.dataset["id"] ?? "";
/** How the lists of what waits call an act about a task. */
export const titled = (verb: string, task: Task): string => `${say(verb)} · ${task.title}, ${task.day}`;

const told = (gone: boolean): void => toast(gone ? "undone" : "too_late");
/** Takes an act back, unless it was sent already. */
export const takeBack = (id: string): void => void drop(id).then(told);
export const undoLast = (): void => {
  if (last) takeBack(last.id);
};
