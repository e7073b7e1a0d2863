// Data blocks of the page: raw deflate in base64, inflated when they are first asked for.

/** Bytes of the data block called `name`; null where the page has none. */
export async function blob(name: string): Promise<Uint8Array | null> {
  const element = document.getElementById(`data-${name.replaceAll(" ", "-")}`);
  if (!element) return null;
  return inflated(fromBase64(element.textContent ?? ""));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let k = 0; k < binary.length; k++) bytes[k] = binary.charCodeAt(k);
  return bytes;
}

export async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
