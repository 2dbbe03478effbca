// The form of an outcome: as few taps as there are things to count.
import type { Counted, Task } from "./day";
import { field, one, say, set, tick } from "./page";

let corrects = false; // what is open was noted before

/** Fills the form with what was noted; else with the codes of last time, and last time's number as one tap. */
export function prepareOutcome(form: HTMLFormElement, task: Task): void {
  const like: Counted | null = task.recorded ?? task.last;
  corrects = task.recorded !== null;
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
  one<HTMLElement>("#why-correct").hidden = !corrects;
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
  one<HTMLElement>("#why-correct").hidden = !corrects;
  if ((event.target as HTMLInputElement).name === "went") countOrNot(one("#outcome form"));
});

/** Counts one more or one less, or takes a number of those that one tap chooses. */
export function stepTo(step: number | undefined, count: number): void {
  const people = one<HTMLInputElement>("#outcome [name=people_reached]");
  const wanted = step === undefined ? count : Number(people.value) + step;
  people.value = String(Math.max(0, Math.min(Number(people.max), wanted)));
}

/** Reads the form. Nobody met is a zero and nothing more; what did not take place is told as a correction of the plan. */
export function countedIn(form: FormData, task: Task): Counted {
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
