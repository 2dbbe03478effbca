// "Mon quartier": the campaigns' phrases and leaflets, and who is around. All of it is kept on the phone, its files too.
import { get, phone } from "./outbox";
import { list, one, piece, say } from "./page";

type Said = { language: string; text: string; direction: "ltr" | "rtl" };
type Leaflet = { id: string; title: string; language: string; url: string };
type Phrase = { id: string; fr: string; said: Said[] };
type Actor = {
  id: string; name: string; category_name: string; address: string; phone: string; website: string; languages: string[];
  saturation: "open" | "slow" | "saturated" | "unknown"; saturation_name: string; reported_on: string | null; hours: string;
};
export type Kit = {
  zone: { id: string; name_fr: string; name_nl: string } | null;
  campaigns: { id: string; name: string; leaflets: Leaflet[]; phrases: Phrase[] }[];
  actors: Actor[];
};
type KeptKit = { person: string; kit: Kit; read_at: number };

const FILES = "relais-kit"; // the leaflets' own cache: a leaflet is opened in the rain
const FRESH_MS = 600_000;
let kept: KeptKit | undefined;
let files = new Set<string>(); // which leaflets are on this phone

const isOurs = (leaflet: Leaflet): boolean => leaflet.url.startsWith("/");
const languageName = (code: string): string => one(`#outcome [name=languages][value="${code}"]`)?.parentElement?.textContent?.trim() ?? code;
/** Letters without accents, small: what somebody types with one thumb finds what is written. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Reads what the phone keeps of somebody's neighbourhood. */
export async function openQuarter(person: string): Promise<void> {
  const found = (await (await phone()).get("kept", "kit")) as KeptKit | undefined;
  kept = found?.person === person ? found : undefined;
  files = new Set((await (await caches.open(FILES)).keys()).map(request => new URL(request.url).pathname));
  drawQuarter();
}

/** Reads the neighbourhood anew when it is old, and fetches the leaflets that are not on the phone yet. */
export async function readQuarter(person: string, now_ms: number): Promise<void> {
  if (kept?.person === person && now_ms - kept.read_at < FRESH_MS) return;
  const { found } = await get<Kit>("/kit");
  if (!found) return;
  kept = { person, kit: found, read_at: now_ms };
  await (await phone()).put("kept", kept, "kit");
  drawQuarter();
  await keepFiles(found.campaigns.flatMap(campaign => campaign.leaflets).filter(isOurs));
  drawQuarter();
}

async function keepFiles(leaflets: Leaflet[]): Promise<void> {
  const cache = await caches.open(FILES);
  const wanted = new Set(leaflets.map(leaflet => leaflet.url));
  for (const request of await cache.keys()) if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  for (const url of wanted) {
    if (!(await cache.match(url))) await cache.add(url).catch(() => undefined); // it comes with the next network
  }
  files = new Set((await cache.keys()).map(request => new URL(request.url).pathname));
}

/** Takes the neighbourhood off the phone. */
export async function forgetQuarter(): Promise<void> {
  kept = undefined;
  await Promise.all([(await phone()).delete("kept", "kit"), caches.delete(FILES)]);
}

/** Names of places and services: nobody's names, whatever they look like. */
export const knownPlaces = (): string[] => kept?.kit.actors.map(actor => actor.name) ?? [];

export function drawQuarter(): void {
  const kit = kept?.kit;
  const campaigns = kit?.campaigns ?? [];
  list("phrases", campaigns.flatMap(campaign => campaign.phrases.map(phrase => piece("phrase", phrase.id, {
    fr: phrase.fr, detail: phrase.said.map(said => languageName(said.language)).join(", "),
  }))));
  list("leaflets", campaigns.flatMap(campaign => campaign.leaflets.map(leaflet => leafletPiece(leaflet, campaign.name))));
  for (const name of ["phrases", "leaflets"]) one<HTMLElement>(`[data-block=no_${name}]`).hidden = !kit || !one(`[data-list=${name}]`).matches(":empty");
  one<HTMLElement>("#kit-arrives").hidden = kit !== undefined;
  one<HTMLElement>("#quarter-plate").hidden = !kit?.zone;
  if (kit?.zone) {
    const { name_fr, name_nl } = kit.zone;
    one("#quarter-plate [lang=fr]").textContent = name_fr;
    one("#quarter-plate [lang=nl]").textContent = name_nl === name_fr ? "" : name_nl;
  }
  drawActors();
}

