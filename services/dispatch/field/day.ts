// Draws the day: what the server last told, with what this phone did since laid over it. Texts come from the page.
import type { Operation, Session } from "./outbox";
import { count, fill, list, one, piece, say, type Shown } from "./page";

export type Counted = {
  happened_on: string; people_reached: number; themes: string[]; languages: string[]; non_take_up: string[];
  relays: { kind: string; made: number; took_hold: number }[]; reason?: string | null;
};
export type Task = {
  proposal_id: string; task_id: string; state: string; title: string; zone_fr: string; zone_nl: string; day: string; hours: string;
  starts_at: string; ends_at: string; beside: string; campaign: string; cost: string; left_after: string; why: string; answer_by: string;
  wished: string; raised_hand: boolean; other_times: { value: string; name: string }[]; conflict: boolean; people_max: number; happened_on: string;
  contribution_id: string | null; recorded: Counted | null; last: Counted | null; kept?: boolean;
};
export type Question = { consultation_id: string; title: string; until: string; stance: string | null; grounds: string[] };
export type Week = { day: string; partner: string; host_partner: string; commitments: string; campaigns: string; left: string; taken_pct: number };
export type Choice = { value: string; name: string };
export type Day = {
  person_id: string; name: string; now: string; day: string; on: string; known: boolean; late_yes: boolean; zone_id: string | null; zone_fr: string;
  zone_nl: string; tasks: Task[]; to_record: Task[]; journal: Task[]; questions: Question[]; weeks: Week[]; zones: Choice[]; campaigns: Choice[];
};
export type Kept = { day: Day; read_at: number };

/** Lays what this phone did, and nobody refused, over what the server told. */
export function laidOver(task: Task, operations: Operation[]): Task {
  let shown = task;
  for (const { subject, body, state } of operations) {
    if (subject !== task.task_id || state === "refused") continue;
    const kept = { ...shown, kept: state === "waiting" };
    if (body["kind"] === "accept") shown = { ...kept, state: "accepted" };
    if (body["kind"] === "decline" || body["kind"] === "hand_back") shown = { ...kept, state: "gone" };
    if (body["kind"] === "counter") shown = { ...kept, state: "countered", wished: "" };
    if (body["kind"] === "outcome") shown = { ...kept, recorded: body["body"] as Counted, contribution_id: body["contribution_id"] as string };
  }
  return shown;
}

const EARLY_MS = 3_600_000; // a task may begin, and be noted, an hour before its time

export function draw(kept: Kept | undefined, operations: Operation[], session: Session, asked: boolean): void {
  const mine = operations.filter(operation => operation.person === kept?.day.person_id);
  drawBand(operations.filter(isPending), mine.filter(isPending), session);
  drawWaiting(mine.filter(isPending));
  one<HTMLElement>("#loading").hidden = kept !== undefined || asked;
  one<HTMLElement>("#nothing-kept").hidden = kept !== undefined || !asked;
  one<HTMLElement>("#tools").hidden = kept === undefined;
  if (!kept) return;
  const { day } = kept;
  const now = Date.parse(day.now) + (Date.now() - kept.read_at); // the server's clock, going on from when it was read
  one("#hello").textContent = say("hello", { name: day.name });
  one("#today").textContent = day.day;
  one<HTMLElement>("#home").hidden = !day.zone_fr;
  fill(one("#home"), day);
  one<HTMLElement>("#home .second").hidden = day.zone_nl === day.zone_fr;
  one<HTMLElement>("#not-known").hidden = day.known;
  one<HTMLElement>("#late-yes").hidden = !day.late_yes;

  const tasks = day.tasks.map(task => laidOver(task, mine));
  const accepted = tasks.filter(task => task.state === "accepted");
  const midnight = endOfDay(day);
  const open = accepted.filter(task => !task.recorded && Date.parse(task.starts_at) < midnight);
  const next = open.find(task => Date.parse(task.ends_at) > now) ?? open[0];
  list("refused", mine.filter(operation => operation.state === "refused").map(operation => piece("refused", operation.id, operation)));
  list("next", next ? [nextPiece(next, now)] : []);
  list("asked", tasks.filter(task => task.state === "proposed").map(askedPiece));
  list("questions", day.questions.map(question => questionPiece(question, mine)));
  list("rest", open.filter(task => task !== next).map(task => line(task, now, task.hours.split(" ")[0]!)));
  list("noted", accepted.filter(task => task.recorded).map(task => line(task, now, task.hours.split(" ")[0]!)));
  list("later", accepted.filter(task => !task.recorded && Date.parse(task.starts_at) >= midnight).map(task => line(task, now, "")));
  list("to_record", day.to_record.map(task => laidOver(task, mine)).map(task => line(task, now, "")));
  list("countered", tasks.filter(task => task.state === "countered").map(task => line({ ...task, conflict: false }, now, "", task.wished)));
  one<HTMLElement>("#nothing-today").hidden = open.length > 0;
  list("weeks", day.weeks.map(week => piece("weeks", week.day, {
    ...week, day: say("week", { day: week.day }), left_told: say("left", { left: week.left }),
    shares: say("shares", { partner: week.partner ?? "", host: week.host_partner, own: week.commitments, campaigns: week.campaigns }),
  })));
  one<HTMLElement>("[data-block=no_weeks]").hidden = day.weeks.length > 0;
  const week = day.weeks[0];
  one<HTMLElement>("#to-time").hidden = !week;
  one("#to-time span").textContent = week ? say("left_week", { left: week.left }) : "";
  drawJournal(day, mine, now);
}

