// {token (hex), key (SPKI PEM)} -> {verified, payload (hex)}: what @auth0/cose says to a COSE_Sign1.
import { createPublicKey } from "node:crypto";
import { createRequire } from "node:module";
import { answerLines } from "./lines.mjs";

// Its module build imports what Node 18, Debian's own, cannot find; its CommonJS build works in both.
const { Sign1 } = createRequire(import.meta.url)("@auth0/cose");

await answerLines(async ({ token, key }) => {
  const message = Sign1.decode(Buffer.from(token, "hex"));
  const verified = await message.verify(createPublicKey(key)).then(
    () => true,
    () => false,
  );
  return { verified, payload: Buffer.from(message.payload).toString("hex") };
});
