// What a worker did, written on this phone before anything is sent. IndexedDB is the queue, the server is the judge:
// the same id goes with every attempt, so "at least once" here and "once" there make exactly once.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export type Operation = {
  id: string;
  seq: number; // order on this phone
  person: string; // who did it: never sent under another session
  subject: string; // the task, question or signal it is about: order counts within one subject
  body: Record<string, unknown>;
  title: string; // how the lists of what waits call it
  not_before: number; // epoch ms; until then it can be undone
  state: "waiting" | "refused" | "taken";
  reasons: string[];
  taken_at?: number; // epoch ms; from then on it is only shown, until what the server tells includes it
};
export type Session = "in" | "out" | "unknown";
export type News = { answered: number; session: Session }; // taken or refused: either changes the day
type Me = { person_id: string; csrf: string };
interface Phone extends DBSchema {
  outbox: { key: string; value: Operation; indexes: { seq: number } };
  kept: { key: string; value: unknown };
}

const API = "/dispatch/api";
const ANSWER_MS = 15_000;
const LOCK_MS = 20_000; // a frozen tab must not hold the queue; the ids protect us without the lock
const TRY_AGAIN = [408, 425, 429]; // and everything from 500 on: not about what was sent

let opened: Promise<IDBPDatabase<Phone>> | undefined;
export const phone = (): Promise<IDBPDatabase<Phone>> =>
  (opened ??= openDB<Phone>("relais-field", 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "id" }).createIndex("seq", "seq");
      db.createObjectStore("kept");
    },
    terminated() {
      opened = undefined;
    },
  }));

const channel = new BroadcastChannel("relais-outbox");
export const onChange = (listener: () => void): void => {
  channel.addEventListener("message", listener);
  self.addEventListener("outbox", listener);
};
const tell = (): void => {
  channel.postMessage("changed");
  self.dispatchEvent(new Event("outbox"));
};

export async function enqueue(
  act: Pick<Operation, "person" | "subject" | "body" | "title">,
  undo_ms: number,
): Promise<Operation> {
  const db = await phone();
  const tx = db.transaction(["outbox", "kept"], "readwrite", { durability: "strict" });
  const seq = (((await tx.objectStore("kept").get("seq")) as number | undefined) ?? 0) + 1;
  const made: Operation = {
    ...act, id: crypto.randomUUID(), seq, not_before: Date.now() + undo_ms, state: "waiting", reasons: [],
  };
  await Promise.all([tx.objectStore("kept").put(seq, "seq"), tx.objectStore("outbox").put(made), tx.done]);
  tell();
  void wakeLater();
  return made;
}

async function wakeLater(): Promise<void> {
  try {
    const worker = await navigator.serviceWorker.getRegistration();
    await (worker as unknown as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync?.register("outbox");
  } catch {
    // Safari and Firefox have no such thing: it is sent when the app is open
  }
}

/** Everything that this phone did and that what the server last told may not include yet. */
export const written = async (): Promise<Operation[]> => (await phone()).getAllFromIndex("outbox", "seq");

/** What has not been taken: it waits, or was refused and not read yet. */
export const pending = async (): Promise<Operation[]> => (await written()).filter(operation => operation.state !== "taken");

/** Forgets what the server had taken before it told somebody what it knows; of others nothing that was taken stays. */
export async function settle(person: string, told_at: number): Promise<void> {
  const tx = (await phone()).transaction("outbox", "readwrite");
  for (const operation of await tx.store.getAll()) {
    const told = operation.person !== person || (operation.taken_at ?? 0) <= told_at;
    if (operation.state === "taken" && told) await tx.store.delete(operation.id);
  }
  await tx.done;
}

/** Takes an operation off the phone: undone, or refused and read. False when it was sent already. */
export async function drop(id: string): Promise<boolean> {
  const tx = (await phone()).transaction("outbox", "readwrite", { durability: "strict" });
  const known = await tx.store.get(id);
  const there = known !== undefined && known.state !== "taken";
  if (there) await tx.store.delete(id);
  await tx.done;
  tell();
  return there;
}

/** Lets a refused operation be judged once more. */
export async function again(id: string): Promise<void> {
  const tx = (await phone()).transaction("outbox", "readwrite");
  const known = await tx.store.get(id);
  if (known) await tx.store.put({ ...known, state: "waiting", reasons: [], not_before: 0 });
  await tx.done;
  tell();
}

const ask = (path: string, options: RequestInit = {}): Promise<Response> =>
  fetch(API + path, { credentials: "same-origin", redirect: "error", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS), ...options });