/** One's own record, the last day first: what was noted, and what this phone noted since. */
function drawJournal(day: Day, mine: Operation[], now: number): void {
  const there = new Set(day.journal.map(task => task.task_id));
  const fresh = [...day.tasks, ...day.to_record].filter(task => !there.has(task.task_id)).reverse();
  const noted = [...fresh, ...day.journal].map(task => laidOver(task, mine)).filter(task => task.recorded);
  list("journal", noted.map(task => line(task, now, "", sentence(task))));
  one<HTMLElement>("[data-block=no_journal]").hidden = noted.length > 0;
}

/** Tells in one sentence what was noted, with the words of the form. */
function sentence(task: Task): string {
  const { people_reached, themes, reason } = task.recorded!;
  const about = themes.map(theme => one(`#outcome [name=themes][value=${theme}]`).parentElement!.textContent!.trim().toLowerCase());
  const what = reason === "never_happened" ? say("never") : [count("people", people_reached), ...about].join(", ");
  return `${task.day} · ${task.zone_fr} · ${what}.`;
}

/** The first task of another day begins at or after this: read from the tasks, because phones may be set to any time zone. */
function endOfDay(day: Day): number {
  const later = day.tasks.filter(task => task.day !== day.day && Date.parse(task.starts_at) > Date.parse(day.now));
  return Math.min(Infinity, ...later.map(task => Date.parse(task.starts_at)));
}

const facts = (task: Task): Shown => ({
  ...task, two_names: task.zone_nl !== task.zone_fr, with: task.beside ? say("with", { names: task.beside }) : say("alone"),
});

function nextPiece(task: Task, now: number): DocumentFragment {
  const [starts, ends] = [Date.parse(task.starts_at), Date.parse(task.ends_at)];
  const made = piece("next", task.task_id, {
    ...facts(task), moment: now < starts ? say("next") : now < ends ? say("now") : say("record"),
    can_record: now >= starts - EARLY_MS, can_hand_back: now < starts,
  });
  one<HTMLElement>(".next", made).classList.toggle("is-now", now >= starts - EARLY_MS);
  return made;
}

const askedPiece = (task: Task): DocumentFragment => piece("asked", task.task_id, {
  ...facts(task), because: task.why ? say("why", { why: task.why }) : "", due: say("answer_by", { when: task.answer_by }),
  price: task.left_after ? say("price_left", { cost: task.cost, left: task.left_after }) : say("price", { cost: task.cost }),
});

/** A stance is called what its button says. */
const nameOf = (stance: string): string =>
  one<HTMLTemplateElement>("#t-questions").content.querySelector(`[data-stance=${stance}], [data-with=${stance}]`)?.textContent ?? "";

function questionPiece(question: Question, mine: Operation[]): DocumentFragment {
  const given = mine.findLast(operation => operation.subject === question.consultation_id && operation.state !== "refused");
  const stance = (given?.body["stance"] as string | undefined) ?? question.stance;
  return piece("questions", question.consultation_id, {
    ...question, due: say("until", { when: question.until }), mine: stance ? say("mine", { stance: nameOf(stance) }) : "",
  });
}

function line(task: Task, now: number, when: string, detail?: string): DocumentFragment {
  const begun = now >= Date.parse(task.starts_at) - EARLY_MS;
  return piece("line", task.task_id, {
    ...task, when, saved: task.recorded && !task.kept,
    detail: detail ?? [when ? "" : `${task.day}, ${task.hours}`, task.zone_fr, task.recorded ? count("people", task.recorded.people_reached) : ""].filter(Boolean).join(" · "),
    verb: task.recorded ? say("correct") : say("record_it"),
    can_record: task.state === "accepted" && begun, can_hand_back: task.state === "accepted" && !task.recorded && now < Date.parse(task.starts_at),
  });
}

const isPending = (operation: Operation): boolean => operation.state !== "taken";

function drawBand(operations: Operation[], own: Operation[], session: Session): void {
  const others = operations.length - own.length;
  const state = session === "out" ? "out" : !navigator.onLine ? "offline" : operations.length ? "waiting" : "sent";
  const band = one<HTMLElement>("#band");
  band.dataset["state"] = state;
  band.dataset["waiting"] = String(operations.length);
  const write = (selector: string, text: string): void => {
    const place = one(selector);
    if (place.textContent !== text) place.textContent = text; // said once by screen readers, not at every redraw
  };
  write("#network", state === "sent" || state === "waiting" ? "" : say(state));
  write("#count", own.length ? count("waiting", own.length) : operations.length ? "" : say("sent"));
  write("#others", others ? count("others", others) : "");
  one<HTMLElement>("#sign-in").hidden = state !== "out";
}

function drawWaiting(operations: Operation[]): void {
  list("waiting", operations.map(operation => piece("line", operation.id, {
    title: operation.title, when: "", detail: operation.reasons.join(" "), conflict: false,
    kept: operation.state === "waiting", can_undo: true,
  })));
  one<HTMLElement>("[data-block=no_waiting]").hidden = operations.length > 0;
}
