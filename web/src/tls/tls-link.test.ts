import { describe, expect, it, vi } from 'vitest';
import { TlsWorkers, type WorkerLike } from './tls-link';
import type { TlsAnswer, TlsLinkEvent, TlsRequest } from './types';

class FakeWorker implements WorkerLike {
  readonly asked: TlsRequest[] = [];
  readonly transferred: Transferable[] = [];
  terminated = false;
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;

  postMessage(request: TlsRequest, transfer: Transferable[]): void {
    this.asked.push(request);
    this.transferred.push(...transfer);
  }

  terminate(): void {
    this.terminated = true;
  }

  answer(data: TlsAnswer): void {
    this.onmessage?.({ data } as MessageEvent<TlsAnswer>);
  }
}

const closed: TlsLinkEvent = { ev: 'close_notify' };

function workers() {
  const made: FakeWorker[] = [];
  const all = new TlsWorkers(() => {
    const worker = new FakeWorker();
    made.push(worker);
    return worker;
  });
  return { made, open: all.openLink };
}

describe('links to the TLS worker', () => {
  it('share one worker, each with an engine of its own', async () => {
    const { made, open } = workers();
    const [first, second] = [
      { told: vi.fn(), unusable: vi.fn() },
      { told: vi.fn(), unusable: vi.fn() },
    ];
    const one = open(first).open({ host: 'a' });
    const two = open(second).open({ host: 'b' });
    expect(made).toHaveLength(1);
    const [a, b] = made[0]?.asked ?? [];
    expect([a, b]).toMatchObject([
      { do: 'open', setup: { host: 'a' } },
      { do: 'open', setup: { host: 'b' } },
    ]);
    if (!a || !b || a.do !== 'open' || b.do !== 'open') throw new Error('not opened');
    made[0]?.answer({ id: b.id, events: [closed] });
    await two;
    expect(first.told).not.toHaveBeenCalled();
    expect(second.told).toHaveBeenCalledWith(closed);
    made[0]?.answer({ id: a.id, events: [] });
    await one;
  });

  it('keep promises in order, after what was told', async () => {
    const { made, open } = workers();
    const order: string[] = [];
    const link = open({ told: (event) => order.push(event.ev), unusable: vi.fn() });
    const done = [link.open({ host: 'a' }), link.receive(new Uint8Array(1)), link.write(new Uint8Array(2))];
    done.forEach((promise, i) => void promise.then(() => order.push(`done ${i}`)));
    expect(made[0]?.transferred).toHaveLength(2);
    for (let i = 0; i < 3; i += 1) {
      made[0]?.answer({ id: 1, events: [closed] });
      await Promise.resolve();
    }
    expect(order).toEqual(['close_notify', 'done 0', 'close_notify', 'done 1', 'close_notify', 'done 2']);
  });

  it('say nothing once they are let go, and keep nobody waiting', async () => {
    const { made, open } = workers();
    const told = vi.fn();
    const link = open({ told, unusable: vi.fn() });
    const pending = link.open({ host: 'a' });
    link.release();
    link.release();
    await pending;
    await link.write(new Uint8Array(1));
    made[0]?.answer({ id: 1, events: [closed] });
    expect(told).not.toHaveBeenCalled();
    expect(made[0]?.asked.map((request) => request.do)).toEqual(['open', 'release']);
  });

  it('tell no more of what came at once with the event that made the session let go', () => {
    const { made, open } = workers();
    const told = vi.fn(() => link.release());
    const link = open({ told, unusable: vi.fn() });
    void link.open({ host: 'a' });
    made[0]?.answer({ id: 1, events: [closed, closed] });
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('end where a page may have no worker, and the session is told why', async () => {
    const { openLink } = new TlsWorkers(() => {
      throw new DOMException('Not allowed here.', 'SecurityError');
    });
    const unusable = vi.fn();
    const link = openLink({ told: vi.fn(), unusable });
    await link.open({ host: 'a' });
    link.release();
    expect(unusable).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('Not allowed here.'));
  });

  it.each([
    ['a worker that gives up', (worker: FakeWorker) => worker.answer({ unusable: 'why' })],
    [
      'a script that cannot be loaded',
      (worker: FakeWorker) => worker.onerror?.({ message: 'why' } as ErrorEvent),
    ],
  ])('all end with %s, and the next gets a new one', async (_, fail) => {
    const { made, open } = workers();
    const unusable = vi.fn();
    const pending = open({ told: vi.fn(), unusable }).open({ host: 'a' });
    const [worker] = made;
    if (worker) fail(worker);
    await pending;
    expect(unusable).toHaveBeenCalledWith('why');
    expect(worker?.terminated).toBe(true);
    open({ told: vi.fn(), unusable: vi.fn() });
    expect(made).toHaveLength(2);
  });
});
