// The field app: every action is written on this phone, shown as done, and sent a moment later so that it can be undone.
import { again, drop, enqueue, flush, get, onChange, phone, settle, written, type Operation, type Session } from "./outbox";
import { draw, laidOver, type Counted, type Day, type Kept, type Task } from "./day";
import { drawNotes, forgetNotes, noteOf, openNotes, readNotes, warned } from "./notes";
import { fill, one, say } from "./page";
import { drawActors, forgetQuarter, knownPlaces, openLeaflet, openQuarter, readQuarter, showPhrase } from "./quarter";

const UNDO_MS = 5_000;
const LOOK_MS = 20_000;
const FRESH_MS = 120_000;
let kept: Kept | undefined;
let session: Session = "unknown";
let operations: Operation[] = [];
let asked = false; // the server answered, or did not, since this page is open
let last: Operation | undefined; // what the toast undoes

async function redraw(): Promise<void> {
  operations = await written();
  draw(kept, operations, session, asked);
  drawNotes(mine());
}
const mine = (): Operation[] => operations.filter(operation => operation.person === kept?.day.person_id);

let drawing = false;
function redrawSoon(): void {
  if (drawing) return; // many operations leave at once: one picture of them is enough
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    void redraw().then(() => (mine().some(operation => operation.state === "taken") ? refresh() : undefined));
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
  const known = kept && [...kept.day.tasks, ...kept.day.to_record, ...kept.day.journal].find(task => task.task_id === id);
  return known && laidOver(known, mine());
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
  if (kept && name === "note") prepareNote(form, kept.day);
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
  tick(form, "went", [task.recorded?.reason === "never_happened" ? "never" : task.recorded?.people_reached === 0 ? "nobody" : "done"]);
  one<HTMLElement>("#why-correct").hidden = task.recorded === null;
  if (task.recorded) tick(form, "reason", ["miscounted"]);
  countOrNot(form);
}

/** Asks for numbers where there are some: what is not asked is not sent either. */
function countOrNot(form: HTMLFormElement): void {
  const went = new FormData(form).get("went");
  for (const part of form.querySelectorAll<HTMLFieldSetElement>("[data-counts]")) part.hidden = part.disabled = went !== "done";
  one<HTMLElement>("#why-correct").hidden ||= went === "never";
}
one("#outcome form").addEventListener("change", event => {
  const form = one<HTMLFormElement>("#outcome form");
  one<HTMLElement>("#why-correct").hidden = !taskOf(opening.subject)?.recorded;
  if ((event.target as HTMLInputElement).name === "went") countOrNot(form);
});

function offerTimes(task: Task): void {
  one("#other-times").replaceChildren(...task.other_times.map(time => {
    const made = one<HTMLTemplateElement>("#t-other-time").content.cloneNode(true) as DocumentFragment;
    one<HTMLInputElement>("input", made).value = time.value;
    one("span", made).textContent = time.name;
    return made;
  }));
}

const options = (choices: { value: string; name: string }[]): Option[] => choices.map(({ value, name }) => new Option(name, value));

function offerPlaces(form: HTMLFormElement, day: Day): void {
  const zones = one<HTMLSelectElement>("[name=zone_id]", form);
  zones.replaceChildren(...options(day.zones));
  if (day.zone_id) zones.value = day.zone_id;
  const campaigns = one<HTMLSelectElement>("[name=campaign_id]", form);
  campaigns.replaceChildren(campaigns.options[0]!, ...options(day.campaigns));
}
type Option = HTMLOptionElement;

/** A note that is changed keeps its campaign: it is what says how long it is kept. */
function prepareNote(form: HTMLFormElement, day: Day): void {
  const note = noteOf(opening.subject, mine());
  const campaigns = one<HTMLSelectElement>("[name=campaign_id]", form);
  campaigns.replaceChildren(campaigns.options[0]!, ...options(day.campaigns));
  campaigns.value = note ? (note.campaign_id ?? "") : (day.campaigns[0]?.value ?? "");
  one<HTMLElement>("#note-about").hidden = note !== undefined || day.campaigns.length === 0;
  one<HTMLTextAreaElement>("textarea", form).value = note?.text ?? "";
  if (!opening.subject) opening.subject = crypto.randomUUID();
  warned("", []);
}

one("#note form").addEventListener("submit", event => {
  const { value } = (event as SubmitEvent).submitter as HTMLButtonElement;
  if (value === "yes" && warned(field(event.target as HTMLFormElement, "text").value, [...knownPlaces(), ...placesOf(kept?.day)])) event.preventDefault();
});
one("#change-note").addEventListener("click", () => {
  warned("", []);
  one<HTMLElement>("#note textarea").focus();
});
const placesOf = (day: Day | undefined): string[] => day?.zones.map(zone => zone.name) ?? [];

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
  } else if (kind === "note") {
    const body = { kind, note_id: opening.subject, campaign_id: text("campaign_id") || null, written_at: new Date().toISOString(), text: text("text").trim() };
    if (body.text) await act(opening.subject, say(kind), body);
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
      kind, task_id: task.task_id, contribution_id: task.contribution_id ?? crypto.randomUUID(), body: countedIn(form, task),
    });
  }
}

