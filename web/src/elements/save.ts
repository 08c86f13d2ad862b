/** Hands octets to the browser as a download. */
export function saveFile(octets: Uint8Array, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([octets as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download holds its own reference once it has begun.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
