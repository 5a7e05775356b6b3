// {text} -> {tag, protected, payload, signature}: what @mosip/pixelpass finds in a QR text, byte strings as hex.
import pixelpass from "@mosip/pixelpass";
import { answerLines } from "./lines.mjs";

const hex = (buffer) => Buffer.from(buffer.data).toString("hex");

await answerLines(({ text }) => {
  const { tag, value } = JSON.parse(pixelpass.decode(text));
  const [protectedHeader, , payload, signature] = value;
  return { tag, protected: hex(protectedHeader), payload: hex(payload), signature: hex(signature) };
});
