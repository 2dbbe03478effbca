// Makes a passkey, or comes in with one. Without it the page still takes a password and a code.
// @ts-check

/** @param {string} path @param {unknown} body @param {string | undefined} csrf */
async function ask(path, body, csrf) {
  /** @type {Record<string, string>} */
  const headers = { "content-type": "application/json" };
  if (csrf) headers["x-csrf-token"] = csrf;
  const answer = await fetch(`/access/api/passkeys${path}`, {
    method: "POST", headers, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** @param {string | undefined} csrf */
async function makeNew(csrf) {
  const asked = await ask("/ask-new", {}, csrf);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked);
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  return ask("", { credential: made.toJSON() }, csrf);
}

async function enter() {
  const asked = await ask("/ask", {}, undefined);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
  const chosen = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  return ask("/enter", { credential: chosen.toJSON() }, undefined);
}

const able = "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;
const area = /** @type {HTMLElement | null} */ (document.querySelector("[data-passkey-area]"));
const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-passkey]"));
const problem = /** @type {HTMLElement | null} */ (document.querySelector("[data-passkey-problem]"));
if (able && area && button && problem) {
  area.hidden = false;
  button.addEventListener("click", async () => {
    problem.hidden = true;
    button.disabled = true;
    try {
      const { go } = button.dataset.passkey === "new" ? await makeNew(button.dataset.csrf) : await enter();
      location.assign(go);
    } catch {
      problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
