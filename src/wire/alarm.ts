import { Payload } from './payload.ts';
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
