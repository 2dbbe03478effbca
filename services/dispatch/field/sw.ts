// Keeps the shell on the phone, in the reader's language (this script's own address says which), and sends what waits
// when the browser wakes it. Reads and writes of data never pass through a cache.
import { createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { flush, pending } from "./outbox";

declare const self: ServiceWorkerGlobalScope;
declare const PRECACHED: { url: string; revision: null }[];
declare const SHELL_REVISION: string;

const language = new URL(self.location.href).searchParams.get("lang") ?? "fr";
const shell = `/dispatch/app/?lang=${language}`;

precacheAndRoute([...PRECACHED, { url: shell, revision: SHELL_REVISION }]);
registerRoute(
  // Who asks for another language gets it from the server; with it comes that language's service worker.
  ({ request, url }) => request.mode === "navigate" && url.pathname === "/dispatch/app/" && !url.searchParams.has("lang"),
  createHandlerBoundToURL(shell),
);

// At once: the assets' names change with their content, and an open page keeps those it has.
self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));
self.addEventListener("sync", event => {
  const { tag, waitUntil } = event as ExtendableEvent & { tag: string };
  if (tag === "outbox") waitUntil.call(event, sendAll());
});

async function sendAll(): Promise<void> {
  await flush();
  const left = await waitingNow();
  const due_in_ms = Math.max(0, ...left.map(operation => operation.not_before - Date.now()));
  if (due_in_ms > 0) {
    await new Promise(resolve => setTimeout(resolve, due_in_ms)); // what can still be undone is not sent
    await flush();
  }
  // A promise that fails is how the browser learns to wake us again.
  if ((await waitingNow()).length > 0) throw new Error("not everything left");
}

const waitingNow = async () => (await pending()).filter(operation => operation.state === "waiting");
