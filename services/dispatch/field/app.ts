// The field app: every action is written on this phone, shown as done, and sent a moment later so that it can be undone.
import { again, drop, enqueue, flush, get, onChange, pending, phone, type Operation, type Session } from "./outbox";
import { draw, fill, laidOver, one, say, type Counted, type Day, type Kept, type Task } from "./day";

const UNDO_MS = 5_000;
const LOOK_MS = 20_000;
const FRESH_MS = 120_000;
let kept: Kept | undefined;
let session: Session = "unknown";
let operations: Operation[] = [];
let asked = false; // the server answered, or did not, since this page is open
let last: Operation | undefined; // what the toast undoes

async function redraw(): Promise<void> {
  operations = await pending();
  draw(kept, operations, session, asked);
}

let drawing = false;
function redrawSoon(): void {
  if (drawing) return; // many operations leave at once: one picture of them is enough
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    void redraw();
  });
}

let reading: Promise<void> | undefined;
let readNext: Promise<void> | undefined;
/** Reads the day anew: once at a time, and once more behind it for whoever asked meanwhile. */
const refresh = (): Promise<void> =>
  (readNext ??= (reading ?? Promise.resolve()).then(() => {
    readNext = undefined;
    return (reading = readDay());
  }));

/** Another person's day is replaced, never mixed. */
async function readDay(): Promise<void> {
  const { session: now, found } = await get<Day>("/day");
  asked = true;
  if (now !== "unknown") session = now;
  if (found) {
    kept = { day: found, read_at: Date.now() };
    await (await phone()).put("kept", kept, "day");
  }
  await redraw();
}

async function send(hurry = false): Promise<void> {
  const news = await flush(hurry);
  if (news.session !== "unknown") session = news.session;
  if (news.answered > 0) await refresh();
  else await redraw();
}

async function act(subject: string, title: string, body: Record<string, unknown>): Promise<void> {
  if (!kept) return;
  last = await enqueue({ person: kept.day.person_id, subject, body, title }, UNDO_MS);
  toast(navigator.onLine ? "kept_online" : "kept", true);
  await redraw();
  setTimeout(() => void send(), UNDO_MS + 100);
}

let toastEnds = 0;
function toast(key: string, undo = false): void {
  const place = one<HTMLElement>("#toast > div");
  place.hidden = false;
  one("#toast span").textContent = say(key);
  one<HTMLElement>("#undo").hidden = !undo;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => (place.hidden = true), UNDO_MS);
}

const taskOf = (id: string): Task | undefined => {
  const known = kept && [...kept.day.tasks, ...kept.day.to_record].find(task => task.task_id === id);
  return known && laidOver(known, operations.filter(operation => operation.person === kept?.day.person_id));
};
const idOf = (element: Element): string => element.closest<HTMLElement>("[data-id]")?.dataset["id"] ?? "";
const titled = (verb: string, task: Task): string => `${say(verb)} · ${task.title}, ${task.day}`;

// --- dialogs: opened with what is known, sent when their button says so -------------------------------------------------

type Opening = { title: string; subject: string; stance: string };
let opening: Opening = { title: "", subject: "", stance: "" };

function open(name: string, button: HTMLElement): void {
  const dialog = one<HTMLDialogElement>(`#${name}`);
  const form = one<HTMLFormElement>("form", dialog);
  const task = taskOf(idOf(button));
  form.reset();
  for (const more of dialog.querySelectorAll("details")) more.open = false;
  opening = { title: task?.title ?? say(name), subject: idOf(button), stance: button.dataset["with"] ?? "" };
  fill(dialog, { title: name === "opinion" ? say(name) : opening.title, when: task ? `${task.day}, ${task.hours}` : "" });
  if (task && name === "outcome") prepareOutcome(form, task);
  if (task && name === "counter") offerTimes(task);
  if (kept && name === "signal") offerPlaces(form, kept.day);
  if (kept && name === "away") set(form, { from_on: kept.day.on, until_on: kept.day.on });
  dialog.returnValue = "";
  dialog.showModal();
  one(".dialog-body", dialog).scrollTop = 0;
}

const field = (form: HTMLFormElement, name: string): HTMLInputElement => one(`[name=${name}]`, form);
const set = (form: HTMLFormElement, values: Record<string, string>): void => {
  for (const [name, value] of Object.entries(values)) field(form, name).value = value;
};
const tick = (form: HTMLFormElement, name: string, values: string[]): void => {
  for (const box of form.querySelectorAll<HTMLInputElement>(`[name=${name}]`)) box.checked = values.includes(box.value);
};

