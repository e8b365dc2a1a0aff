import { signal } from '@preact/signals';
import { type Delivery, DeliveryState } from '../../generated/controlplane/v1/delivery_pb';
import type { Feed } from './feed';
import { Minute, type Second } from './minute';
import { sample } from './sample';

const interval = 250;
const mostRows = 100;
/** More changes in one interval than anybody can see go by are sampled. */
const mostNew = 25;

export interface Totals {
  changes: number;
  delivered: number;
  retrying: number;
  failed: number;
}

/** What the live page shows of a feed, four times a second whatever comes: everything is counted, a sample is shown. */
export class Board {
  readonly rows = signal<Delivery[]>([]);
  readonly totals = signal<Totals>({ changes: 0, delivered: 0, retrying: 0, failed: 0 });
  readonly seconds = signal<Second[]>([]);
  readonly p50 = signal<number>();
  readonly p99 = signal<number>();
  /** Changes per second, where they are too many to show; 0 where each is shown. */
  readonly sampledOf = signal(0);
  readonly paused = signal(false);
  #minute = new Minute();
  #held: Delivery[] = [];
  #timer: ReturnType<typeof setInterval>;

  constructor(readonly feed: Feed) {
    this.#timer = setInterval(() => this.#draw(), interval);
  }

  end() {
    clearInterval(this.#timer);
    this.feed.end();
  }

  pause(on: boolean) {
    this.paused.value = on;
    if (!on) {
      this.#show(this.#held);
      this.#held = [];
    }
  }

  #draw() {
    const now = Date.now();
    const batch = this.feed.take();
    for (const delivery of batch) this.#minute.add(delivery, now);
    const seconds = this.#minute.seconds(now);
    this.seconds.value = seconds;
    const recent = seconds.slice(-3, -1).reduce((sum, second) => sum + second.changes, 0) / 2;
    if (batch.length > 0) this.#count(batch);
    this.sampledOf.value = batch.length > mostNew ? Math.max(Math.round(recent), batch.length) : recent > mostNew * 4 ? Math.round(recent) : 0;
    this.p50.value = this.#minute.percentile(0.5);
    this.p99.value = this.#minute.percentile(0.99);
    const shown = sample(batch, mostNew);
    if (this.paused.value) this.#held = [...this.#held, ...shown].slice(-mostRows);
    else if (shown.length > 0) this.#show(shown);
  }

  #count(batch: Delivery[]) {
    const of = (state: DeliveryState) => batch.reduce((sum, delivery) => sum + (delivery.state === state ? 1 : 0), 0);
    const { changes, delivered, retrying, failed } = this.totals.value;
    this.totals.value = {
      changes: changes + batch.length,
      delivered: delivered + of(DeliveryState.SUCCEEDED),
      retrying: retrying + of(DeliveryState.RETRY_SCHEDULED),
      failed: failed + of(DeliveryState.DEAD),
    };
  }

  /** Each delivery once, in its latest state, the one that changed last on top. */
  #show(batch: Delivery[]) {
    const rows = new Map([...this.rows.value].reverse().map((row) => [row.id, row]));
    for (const delivery of batch) {
      rows.delete(delivery.id);
      rows.set(delivery.id, delivery);
    }
    this.rows.value = [...rows.values()].reverse().slice(0, mostRows);
  }
}
