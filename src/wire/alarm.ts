import { z } from 'zod';
import { decodeObject, refusedTo } from './object.ts';
import { Payload } from './payload.ts';
import { ALARM } from './snapshot-form.ts';
import type { AlarmSnapshot } from './snapshot.ts';

/**
 * What metric publishes on `aftermath.alarms`, and posts to the webhook, when an alarm changes its state: raised, confirmed,
 * resolved. The same change may come again after a crash; `change` tells.
 */
export interface AlarmMessage {
  readonly kind: 'alarm';
  /** Raised when a reader of the old form would misread the new one. */
  readonly schema: 1;
  /** Unique to this change of this alarm: the same whenever it is sent. */
  readonly change: string;
  readonly sentAtMs: number;
  readonly alarm: AlarmSnapshot;
}

/** The message about a change of state. */
export function alarmMessage(alarm: AlarmSnapshot, sentAtMs: number): AlarmMessage {
  return { kind: 'alarm', schema: 1, change: `${alarm.id}:${alarm.state}`, sentAtMs, alarm };
}

/** The message as it travels. */
export function encodeAlarm(message: AlarmMessage): Payload {
  return Payload.ofJson(message);
}

/** @throws {AftermathError} refused: no such message, or one of a newer schema than this version reads */
export function decodeAlarm(payload: Payload): AlarmMessage {
  const action = 'read the alarm';
  const result = FORM.safeParse(decodeObject(payload, action));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusedTo(action, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'malformed'}`);
}

const FORM = z.object({
  kind: z.literal('alarm'),
  schema: z.literal(1),
  change: z.string(),
  sentAtMs: z.number(),
  alarm: ALARM,
});
