// {bits, lst (base64url), indices} -> {bits, length, statuses}: what @sd-jwt/jwt-status-list reads from a list.
// The library takes lists in a JWT and leaves checking its signature to others; `bits` and `lst` are the same in a CWT.
import { getListFromStatusListJWT } from "@sd-jwt/jwt-status-list";
import { answerLines } from "./lines.mjs";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

await answerLines(({ bits, lst, indices }) => {
  const header = part({ alg: "none", typ: "statuslist+jwt" });
  const list = getListFromStatusListJWT(`${header}.${part({ status_list: { bits, lst } })}.`);
  return {
    bits: list.getBitsPerStatus(),
    length: list.statusList.length,
    statuses: indices.map((index) => list.getStatus(index)),
  };
});