/** Fills the form with what was noted; else with the codes of last time, and last time's number as one tap. */
function prepareOutcome(form: HTMLFormElement, task: Task): void {
  const like: Counted | null = task.recorded ?? task.last;
  const people = field(form, "people_reached");
  people.max = String(task.people_max);
  set(form, { happened_on: task.recorded?.happened_on ?? task.happened_on, people_reached: task.recorded ? String(task.recorded.people_reached) : "" });
  for (const name of ["themes", "languages", "non_take_up"] as const) tick(form, name, like?.[name] ?? []);
  for (const relay of task.recorded?.relays ?? []) set(form, { [`made_${relay.kind}`]: String(relay.made), [`took_hold_${relay.kind}`]: String(relay.took_hold) });
  const asLast = one<HTMLButtonElement>("#as-last");
  asLast.hidden = !task.last || task.recorded !== null;
  asLast.dataset["count"] = String(task.last?.people_reached ?? "");
  asLast.textContent = say("as_last", { num: task.last?.people_reached ?? "" });
  one<HTMLElement>("#why-correct").hidden = task.recorded === null;
  if (task.recorded) tick(form, "reason", ["miscounted"]);
}

function offerTimes(task: Task): void {
  one("#other-times").replaceChildren(...task.other_times.map(time => {
    const made = one<HTMLTemplateElement>("#t-other-time").content.cloneNode(true) as DocumentFragment;
    one<HTMLInputElement>("input", made).value = time.value;
    one("span", made).textContent = time.name;
    return made;
  }));
}

function offerPlaces(form: HTMLFormElement, day: Day): void {
  const options = (choices: { value: string; name: string }[]): Option[] => choices.map(({ value, name }) => new Option(name, value));
  const zones = one<HTMLSelectElement>("[name=zone_id]", form);
  zones.replaceChildren(...options(day.zones));
  if (day.zone_id) zones.value = day.zone_id;
  const campaigns = one<HTMLSelectElement>("[name=campaign_id]", form);
  campaigns.replaceChildren(campaigns.options[0]!, ...options(day.campaigns));
}
type Option = HTMLOptionElement;

/** Puts the keyboard back where it was: the button may have been drawn anew meanwhile, or be gone. */
function focusAgain(dialog: HTMLDialogElement): void {
  if (document.activeElement?.getClientRects().length && document.activeElement !== document.body) return;
  const buttons = document.querySelectorAll<HTMLElement>(`[data-id="${opening.subject}"] [data-open=${dialog.id}]`);
  ([...buttons].find(button => button.getClientRects().length) ?? one<HTMLElement>("#content")).focus();
}

/** Turns a closed dialog into an operation. */
async function closed(dialog: HTMLDialogElement): Promise<void> {
  const answer = dialog.returnValue;
  if (answer === "" || answer === "no") return;
  const form = new FormData(one<HTMLFormElement>("form", dialog));
  const text = (name: string): string => String(form.get(name) ?? "");
  const task = taskOf(opening.subject);
  const kind = dialog.id;
  if (kind === "signal") {
    const body = { kind, signal_kind: text("signal_kind"), theme: text("theme"), zone_id: text("zone_id"), campaign_id: text("campaign_id") || null };
    await act("signals", say(kind), body);
  } else if (kind === "away") {
    await act("away", say(kind), { kind, from_on: text("from_on"), until_on: text("until_on") });
  } else if (kind === "opinion") {
    await giveOpinion(opening.subject, opening.stance, answer === "several" ? form.getAll("grounds").map(String) : [answer]);
  } else if (task && kind === "decline") {
    await act(task.task_id, titled(kind, task), { kind, proposal_id: task.proposal_id, reason: text("reason") });
  } else if (task && kind === "hand_back") {
    await act(task.task_id, titled(kind, task), { kind, proposal_id: task.proposal_id });
  } else if (task && kind === "counter") {
    const typed = text("typed");
    const wished_at = typed ? new Date(typed).toISOString() : text("wished_at");
    if (wished_at) await act(task.task_id, titled(kind, task), { kind, proposal_id: task.proposal_id, wished_at });
  } else if (task && kind === "outcome") {
    await act(task.task_id, titled(kind, task), {
      kind, task_id: task.task_id, contribution_id: task.contribution_id ?? crypto.randomUUID(), body: countedIn(form, task, answer === "never_happened"),
    });
  }
}

function countedIn(form: FormData, task: Task, never: boolean): Counted {
  const many = (name: string): string[] => (never ? [] : form.getAll(name).map(String));
  const relays = [...form.keys()].filter(name => name.startsWith("made_")).map(name => name.slice("made_".length)).map(kind => ({
    kind, made: Number(form.get(`made_${kind}`)), took_hold: Number(form.get(`took_hold_${kind}`)),
  })).filter(relay => relay.made || relay.took_hold);
  return {
    happened_on: String(form.get("happened_on") || task.happened_on), people_reached: never ? 0 : Number(form.get("people_reached")),
    themes: many("themes"), languages: many("languages"), non_take_up: many("non_take_up"), relays: never ? [] : relays,
    reason: never ? "never_happened" : task.recorded ? String(form.get("reason") ?? "miscounted") : null,
  };
}

