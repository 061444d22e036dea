import { z } from 'zod';
import type { AlarmMessage } from './alarm.ts';
import { decodeObject, refusedTo } from './object.ts';
import type { Payload } from './payload.ts';
import { ALARM } from './snapshot-form.ts';

/** The alarm in a message. @throws {AftermathError} refused: no such message, or one of a newer schema than this version reads */
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
