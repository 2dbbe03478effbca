// Names of places do not travel as facts: each service is told them at its own front door, by whoever keeps the territory.
// Opening the territory's page, after an import or an edit too, tells them again; the same names again change nothing.
export {};
const SERVICES = ["dispatch", "notify", "reporting"];

async function tell(line: HTMLElement): Promise<void> {
  const body = await (await fetch("/intake/api/zones")).text();
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": line.dataset["csrf"]! };
  const heard = await Promise.all(SERVICES.map(service =>
    fetch(`/${service}/api/zones`, { method: "PUT", body, headers }).then(({ ok }) => ok, () => false)));
  line.textContent = line.dataset[heard.every(Boolean) ? "told" : "untold"]!;
}

const line = document.getElementById("places");
if (line) tell(line).catch(() => { line.textContent = line.dataset["untold"]!; });