function leafletPiece(leaflet: Leaflet, campaign: string): DocumentFragment {
  const ours = isOurs(leaflet);
  const made = piece("leaflet", leaflet.id, {
    title: leaflet.title, detail: [languageName(leaflet.language), campaign].filter(Boolean).join(" · "), here: files.has(leaflet.url), elsewhere: !ours,
  });
  const link = one<HTMLAnchorElement>("a", made);
  link.href = leaflet.url;
  if (ours) link.dataset["leaflet"] = leaflet.url;
  else link.rel = "noopener noreferrer";
  return made;
}

/** Lists the actors in which every typed word is found. */
export function drawActors(): void {
  const typed = plain(one<HTMLInputElement>("#search").value).split(/\s+/).filter(Boolean);
  const actors = kept?.kit.actors ?? [];
  const found = actors.filter(actor => {
    const text = plain([actor.name, actor.category_name, actor.address, actor.hours, ...actor.languages.map(languageName)].join(" "));
    return typed.every(word => text.includes(word));
  });
  list("actors", found.map(actorPiece));
  one<HTMLElement>("#search-field").hidden = actors.length === 0;
  one<HTMLElement>("[data-block=no_actors]").hidden = !kept || actors.length > 0;
  const told = one("#found");
  told.textContent = typed.length ? say(found.length === 0 ? "found_none" : "found", { num: found.length, all: actors.length }) : "";
}

function actorPiece(actor: Actor): DocumentFragment {
  const made = piece("actor", actor.id, {
    ...actor, state: actor.saturation === "unknown" ? "" : actor.saturation_name + (actor.reported_on ? ` (${shortDay(actor.reported_on)})` : ""),
    spoken: actor.languages.map(languageName).join(", "),
  });
  const state = one(".state", made);
  state.classList.add(actor.saturation === "open" ? "good" : actor.saturation === "saturated" ? "bad" : "slow");
  one(".state use", made).setAttribute("href", actor.saturation === "open" ? "#i-ok" : "#i-alert");
  const [call, site] = made.querySelectorAll("a");
  call!.href = `tel:${actor.phone.replace(/[^\d+]/g, "")}`;
  if (/^https?:/.test(actor.website)) site!.href = actor.website;
  else site!.hidden = true;
  return made;
}

const shortDay = (day: string): string => new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long" }).format(new Date(`${day}T12:00`));

// --- shown to a resident ------------------------------------------------------------------------------------------------

let last = ""; // the language that was chosen last: usually that of the next person too

/** Shows a phrase big, in one language at a time. */
export function showPhrase(id: string): void {
  const phrase = kept?.kit.campaigns.flatMap(campaign => campaign.phrases).find(one => one.id === id);
  if (!phrase) return;
  const said: Said[] = [...phrase.said.filter(one => one.language !== "fr"), { language: "fr", text: phrase.fr, direction: "ltr" }];
  one("#phrase-title").textContent = phrase.fr;
  one("#tongues").replaceChildren(...said.map(({ language }) => {
    const made = one<HTMLTemplateElement>("#t-tongue").content.cloneNode(true) as DocumentFragment;
    const input = one<HTMLInputElement>("input", made);
    input.value = language;
    one("span", made).textContent = languageName(language);
    return made;
  }));
  const show = (language: string): void => {
    const now = said.find(one => one.language === language) ?? said[0]!;
    const place = one<HTMLElement>("#big");
    place.lang = now.language === "other" ? "" : now.language;
    place.dir = now.direction;
    place.textContent = now.text;
    one<HTMLInputElement>(`#tongues [value="${now.language}"]`).checked = true;
    last = now.language;
  };
  one<HTMLElement>("#tongues").onchange = event => show((event.target as HTMLInputElement).value);
  show(last);
  one<HTMLDialogElement>("#phrase").showModal();
}

/** Opens a leaflet that is on this phone: a picture to be shown at once, any other file as the phone opens it. */
export async function openLeaflet(url: string, title: string): Promise<boolean> {
  const answer = await (await caches.open(FILES)).match(url);
  if (!answer) return false;
  const file = await answer.blob();
  if (file.type.startsWith("image/")) {
    const picture = one<HTMLImageElement>("#picture");
    const reader = new FileReader();
    reader.onload = () => (picture.src = String(reader.result)); // data: is what this page may show
    reader.readAsDataURL(file);
    picture.alt = title;
    one("#leaflet-title").textContent = title;
    one<HTMLDialogElement>("#leaflet").showModal();
  } else {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${title}.pdf` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
  return true;
}