const giveOpinion = (consultation_id: string, stance: string, grounds: string[]): Promise<void> =>
  act(consultation_id, say("opinion"), { kind: "opinion", consultation_id, stance, grounds });

// --- taps ---------------------------------------------------------------------------------------------------------------

document.addEventListener("click", event => {
  const button = (event.target as Element).closest<HTMLElement>("button, a[data-view]");
  if (!button) return;
  const { open: dialog, step, count, stance } = button.dataset;
  if (dialog) open(dialog, button);
  if (stance) void giveOpinion(idOf(button), stance, []);
  if (step || count) stepTo(step ? Number(step) : undefined, Number(count));
  if ("accept" in button.dataset) {
    const task = taskOf(idOf(button));
    if (task) void act(task.task_id, titled("accept", task), { kind: "accept", proposal_id: task.proposal_id });
  }
  if ("drop" in button.dataset) void drop(idOf(button)).then(gone => toast(gone ? "undone" : "too_late"));
  if ("again" in button.dataset) void again(idOf(button)).then(() => send());
  if (button.id === "undo" && last) void drop(last.id).then(gone => toast(gone ? "undone" : "too_late"));
});

function stepTo(step: number | undefined, count: number): void {
  const people = one<HTMLInputElement>("#outcome [name=people_reached]");
  const wanted = step === undefined ? count : Number(people.value) + step;
  people.value = String(Math.max(0, Math.min(Number(people.max), wanted)));
}

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => void closed(dialog).then(() => focusAgain(dialog)));
}
// A choice hidden in a closed part of the form must be seen to be corrected.
document.addEventListener("invalid", event => {
  const more = (event.target as Element).closest("details");
  if (more) more.open = true;
}, true);

function show(): void {
  const wanted = location.hash.slice(1);
  const view = ["time", "waiting"].includes(wanted) ? wanted : "day";
  for (const name of ["day", "time", "waiting"]) {
    one<HTMLElement>(`#view-${name}`).hidden = name !== view;
    const link = one(`[data-view=${name}]`);
    if (name === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
addEventListener("hashchange", () => {
  show();
  scrollTo(0, 0);
});

one<HTMLFormElement>("#leave").addEventListener("submit", event => {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  void (async () => {
    await send(true);
    const { found } = await get<{ csrf: string }>("/me");
    if (!found) return;
    await (await phone()).delete("kept", "day"); // the next person on this phone does not see one's day
    field(form, "csrf").value = found.csrf;
    form.submit();
  })();
});

// --- first steps on a phone: home screen, storage that stays ------------------------------------------------------------

type Installable = Event & { prompt(): Promise<void> };
let installable: Installable | undefined;
addEventListener("beforeinstallprompt", event => {
  event.preventDefault();
  installable = event as Installable;
  one<HTMLElement>("#install").hidden = false;
});
one("#install").addEventListener("click", () => void installable?.prompt());
one("#seen").addEventListener("click", () => {
  one<HTMLElement>("#first-steps").hidden = true;
  void phone().then(db => db.put("kept", true, "first-steps-seen"));
});
async function firstSteps(): Promise<void> {
  void navigator.storage?.persist?.();
  const installed = matchMedia("(display-mode: standalone)").matches || (navigator as { standalone?: boolean }).standalone === true;
  const seen = await (await phone()).get("kept", "first-steps-seen");
  one<HTMLElement>("#first-steps").hidden = installed || seen === true;
  one<HTMLElement>("#on-iphone").hidden = !("standalone" in navigator);
}

// --- when it is sent ----------------------------------------------------------------------------------------------------

onChange(redrawSoon);
for (const moment of ["online", "focus", "pageshow"]) addEventListener(moment, () => void send());
addEventListener("offline", () => void redraw());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void flush(true); // leaving the app ends the time to undo
  else void send().then(() => (Date.now() - (kept?.read_at ?? 0) > FRESH_MS ? refresh() : undefined));
});
setInterval(() => void (operations.length ? send() : redraw()), LOOK_MS);

if ("serviceWorker" in navigator) {
  void navigator.serviceWorker.register(`/dispatch/app/sw.js?lang=${document.documentElement.lang}`, { scope: "/dispatch/app/" });
}
show();
void (async () => {
  kept = (await (await phone()).get("kept", "day")) as Kept | undefined;
  if (kept) await redraw(); // at once, from the phone; the network may take its time
  await firstSteps();
  await refresh();
  await send();
})();
