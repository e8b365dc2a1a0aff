import { type Delivery, DeliveryState } from '../../generated/controlplane/v1/delivery_pb';
import { millis } from '../core/text';

/** What happened in one second. */
export interface Second {
  at: number;
  delivered: number;
  retrying: number;
  failed: number;
  changes: number;
}

const length = 60;
const mostSamples = 200;

/** Counts changes by the second over the last minute, and how long deliveries took. */
export class Minute {
  #seconds = new Map<number, Second & { samples: number[]; seen: number }>();

  add(delivery: Delivery, now: number) {
    const second = this.#at(Math.floor(now / 1000));
    second.changes++;
    if (delivery.state === DeliveryState.SUCCEEDED) {
      second.delivered++;
      this.#sample(second, delivery);
    } else if (delivery.state === DeliveryState.RETRY_SCHEDULED) second.retrying++;
    else if (delivery.state === DeliveryState.DEAD) second.failed++;
  }

  /** The seconds of the last minute, oldest first, empty ones too. */
  seconds(now: number): Second[] {
    const last = Math.floor(now / 1000);
    for (const at of this.#seconds.keys()) if (at <= last - length) this.#seconds.delete(at);
    return Array.from({ length }, (_, index) => {
      const at = last - length + 1 + index;
      return this.#seconds.get(at) ?? { at, delivered: 0, retrying: 0, failed: 0, changes: 0 };
    });
  }

  /** The time from acceptance to delivery, in seconds, that a share of the minute's deliveries did not exceed. */
  percentile(share: number): number | undefined {
    const samples = [...this.#seconds.values()].flatMap((second) => second.samples).sort((a, b) => a - b);
    return samples.length > 0 ? samples[Math.min(samples.length - 1, Math.floor(share * samples.length))] : undefined;
  }

  #at(at: number) {
    let second = this.#seconds.get(at);
    if (!second) this.#seconds.set(at, second = { at, delivered: 0, retrying: 0, failed: 0, changes: 0, samples: [], seen: 0 });
    return second;
  }

  /** Of many each has the same chance to be kept. */
  #sample(second: { samples: number[]; seen: number }, { createTime, updateTime }: Delivery) {
    if (!createTime || !updateTime) return;
    const took = (millis(updateTime) - millis(createTime)) / 1000;
    second.seen++;
    if (second.samples.length < mostSamples) second.samples.push(took);
    else {
      const place = Math.floor(Math.random() * second.seen);
      if (place < mostSamples) second.samples[place] = took;
    }
  }
}
