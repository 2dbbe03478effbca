// The field app: every action is written on this phone, shown as done, and sent a moment later so that it can be undone.
import { act, idOf, takeBack, taskOf, titled, toast, undoLast } from "./acts";
import { stepTo } from "./counting";
import { giveOpinion, open } from "./dialogs";
import { firstSteps } from "./first_steps";
import { kept, openKept, operations, redraw, redrawSoon, refresh, send } from "./known";
import { forgetNotes } from "./notes";
import { again, flush, get, onChange, phone, settle } from "./outbox";
import { field, one, say } from "./page";
import { drawActors, forgetQuarter, openLeaflet, readQuarter, showPhrase } from "./quarter";

const LOOK_MS = 20_000;
const FRESH_MS = 120_000;

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
  if ("drop" in button.dataset) takeBack(idOf(button));
  if ("again" in button.dataset) void again(idOf(button)).then(() => send());
  if (button.id === "undo") undoLast();
});

/** A leaflet that is not on the phone yet is opened where it is, if there is network. */
function openThere(url: string): void {
  if (navigator.onLine) location.assign(url);
  else toast("not_here_yet");
}

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
  await openKept();
  const fresh = refresh();
  if (!kept) await fresh; // the first steps stand below the day: shown before it, they would jump
  await firstSteps();
  await fresh;
  await send();
})();
