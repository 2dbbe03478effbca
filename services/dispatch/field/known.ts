// What the open page knows: the day as the server last told it, and what this phone did since.
import { flush, get, phone, settle, written, type Operation, type Session } from "./outbox";
import { draw, type Day, type Kept } from "./day";
import { drawNotes, openNotes, readNotes } from "./notes";
import { openQuarter, readQuarter } from "./quarter";

export let kept: Kept | undefined;
export let operations: Operation[] = [];
let session: Session = "unknown";
let asked = false; // the server answered, or did not, since this page is open

/** Opens what the phone keeps: shown at once, the network may take its time. */
export async function openKept(): Promise<void> {
  kept = (await (await phone()).get("kept", "day")) as Kept | undefined;
  await openOthers();
  if (kept) await redraw();
}

export async function redraw(): Promise<void> {
  operations = await written();
  draw(kept, operations, session, asked);
  drawNotes(mine());
}
/** What the person whose day this is did on this phone. */
export const mine = (): Operation[] => operations.filter(operation => operation.person === kept?.day.person_id);

let drawing = false;
/** Draws the day anew with the next picture, and reads it when the server took something. */
export function redrawSoon(): void {
  if (drawing) return; // many operations leave at once: one picture of them is enough
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    void redraw().then(() => (sending === 0 && someTaken() ? refresh() : undefined));
  });
}
let sending = 0; // while this page sends, the day is read once at the end and not after each operation
const someTaken = (): boolean => mine().some(operation => operation.state === "taken");

let reading: Promise<void> | undefined;
let readNext: Promise<void> | undefined;
/** Reads the day anew: once at a time, and once more behind it for whoever asked meanwhile. */
export const refresh = (): Promise<void> =>
  (readNext ??= (reading ?? Promise.resolve()).then(() => {
    readNext = undefined;
    return (reading = readDay());
  }));

/** Another person's day is replaced, never mixed. */
async function readDay(): Promise<void> {
  const asked_at = Date.now();
  const { session: now, found } = await get<Day>("/day");
  asked = true;
  if (now !== "unknown") session = now;
  if (found) {
    const another = found.person_id !== kept?.day.person_id;
    kept = { day: found, read_at: Date.now() };
    await (await phone()).put("kept", kept, "day");
    if (another) await openOthers();
    await readNotes();
    await settle(found.person_id, asked_at);
    void readQuarter(found.person_id, Date.now());
  }
  await redraw();
}

/** Reads from the phone what lies beside the day. */
async function openOthers(): Promise<void> {
  if (!kept) return;
  await Promise.all([openNotes(kept.day.person_id), openQuarter(kept.day.person_id)]);
}

/** Sends what waits and may go; what was answered, here or in another tab, changes the day. */
export async function send(hurry = false): Promise<void> {
  sending += 1;
  const news = await flush(hurry).finally(() => (sending -= 1));
  if (news.session !== "unknown") session = news.session;
  await redraw();
  if (news.answered > 0 || someTaken()) await refresh();
}