/** Reads JSON of ours; null when something else answered, such as the sign-in page of a public network. */
async function read<T>(answer: Response): Promise<T | null> {
  if (!answer.headers.get("content-type")?.includes("json")) return null;
  return (await answer.json().catch(() => null)) as T | null;
}

export async function get<T>(path: string): Promise<{ session: Session; found: T | null }> {
  try {
    const answer = await ask(path);
    if (answer.status === 401 || answer.status === 403) return { session: "out", found: null };
    const found = answer.ok ? await read<T>(answer) : null;
    return { session: found ? "in" : "unknown", found };
  } catch {
    return { session: "unknown", found: null };
  }
}

let waiting: Promise<News> | undefined;

/** Sends what waits. One sending at a time on this phone, and one that waits its turn behind it. */
export function flush(hurry = false): Promise<News> {
  const turn = (): Promise<News> => {
    waiting = undefined;
    return send(hurry);
  };
  return (waiting ??= (async () => {
    try {
      return (await navigator.locks.request("relais-outbox", { signal: AbortSignal.timeout(LOCK_MS) }, turn)) as News;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return turn();
    }
  })());
}

async function send(hurry: boolean): Promise<News> {
  if (!(await pending()).some(operation => operation.state === "waiting")) return { answered: 0, session: "unknown" };
  const { session, found: me } = await get<Me>("/me");
  if (!me) return { answered: 0, session };
  let answered = 0;
  const held = new Set<string>(); // a later act about the same subject waits for the earlier one
  for (const { id } of await pending()) {
    const operation = await (await phone()).get("outbox", id); // undone or sent meanwhile?
    if (!operation || operation.person !== me.person_id || held.has(operation.subject)) continue;
    if (operation.state === "taken") continue;
    const later = !hurry && operation.not_before > Date.now();
    if (later || operation.state === "refused") {
      held.add(operation.subject);
      continue;
    }
    const outcome = await sendOne(operation, me);
    if (outcome === "out") return { answered, session: "out" };
    if (outcome === "no answer") return { answered, session: "in" };
    answered += 1;
    if (outcome === "refused") held.add(operation.subject);
  }
  return { answered, session: "in" };
}

async function sendOne(operation: Operation, me: Me): Promise<"taken" | "refused" | "out" | "no answer"> {
  let answer: Response;
  try {
    answer = await ask("/operations", {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": me.csrf },
      body: JSON.stringify({ ...operation.body, id: operation.id }),
    });
  } catch {
    return "no answer";
  }
  if (answer.status === 401 || answer.status === 403) return "out";
  if (answer.status >= 500 || TRY_AGAIN.includes(answer.status)) return "no answer";
  const said = await read<{ id?: string; title?: string; problems?: { message: string }[] }>(answer);
  if (!said) return "no answer";
  const db = await phone();
  if (answer.ok) {
    if (said.id !== operation.id) return "no answer";
    // Kept in the picture until the day is read anew: a phone that dies here must not show it undone.
    await db.put("outbox", { ...operation, state: "taken", taken_at: Date.now() });
    tell();
    return "taken";
  }
  // Kept and shown: what somebody did is never dropped without their knowing.
  const reasons = said.problems?.map(problem => problem.message) ?? [];
  await db.put("outbox", { ...operation, state: "refused", reasons: reasons.length ? reasons : [said.title ?? ""] });
  tell();
  return "refused";
}
