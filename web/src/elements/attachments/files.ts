// Files for a message, from a chooser, a drop or the clipboard.

import type { DraftFile } from '../../core/core';

/** Octets of all files together: base64 makes a third more of them, and the relay takes 60 MiB. */
export const largestFiles = 40 * 1024 * 1024;

const mediaTypeShape = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i;
const pictureTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export interface PickedFile extends DraftFile {
  id: number;
  /** blob: address of a picture, for a thumbnail. */
  preview: string | undefined;
}

let nextId = 1;

export function canBeInline(mediaType: string): boolean {
  return pictureTypes.has(mediaType);
}

/** Reads a file; pictures go into the text at first. Rejects when the browser cannot read it. */
export async function readFile(file: File): Promise<PickedFile> {
  const mediaType = mediaTypeShape.test(file.type) ? file.type.toLowerCase() : 'application/octet-stream';
  const octets = new Uint8Array(await file.arrayBuffer());
  const inline = canBeInline(mediaType);
  return {
    id: nextId++,
    fileName: file.name || 'pasted-picture.png',
    mediaType,
    octets,
    inline,
    preview: inline ? URL.createObjectURL(file) : undefined,
  };
}

export function totalOctets(files: readonly DraftFile[]): number {
  return files.reduce((sum, file) => sum + file.octets.length, 0);
}

/** Files of a drop or a paste; pasted pictures often have no name worth keeping. */
export function filesOf(transfer: DataTransfer | null): File[] {
  return transfer ? [...transfer.files] : [];
}

/** A file of a given draft, with its thumbnail. */
export function pickedFrom(file: DraftFile): PickedFile {
  const preview = canBeInline(file.mediaType)
    ? URL.createObjectURL(new Blob([file.octets as BlobPart], { type: file.mediaType }))
    : undefined;
  return { ...file, id: nextId++, preview };
}
