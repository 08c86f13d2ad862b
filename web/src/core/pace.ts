// Long work in short tasks, so that the page stays responsive.

/** Milliseconds of work in one task; from 50 on, a task counts as long. */
const slice = 8;

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Goes on in a task of its own. Unlike a timer's, these are not held back. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });
}

/** Says when work has lasted long enough. */
export class Pace {
  private began = performance.now();

  /** Ends the task if it was long enough, and goes on in the next one. To be called between steps of the work. */
  async rest(): Promise<void> {
    if (performance.now() - this.began < slice) return;
    await nextTask();
    this.began = performance.now();
  }
}
