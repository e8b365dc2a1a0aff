import { create } from '@bufbuild/protobuf';
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { AuditAction } from '../../generated/controlplane/v1/audit_pb';
import { DeliveryState, DeliveryTrigger, EndReason, FailureKind } from '../../generated/controlplane/v1/delivery_pb';
import { RedriveState } from '../../generated/controlplane/v1/redrive_pb';
import { StateReason, WebhookState } from '../../generated/controlplane/v1/webhook_pb';

const special: Record<string, string> = { DNS: 'DNS', TLS: 'TLS', HTTP_STATUS: 'HTTP status' };

/** The name of a value of an enum for people: `RETRY_SCHEDULED` is "Retry scheduled". */
const worded = (names: Record<number, string>) => (value: number) => {
  const name = names[value] ?? String(value);
  return special[name] ?? name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' ');
};

export const auditActionText = worded(AuditAction);
export const stateText = worded(DeliveryState);
export const triggerText = worded(DeliveryTrigger);
export const endText = worded(EndReason);
export const failureText = worded(FailureKind);
export const redriveText = worded(RedriveState);
export const webhookStateText = worded(WebhookState);
export const reasonText = worded(StateReason);

/** The values of an enum without the one for "not set". */
export const valuesOf = (names: object) =>
  Object.values(names).filter((value): value is number => typeof value === 'number' && value > 0);

export const millis = (time: Timestamp) => Number(time.seconds) * 1000 + time.nanos / 1e6;
export const seconds = (duration: Duration) => Number(duration.seconds) + duration.nanos / 1e9;
export const toDuration = (value: number) => {
  const whole = Math.floor(value);
  return create(DurationSchema, { seconds: BigInt(whole), nanos: Math.round((value - whole) * 1e9) });
};
export const toTimestamp = (date: Date) => create(TimestampSchema, {
  seconds: BigInt(Math.floor(date.getTime() / 1000)), nanos: (date.getTime() % 1000) * 1e6,
});

const number = new Intl.NumberFormat('en');
export const count = (value: number | bigint) => number.format(value);
export const counted = (value: number, one: string, more = one + 's') => `${count(value)} ${value === 1 ? one : more}`;

/** A span of time in its two largest units: `1 h 5 min`, `340 ms`. */
export function span(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 10) return `${Math.round(value * 10) / 10} s`;
  if (value < 60) return `${Math.round(value)} s`;
  const units: [string, number][] = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, size]) => value >= size);
  const [name, size] = units[first]!;
  const whole = Math.floor(value / size);
  const next = units[first + 1];
  const rest = next ? Math.floor((value - whole * size) / next[1]) : 0;
  return next && rest > 0 ? `${whole} ${name} ${rest} ${next[0]}` : `${whole} ${name}`;
}

/** The time of day if it is today's, with the date if it is not. */
export function clock(time: number, withMillis = false): string {
  const date = new Date(time);
  const day = date.toDateString() === new Date().toDateString() ? '' : `${isoDay(date)} `;
  const ms = withMillis ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '';
  return `${day}${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}${ms}`;
}

const two = (value: number) => String(value).padStart(2, '0');
const isoDay = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** Reads what an `<input type="datetime-local">` holds. */
export const fromLocal = (text: string) => (text ? toTimestamp(new Date(text)) : undefined);

export const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean);

export const bytesText = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** JSON as people like to read it; anything else as it is. */
export function pretty(bytes: Uint8Array): string {
  const text = bytesText(bytes);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes > 0 ? Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1) : 0;
  return `${Math.round((bytes / 2 ** (10 * power)) * 10) / 10} ${units[power]}`;
}
