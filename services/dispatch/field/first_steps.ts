// First steps on a phone: home screen, storage that stays; what an iPhone cannot do is said.
import { phone } from "./outbox";
import { one, say } from "./page";

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

/** Shows what is left to do once on this phone. */
export async function firstSteps(): Promise<void> {
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
