import { describe, expect, it } from 'vitest';
import { newBlobInTasks } from './memory';

/** A module that keeps what it is given, in memory that moves whenever somebody looks away. */
function fakeModule(size: number) {
  const kept: Uint8Array[] = [];
  let memory = new Uint8Array(size);
  let room = 0;
  return {
    kept,
    get room() {
      return room;
    },
    move() {
      memory = memory.slice();
    },
    get HEAPU8() {
      return memory;
    },
    _smtp_alloc: (octets: number) => {
      room += octets;
      return 16;
    },
    _smtp_free: () => {
      room = 0;
    },
    _smtp_result_data: () => 0,
    _smtp_result_size: () => 0,
    _smtp_blob_new: (ptr: number, len: number) => kept.push(memory.slice(ptr, ptr + len)),
    _smtp_release: () => 1,
  };
}

describe('newBlobInTasks', () => {
  for (const size of [0, 10, 1 << 20, (5 << 20) + 7])
    it(`puts ${size} octets into the module, whole and in order`, async () => {
      const octets = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251);
      const module = fakeModule(size + 16);
      const moving = setInterval(() => module.move(), 0);
      const blob = await newBlobInTasks(module, octets);
      clearInterval(moving);
      expect(blob).toBe(1);
      expect(Buffer.from(module.kept[0] ?? []).equals(Buffer.from(octets))).toBe(true);
      expect(module.room, 'what was in between is given back').toBe(0);
    });
});
