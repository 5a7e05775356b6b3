// Passkeys: hand the server's question to the browser, and the browser's answer back in the form around the button.
// Binary values travel as base64url; browsers older than PublicKeyCredential.parse…FromJSON are served, too.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const named = (credentials) => (credentials ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function create(asked) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: named(asked.excludeCredentials),
    },
  });
  return answer(made, {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function get(asked) {
  const shown = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) },
  });
  const { authenticatorData, signature, userHandle } = shown.response;
  return answer(shown, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

function answer(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...response, clientDataJSON: text(credential.response.clientDataJSON) },
  };
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("[data-passkey-part]").forEach((part) => { part.hidden = false; });
}

document.querySelectorAll("[data-passkey]").forEach((button) => {
  const form = button.form;
  const failed = (form.closest("section") ?? form).querySelector("[data-passkey-failed]");
  button.addEventListener("click", async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      const asked = JSON.parse(button.dataset.options);
      const said = await (button.dataset.passkey === "create" ? create(asked) : get(asked));
      form.elements.factor_passkey.value = JSON.stringify(said);
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
    button.disabled = false;
  });
});
