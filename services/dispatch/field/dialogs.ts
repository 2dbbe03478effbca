// Dialogs: opened with what is known, turned into an act when their button says so.
import { act, idOf, taskOf, titled } from "./acts";
import { countedIn, prepareOutcome } from "./counting";
import type { Day, Task } from "./day";
import { kept, mine } from "./known";
import { noteOf, warned } from "./notes";
import { field, fill, one, say, set } from "./page";
import { knownPlaces } from "./quarter";

type Opening = { title: string; subject: string; stance: string };
let opening: Opening = { title: "", subject: "", stance: "" };

export function open(name: string, button: HTMLElement): void {
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

export const giveOpinion = (consultation_id: string, stance: string, grounds: string[]): Promise<void> =>
  act(consultation_id, say("opinion"), { kind: "opinion", consultation_id, stance, grounds });

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => void closed(dialog).then(() => focusAgain(dialog)));
}
// A choice hidden in a closed part of the form must be seen to be corrected.
document.addEventListener("invalid", event => {
  const more = (event.target as Element).closest("details");
  if (more) more.open = true;
}, true);
