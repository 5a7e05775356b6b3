// {token (hex), key (SPKI PEM)} -> {verified, payload (hex)}: what @auth0/cose says to a COSE_Sign1.
import { createPublicKey } from "node:crypto";
import { Sign1 } from "@auth0/cose";
import { answerLines } from "./lines.mjs";

await answerLines(async ({ token, key }) => {
  const message = Sign1.decode(Buffer.from(token, "hex"));
  const verified = await message.verify(createPublicKey(key)).then(
    () => true,
    () => false,
  );
  return { verified, payload: Buffer.from(message.payload).toString("hex") };
});
