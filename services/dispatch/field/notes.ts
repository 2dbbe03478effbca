// Notes for oneself: looked at before they are saved, kept on the phone, read by nobody else.
import { detect, type Finding } from "./detect";
import { get, phone, type Operation } from "./outbox";
import { list, one, piece, say } from "./page";

export type Note = { note_id: string; campaign_id: string | null; campaign: string; day: string; kept_until: string; text: string; waits?: boolean };
type KeptNotes = { person_id: string; notes: Note[] };
let kept: KeptNotes | undefined;

/** Reads what the phone keeps of somebody's notes. */
export async function openNotes(person: string): Promise<void> {
  const found = (await (await phone()).get("kept", "notes")) as KeptNotes | undefined;
  kept = found?.person_id === person ? found : undefined;
}

export async function readNotes(): Promise<void> {
  const { found } = await get<KeptNotes>("/notes");
  if (!found) return;
  kept = found;
  await (await phone()).put("kept", found, "notes");
}

export async function forgetNotes(): Promise<void> {
  kept = undefined;
  await (await phone()).delete("kept", "notes");
}

/** Lays what this phone wrote or tore out, and nobody refused, over what the server keeps. */
function notesWith(operations: Operation[]): Note[] {
  let notes = kept?.notes ?? [];
  for (const { body, state, subject } of operations) {
    if (state === "refused") continue;
    if (body["kind"] === "forget_note") notes = notes.filter(note => note.note_id !== subject);
    if (body["kind"] !== "note") continue;
    const before = notes.find(note => note.note_id === subject);
    const written: Note = {
      campaign: "", day: say("today"), kept_until: "", ...before, note_id: subject, campaign_id: body["campaign_id"] as string | null,
      text: String(body["text"]), waits: state === "waiting",
    };
    notes = before ? notes.map(note => (note === before ? written : note)) : [written, ...notes];
  }
  return notes;
}

export function drawNotes(mine: Operation[]): void {
  const notes = notesWith(mine);
  list("notes", notes.map(note => piece("note", note.note_id, {
    ...note, about: [note.day, note.campaign].filter(Boolean).join(" · "), until: note.kept_until ? say("until_when", { when: note.kept_until }) : "",
  })));
  one<HTMLElement>("[data-block=no_notes]").hidden = notes.length > 0;
}

export const noteOf = (id: string, mine: Operation[]): Note | undefined => notesWith(mine).find(note => note.note_id === id);

/** Shows what a text seems to hold; true when there is something to look at again. */
export function warned(text: string, places: string[]): boolean {
  const found = detect(text, places);
  const certain = found.some(({ kind }) => kind === "national_number");
  one<HTMLElement>("#warning").hidden = found.length === 0;
  one("#warning ul").replaceChildren(...found.map(told));
  one<HTMLElement>("#keep-anyway").hidden = certain;
  one<HTMLElement>("#must-change").hidden = !certain;
  one<HTMLElement>("#note .dialog-foot").hidden = found.length > 0;
  if (found.length) one<HTMLElement>("#warning").focus();
  return found.length > 0;
}

function told({ kind, seen }: Finding): HTMLLIElement {
  const item = document.createElement("li");
  const quoted = Object.assign(document.createElement("q"), { textContent: seen });
  item.append(`${say(`seen_${kind}`)} `, quoted);
  return item;
}
