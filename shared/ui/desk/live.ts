// A part of a page that follows what happens: <section id="…" data-live="/…/live" hx-get="/…" hx-trigger="live" …>.
// The stream says only that something changed; the part is asked for again, with the reader's rights of that moment.
// Browsers allow six HTTP/1.1 connections to one address, so a hidden tab gives its own back.

const RETRY_MS = 2_000;
type Stream = { source: EventSource; missed: boolean };
const streams = new Map<string, Stream>();
const following = (path: string): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>("[data-live]")].filter(part => part.dataset["live"] === path);

/** Somebody types, chooses or presses there: what they do must not be drawn over, nor a click be lost. */
const isUsed = (part: HTMLElement): boolean =>
  part.querySelector(":active") !== null ||
  part.contains(document.activeElement) && document.activeElement!.matches("input, select, textarea") || part.querySelector("dialog[open]") !== null ||
  [...part.querySelectorAll("textarea")].some(field => field.value !== field.defaultValue);

function renew(path: string): void {
  const stream = streams.get(path);
  for (const part of following(path)) {
    if (isUsed(part)) stream && (stream.missed = true);
    else part.dispatchEvent(new CustomEvent("live"));
  }
}

function say(path: string, state: "on" | "off" | "out"): void {
  for (const part of following(path)) part.dataset["liveState"] = state;
}

/** Asks what the server has against a stream; the stream itself is not read. */
async function statusOf(path: string): Promise<number> {
  const reading = new AbortController();
  try {
    return (await fetch(path, { signal: reading.signal, headers: { "X-By-Itself": "1" } })).status;
  } catch {
    return 0; // nobody answers
  } finally {
    reading.abort();
  }
}

function follow(): void {
  const wanted = new Set(document.hidden ? [] : [...document.querySelectorAll<HTMLElement>("[data-live]")].map(part => part.dataset["live"]!));
  for (const [path, { source }] of streams) {
    if (wanted.has(path)) continue;
    source.close();
    streams.delete(path);
  }
  for (const path of wanted) {
    if (streams.get(path)?.source.readyState === EventSource.OPEN) say(path, "on"); // a part that was drawn anew
    if (streams.has(path)) continue;
    const source = new EventSource(path);
    streams.set(path, { source, missed: false });
    source.addEventListener("changed", () => renew(path)); // also the first word after every connection
    source.onopen = () => say(path, "on");
    source.onerror = () => {
      say(path, "off");
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      streams.delete(path); // the server said no, or is away behind its gateway: look again in a while
      void statusOf(path).then(status => status === 401 ? say(path, "out") : setTimeout(follow, RETRY_MS)); // whoever comes back to the tab is looked for again
    };
  }
}

// What was asked for before somebody began to use the part waits too. What somebody has opened stays
// open in the part that takes its place, and htmx finds the focus again by its id.
document.addEventListener("htmx:before:swap", event => {
  const { ctx, tasks } = (event as CustomEvent<{ ctx: { sourceElement: Element; sourceEvent?: Event }; tasks: { fragment: DocumentFragment }[] }>).detail;
  const part = ctx.sourceElement as HTMLElement;
  const stream = streams.get(part.dataset["live"] ?? "");
  if (stream && ctx.sourceEvent?.type === "live" && isUsed(part)) {
    stream.missed = true;
    return event.preventDefault();
  }
  for (const { id } of document.querySelectorAll("[data-live] details[open][id]"))
    for (const { fragment } of tasks) fragment.getElementById(id)?.setAttribute("open", "");
});

document.addEventListener("visibilitychange", follow);
document.addEventListener("htmx:after:swap", follow);
const catchUp = (): unknown => setTimeout(() => {
  for (const [path, stream] of streams) {
    if (!stream.missed) continue;
    stream.missed = false;
    renew(path);
  }
});
for (const over of ["focusout", "pointerup", "pointercancel", "keyup"]) document.addEventListener(over, catchUp);
follow();

// A part that is refused because the session ended keeps what it shows, and says so.
document.addEventListener("htmx:before:response", event => {
  const { ctx } = (event as CustomEvent<{ ctx: { sourceElement: Element; response: { status: number } } }>).detail;
  const path = ctx.sourceElement.getAttribute("data-live");
  if (ctx.response.status !== 401 || !path) return;
  event.preventDefault();
  say(path, "out");
});

// What a page asks by itself does not keep a session awake.
document.addEventListener("htmx:config:request", event => {
  const { ctx } = (event as CustomEvent<{ ctx: { sourceEvent?: Event; request: { headers: Record<string, string> } } }>).detail;
  if (ctx.sourceEvent?.type === "live") ctx.request.headers["X-By-Itself"] = "1";
});