/** Reads the form. Nobody met is a zero and nothing more; what did not take place is told as a correction of the plan. */
function countedIn(form: FormData, task: Task): Counted {
  const never = form.get("went") === "never";
  const many = (name: string): string[] => form.getAll(name).map(String);
  const relays = [...form.keys()].filter(name => name.startsWith("made_")).map(name => name.slice("made_".length)).map(kind => ({
    kind, made: Number(form.get(`made_${kind}`)), took_hold: Number(form.get(`took_hold_${kind}`)),
  })).filter(relay => relay.made || relay.took_hold);
  return {
    happened_on: String(form.get("happened_on") || task.happened_on), people_reached: Number(form.get("people_reached")),
    themes: many("themes"), languages: many("languages"), non_take_up: many("non_take_up"), relays,
    reason: never ? "never_happened" : task.recorded ? String(form.get("reason") ?? "miscounted") : null,
  };
}

const giveOpinion = (consultation_id: string, stance: string, grounds: string[]): Promise<void> =>
  act(consultation_id, say("opinion"), { kind: "opinion", consultation_id, stance, grounds });

// --- taps ---------------------------------------------------------------------------------------------------------------

document.addEventListener("click", event => {
  const button = (event.target as Element).closest<HTMLElement>("button, a[data-leaflet]");
  if (!button) return;
  const { leaflet, phrase } = button.dataset;
  if (leaflet) {
    event.preventDefault();
    void openLeaflet(leaflet, button.textContent ?? "").then(there => (there ? undefined : openThere(leaflet)));
  }
  if (phrase !== undefined) showPhrase(idOf(button));
  if ("forget" in button.dataset) void act(idOf(button), say("forget"), { kind: "forget_note", note_id: idOf(button) });
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

/** A leaflet that is not on the phone yet is opened where it is, if there is network. */
function openThere(url: string): void {
  if (navigator.onLine) location.assign(url);
  else toast("not_here_yet");
}

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

const VIEWS = ["day", "quarter", "journal", "time", "waiting"];
function show(): void {
  const wanted = location.hash.slice(1);
  const view = VIEWS.includes(wanted) ? wanted : "day";
  for (const name of VIEWS) one<HTMLElement>(`#view-${name}`).hidden = name !== view;
  for (const link of document.querySelectorAll<HTMLElement>("[data-view]")) {
    if (link.dataset["view"] === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "quarter" && kept) void readQuarter(kept.day.person_id, Date.now());
}
addEventListener("hashchange", () => {
  show();
  scrollTo(0, 0);
  one<HTMLElement>("#content").focus({ preventScroll: true });
});
one("#search").addEventListener("input", drawActors);

one<HTMLFormElement>("#leave").addEventListener("submit", event => {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  void (async () => {
    await send(true);
    const { found } = await get<{ csrf: string }>("/me");
    if (!found) return;
    // The next person on this phone sees nothing of this one; what waits stays, and is shown to nobody else.
    if (kept) await settle(kept.day.person_id, Infinity);
    await Promise.all([(await phone()).delete("kept", "day"), forgetNotes(), forgetQuarter()]);
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
one("#persist").addEventListener("click", () => void navigator.storage.persist().then(told => tellPersisted(told, true)));
one("#seen").addEventListener("click", () => {
  putAside();
  one<HTMLElement>("#content").focus();
  void phone().then(db => db.put("kept", true, "first-steps-seen"));
});

/** The first steps stay within reach, under what waits on this phone. */
function putAside(): void {
  one<HTMLElement>("#seen").hidden = true;
  one("#this-phone").append(one("#first-steps"));
}

/** Says whether the phone may throw away what it keeps. A phone that was asked answers once more. */
function tellPersisted(persisted: boolean, was_asked = false): void {
  one("#persisted").textContent = say(persisted ? "persisted" : was_asked ? "persist_refused" : "not_persisted");
  one<HTMLElement>("#persist").hidden = persisted;
}

async function firstSteps(): Promise<void> {
  const standalone = (navigator as { standalone?: boolean }).standalone;
  const installed = matchMedia("(display-mode: standalone)").matches || standalone === true;
  const seen = await (await phone()).get("kept", "first-steps-seen");
  one<HTMLElement>("#how-to-install").hidden = installed;
  one<HTMLElement>("#on-iphone").hidden = standalone === undefined;
  if (navigator.storage?.persisted) tellPersisted((await navigator.storage.persisted()) || (installed && (await navigator.storage.persist())));
  else one<HTMLElement>("#persist").hidden = true;
  if (seen === true) putAside();
  one<HTMLElement>("#first-steps").hidden = false;
}

// --- when it is sent ----------------------------------------------------------------------------------------------------

onChange(redrawSoon);
for (const moment of ["online", "focus", "pageshow"]) addEventListener(moment, () => void send());
addEventListener("offline", () => void redraw());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void flush(true); // leaving the app ends the time to undo
  else void send().then(() => (Date.now() - (kept?.read_at ?? 0) > FRESH_MS ? refresh() : undefined));
});
setInterval(() => void (operations.some(operation => operation.state === "waiting") ? send() : redraw()), LOOK_MS);

if ("serviceWorker" in navigator) {
  void navigator.serviceWorker.register(`/dispatch/app/sw.js?lang=${document.documentElement.lang}`, { scope: "/dispatch/app/" });
}
show();
void (async () => {
  kept = (await (await phone()).get("kept", "day")) as Kept | undefined;
  await openOthers();
  if (kept) await redraw(); // at once, from the phone; the network may take its time
  await firstSteps();
  await refresh();
  await send();
})();
