import type { Message, MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { signal } from '@preact/signals';
import type { Delivery } from '../../generated/controlplane/v1/delivery_pb';
import type { WatchDeliveriesRequestSchema } from '../../generated/controlplane/v1/delivery_service_pb';
import { deliveries } from '../core/api';
import { problemOf, type Problem } from '../core/problem';
import { clock, counted, millis, span, toDuration } from '../core/text';

export type FeedState = 'connecting' | 'live' | 'behind' | 'reconnecting' | 'stopped';

const heartbeat = 5_000;
const silenceLimit = 3 * heartbeat;
const longestPause = 5_000;
/** How much older than usual a change may be when it arrives. */
const behindLimit = 5_000;
/** How long after a reconnect changes are counted as made up for, if no heartbeat says earlier that there are no more. */
const catchUpTime = 2_000;
const keptNotes = 20;

type Filter = Exclude<MessageInitShape<typeof WatchDeliveriesRequestSchema>, Message>;

/** What happened to the connection, in words. */
export interface Note {
  time: number;
  text: string;
}

/** One watch that goes on where it stopped whenever the connection breaks, until it is ended. */
export class Feed {
  readonly state = signal<FeedState>('connecting');
  readonly notes = signal<Note[]>([]);
  /** Why it stopped for good. */
  readonly problem = signal<Problem>();
  #pending: Delivery[] = [];
  #token = '';
  #abort = new AbortController();
  #connection = new AbortController();
  #lastMessage = 0;
  #lostAt = 0;
  #caughtUp = 0;
  #countingUntil = 0;
  /** The least that the clock here was ahead of the server's when a change arrived: what it differs by, and the way. */
  #skew = Infinity;
  #lag = 0;

  constructor(readonly filter: Filter) {
    void this.#run();
    void this.#watchOverSilence();
  }

  end() {
    this.#abort.abort();
    this.#connection.abort();
  }

  /** What changed since it was asked last, oldest first. */
  take(): Delivery[] {
    const taken = this.#pending;
    this.#pending = [];
    if (this.#countingUntil && Date.now() >= this.#countingUntil) this.#tellCaughtUp();
    if (this.state.value === 'live' || this.state.value === 'behind') this.state.value = this.#lag > behindLimit ? 'behind' : 'live';
    return taken;
  }

  async #run() {
    let failures = 0;
    while (!this.#abort.signal.aborted) {
      this.#connection = new AbortController();
      try {
        const stream = deliveries.watchDeliveries(
          { ...this.filter, resumeToken: this.#token, heartbeatInterval: toDuration(heartbeat / 1000) },
          { signal: this.#connection.signal });
        this.#lastMessage = Date.now();
        for await (const { resumeToken, message } of stream) {
          this.#lastMessage = Date.now();
          this.#token = resumeToken;
          failures = 0;
          if (message.case === 'ready') this.#stands();
          else if (message.case === 'delivery') this.#add(message.value);
          else if (message.case === 'heartbeat') this.#quiet();
          else if (message.case === 'closing') break;
        }
        this.#lost('the server stopped');
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (this.#isFinal(error)) return;
        this.#lost(problemOf(error).message.replace(/\.$/, ''));
      }
      await pause(Math.min(250 * 2 ** failures++, longestPause), this.#abort.signal);
    }
  }

  #stands() {
    this.#lag = 0;
    if (this.#lostAt) {
      this.#caughtUp = 0;
      this.#countingUntil = Date.now() + catchUpTime;
    }
    this.state.value = 'live';
  }

  #add(delivery: Delivery) {
    this.#pending.push(delivery);
    if (this.#countingUntil) this.#caughtUp++;
    if (!delivery.updateTime) return;
    const age = Date.now() - millis(delivery.updateTime);
    this.#skew = Math.min(this.#skew, age);
    this.#lag = age - this.#skew;
  }

  /** A heartbeat comes when there is nothing more to send. */
  #quiet() {
    this.#lag = 0;
    if (this.#countingUntil) this.#tellCaughtUp();
  }

  #tellCaughtUp() {
    const away = span((Date.now() - this.#lostAt) / 1000);
    this.#note(`Connected again after ${away} and went on where it stopped: ${counted(this.#caughtUp, 'change')} made up for, none missed.`);
    this.#lostAt = this.#countingUntil = 0;
  }

  #lost(why: string) {
    if (this.#abort.signal.aborted) return;
    this.#countingUntil = 0;
    if (!this.#lostAt) {
      this.#lostAt = Date.now();
      this.#note(`Connection lost (${why}). Connecting again.`);
    }
    this.state.value = 'reconnecting';
  }

  /** Errors that trying again does not mend. */
  #isFinal(error: unknown): boolean {
    const { code } = ConnectError.from(error);
    if (code === Code.OutOfRange) {
      this.#token = '';
      this.#lostAt = 0;
      this.#note('Changes from before are no longer stored: some were missed. Going on from now.');
      return false;
    }
    if (![Code.Unauthenticated, Code.PermissionDenied, Code.InvalidArgument, Code.NotFound, Code.Unimplemented].includes(code)) return false;
    this.problem.value = problemOf(error);
    this.state.value = 'stopped';
    return true;
  }

  /** A connection can be dead without anybody being told. */
  async #watchOverSilence() {
    while (!this.#abort.signal.aborted) {
      await pause(1_000, this.#abort.signal);
      if (this.state.value !== 'reconnecting' && this.#lastMessage && Date.now() - this.#lastMessage > silenceLimit) {
        this.#lost('nothing came for a while');
        this.#connection.abort();
      }
    }
  }

  #note(text: string) {
    this.notes.value = [{ time: Date.now(), text: `${clock(Date.now())} ${text}` }, ...this.notes.value].slice(0, keptNotes);
  }
}

const pause = (time: number, signal: AbortSignal) => new Promise<void>((resolve) => {
  const timer = setTimeout(resolve, time);
  signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
});
